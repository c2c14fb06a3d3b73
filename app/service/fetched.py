"""What a source needs from outside to check a proof: fetched once for all who wait for it, kept while it is good."""

import asyncio
from collections.abc import Callable
from datetime import datetime
from functools import partial

from app.domain.errors import OutsideUnavailable
from app.service.ports import Clock
from app.service.source_ports import Outside

MOST_KEPT = 64
MOST_AT_ONCE = 8
"""Different addresses that are fetched at the same time: a stranger can name many, and each costs a connection."""

GoodUntil = Callable[[bytes], datetime | None]


class Fetched:
    """Bodies by address. The addresses are the sources' to judge: whatever is asked for here is fetched."""

    def __init__(self, outside: Outside, clock: Clock) -> None:
        self._outside = outside
        self._clock = clock
        self._kept: dict[str, tuple[bytes, datetime]] = {}
        self._underway: dict[str, asyncio.Task[bytes]] = {}

    async def get(self, url: str, good_until: GoodUntil) -> bytes:
        """What lies there, or lay there a while ago and is still good. Raises `OutsideUnavailable`, also for what is of
        no use: a page of a proxy in between says nothing of the sender."""
        body, until = self._kept.get(url, (b"", None))
        if until and self._clock.now() < until:
            return body
        return await asyncio.shield(self._underway.get(url) or self._start(url, good_until))

    async def visit(self, url: str) -> None:
        """Fetch it once, for what that does over there. Raises `OutsideUnavailable`."""
        await self._outside.fetch(url)

    def _start(self, url: str, good_until: GoodUntil) -> asyncio.Task[bytes]:
        """One fetch, whoever waits for it: it goes on when the first who asked has hung up."""
        if len(self._underway) >= MOST_AT_ONCE:
            raise OutsideUnavailable(f"{MOST_AT_ONCE} other addresses are being fetched already")
        task = asyncio.create_task(self._fetch(url, good_until))
        self._underway[url] = task
        task.add_done_callback(partial(self._ended, url))
        return task

    def _ended(self, url: str, task: asyncio.Task[bytes]) -> None:
        del self._underway[url]
        if not task.cancelled():
            task.exception()  # Looked at, so that nobody complains when nobody waits for it any more.

    async def _fetch(self, url: str, good_until: GoodUntil) -> bytes:
        body = await self._outside.fetch(url)
        until = good_until(body)
        if until is None:
            raise OutsideUnavailable("what was fetched to check the proof is of no use for that")
        if self._clock.now() < until:
            self._kept[url] = (body, until)
            if len(self._kept) > MOST_KEPT:
                del self._kept[next(iter(self._kept))]
        return body
