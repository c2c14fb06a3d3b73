"""The journal: what was accepted while the store is out of reach, in a folder of this replica's own disk."""

import asyncio
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import TypeVar

from app.adapters.journal_segments import Folder, Place, open_folder
from app.domain.errors import StoreUnavailable

T = TypeVar("T")

DISK_PATIENCE = 1.0
"""Seconds between two tries whether a disk that failed can be written again."""


@dataclass(slots=True)
class _Waiting:
    """An entry on its way to the disk, and who waits for it."""

    entry: bytes
    answer: "asyncio.Future[None]"


@dataclass(slots=True)
class FileJournal:
    """Whatever waits is written together and made durable by one fsync, in a thread; one process owns the folder.

    `damaged` counts entries that were found unreadable: they are passed over, and the others are kept.
    """

    _folder: Folder
    _places: deque[Place]
    _most: int
    damaged: int
    _next: int
    _used: int
    _queue: list[_Waiting] = field(default_factory=list)
    _thread: ThreadPoolExecutor = field(default_factory=lambda: ThreadPoolExecutor(1, "journal"))
    _writing: "asyncio.Task[None] | None" = None
    _healing: "asyncio.Task[None] | None" = None
    _failure: str = ""
    _full: bool = False
    _closed: bool = False

    @classmethod
    async def open(cls, folder: Path, most_bytes: int) -> "FileJournal":
        """The journal in that folder, made if need be. Raises `StoreRefused` when it is in use or cannot be written."""
        opened = await asyncio.to_thread(open_folder, folder, most_bytes)
        places, damaged = await asyncio.to_thread(opened.scan)
        last = max((place.number for place in places), default=opened.dropped)
        journal = cls(opened, deque(places), most_bytes, damaged, last + 1, opened.size())
        try:
            await journal._in_thread(opened.try_disk)
        except StoreUnavailable as error:
            journal._failed(str(error))
        return journal

    async def append(self, entry: bytes) -> None:
        """On disk when it returns. Raises `StoreUnavailable` when it is full or its disk fails; then it is not kept."""
        self._must_be_open()
        waiting = _Waiting(entry, asyncio.get_running_loop().create_future())
        self._queue.append(waiting)
        if self._writing is None or self._writing.done():
            self._writing = asyncio.create_task(self._write_all(), name="journal")
        await waiting.answer

    async def entries(self, limit: int, after: int = 0) -> Sequence[tuple[int, bytes]]:
        """The oldest that were not dropped and have a higher number than `after`, in the order of their appending."""
        self._must_be_open()
        while wanted := list(islice((place for place in self._places if place.number > after), limit)):
            read = await self._in_thread(lambda wanted=wanted: [self._folder.read(place) for place in wanted])  # type: ignore[misc]
            found = [(place.number, entry) for place, entry in zip(wanted, read, strict=True) if entry is not None]
            if len(found) < len(wanted):
                self._pass_over({place for place, entry in zip(wanted, read, strict=True) if entry is None})
            if found:
                return found
        return []

    async def drop(self, number: int) -> None:
        """Forget this entry and all before it. After a crash some that were dropped may come again."""
        self._must_be_open()
        while self._places and self._places[0].number <= number:
            self._places.popleft()
        self._used = await self._in_thread(lambda: self._folder.drop(number))
        self._full = False

    @property
    def waiting(self) -> int:
        """Entries that were not dropped yet."""
        return len(self._places)

    @property
    def room(self) -> float:
        """Which part of what it may hold is free, 0 to 1; 0 when its disk fails, and from the first entry that found no
        room until something is dropped."""
        return 0.0 if self._failure or self._full else max(0.0, 1 - self._used / self._most)

    async def close(self) -> None:
        """Write what waits and let go of the folder; what comes later is refused."""
        if self._closed:
            return
        self._closed = True
        if self._healing:
            self._healing.cancel()
        if self._writing:
            await self._writing
        await asyncio.to_thread(self._thread.shutdown)
        self._folder.close()

    def _pass_over(self, unreadable: set[Place]) -> None:
        """They wait no longer, so that they are counted once and the journal can become empty."""
        before = len(self._places)
        self._places = deque(place for place in self._places if place not in unreadable)
        self.damaged += before - len(self._places)

    def _must_be_open(self) -> None:
        if self._closed:
            raise StoreUnavailable("the journal is closed")

    async def _in_thread(self, work: Callable[[], T]) -> T:
        try:
            return await asyncio.get_running_loop().run_in_executor(self._thread, work)
        except OSError as error:
            raise StoreUnavailable(f"the journal cannot be used: {error.strerror}") from error

    async def _write_all(self) -> None:
        while self._queue:
            batch, self._queue = self._fitting(self._queue), []
            if not batch:
                continue
            entries = [(self._next + n, waiting.entry) for n, waiting in enumerate(batch)]
            self._next += len(batch)
            try:
                places = await self._in_thread(lambda entries=entries: self._folder.write(entries))  # type: ignore[misc]
            except StoreUnavailable as error:
                self._failed(str(error))
                _answer(batch, error)
            else:
                self._failure = ""
                self._places.extend(places)
                self._used += sum(place.length for place in places)
                _answer(batch, None)

    def _fitting(self, queue: list[_Waiting]) -> list[_Waiting]:
        """Those for which there is room; the others are refused."""
        fitting: list[_Waiting] = []
        used = self._used
        for waiting in queue:
            length = Folder.length_of(waiting.entry)
            if used + length <= self._most:
                used += length
                fitting.append(waiting)
            else:
                self._full = self._full or length <= self._most
                full = f"the journal is full: {self.waiting} entries wait for the store to come back"
                _answer([waiting], StoreUnavailable(full))
        return fitting

    def _failed(self, reason: str) -> None:
        """There is no room until the disk takes something again, which is tried though nobody asks."""
        self._failure = reason
        if not self._closed and (self._healing is None or self._healing.done()):
            self._healing = asyncio.create_task(self._until_healed(), name="journal disk")

    async def _until_healed(self) -> None:
        while self._failure:
            await asyncio.sleep(DISK_PATIENCE)
            with suppress(StoreUnavailable):
                await self._in_thread(self._folder.try_disk)
                self._failure = ""


def _answer(batch: Sequence[_Waiting], error: StoreUnavailable | None) -> None:
    for waiting in batch:
        if waiting.answer.done():
            continue
        if error:
            waiting.answer.set_exception(error)
        else:
            waiting.answer.set_result(None)
