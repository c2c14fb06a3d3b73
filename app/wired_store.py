"""Which store the settings name, and the clock that all who work on it go by."""

from collections.abc import Callable
from contextlib import suppress

from app.adapters.clock import SystemClock
from app.adapters.store_redis import RedisStore
from app.adapters.store_sqlite import SqliteStore
from app.config import Settings
from app.domain.errors import StoreRefused, StoreUnavailable
from app.service.migrate import KIND as MIGRATION
from app.service.migrate import UNFINISHED
from app.service.ports import Clock, Store


async def open_store(settings: Settings, ring: Callable[[], None] | None = None) -> Store:
    """The store that the settings name; `ring` is called when another process has left something to do, unless this one
    does not do such things.

    Raises `StoreRefused` for one that must not be used. A Redis that is out of reach is no error: it may come back.
    """
    if settings.is_shared:
        return await RedisStore.open(
            settings.store,
            deployment=settings.deployment,
            replicas=settings.redis_replicas,
            strict=settings.redis_durability == "strict",
            ring=None if settings.role == "api" else ring,
        )
    path = settings.store.removeprefix("sqlite:///")
    if path in ("", "/", settings.store):
        raise StoreRefused("ONCALL_STORE must name a file: sqlite:///relative/path or sqlite:////absolute/path")
    if settings.role != "all":
        raise StoreRefused(
            f"ONCALL_ROLE {settings.role} needs a store that processes can share, which a SQLite file is not: "
            "set ONCALL_STORE to a redis:// URL, or leave the role out"
        )
    return await SqliteStore.open(path)


async def refuse_half_migrated(store: Store) -> None:
    """Raises `StoreRefused` for a store that a migration was cut off in."""
    with suppress(StoreUnavailable):
        if await store.record(MIGRATION, UNFINISHED):
            await store.close()
            raise StoreRefused("this store holds half of another: run oncall-router migrate again, to its end")


def clock_of(store: Store) -> Clock:
    """The time that all who work on this store share: a Redis server's own, whatever this machine's clock says."""
    return store.clock if isinstance(store, RedisStore) else SystemClock()
