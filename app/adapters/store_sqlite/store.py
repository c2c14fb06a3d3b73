"""The store's port on SQLite: each method queues one piece of work for the thread that owns the file."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from types import MappingProxyType

from app.adapters.store_sqlite import due, incidents, outbox, records, whole
from app.adapters.store_sqlite.file import open_file
from app.adapters.store_sqlite.thread import StoreThread
from app.domain.incident import AlertRow, Decision, Entry, Incident, KnownKey
from app.domain.notification import Notification
from app.service.ports import Backlog, IncidentQuery, Loaded, Parcel, Record, Trail


class SqliteStore:
    """A `Store` in one file, used from the event loop that opened it and by no other process."""

    def __init__(self, thread: StoreThread) -> None:
        self._thread = thread

    @classmethod
    async def open(cls, path: Path | str) -> "SqliteStore":
        """Raises `StoreRefused`, with what to do, for a file that must not or cannot be used."""
        file = await asyncio.to_thread(open_file, Path(path))
        return cls(StoreThread(file, asyncio.get_running_loop()))

    @property
    def transactions(self) -> int:
        """Transactions committed so far; many calls may share one."""
        return self._thread.transactions

    async def load(self, keys: Sequence[str], ids: Sequence[str]) -> Loaded:
        return await self._thread.read(lambda c: incidents.load(c, keys, ids))

    async def commit(
        self,
        decisions: Sequence[Decision],
        records: Sequence[Record] = (),
        seen: Mapping[str, KnownKey | None] = MappingProxyType({}),
        notices: Sequence[Notification] = (),
        fresh: Sequence[Record] = (),
    ) -> None:
        await self._thread.write(lambda c: incidents.commit(c, decisions, records, seen, notices, fresh))

    async def claim_due(self, now: datetime, lease: timedelta, limit: int) -> Sequence[str]:
        return await self._thread.read(lambda c: due.claim_incidents(c, now, lease, limit))

    async def claim_notifications(self, now: datetime, lease: timedelta, limit: int) -> Sequence[Notification]:
        return await self._thread.read(lambda c: due.claim_notifications(c, now, lease, limit))

    async def settle(self, notifications: Sequence[Notification]) -> None:
        await self._thread.write(lambda c: outbox.settle(c, notifications))

    async def amend(self, incident: str, key: str, change: Callable[[Notification], Notification]) -> bool:
        return await self._thread.write(lambda c: outbox.amend(c, incident, key, change))

    async def backlog(self, now: datetime) -> Backlog:
        return await self._thread.read(lambda c: due.backlog(c, now))

    async def next_due(self) -> datetime | None:
        return await self._thread.read(due.next_due)

    async def incidents(self, query: IncidentQuery) -> Sequence[Incident]:
        return await self._thread.read(lambda c: incidents.page(c, query))

    async def alerts(self, incident: str, limit: int, after: str = "") -> Sequence[AlertRow]:
        return await self._thread.read(lambda c: incidents.alerts(c, incident, limit, after))

    async def timeline(self, incident: str) -> Sequence[Entry]:
        return await self._thread.read(lambda c: incidents.timeline(c, incident))

    async def notifications(self, incident: str) -> Sequence[Notification]:
        return await self._thread.read(lambda c: outbox.of_incident(c, incident))

    async def trails(self, incidents: Sequence[str]) -> Sequence[Trail]:
        return await self._thread.read(lambda c: whole.trails(c, incidents))

    async def record(self, kind: str, id: str) -> Record | None:
        return await self._thread.read(lambda c: records.get(c, kind, id))

    async def records(self, kind: str, limit: int = 1000, before: str = "") -> Sequence[Record]:
        return await self._thread.read(lambda c: records.page(c, kind, limit, before))

    async def add_record(self, record: Record, keep: int | None = None) -> bool:
        return await self._thread.write(lambda c: records.add(c, record, keep))

    async def put_record(self, record: Record) -> None:
        await self._thread.write(lambda c: records.put(c, [record]))

    async def delete_record(self, kind: str, id: str) -> None:
        await self._thread.write(lambda c: records.delete(c, kind, id))

    async def sweep(self, now: datetime) -> int:
        return await self._thread.write(lambda c: records.sweep(c, now))

    async def applied(self, doubt: str) -> bool:
        """Nothing is ever in doubt here: a COMMIT has returned, or it is rolled back."""
        return False

    async def forget(self, resolved_before: datetime, limit: int) -> int:
        return await self._thread.write(lambda c: whole.forget(c, resolved_before, limit))

    async def parcels(self, after: str, limit: int) -> Sequence[Parcel]:
        return await self._thread.read(lambda c: whole.pack(c, after, limit))

    async def every_record(self, after: tuple[str, str], limit: int) -> Sequence[Record]:
        return await self._thread.read(lambda c: records.every(c, after, limit))

    async def notices(self, after: str, limit: int) -> Sequence[Notification]:
        return await self._thread.read(lambda c: outbox.notices(c, after, limit))

    async def unpack(
        self, parcels: Sequence[Parcel], records: Sequence[Record], notices: Sequence[Notification] = ()
    ) -> None:
        await self._thread.write(lambda c: whole.unpack(c, parcels, records, notices))

    async def close(self) -> None:
        """Carry out what is queued and let go of the file; calls that come later are refused."""
        await self._thread.close()
