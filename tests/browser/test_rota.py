"""The rota in a real browser: a shift is covered, and every piece of it can be used by everybody."""

import re

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.axe_check import Axe
from tests.browser.conftest import signed_in
from tests.browser.site import Site
from tests.browser.test_accessible import looked_at

pytestmark = pytest.mark.server


def test_a_shift_is_offered_and_taken(site: Site, asha: Page, browser: Browser) -> None:
    asha.goto(f"{site.url}/rota")
    asha.get_by_role("row", name=re.compile("primary")).get_by_role("link", name="Asha").first.click()
    asha.get_by_label("From").fill("2026-11-22T18:00")
    asha.get_by_label("Until").fill("2026-11-22T22:00")
    asha.get_by_label("Why").fill("school concert")
    asha.get_by_label("Whom?").select_option("ben")
    asha.get_by_role("button", name="Ask for cover").click()
    expect(asha.locator(".said")).to_contain_text("They are asked")

    with signed_in(site, browser, "ben", scripts=False) as context:
        ben = context.pages[0]
        ben.goto(f"{site.url}/rota")
        expect(ben.locator("main")).to_contain_text("school concert")
        ben.get_by_role("button", name="I take it").click()
        expect(ben.locator(".said")).to_contain_text("It is yours, at once")

    asha.goto(f"{site.url}/rota")
    expect(asha.locator(".stretch.cover").first).to_contain_text("Ben")
    expect(asha.get_by_role("row", name=re.compile("rotation"))).to_contain_text("Asha")


def test_every_piece_of_it_can_be_used_by_everybody(site: Site, asha: Page, axe: Axe) -> None:
    stretch = {"rota": "second_line", "since": "2026-11-22T12:00:00Z", "until": "2026-11-23T12:00:00Z"}
    site.post("/api/v1/covers", **stretch, by="ben")
    site.post("/api/v1/cover-offers", rota="primary", to="chen", by="asha", note="x" * 300)
    form = "/rota/cover?rota=primary&since=2026-11-22T12:00:00Z&until=2026-11-23T12:00:00Z"

    for path in ("/rota", "/rota?view=month", form):
        assert looked_at(asha, axe, site.url + path) == []
