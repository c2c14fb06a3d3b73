"""Draws the pages of docs/web.md with Chromium from the demonstration: `python -m scripts.screenshots`."""

import asyncio
import re
import shutil
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from playwright.sync_api import Browser, Page, sync_playwright

from app.config import Settings
from demo.__main__ import environment, serving
from demo.past import play
from demo.town import settle_in

IMAGES = Path(__file__).parents[1] / "docs" / "images"
WIDE = {"width": 1280, "height": 860}
PHONE = {"width": 390, "height": 844}
TOKEN = "oncall_the-screenshots-ask-for-a-link"  # noqa: S105 - it is good for a server that lives a minute
PORT = 8097
LINK = re.compile(rb"http://\S+/sign-in/link/\S+")

WIDE_LIGHT = {
    "incidents": "/",
    "rota": "/rota",
    "triage": "/triage",
    "postmortems": "/postmortems",
    "runbooks": "/runbooks",
    "reports": "/reports",
    "pay": "/pay",
    "rules": "/rules",
    "silences": "/silences",
    "me": "/me",
    "health": "/health",
    "raise": "/raise",
}


def main(images: Path) -> None:
    """Every picture into this folder."""
    images.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory() as folder:
        settings = settle_in(Path(folder, "town"), datetime.now(UTC).date(), PORT)
        asyncio.run(play(settings, datetime.now(UTC), lambda done, of: None))
        with subprocess.Popen(serving(), env=environment(settings, TOKEN), stdout=subprocess.PIPE) as server:
            try:
                _draw_all(_link_of(server), settings, images)
            finally:
                server.terminate()


def _link_of(server: "subprocess.Popen[bytes]") -> str:
    for line in server.stdout or ():
        if found := LINK.search(line):
            return found[0].decode()
    raise SystemExit("the server printed no link to sign in by")


def _draw_all(link: str, settings: Settings, images: Path) -> None:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
        page = _signed_in(browser, link)
        for name, path in WIDE_LIGHT.items():
            _shoot(page, settings.base_url + path, images / f"{name}.png")
        _shoot(page, settings.base_url + _first_incident(page, settings), images / "incident.png")
        page.emulate_media(color_scheme="dark")
        _shoot(page, settings.base_url + "/", images / "incidents-dark.png")
        page.set_viewport_size(PHONE)  # type: ignore[arg-type]
        for name, path in (("incidents", "/"), ("incident", _first_incident(page, settings)), ("rota", "/rota")):
            page.emulate_media(color_scheme="light")
            _shoot(page, settings.base_url + path, images / f"{name}-phone.png")
        browser.close()


def _signed_in(browser: Browser, link: str) -> Page:
    context = browser.new_context(viewport=WIDE, timezone_id="Europe/London", color_scheme="light")  # type: ignore[arg-type]
    page = context.new_page()
    page.goto(link)
    if page.locator("select[name=person]").count():
        page.select_option("select[name=person]", "asha")
    page.locator("main button").first.click()
    page.wait_for_load_state()
    return page


def _first_incident(page: Page, settings: Settings) -> str:
    page.goto(settings.base_url + "/")
    return page.locator("a[href^='/incidents/']").first.get_attribute("href") or "/"


def _shoot(page: Page, url: str, image: Path) -> None:
    reply = page.goto(url)
    if reply is None or not reply.ok:
        print(f"{url}: {reply.status if reply else 'no answer'}", file=sys.stderr)
        return
    page.wait_for_timeout(400)
    page.screenshot(path=image)


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else IMAGES)
