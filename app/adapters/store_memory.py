"""The store port in memory, so that the machine of the incident can be run thousands of times."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from app.domain.errors import Conflict
from app.domain.incident import Decision, Entry, Incident, KnownKey
from app.domain.notification import Notification
from app.service.ports import Backlog, Loaded, Record


@dataclass(slots=True)
class MemoryStore:
    """Enough of the port for the loops: everything that commits, claims and settles."""

    incidents_by_id: dict[str, Incident] = field(default_factory=dict)
    keys: dict[str, KnownKey] = field(default_factory=dict)
    outbox: dict[str, Notification] = field(default_factory=dict)
    entries: dict[str, list[Entry]] = field(default_factory=dict)
    leases: dict[str, datetime] = field(default_factory=dict)

    async def load(self, keys: Sequence[str], ids: Sequence[str]) -> Loaded:
        known = {key: self.keys[key] for key in keys if key in self.keys}
        wanted = {*ids, *(one.incident for one in known.values())}
        return Loaded({id: self.incidents_by_id[id] for id in wanted if id in self.incidents_by_id}, known)

    async def commit(self, decisions: Sequence[Decision], records: Sequence[Record] = ()) -> None:
        for decision in decisions:
            incident = decision.incident
            assert incident is not None
            before = self.incidents_by_id.get(incident.id)
            if incident.version != (before.version if before else 0) + 1:
                raise Conflict(incident.id)
            self.incidents_by_id[incident.id] = incident
            self.leases.pop(incident.id, None)
            self.keys |= {row.key: KnownKey(row.incident, row.firing, row.episode) for row in decision.alerts}
            self.keys |= {key: KnownKey(incident.id, False, incident.episode) for key in decision.keys}
            for notification in decision.notifications:
                self.outbox.setdefault(notification.key, notification)
            self.entries.setdefault(incident.id, []).extend(decision.timeline)

    async def claim_due(self, now: datetime, lease: timedelta, limit: int) -> Sequence[str]:
        due = [one for one in self.incidents_by_id.values() if self._is_due(one.id, one.due_at, now)]
        taken = [one.id for one in sorted(due, key=lambda one: (one.due_at, one.id))[:limit]]
        self.leases |= dict.fromkeys(taken, now + lease)
        return taken

    async def claim_notifications(self, now: datetime, lease: timedelta, limit: int) -> Sequence[Notification]:
        due = [one for one in self.outbox.values() if self._is_due(one.key, one.due_at, now)]
        taken = sorted(due, key=lambda one: (one.due_at, one.key))[:limit]
        self.leases |= {one.key: now + lease for one in taken}
        return taken

    async def settle(self, notifications: Sequence[Notification]) -> None:
        for one in notifications:
            self.outbox[one.key] = one
            self.leases.pop(one.key, None)

    async def backlog(self, now: datetime) -> Backlog:
        timers = [one.due_at for one in self.incidents_by_id.values() if one.due_at and one.due_at <= now]
        rows = [one.due_at for one in self.outbox.values() if one.due_at and one.due_at <= now]
        return Backlog(len(timers), min(timers, default=None), len(rows), min(rows, default=None))

    async def next_due(self) -> datetime | None:
        every = [(one.id, one.due_at) for one in self.incidents_by_id.values()]
        every += [(one.key, one.due_at) for one in self.outbox.values()]
        return min((max(due, self.leases.get(key, due)) for key, due in every if due), default=None)

    async def timeline(self, incident: str) -> Sequence[Entry]:
        return self.entries.get(incident, [])

    async def notifications(self, incident: str) -> Sequence[Notification]:
        return sorted((one for one in self.outbox.values() if one.incident == incident), key=lambda one: one.key)

    def _is_due(self, key: str, due: datetime | None, now: datetime) -> bool:
        return due is not None and max(due, self.leases.get(key, due)) <= now
