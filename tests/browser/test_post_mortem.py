"""A post-mortem is written, reviewed and published in a real browser, with and without scripts, and prints well."""

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.axe_check import Axe
from tests.browser.conftest import PHONE, WIDE, signed_in
from tests.browser.site import Site

pytestmark = pytest.mark.server

HEADINGS = (
    "Scale and impact",
    "Root cause, beyond the symptoms",
    "How we became aware",
    "How it was resolved",
    "Steps to prevent it",
)


def over(site: Site, key: str) -> str:
    """The id of an incident that Asha resolved, once the worker has drafted its post-mortem."""
    id = site.opened(key, title=f"Checkout is down ({key})")
    site.post(f"/api/v1/incidents/{id}/acknowledge", by="asha")
    site.post(f"/api/v1/incidents/{id}/resolve", by="asha")
    site.do(site.application.review.round())
    return id


@pytest.mark.parametrize("scripts", [True, False])
def test_it_is_written_and_published(site: Site, browser: Browser, scripts: bool) -> None:
    id = over(site, f"published-{scripts}")
    context = signed_in(site, browser, "asha", scripts)
    (page,) = context.pages
    page.goto(f"{site.url}/postmortems")
    page.get_by_role("link", name=f"published-{scripts}").click()
    page.get_by_role("link", name="Write").click()
    for heading in HEADINGS:
        page.get_by_label(heading).fill(f"All about *{heading.lower()}*.")
    page.get_by_role("button", name="Preview").click()
    expect(page.locator(".preview em").first).to_have_text("scale and impact")
    page.get_by_label("Facilitator").select_option("ben")
    page.get_by_role("button", name="Save").click()
    expect(page.locator(".said")).to_have_text("Saved.")

    page.locator("summary", has_text="Add an action item").click()
    page.get_by_label("What is to be done?").fill("Alert on the queue")
    page.get_by_role("button", name="Add", exact=True).click()
    page.get_by_role("button", name="Done: Alert on the queue").click()
    page.get_by_role("button", name="Send to review").click()
    page.get_by_role("button", name="Publish").click()

    expect(page.locator(".said")).to_contain_text("Published.")
    expect(page.locator(".over .state")).to_have_text("published")
    stored = site.do(site.application.post_mortems.one(id))
    assert (stored.state, stored.facilitator, stored.actions[0].state) == ("published", "ben", "done")
    context.close()


def test_what_is_typed_in_a_second_tab_is_not_lost(site: Site, asha: Page) -> None:
    id = over(site, "tabs")
    other = asha.context.new_page()
    for tab in (asha, other):
        tab.goto(f"{site.url}/postmortems/{id}/edit")
    asha.get_by_label("Scale and impact").fill("From the first tab.")
    asha.get_by_role("button", name="Save").click()

    other.get_by_label("Scale and impact").fill("From the second tab.")
    other.get_by_role("button", name="Save").click()

    expect(other.get_by_role("alert")).to_contain_text("Not saved yet: Asha has saved version 2 meanwhile")
    expect(other.get_by_label("Scale and impact")).to_have_value("From the second tab.")
    expect(other.locator(".theirs")).to_contain_text("From the first tab.")
    other.get_by_role("button", name="Save").click()
    expect(other.locator(".said")).to_have_text("Saved.")


def test_every_page_of_it_can_be_used_by_everybody_and_is_no_wider_than_a_phone(
    site: Site, asha: Page, axe: Axe
) -> None:
    id = over(site, "accessible")
    site.post(f"/api/v1/postmortems/{id}/actions", by="asha", text="x" * 300, owner="asha", due="2026-01-01")
    table = "| a | b |\n|---|---|\n| 1 | 2 |\n\n- one\n- two\n\n> said\n\n`code`"
    site.post(f"/api/v1/postmortems/{id}/edit", version=2, by="asha", sections={"impact": table}, runbook_helped=False)
    wrong = []
    for path in (
        f"/postmortems/{id}",
        f"/postmortems/{id}/edit",
        "/postmortems/actions",
        "/runbooks/payments-api-down",
    ):
        asha.goto(site.url + path)
        for scheme, size in (("light", WIDE), ("dark", PHONE)):
            asha.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
            asha.set_viewport_size(size)  # type: ignore[arg-type]
            wrong += [f"{path} {scheme}: {one}" for one in axe.violations(asha)]
            if asha.evaluate("document.documentElement.scrollWidth > innerWidth"):
                wrong.append(f"{path} is wider than {size['width']}")
    assert wrong == []


def test_on_paper_there_is_the_text_and_nothing_to_press(site: Site, asha: Page) -> None:
    id = over(site, "printed")
    asha.goto(f"{site.url}/postmortems/{id}")

    asha.emulate_media(media="print")

    expect(asha.get_by_role("heading", name="Scale and impact")).to_be_visible()
    for gone in ("header.top", "button:visible", "summary:visible", "#history:visible"):
        expect(asha.locator(gone).locator("visible=true")).to_have_count(0)
