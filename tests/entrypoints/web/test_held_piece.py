"""What a page holds already is not sent to it by its stream, unless it is not sure that the page still holds it."""

from collections.abc import Mapping
from datetime import timedelta
from html import unescape

import pytest
from fastapi import Request

from app.entrypoints.web.held_piece import HOLDS_FOR, held_by, holding, version_of
from app.entrypoints.web.live import BEAT, Leave, Live
from app.service.bell import Bell
from tests.entrypoints.http.rig import SUNDAY_NIGHT, Rig, StandingClock
from tests.entrypoints.web.visitor import Visitor

PIECE = "<p>Payments API is down <b>\u2028 &lt;time data-age&gt;7&lt;/time&gt;</b></p>"


def asking(address: str, headers: Mapping[str, str] | None = None) -> Request:
    packed = [(name.encode(), value.encode()) for name, value in (headers or {}).items()]
    return Request({"type": "http", "query_string": address.partition("?")[2].encode(), "headers": packed})


@pytest.mark.parametrize("path", ["/", "/?show=all", "/incidents/{id}"])
async def test_a_page_holds_what_its_stream_would_send_however_late_it_asks(rig: Rig, asha: Visitor, path: str) -> None:
    id = await rig.opened()
    await rig.settle()

    page = await asha.get(path.format(id=id))
    rig.clock.pass_by(timedelta(seconds=HOLDS_FOR))
    address = next(unescape(str(tag["hx-sse:connect"])) for _, tag in page.tags if "hx-sse:connect" in tag)
    piece = await asha.client.get(f"{address}&once")

    assert held_by(asking(address), rig.clock.at) == version_of(piece.content)
    assert "nobody has it" in piece.text


async def test_a_stream_begins_with_a_beat_for_a_page_that_holds_the_piece_and_goes_on_with_what_changes() -> None:
    bell, clock, text = Bell(), StandingClock(), [b"<p>one</p>"]
    live = Live(bell, clock)

    async def render() -> bytes:
        return text[0]

    async def stays() -> bool:
        return False

    leave = Leave(clock.at + timedelta(hours=1), stays)
    held = version_of(b"<p>one</p>")
    viewer, other = live._events("board", render, leave, held), live._events("board", render, leave, "another")
    first = [await anext(viewer), await anext(other)]
    text[0] = b"<p>two</p>"
    bell.ring()

    assert first == [BEAT, f"id: {held}\ndata: <p>one</p>\n\n".encode()]
    assert await anext(viewer) == f"id: {version_of(text[0])}\ndata: <p>two</p>\n\n".encode()
    await viewer.aclose()
    await other.aclose()
    live.close()


def test_a_page_is_believed_for_some_seconds_and_until_it_has_been_sent_something() -> None:
    address = holding("/live/incidents?show=open", PIECE, SUNDAY_NIGHT)
    late = SUNDAY_NIGHT + timedelta(seconds=HOLDS_FOR + 1)
    version = version_of(PIECE.encode())

    assert held_by(asking(address), SUNDAY_NIGHT) == version
    assert held_by(asking(holding("/live/health", PIECE, SUNDAY_NIGHT)), SUNDAY_NIGHT) == version
    assert held_by(asking(address), late) == ""
    assert held_by(asking(address, {"last-event-id": version}), SUNDAY_NIGHT) == ""


@pytest.mark.parametrize("said", ["", "x", "0123456789abcdef-", "0123456789abcdef-9999999999999", "-1", "%00"])
def test_what_no_page_says_is_not_believed(said: str) -> None:
    assert held_by(asking(f"/live/incidents?held={said}"), SUNDAY_NIGHT) == ""


def test_a_version_is_of_all_but_what_ticks_and_forms_that_the_page_keeps() -> None:
    piece = (
        b'<time class="age" datetime="x" data-age title="y">7:03</time> <b>down</b> <!--own--><form></form><!--/own-->'
    )

    assert version_of(piece.replace(b"7:03", b"").replace(b"<form></form>", b"")) == version_of(piece)
    assert version_of(piece.replace(b"down", b"up")) != version_of(piece)
    assert version_of(piece.replace(b'datetime="x"', b'datetime="z"')) != version_of(piece)
