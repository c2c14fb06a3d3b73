"""The triage queue in a real browser: usable by everybody, and by the keyboard alone."""

import pytest
from playwright.sync_api import Page, expect

from tests.browser.axe_check import Axe
from tests.browser.site import Site
from tests.browser.test_accessible import looked_at

pytestmark = pytest.mark.server


def a_bug(site: Site, key: str, **changes: object) -> str:
    link = {"href": "https://errors.example.com/items/7", "text": "the item"}
    return site.opened(key, **{"title": f"Item {key}", "severity": "warning", "links": [link], **changes})


def test_the_queue_can_be_used_by_everybody(site: Site, asha: Page, axe: Axe) -> None:
    long = a_bug(site, "long", title="TypeError: undefined is not a function in basket " * 6)
    site.post(f"/api/v1/incidents/{long}/acknowledge", by="asha")
    a_bug(site, "other", labels={})

    assert looked_at(asha, axe, f"{site.url}/triage?chosen={long}") == []
    site.post(f"/api/v1/incidents/{long}/mute", by="asha", **{"for": "7d"})
    assert looked_at(asha, axe, f"{site.url}/triage?state=muted") == []


def test_what_waits_is_chosen_and_handed_over_without_a_mouse(site: Site, asha: Page) -> None:
    first, second = a_bug(site, "first"), a_bug(site, "second")
    keys = asha.keyboard
    keys.press("g")
    keys.press("t")
    expect(asha.locator(f"#i{second}")).to_be_visible()

    keys.press("/")
    keys.type("Item second")
    keys.press("Escape")
    keys.press("j")
    keys.press("h")
    expect(asha.get_by_label("Hand to squad")).to_be_focused()
    expect(asha.locator(f"#i{second} input")).to_be_checked()
    keys.type("Pay")
    keys.press("Tab")
    keys.press("Enter")

    expect(asha.locator(".said")).to_have_text("1 handed over, and the squad is told in its channel.")
    assert (site.incident(second)["marks"], site.incident(first)["marks"]) == (["with_squad"], [])


def test_enter_alone_decides_nothing(site: Site, asha: Page) -> None:
    id = a_bug(site, "entered")
    asha.goto(f"{site.url}/triage")
    box = asha.locator(f"#i{id} input")
    box.check()

    box.press("Enter")

    expect(box).to_be_checked()
    assert asha.url == f"{site.url}/triage"
