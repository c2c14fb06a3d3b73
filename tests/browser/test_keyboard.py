"""Everything by the keyboard alone."""

import pytest
from playwright.sync_api import Page, expect

from tests.browser.site import Site

pytestmark = pytest.mark.server


def test_an_incident_is_found_opened_noted_taken_and_resolved_without_a_mouse(site: Site, asha: Page) -> None:
    site.opened("first", title="The first one")
    id = site.opened("second", title="The second one")
    keys = asha.keyboard
    expect(asha.locator(f"#i{id}")).to_be_visible()

    keys.press("/")
    keys.type("second one")
    expect(asha.locator("[data-row]:visible")).to_have_count(1)
    keys.press("Escape")
    keys.press("j")
    keys.press("Enter")
    expect(asha.get_by_role("heading", name="The second one")).to_be_visible()
    keys.press("n")
    keys.type("It is the disk")
    keys.press("Tab")
    keys.press("Enter")
    expect(asha.locator(".timeline")).to_contain_text("It is the disk")
    keys.press("a")
    expect(asha.locator(".stands")).to_contain_text("Acknowledged by Asha")
    keys.press("e")
    expect(asha.locator(".said")).to_contain_text("Second line is being paged")
    keys.press("s")
    expect(asha.get_by_label("Snooze for")).to_be_focused()
    keys.press("Escape")
    keys.press("r")
    expect(asha.locator(".said")).to_contain_text("Resolved")
    keys.press("g")
    keys.press("i")
    asha.wait_for_url(f"{site.url}/")

    assert site.incident(id)["status"] == "resolved"


def test_a_row_is_taken_from_the_list_and_stays_chosen_while_others_arrive(site: Site, asha: Page) -> None:
    id = site.opened("chosen", title="The chosen one")
    expect(asha.locator("[data-row]").first).to_contain_text("The chosen one")
    asha.keyboard.press("j")
    expect(asha.locator(f"#i{id}")).to_have_class("row unowned here")

    site.opened("newer", title="A newer one")
    expect(asha.locator("[data-row]").first).to_contain_text("A newer one")
    expect(asha.locator(f"#i{id}")).to_have_class("row unowned here")
    asha.keyboard.press("a")

    expect(asha.locator(".said")).to_contain_text("You have it")
    assert site.incident(id)["acknowledged_by"] == "asha"


def test_resolving_from_the_list_asks_first(site: Site, asha: Page) -> None:
    id = site.opened("asked", title="Asked about")
    expect(asha.locator("[data-row]").first).to_contain_text("Asked about")
    asked: list[str] = []
    asha.on("dialog", lambda dialog: (asked.append(dialog.message), dialog.dismiss()))
    asha.keyboard.press("j")

    asha.keyboard.press("r")

    assert asked == ["Resolve “Asked about”?"]
    assert site.incident(id)["status"] == "triggered"


def test_the_keys_are_told(asha: Page) -> None:
    asha.keyboard.press("?")

    expect(asha.get_by_role("dialog")).to_contain_text("acknowledge")
    asha.keyboard.press("Escape")
    expect(asha.get_by_role("dialog")).to_have_count(0)


def test_letters_in_a_field_are_letters(site: Site, asha: Page) -> None:
    asha.goto(f"{site.url}/raise")
    asha.get_by_label("What is wrong?").focus()

    asha.keyboard.type("a gi?/jk")

    expect(asha.get_by_label("What is wrong?")).to_have_value("a gi?/jk")
    assert asha.url == f"{site.url}/raise"
