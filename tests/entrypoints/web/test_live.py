"""The stream behind a page: what many look at is made once, sent when it changes, and ends with the session."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

from app.domain.errors import StoreUnavailable
from app.entrypoints.web.held_piece import version_of
from app.entrypoints.web.live import BEAT, LATE, Leave, Live, event_of, rest_after
from app.service.bell import Bell
from tests.entrypoints.http.rig import Rig, StandingClock
from tests.entrypoints.web.visitor import Visitor


class Board:
    """Something to look at, and how often it was made."""

    def __init__(self) -> None:
        self.text = b"<p>one</p>"
        self.made = 0
        self.is_broken = False

    async def render(self) -> bytes:
        self.made += 1
        if self.is_broken:
            raise StoreUnavailable("it is away")
        return self.text


def viewing(live: Live, board: Board, clock: StandingClock, has_left: bool = False) -> AsyncIterator[bytes]:
    async def left() -> bool:
        return has_left

    return live._events("board", board.render, Leave(clock.at + timedelta(hours=1), left))


async def test_many_viewers_share_one_making_and_each_gets_it() -> None:
    bell, clock, board = Bell(), StandingClock(), Board()
    live = Live(bell, clock)
    viewers = [viewing(live, board, clock) for _ in range(50)]

    first = [await anext(one) for one in viewers]
    made = board.made
    board.text = b"<p>two</p>\n<p>three</p>"
    bell.ring()
    second = await asyncio.gather(*(anext(one) for one in viewers))

    assert {*first} == {event_of(b"<p>one</p>", version_of(b"<p>one</p>"))}
    assert {*second} == {event_of(board.text, version_of(board.text))}
    assert (made, board.made, live.viewers) == (1, 2, 50)
    for one in viewers:
        await one.aclose()
    assert live.viewers == 0
    live.close()


async def test_what_cannot_be_made_again_is_said_to_be_old_and_comes_back() -> None:
    bell, clock, board = Bell(), StandingClock(), Board()
    live = Live(bell, clock)
    viewer = viewing(live, board, clock)
    await anext(viewer)
    (room,) = live._rooms.values()

    board.is_broken = True
    await live._look(room)
    room.changed.set()
    late = await anext(viewer)
    board.is_broken = False
    await live._look(room)
    room.changed.set()
    beat = await anext(viewer)

    assert (late, beat) == (LATE, BEAT)
    await viewer.aclose()
    live.close()


async def test_a_stream_ends_with_the_session_and_with_the_server() -> None:
    bell, clock, board = Bell(), StandingClock(), Board()
    live = Live(bell, clock)
    viewer, other = viewing(live, board, clock), viewing(live, board, clock)
    await anext(viewer)
    await anext(other)
    (room,) = live._rooms.values()

    clock.pass_by(timedelta(hours=1))
    room.changed.set()
    ended = [event async for event in viewer]
    live.close()

    assert ended == []
    assert [event async for event in other] == []


async def test_a_stream_ends_for_whoever_has_signed_out(monkeypatch: pytest.MonkeyPatch) -> None:
    bell, clock, board = Bell(), StandingClock(), Board()
    live = Live(bell, clock)
    gone, stays = viewing(live, board, clock, has_left=True), viewing(live, board, clock)
    await anext(gone)
    await anext(stays)
    (room,) = live._rooms.values()
    monkeypatch.setattr("app.entrypoints.web.live.ASKS_EVERY", 0.0)

    room.changed.set()

    assert [event async for event in gone] == []
    assert await anext(stays) == BEAT
    await stays.aclose()
    live.close()


async def test_a_piece_stays_the_same_while_nothing_but_time_passes(rig: Rig, asha: Visitor) -> None:
    id = await rig.opened()
    paths = ("/live/incidents?show=open&once", f"/live/incident/{id}?once")
    before = [(await asha.client.get(path)).content for path in paths]

    rig.clock.pass_by(timedelta(minutes=7))

    assert [(await asha.client.get(path)).content for path in paths] == before


@pytest.mark.parametrize(
    ("took", "rooms", "viewers", "rests"),
    [
        (0.01, 1, 1, 1.0),
        (0.5, 1, 1, 1.0),
        (0.01, 1, 200, 4.0),
        (0.5, 1, 200, 4.0),
        (0.2, 40, 40, 4.0),
        (9.0, 40, 40, 40.0),
    ],
)
def test_looks_rest_by_what_they_cost_but_one_that_waits_for_the_store_makes_no_page_old(
    took: float, rooms: int, viewers: int, rests: float
) -> None:
    assert rest_after(took, rooms, viewers) == pytest.approx(rests)


def test_a_line_of_a_piece_cannot_end_its_event() -> None:
    event = event_of("<p>a\r\n\r\nb\u2028c</p>".encode(), "7")

    assert event == "id: 7\ndata: <p>a\ndata: \ndata: b\u2028c</p>\n\n".encode()
