"""A real browser: Debian's Chromium, driven by Playwright, before a site of the module's own."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from tests.browser.axe_check import Axe
from tests.browser.site import Site

WIDE = {"width": 1280, "height": 800}
PHONE = {"width": 390, "height": 844}


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    found = Site(tmp_path_factory.mktemp("site"))
    found.start()
    yield found
    found.stop()


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    chromium = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if chromium is None:
        said = "the tests in a real browser are left out: chromium is not here (apt-get install chromium)"
        if os.environ.get("CI") == "true":
            pytest.fail(said)
        pytest.skip(said)
    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        yield launched
        launched.close()


@pytest.fixture
def asha(site: Site, browser: Browser) -> Iterator[Page]:
    """Asha's browser, signed in, before the open incidents. At the end no script may have failed."""
    context = signed_in(site, browser, "asha")
    (page,) = context.pages
    faults: list[str] = []
    page.on("pageerror", lambda error: faults.append(str(error)))
    yield page
    context.close()
    assert faults == []


@pytest.fixture
def axe() -> Axe:
    return Axe((Path(__file__).parent / "axe" / "axe.min.js").read_text())


def signed_in(site: Site, browser: Browser, person: str, scripts: bool = True) -> BrowserContext:
    """A browser of this person's own, with one page open, wide; without `scripts` JavaScript is off."""
    context = browser.new_context(viewport=WIDE, java_script_enabled=scripts, timezone_id="Europe/London")
    context.set_default_timeout(10_000)
    session = {"name": "oncall_session", "value": site.session(person)}
    zone = {"name": "oncall_zone", "value": "Europe/London"}
    context.add_cookies([{**session, "url": site.url, "httpOnly": True}, {**zone, "url": site.url}])  # type: ignore[list-item]
    context.new_page().goto(f"{site.url}/")
    return context
