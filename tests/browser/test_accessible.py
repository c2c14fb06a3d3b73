"""axe-core finds nothing on any page, light and dark, wide and on a phone; no page is wider than its screen."""

import pytest
from playwright.sync_api import Page

from app.entrypoints.web.nav import NAV
from tests.browser.axe_check import Axe
from tests.browser.conftest import PHONE, WIDE
from tests.browser.site import Site

pytestmark = pytest.mark.server

PATHS = sorted({item.path for item in NAV} | {"/?show=resolved", "/?show=triage", "/sign-in", "/incidents/nothing"})


def looked_at(page: Page, axe: Axe, path: str) -> list[str]:
    """What is wrong with a page, in both schemes and sizes."""
    wrong: list[str] = []
    page.goto(path)
    for scheme, size in (("light", WIDE), ("dark", PHONE), ("light", PHONE), ("dark", WIDE)):
        page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
        page.set_viewport_size(size)  # type: ignore[arg-type]
        if (scheme, size) in (("light", WIDE), ("dark", PHONE)):
            wrong += [f"{scheme}: {one}" for one in axe.violations(page)]
        if page.evaluate("document.documentElement.scrollWidth > innerWidth"):
            wrong.append(f"wider than {size['width']}")
    return wrong


@pytest.mark.parametrize("path", PATHS)
def test_a_page_can_be_used_by_everybody(site: Site, asha: Page, axe: Axe, path: str) -> None:
    for key in ("a", "b", "c"):
        site.opened(key, title=f"Something is wrong with {key} " * 6)
    site.post(f"/api/v1/incidents/{site.opened('a')}/acknowledge", by="asha")

    assert looked_at(asha, axe, site.url + path) == []


def test_an_incident_can_be_handled_by_everybody(site: Site, asha: Page, axe: Axe) -> None:
    id = site.opened("with everything", description="No request has succeeded.\nSince five minutes." * 20)
    site.post(f"/api/v1/incidents/{id}/note", by="asha", text="x" * 500)
    asha.goto(f"{site.url}/incidents/{id}")
    link = site.application.links.address(id, "asha")

    assert looked_at(asha, axe, f"{site.url}/incidents/{id}") == []
    asha.locator("summary", has_text="Note, snooze").click()
    assert axe.violations(asha) == []
    assert looked_at(asha, axe, link) == []
    asha.goto(site.sign_in_link(""))
    assert axe.violations(asha) == []
