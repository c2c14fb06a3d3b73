"""One server: connections for calls and one for the heartbeat, its time, and whether it is one that may be used."""

from collections.abc import Sequence
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import Any

from redis.asyncio import Redis
from redis.asyncio.connection import BlockingConnectionPool

from app.adapters.store_redis.clock import ServerClock
from app.adapters.store_redis.durability import Facts, inspect
from app.adapters.store_redis.failures import LOST, Elsewhere
from app.adapters.store_redis.keys import Keys
from app.adapters.store_redis.scripts import EVERY
from app.adapters.store_redis.where import Address, Options, once
from app.domain.errors import StoreRefused

SCHEMA = 1
OLDEST = (6, 2)

CONNECTIONS = 16
POOL_WITHIN = 4.0
"""Seconds that a call waits for a connection of its own."""

PULSE_WITHIN = 1.5
"""Seconds in which a server that can be used answers the heartbeat."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_A_WEEK_MS = 7 * 24 * 60 * 60 * 1000


class Server:
    """`run` is another one whenever the server was started anew; `was_empty`: it held nothing of the deployment when it
    was felt last."""

    def __init__(self, address: Address, options: Options, keys: Keys) -> None:
        self.address = address
        self.calls = _client(address, {**once(), **options}, CONNECTIONS)
        self.run = ""
        self.was_empty = False
        self._pulse = _client(address, {**once(), **options, "socket_timeout": PULSE_WITHIN}, 1)
        self._keys = keys

    async def feel(self, clock: ServerClock) -> None:
        """Read its time. Raises `Elsewhere` when it is no primary, `StoreRefused` when a newer version was here."""
        pulse = self._pulse.pipeline(transaction=False)
        pulse.time()
        pulse.info("server")
        pulse.info("replication")
        pulse.get(self._keys.schema)
        sent = clock.steady()
        (seconds, microseconds), server, replication, schema = await pulse.execute()
        clock.learn(_EPOCH + timedelta(seconds=seconds, microseconds=microseconds), sent, clock.steady())
        if replication["role"] != "master":
            raise Elsewhere("it is a replica and takes no writes")
        _refuse_old(str(server["redis_version"]))
        _refuse_newer(schema)
        self.was_empty = schema is None
        if schema is None:
            await self._pulse.set(self._keys.schema, SCHEMA, nx=True)
        self.run = str(server["run_id"])

    async def prepare(self) -> Facts:
        """Teach it the scripts, which it forgets when it is restarted, and read its settings."""
        pulse = self._pulse.pipeline(transaction=False)
        for script in EVERY:
            pulse.execute_command("SCRIPT LOAD", script.text)
        await pulse.execute()
        return await inspect(self._pulse)

    async def remember(self, ops: Sequence[str]) -> None:
        """Keep the marks of these calls, if they are there, for a week."""
        pipeline = self._pulse.pipeline(transaction=False)
        for op in ops:
            pipeline.pexpire(self._keys.done(op), _A_WEEK_MS)
        await pipeline.execute()

    async def close(self) -> None:
        for client in (self.calls, self._pulse):
            with suppress(*LOST):
                await client.aclose()


def _client(address: Address, options: dict[str, Any], connections: int) -> "Redis":
    host, port = address
    pool = BlockingConnectionPool(host=host, port=port, max_connections=connections, timeout=POOL_WITHIN, **options)
    return Redis.from_pool(pool)


def _refuse_old(version: str) -> None:
    if tuple(int(part) for part in version.split(".")[:2]) < OLDEST:
        raise StoreRefused(f"the server is Redis {version}, which is too old: use Redis 6.2 or newer, or Valkey")


def _refuse_newer(schema: bytes | None) -> None:
    if schema is not None and int(schema) > SCHEMA:
        raise StoreRefused(
            f"the store was written by a newer version (schema {int(schema)}, this one knows {SCHEMA}): "
            "run that version, or name another deployment"
        )
