"""Pages that stay up to date: whatever many people look at is made once, when something may have changed, and sent to
all of them by server-sent events."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from time import perf_counter

import structlog
from fastapi import Request, Response
from fastapi.responses import HTMLResponse, StreamingResponse

from app.domain.errors import AppError
from app.entrypoints.web.held_piece import held_by, version_of
from app.service.bell import Bell
from app.service.ports import Clock

LOOKS_EVERY = 3.0
"""Seconds, when nothing rings: other processes work on the same store."""

RESTS = 1.0
"""Seconds between two looks, at least."""

SHARE = 0.05
"""How much of the process's time the looks may take, so that any number of rooms slows no alert."""

RESTS_FOR_ROOM = 1.0
"""Seconds between two looks for each room, at most: what takes longer than a share of that waits for the store in a
storm, when what is shown must not be old, and takes no time of this process."""

RESTS_FOR_EACH = 0.02
"""Seconds between two looks for each viewer, for sending takes time as well: half of this cost a tenth of the alerts
with 200 of them (docs/benchmarks.md)."""

BEATS_EVERY = 10.0
"""Seconds after which a viewer hears that all is as it was; a page that hears nothing for longer says so."""

BEAT = b"event: beat\ndata: \n\n"
LATE = b"event: late\ndata: \n\n"

ASKS_EVERY = 60.0
"""Seconds after which it is looked whether a viewer has signed out."""

Render = Callable[[], Awaitable[bytes]]


@dataclass(frozen=True, slots=True)
class Leave:
    """How long a viewer may stay: until `ends`, or until `has_left` says that they have signed out."""

    ends: datetime
    has_left: Callable[[], Awaitable[bool]]


@dataclass(slots=True)
class Room:
    """One piece of a page and all who look at it. `event` is it as sent, and `version` names it; `number` counts how
    often it changed. `is_late`: it could not be made again, so what is known of it is old."""

    render: Render
    html: bytes = b""
    event: bytes = b""
    version: str = ""
    number: int = 0
    viewers: int = 0
    is_late: bool = False
    changed: asyncio.Event = field(default_factory=asyncio.Event)

    async def look(self) -> None:
        """Make it again, and wake all who look at it if it is another. What cannot be made stays as it was."""
        html = await self.render()
        if html != self.html:
            self.html, self.version, self.number = html, version_of(html), self.number + 1
            self.event = event_of(html, self.version)
            self.changed.set()
            self.changed = asyncio.Event()


class Live:
    """One a process. No viewer asks the store: a room does, for all who are in it."""

    def __init__(self, bell: Bell, clock: Clock) -> None:
        self._ear = bell.listen()
        self._clock = clock
        self._rooms: dict[str, Room] = {}
        self._task: asyncio.Task[None] | None = None
        self._over = asyncio.Event()
        self._log = structlog.get_logger()

    async def answer(self, request: Request, key: str, render: Render, leave: Leave) -> Response:
        """A stream of this piece, or with `?once` the piece alone. `key` says all that it depends on. A page that holds
        the piece as it is gets it only when it has changed."""
        if "once" in request.query_params:
            return HTMLResponse(await render(), headers={"cache-control": "no-store"})
        events = self._events(key, render, leave, held_by(request, self._clock.now()))
        headers = {"cache-control": "no-store", "x-accel-buffering": "no"}
        return StreamingResponse(events, headers=headers, media_type="text/event-stream")

    def close(self) -> None:
        """End every stream, so that the server can."""
        self._over.set()
        for room in self._rooms.values():
            room.changed.set()
        if self._task:
            self._task.cancel()

    @property
    def viewers(self) -> int:
        return sum(room.viewers for room in self._rooms.values())

    async def _events(self, key: str, render: Render, leave: Leave, held: str = "") -> AsyncIterator[bytes]:
        room = self._rooms.setdefault(key, Room(render))
        room.viewers += 1
        try:
            if room.viewers == 1:
                await self._look(room)
            self._begin()
            seen = room.number if held and held == room.version else 0
            asked = perf_counter()
            while not self._over.is_set() and self._clock.now() < leave.ends:
                if perf_counter() - asked > ASKS_EVERY:
                    asked = perf_counter()
                    if await leave.has_left():
                        return
                changed = room.changed
                if room.number != seen:
                    seen = room.number
                    yield room.event
                else:
                    yield LATE if room.is_late else BEAT
                with suppress(TimeoutError):
                    async with asyncio.timeout(BEATS_EVERY):
                        await changed.wait()
        finally:
            room.viewers -= 1
            if not room.viewers:
                self._rooms.pop(key, None)

    def _begin(self) -> None:
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(self._run(), name="live")

    async def _run(self) -> None:
        """For as long as anybody looks."""
        while self._rooms and not self._over.is_set():
            await self._ear.wait(LOOKS_EVERY)
            start = perf_counter()
            for room in list(self._rooms.values()):
                await self._look(room)
            took = perf_counter() - start
            await asyncio.sleep(rest_after(took, len(self._rooms), self.viewers))

    async def _look(self, room: Room) -> None:
        try:
            await room.look()
            room.is_late = False
        except Exception as error:  # Its viewers are told that what they see is old.
            if not room.is_late:
                self._log.warning("live.late", error=type(error).__name__, exc_info=not isinstance(error, AppError))
            room.is_late = True


def rest_after(took: float, rooms: int, viewers: int) -> float:
    """Seconds until the next look, when a look at all rooms took so many."""
    return max(RESTS, min(took / SHARE, rooms * RESTS_FOR_ROOM), viewers * RESTS_FOR_EACH)


def event_of(html: bytes, version: str) -> bytes:
    """A piece of a page as a server-sent event."""
    lines = b"".join(b"data: " + line + b"\n" for line in html.splitlines())
    return b"id: " + version.encode() + b"\n" + lines + b"\n"
