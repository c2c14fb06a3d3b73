"""Wake-ups over pub/sub: a commit says that there is something to do, and the other replicas look at once."""

import asyncio
from collections.abc import Callable

from app.adapters.store_redis.ending import end
from app.adapters.store_redis.heartbeat import Heartbeat

AGAIN = 1.0
"""Seconds until it is tried again; in the meantime the loops poll."""


class Wakeups:
    """Calls `ring` for each wake-up of others. Losing some, or the connection, costs one poll and nothing else."""

    def __init__(self, heartbeat: Heartbeat, channel: str, name: str, ring: Callable[[], None]) -> None:
        self._heartbeat = heartbeat
        self._channel = channel
        self._name = name.encode()
        self._ring = ring
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        self._task = asyncio.create_task(self._listen_on(), name="store wake-ups")

    async def close(self) -> None:
        await end(self._task)

    async def _listen_on(self) -> None:
        while True:
            try:
                await self._listen()
            except Exception:
                await asyncio.sleep(AGAIN)

    async def _listen(self) -> None:
        """Until the server is another one."""
        client = await self._heartbeat.client()
        async with client.pubsub(ignore_subscribe_messages=True) as heard:
            await heard.subscribe(self._channel)
            while await self._heartbeat.client() is client:
                message = await heard.get_message(timeout=AGAIN)
                if message and message["data"] != self._name:
                    self._ring()
