"""The store's port on Redis: each method is one call of the primary, or a few."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from secrets import token_hex
from types import MappingProxyType

from app.adapters.store_redis import due, incidents, moving, records
from app.adapters.store_redis.address import parse
from app.adapters.store_redis.clock import ServerClock
from app.adapters.store_redis.confirming import Confirmation
from app.adapters.store_redis.heartbeat import Heartbeat
from app.adapters.store_redis.keys import Keys
from app.adapters.store_redis.outbox import Outbox
from app.adapters.store_redis.primary import Primary
from app.adapters.store_redis.wakeups import Wakeups
from app.domain.incident import AlertRow, Decision, Entry, Incident, KnownKey
from app.domain.notification import Notification
from app.service.ports import Backlog, IncidentQuery, Loaded, Parcel, Record, Trail

POLL = timedelta(seconds=1)
"""What falls due later than this the other replicas find by polling."""


class RedisStore:
    """A `Store` that any number of replicas share. `clock` is the server's, and so the same for all of them."""

    def __init__(self, heartbeat: Heartbeat, primary: Primary, keys: Keys, clock: ServerClock, name: str) -> None:
        self.clock = clock
        self._heartbeat = heartbeat
        self._primary = primary
        self._keys = keys
        self._name = name
        self._outbox = Outbox(primary, keys)
        self._wakeups: Wakeups | None = None

    @classmethod
    async def open(
        cls,
        url: str,
        deployment: str = "oncall",
        replicas: int = 0,
        strict: bool = True,
        ring: Callable[[], None] | None = None,
        clock: ServerClock | None = None,
    ) -> "RedisStore":
        """Raises `StoreRefused`, with what to do, for a URL or a server that must not be used.

        One that cannot be reached is no error: every call then raises `StoreUnavailable` until it can. A commit counts
        when `replicas` have it. Not `strict`: weak settings of the server are not refused but told by `doubts`. `ring`
        is called when another replica has left something to do; without one, nobody listens.
        """
        keys, clock, confirmation, name = Keys(deployment), clock or ServerClock(), Confirmation(replicas), token_hex(8)
        heartbeat = Heartbeat(parse(url), keys, clock, confirmation, strict)
        await heartbeat.start()
        store = cls(heartbeat, Primary(heartbeat, keys, confirmation), keys, clock, name)
        if ring:
            store._wakeups = Wakeups(heartbeat, keys.named("bell"), name, ring)
            store._wakeups.start()
        return store

    @property
    def is_up(self) -> bool:
        return self._heartbeat.is_up

    @property
    def reason(self) -> str:
        """Why the store is away; empty while it is not."""
        return self._heartbeat.reason

    @property
    def doubts(self) -> tuple[str, ...]:
        """What is weaker than the promise, or off, as sentences for the log."""
        ahead = self.clock.ahead
        if ahead < POLL:
            return self._heartbeat.doubts
        return (
            *self._heartbeat.doubts,
            f"the server's clock went back by {ahead.total_seconds():.0f} s more than was caught up with: "
            "until then time passes at half speed here; see that the server's clock is set by NTP",
        )

    async def load(self, keys: Sequence[str], ids: Sequence[str]) -> Loaded:
        return await incidents.load(self._primary, keys, ids)

    async def commit(
        self,
        decisions: Sequence[Decision],
        records: Sequence[Record] = (),
        seen: Mapping[str, KnownKey | None] = MappingProxyType({}),
        notices: Sequence[Notification] = (),
        fresh: Sequence[Record] = (),
    ) -> None:
        await incidents.commit(self._primary, decisions, records, seen, notices, fresh, self._wakes)

    async def applied(self, doubt: str) -> bool:
        return await self._primary.was_carried_out(doubt)

    async def claim_due(self, now: datetime, lease: timedelta, limit: int) -> Sequence[str]:
        return [id.decode() for id in await due.claim(self._primary, now, lease, limit, outbox=False)]

    async def claim_notifications(self, now: datetime, lease: timedelta, limit: int) -> Sequence[Notification]:
        return await self._outbox.claim(now, lease, limit)

    async def settle(self, notifications: Sequence[Notification]) -> None:
        await self._outbox.settle(notifications)

    async def amend(self, incident: str, key: str, change: Callable[[Notification], Notification]) -> bool:
        return await self._outbox.amend(incident, key, change)

    async def backlog(self, now: datetime) -> Backlog:
        return await due.backlog(self._primary, self._keys, now)

    async def next_due(self) -> datetime | None:
        return await due.next_due(self._primary, self._keys)

    async def incidents(self, query: IncidentQuery) -> Sequence[Incident]:
        return await incidents.page(self._primary, self._keys, query)

    async def alerts(self, incident: str, limit: int, after: str = "") -> Sequence[AlertRow]:
        return await incidents.alerts(self._primary, self._keys, incident, limit, after)

    async def timeline(self, incident: str) -> Sequence[Entry]:
        return await incidents.timeline(self._primary, self._keys, incident)

    async def notifications(self, incident: str) -> Sequence[Notification]:
        return await self._outbox.of_incident(incident)

    async def trails(self, incidents: Sequence[str]) -> Sequence[Trail]:
        return await moving.trails(self._primary, self._keys, incidents)

    async def record(self, kind: str, id: str) -> Record | None:
        return await records.get(self._primary, self._keys, kind, id)

    async def records(self, kind: str, limit: int = 1000, before: str = "") -> Sequence[Record]:
        return await records.page(self._primary, self._keys, kind, limit, before)

    async def add_record(self, record: Record, keep: int | None = None) -> bool:
        return await records.add(self._primary, record, keep)

    async def put_record(self, record: Record) -> None:
        await records.put(self._primary, [record])

    async def delete_record(self, kind: str, id: str) -> None:
        await records.delete(self._primary, kind, id)

    async def sweep(self, now: datetime) -> int:
        return await records.sweep(self._primary, now)

    async def forget(self, resolved_before: datetime, limit: int) -> int:
        return await moving.forget(self._primary, self._keys, resolved_before, limit)

    async def parcels(self, after: str, limit: int) -> Sequence[Parcel]:
        return await moving.parcels(self._primary, self._keys, after, limit)

    async def every_record(self, after: tuple[str, str], limit: int) -> Sequence[Record]:
        return await records.every(self._primary, self._keys, after, limit)

    async def notices(self, after: str, limit: int) -> Sequence[Notification]:
        return await moving.notices(self._primary, self._keys, after, limit)

    async def unpack(
        self, parcels: Sequence[Parcel], records: Sequence[Record], notices: Sequence[Notification] = ()
    ) -> None:
        await moving.unpack(self._primary, parcels, records, notices)

    async def close(self) -> None:
        if self._wakeups:
            await self._wakeups.close()
        await self._heartbeat.close()

    def _wakes(self, due_at: datetime | None) -> str | None:
        """Our name, when what falls due then is worth waking the others for."""
        return self._name if due_at and due_at <= self.clock.now() + POLL else None
