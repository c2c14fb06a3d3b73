"""The page behind a signed link: looking changes nothing, a button acts, and no text of an alert can do harm."""

import re
import sqlite3
from datetime import timedelta
from html.parser import HTMLParser

import pytest

from app.adapters.links import ActionLinks
from app.adapters.links import LinkHolder as Holder
from tests.entrypoints.http.rig import PAYMENTS, Rig

HOSTILE = '"><script>alert(1)</script><img src=x onerror=alert(2)>\u202egnp.exe'


class Page(HTMLParser):
    """Tags with their attributes, the text, and where forms lead."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.text += data

    def buttons(self) -> list[str]:
        return [str(attrs["action"]).rpartition("/")[2] for tag, attrs in self.tags if tag == "form"]


async def page(rig: Rig, path: str) -> Page:
    reply = await rig.client.get(path, headers={"authorization": ""})
    assert reply.status_code == 200, reply.text
    return Page(reply.text)


async def press(rig: Rig, link: str, action: str, text: str = "") -> Page:
    """The page that a browser shows after a button."""
    reply = await rig.client.post(f"{link}/{action}", data={"text": text}, headers={"authorization": ""})
    assert reply.status_code == 303, reply.text
    return await page(rig, reply.headers["location"])


def stored(rig: Rig) -> list[object]:
    """Every row of the store, read past the application."""
    with sqlite3.connect(rig.folder / "oncall.db") as connection:
        names = [name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        return [row for name in names for row in connection.execute(f"SELECT * FROM {name} ORDER BY 1, 2")]  # noqa: S608


async def test_it_shows_what_a_reader_needs(rig: Rig) -> None:
    id = await rig.opened(description="No request\nhas succeeded.")

    shown = await page(rig, rig.link(id, "asha"))

    for said in (
        "critical",
        "Payments API is down",
        "Triggered, nobody has it yet",
        "asha's week in rota primary",
        "Payments",
        "Sun 22 Nov 2026, 03:00 GMT",
        "1, from generic",
        "No request\nhas succeeded.",
        "Look at",
        "ben told as shadow",
        id,
    ):
        assert said in shown.text
    assert shown.buttons() == ["acknowledge", "second-line", "resolve", "note"]
    assert ("section", {"id": "runbook"}) in shown.tags
    assert (
        "a",
        {"href": "https://grafana.example.com/d/payments", "rel": "noopener noreferrer nofollow"},
    ) in shown.tags


async def test_looking_changes_nothing_however_often(rig: Rig) -> None:
    id = await rig.opened()
    link = rig.link(id, "asha")
    before = stored(rig)

    for path in (link, f"{link}/acknowledge", f"{link}/resolve", f"{link}/second-line", f"{link}/note"):
        for method in ("GET", "HEAD", "OPTIONS"):
            reply = await rig.client.request(method, path)
            assert (reply.status_code == 200) == (path == link and method != "OPTIONS")

    assert stored(rig) == before


async def test_acknowledging_is_confirmed_and_takes_it(rig: Rig) -> None:
    id = await rig.opened()

    shown = await press(rig, rig.link(id, "asha"), "acknowledge")

    assert "You have it. Nobody else is paged for it any more. It is now acknowledged by Asha" in shown.text
    assert shown.buttons() == ["second-line", "resolve", "note"]
    incident = await rig.incident(id)
    assert (incident["status"], incident["acknowledged_by"]) == ("acknowledged", "asha")
    entry = (await rig.client.get(f"/api/v1/incidents/{id}/timeline")).json()["items"][-1]
    assert (entry["who"], entry["channel"]) == ("asha", "link")


async def test_every_button_does_what_it_says(rig: Rig) -> None:
    link = rig.link(await rig.opened(), "asha")

    assert "Your note is in the timeline" in (await press(rig, link, "note", "It is the <b>disk</b>")).text
    called = await press(rig, link, "second-line")
    assert "Second line is being paged" in called.text
    assert "second-line" not in called.buttons()
    resolved = await press(rig, link, "resolve")
    assert "Resolved. Whoever had it is told. It is now resolved by Asha" in resolved.text
    assert resolved.buttons() == ["note"]
    assert "It is the <b>disk</b>" in resolved.text


async def test_a_shadow_is_told_that_it_still_waits_for_somebody(rig: Rig) -> None:
    id = await rig.opened()

    shown = await press(rig, rig.link(id, "ben"), "acknowledge")

    assert "You are shadowing" in shown.text
    assert (await rig.incident(id))["status"] == "triggered"


async def test_a_stale_click_shows_what_happened_instead(rig: Rig) -> None:
    id = await rig.opened()
    link = rig.link(id, "asha")
    await rig.act(id, "resolve", by="chen")
    before = await rig.incident(id)

    late = await press(rig, link, "acknowledge")
    again = await press(rig, link, "resolve")

    assert "things have moved on since you opened this page. It is now resolved by Chen" in late.text
    assert "That was done before, so nothing has changed. It is now resolved by Chen" in again.text
    assert await rig.incident(id) == before


async def test_an_empty_note_is_not_written(rig: Rig) -> None:
    id = await rig.opened()

    shown = await press(rig, rig.link(id, "asha"), "note", "  ")

    assert "the note was empty" in shown.text
    assert "note" not in await rig.timeline(id)


async def test_a_link_can_do_no_more_than_its_four_buttons(rig: Rig) -> None:
    link = rig.link(await rig.opened(), "asha")

    for action in ("snooze", "reassign", "park", "escalate", "unacknowledge", "x" * 200):
        assert (await rig.client.post(f"{link}/{action}")).status_code == 404


async def test_only_known_words_become_a_confirmation(rig: Rig) -> None:
    link = rig.link(await rig.opened(), "asha")

    shown = await page(rig, f"{link}?did=<script>alert(1)</script>")

    assert not [tag for tag, attrs in shown.tags if attrs.get("role") == "status"]


async def test_a_forged_or_damaged_link_is_a_friendly_401(rig: Rig) -> None:
    link = rig.link(await rig.opened(), "asha")

    body, _, signature = link.rpartition(".")
    damaged = f"{body}.{'B' if signature[0] == 'A' else 'A'}{signature[1:]}"

    for bad in (damaged, "/a/nonsense", "/a/W10.a.b", "/a/%00"):
        for method, path in (("GET", bad), ("POST", f"{bad}/acknowledge")):
            reply = await rig.client.request(method, path, headers={"authorization": ""})
            assert reply.status_code == 401, path
            assert "This link does not work" in reply.text
            assert "oncall-router ack " in reply.text


async def test_an_expired_link_is_a_friendly_401_and_does_nothing(rig: Rig) -> None:
    id = await rig.opened()
    link = rig.link(id, "asha")
    rig.application.links = _expired(rig.application.links)

    shown = await rig.client.get(link)
    pressed = await rig.client.post(f"{link}/acknowledge")

    assert (shown.status_code, pressed.status_code) == (401, 401)
    assert "It has expired" in shown.text
    assert (await rig.incident(id))["status"] == "triggered"


def _expired(links: ActionLinks) -> ActionLinks:
    """The same keys, at a time when no link is young enough."""
    links._max_age = -1
    return links


async def test_somebody_who_has_left_cannot_use_an_old_link(rig: Rig) -> None:
    id = await rig.opened()

    reply = await rig.client.get(rig.link(id, "dee"))

    assert reply.status_code == 401
    assert rig.application.links.read(rig.link(id, "dee").removeprefix("/a/")) == Holder(id, "dee")


async def test_texts_of_an_alert_are_inert(rig: Rig) -> None:
    body = {"title": HOSTILE, "description": HOSTILE, "labels": PAYMENTS | {"squad": HOSTILE}, "dedup_key": HOSTILE}
    link = rig.link(await rig.opened(**body), "asha")
    await press(rig, link, "note", HOSTILE)

    reply = await rig.client.get(link)

    shown = Page(reply.text)
    assert not {"script", "img", "iframe", "object"} & {tag for tag, _ in shown.tags}
    assert not [name for _, attrs in shown.tags for name in attrs if name.startswith("on") or name == "style"]
    assert "\u202e" not in reply.text
    assert '"><script>alert(1)</script>' in shown.text


@pytest.mark.parametrize(
    ("runbook", "href"),
    [
        ("https://wiki.example.com/pay?a=1&b=<x>", None),
        ("https://wiki.example.com/pay", "https://wiki.example.com/pay"),
    ],
)
async def test_a_runbook_elsewhere_is_a_link_if_it_is_an_address(rig: Rig, runbook: str, href: str | None) -> None:
    link = rig.link(await rig.opened(runbook=runbook, labels={}), "asha")

    shown = await page(rig, link)

    links = [attrs["href"] for tag, attrs in shown.tags if tag == "a"]
    assert links == ([href] if href else [])


async def test_a_missing_runbook_is_said_loudly(rig: Rig) -> None:
    link = rig.link(await rig.opened(labels={}, title="Something else"), "asha")

    assert "NO RUNBOOK" in (await page(rig, link)).text


async def test_the_page_is_private_and_loads_nothing_but_its_style(rig: Rig) -> None:
    reply = await rig.client.get(rig.link(await rig.opened(), "asha"))

    headers = reply.headers
    assert headers["content-security-policy"].startswith("default-src 'none'; script-src 'self'; style-src 'self'; ")
    assert (headers["cache-control"], headers["referrer-policy"]) == ("no-store", "no-referrer")
    assert (headers["x-robots-tag"], headers["x-frame-options"]) == ("noindex, nofollow", "DENY")
    assert "set-cookie" not in headers
    loaded = re.findall(r'(?:src|href)="(/static/[^"?]*)', reply.text)
    assert {*loaded} == {"/static/icon.svg", "/static/pages.css", "/static/icons.svg"}
    css = await rig.client.get("/static/pages.css")
    assert (css.status_code, css.headers["content-type"]) == (200, "text/css; charset=utf-8")
    assert "url(" not in css.text


async def test_it_is_made_for_a_phone_in_the_dark(rig: Rig) -> None:
    shown = await page(rig, rig.link(await rig.opened(), "asha"))
    css = (await rig.client.get("/static/pages.css")).text

    assert ("meta", {"name": "viewport", "content": "width=device-width, initial-scale=1"}) in shown.tags
    assert "color-scheme: light dark" in css
    (height,) = re.findall(r"\.alone button \{[^}]*min-height: ([\d.]+)rem", css)
    assert float(height) * 16 >= 48


async def test_without_a_store_a_button_says_that_nothing_was_recorded(rig: Rig) -> None:
    link = rig.link(await rig.opened(), "asha")
    await rig.application.store.close()

    reply = await rig.client.post(f"{link}/acknowledge")

    assert (reply.status_code, reply.headers["retry-after"]) == (503, "5")
    assert "Not recorded" in reply.text


async def test_a_hostile_form_is_refused_without_harm(rig: Rig) -> None:
    id = await rig.opened()
    link = rig.link(id, "asha")

    for raw, status in (
        (b"text=%00", 400),
        (b"text=\xff", 400),
        (b"a=1&" * 2_000, 400),
        (b"text=" + b"x" * 1_100_000, 413),
    ):
        reply = await rig.client.post(f"{link}/note", content=raw)
        assert reply.status_code == status
        assert "Nothing has changed" in reply.text
    assert "note" not in await rig.timeline(id)


async def test_it_still_opens_after_days(rig: Rig) -> None:
    id = await rig.opened()
    rig.clock.pass_by(timedelta(days=2))

    assert "Payments API is down" in (await page(rig, rig.link(id, "asha"))).text
