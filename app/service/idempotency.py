"""The same request under the same key does its work once, and gives the same reply again."""

import asyncio
import json
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import timedelta
from weakref import WeakValueDictionary

from app.domain.errors import Conflict, StoreUnavailable, Unconfirmed
from app.service.ports import Clock, Record, Store

KIND = "idempotency"
KEPT = timedelta(hours=24)
UNDER_WAY = "idempotency-under-way"
LONGEST_WORK = timedelta(seconds=30)
"""After that a request is taken for dead, and another under its key may begin."""

LOOKS = 100
LOOK_SECONDS = 0.05
"""How often, and after how many seconds each time, to look whether whoever has begun is done."""


@dataclass(frozen=True, slots=True)
class Reply:
    """What was answered: `body` is the text as sent. `replayed`: it comes from an earlier request."""

    status: int
    body: str
    headers: Mapping[str, str] = field(default_factory=dict)
    replayed: bool = False


@dataclass(frozen=True, slots=True)
class Asked:
    """`id` stands for one key of one token, `fingerprint` for everything that was asked with it."""

    id: str
    fingerprint: str


Keep = Callable[[Reply], Sequence[Record]]
"""The records of a reply, to be stored in the same commit as what it reports."""


class Idempotency:
    """A reply is stored with the work or not at all, so a crash in between neither loses it nor does it twice.

    Two requests under one key wait for each other: those of this process in memory, those of others by a record that
    says one is under way.
    """

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock
        self._in_hand: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()

    async def answer(self, asked: Asked | None, work: Callable[[Keep], Awaitable[Reply]]) -> Reply:
        """The kept reply, else that of `work`, which stores what it is handed. `None`: the request has no key.

        Raises `Conflict` when the key was used for something else.
        """
        if asked is None:
            return await work(lambda _: ())
        async with self._in_hand.setdefault(asked.id, asyncio.Lock()):
            kept = await self._kept(asked) or await self._enter(asked)
            if kept:
                return kept
            try:
                return await work(lambda reply: (self._record(asked, reply),))
            finally:
                with suppress(StoreUnavailable):  # Then it ends by itself.
                    await self._store.delete_record(UNDER_WAY, asked.id)

    async def _enter(self, asked: Asked) -> Reply | None:
        """Begin the work, or wait for the reply of whoever has begun it."""
        for _ in range(LOOKS):
            if await self._begins(asked):
                return await self._left_meanwhile(asked)
            begun = await self._store.record(UNDER_WAY, asked.id)
            if begun and begun.expires_at and begun.expires_at <= self._clock.now():
                await self._store.delete_record(UNDER_WAY, asked.id)
            else:
                await asyncio.sleep(LOOK_SECONDS)
        raise Conflict("a request under this Idempotency-Key is still under way; ask again in a few seconds")

    async def _begins(self, asked: Asked) -> bool:
        try:
            return await self._store.add_record(self._begun(asked))
        except Unconfirmed:  # It is there, and need not outlive the server.
            return True

    async def _left_meanwhile(self, asked: Asked) -> Reply | None:
        """The reply of whoever ended their work just before this began."""
        kept = await self._kept(asked)
        if kept:
            await self._store.delete_record(UNDER_WAY, asked.id)
        return kept

    def _begun(self, asked: Asked) -> Record:
        return Record(UNDER_WAY, asked.id, "{}", self._clock.now() + LONGEST_WORK)

    async def _kept(self, asked: Asked) -> Reply | None:
        record = await self._store.record(KIND, asked.id)
        if record is None or (record.expires_at and record.expires_at <= self._clock.now()):
            return None
        body = json.loads(record.body)
        if body.pop("fingerprint") != asked.fingerprint:
            raise Conflict("this Idempotency-Key was used for another request; make a new key for a new request")
        return replace(Reply(**body), replayed=True)

    def _record(self, asked: Asked, reply: Reply) -> Record:
        body = {"status": reply.status, "body": reply.body, "headers": dict(reply.headers)}
        expires = self._clock.now() + KEPT
        return Record(KIND, asked.id, json.dumps({"fingerprint": asked.fingerprint, **body}), expires)
