"""The one thread that owns the connection: it takes whatever is queued and runs it in one transaction."""

import asyncio
import sqlite3
import threading
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from queue import Empty, SimpleQueue
from typing import Any, TypeVar

from app.adapters.store_sqlite.failures import unavailable
from app.adapters.store_sqlite.file import OpenFile
from app.domain.errors import AppError, StoreUnavailable

T = TypeVar("T")
Work = Callable[[sqlite3.Connection], T]

AT_MOST = 256
"""Calls in one transaction, so that nobody waits behind an endless one."""


@dataclass(frozen=True, slots=True)
class Call:
    """Work and who waits for it. An `AppError` that the work raises is its answer, and it has written nothing then."""

    work: Work[Any]
    writes: bool
    future: asyncio.Future[Any]


@dataclass(frozen=True, slots=True)
class Answer:
    call: Call
    result: Any = None
    error: BaseException | None = None


class StoreThread:
    """Answers each call after the COMMIT that covers it has returned; `transactions` counts those commits.

    A call whose caller has gone is carried out all the same. When a transaction fails by a fault in one call, they are
    run again one by one, so that none suffers from another's; when the disk fails, reads are.
    """

    def __init__(self, file: OpenFile, loop: asyncio.AbstractEventLoop) -> None:
        self.transactions = 0
        self._file = file
        self._connection = file.connection
        self._loop = loop
        self._queue: SimpleQueue[Call | None] = SimpleQueue()
        self._closed = False
        self._thread = threading.Thread(target=self._run, name="store", daemon=True)
        self._thread.start()

    async def read(self, work: Work[T]) -> T:
        """Work that changes nothing on disk."""
        return await self._call(work, writes=False)

    async def write(self, work: Work[T]) -> T:
        """Work that is on disk when this returns."""
        return await self._call(work, writes=True)

    async def _call(self, work: Work[T], writes: bool) -> T:
        if self._closed:
            raise StoreUnavailable("the store is closed")
        future: asyncio.Future[T] = self._loop.create_future()
        self._queue.put(Call(work, writes, future))
        return await future

    async def close(self) -> None:
        """Carry out what is queued, refuse what comes later."""
        if not self._closed:
            self._closed = True
            self._queue.put(None)
        await asyncio.shield(asyncio.to_thread(self._thread.join))

    def _run(self) -> None:
        while batch := self._take():
            self._answer(self._together(batch))
        self._file.close()

    def _take(self) -> list[Call]:
        """At least one call, and all that came in the meantime; none at the end."""
        batch: list[Call] = []
        call = self._queue.get()
        with suppress(Empty):
            while call is not None:
                batch.append(call)
                if len(batch) == AT_MOST:
                    return batch
                call = self._queue.get_nowait()
            if batch:
                self._queue.put(None)
        return batch

    def _together(self, batch: Sequence[Call]) -> list[Answer]:
        try:
            return self._transaction(batch)
        except Exception as error:
            if len(batch) == 1:
                return [Answer(batch[0], error=unavailable(error))]
            return [answer for call in batch for answer in self._apart(call, error)]

    def _apart(self, call: Call, error: Exception) -> list[Answer]:
        """A call of a transaction that failed: a disk that refuses one write refuses them all, for now."""
        failure = unavailable(error)
        if call.writes and isinstance(failure, StoreUnavailable):
            return [Answer(call, error=failure)]
        return self._together([call])

    def _transaction(self, batch: Sequence[Call]) -> list[Answer]:
        if not any(call.writes for call in batch):
            return [self._alone(call) for call in batch]
        self._file.check()
        try:
            self._connection.execute("BEGIN IMMEDIATE")
            answers = [self._one(call) for call in batch]
            self._connection.execute("COMMIT")
        except BaseException:
            self._roll_back()
            raise
        self.transactions += 1
        return answers

    def _alone(self, call: Call) -> Answer:
        try:
            return self._one(call)
        except Exception as error:
            return Answer(call, error=unavailable(error))

    def _one(self, call: Call) -> Answer:
        try:
            return Answer(call, call.work(self._connection))
        except AppError as error:
            return Answer(call, error=error)

    def _roll_back(self) -> None:
        """SQLite may have done it already (disk full, I/O error)."""
        with suppress(sqlite3.Error):
            if self._connection.in_transaction:
                self._connection.execute("ROLLBACK")

    def _answer(self, answers: Sequence[Answer]) -> None:
        with suppress(RuntimeError):  # The loop is gone, and with it everybody who waited.
            self._loop.call_soon_threadsafe(_settle, answers)


def _settle(answers: Sequence[Answer]) -> None:
    for answer in answers:
        future = answer.call.future
        if future.done():
            continue
        if answer.error is None:
            future.set_result(answer.result)
        else:
            future.set_exception(answer.error)
