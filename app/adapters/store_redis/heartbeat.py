"""Finds the primary, looks after it every half second, and says whether it can be used."""

import asyncio
from contextlib import suppress
from math import inf

from redis.asyncio import Redis

from app.adapters.store_redis.clock import ServerClock
from app.adapters.store_redis.confirming import Confirmation
from app.adapters.store_redis.durability import judge
from app.adapters.store_redis.ending import end
from app.adapters.store_redis.failures import LOST, reason_of
from app.adapters.store_redis.keys import Keys
from app.adapters.store_redis.server import Server
from app.adapters.store_redis.where import Where
from app.domain.errors import StoreRefused, StoreUnavailable

BEAT = 0.5
INSPECT_EVERY = 60.0
"""Seconds."""

UNSURE_WITHIN = 1.5
"""Seconds for which a new call waits to hear whether the server is there: whoever sent the alert waits, too."""

NEXT_WITHIN = 4.0
MOST_DOUBTS = 1000
CAME_BACK_EMPTY = (
    "the store came back empty: incidents that were open, and tokens, are gone; "
    "stop all processes and restore the server's file if there is a copy"
)


class Heartbeat:
    """Up; or away, with a `reason`; or unsure, from a call's failure until the beat that follows at once.

    `doubts` are what is weaker than the promise, or soon may be, as sentences for the log.
    """

    def __init__(self, where: Where, keys: Keys, clock: ServerClock, confirmation: Confirmation, strict: bool) -> None:
        self.reason = "it was not looked for yet"
        self._weaknesses: tuple[str, ...] = ()
        self._where = where
        self._keys = keys
        self._clock = clock
        self._confirmation = confirmation
        self._strict = strict
        self._server: Server | None = None
        self._found_at = -inf
        self._inspected_at = -inf
        self._inspected_run = ""
        self._sure = asyncio.Event()
        self._up = asyncio.Event()
        self._hurry = asyncio.Event()
        self._unanswered: list[str] = []
        self._task: asyncio.Task[None] | None = None
        self._was_used = False
        self._came_back_empty = False

    @property
    def doubts(self) -> tuple[str, ...]:
        return (*self._weaknesses, CAME_BACK_EMPTY) if self._came_back_empty else self._weaknesses

    @property
    def is_up(self) -> bool:
        return self._up.is_set()

    async def start(self) -> None:
        """Look for the server once, then go on in the background. Raises `StoreRefused` for one not to be used."""
        try:
            await self._beat()
        except StoreRefused:
            await self.close()
            raise
        except Exception as error:
            await self._away(reason_of(error))
        self._task = asyncio.create_task(self._beat_on(), name="store heartbeat")

    async def close(self) -> None:
        await end(self._task)
        await self._away("it is closed")

    async def client(self) -> Redis:
        """A client of the primary. Raises `StoreUnavailable` when there is none, or it is not known for too long."""
        try:
            async with asyncio.timeout(UNSURE_WITHIN):
                await self._sure.wait()
        except TimeoutError:
            raise StoreUnavailable(f"the store cannot be reached: {self.reason}") from None
        if self._server is None or not self.is_up:
            raise StoreUnavailable(f"the store cannot be reached: {self.reason}")
        return self._server.calls

    async def next_client(self) -> Redis:
        """The same for a call that has failed and has time left: waits until there is one, though not for ever, since
        the client library may swallow the caller's own time-out. Raises `TimeoutError`."""
        async with asyncio.timeout(NEXT_WITHIN):
            await self._up.wait()
        return await self.client()

    def suspect(self, client: Redis, reason: str) -> None:
        """A call has failed on this client: have the server looked for and felt at once."""
        if self._server and client is self._server.calls and self.is_up:
            self.reason = reason
            self._found_at = -inf
            self._up.clear()
            self._sure.clear()
        self._hurry.set()

    def doubt(self, op: str) -> None:
        """Somebody may ask much later whether this call was carried out: the server shall remember it for long."""
        self._unanswered = [*self._unanswered, op][-MOST_DOUBTS:]
        self._hurry.set()

    async def _beat_on(self) -> None:
        while True:
            with suppress(TimeoutError):
                async with asyncio.timeout(BEAT):
                    await self._hurry.wait()
            self._hurry.clear()
            try:
                await self._beat()
            except Exception as error:
                await self._away(reason_of(error))

    async def _beat(self) -> None:
        server = await self._find()
        await server.feel(self._clock)
        self._came_back_empty |= self._was_used and server.was_empty
        self._was_used = True
        await self._inspect(server)
        if self._unanswered:
            await server.remember(self._unanswered)
            self._unanswered = []
        self.reason = ""
        self._up.set()
        self._sure.set()

    async def _away(self, reason: str) -> None:
        self.reason = reason
        self._up.clear()
        self._sure.set()
        server, self._server = self._server, None
        if server:
            await server.close()

    async def _find(self) -> Server:
        """The server, which is another one when the primary has moved."""
        now = self._clock.steady()
        if self._server and now < self._found_at + self._where.look_again:
            return self._server
        try:
            address = await self._where.find(self._keys.schema)
        except LOST:
            if self._server is None:
                raise
            self._found_at = now
            return self._server  # Nobody says where the primary is, but it was here a moment ago and may be still.
        self._found_at = now
        if self._server is None or self._server.address != address:
            await self._away("another server has become the primary")
            self._server = Server(address, self._where.options, self._keys)
        return self._server

    async def _inspect(self, server: Server) -> None:
        now = self._clock.steady()
        if server.run == self._inspected_run and now < self._inspected_at + INSPECT_EVERY:
            return
        verdict = judge(await server.prepare(), self._confirmation.replicas, self._where.fails_over)
        if verdict.faults and self._strict:
            raise StoreRefused("; ".join(verdict.faults))
        self._weaknesses = (*verdict.faults, *verdict.remarks)
        self._inspected_run, self._inspected_at = server.run, now
