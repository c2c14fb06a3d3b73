"""The working store in memory: for an outage of the real one, and so that tests can run it thousands of times."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from types import MappingProxyType

from app.domain.errors import Conflict
from app.domain.incident import AlertRow, Decision, Entry, Incident, KnownKey, Outcome
from app.domain.notification import Notification
from app.service.ports import Backlog, Loaded, Record


@dataclass(slots=True)
class _Belongings:
    """What belongs to one incident: keys that have led to it, its alerts by key, and the keys of its rows."""

    keys: set[str] = field(default_factory=set)
    alerts: dict[str, AlertRow] = field(default_factory=dict)
    notifications: list[str] = field(default_factory=list)


@dataclass(slots=True)
class MemoryStore:
    """Everything that commits, claims and settles; records are not kept. Rows of an incident that `tells` refuses stay
    where they are, due or not."""

    incidents_by_id: dict[str, Incident] = field(default_factory=dict)
    keys: dict[str, KnownKey] = field(default_factory=dict)
    outbox: dict[str, Notification] = field(default_factory=dict)
    entries: dict[str, list[Entry]] = field(default_factory=dict)
    leases: dict[str, datetime] = field(default_factory=dict)
    belongings: dict[str, _Belongings] = field(default_factory=dict)
    tells: Callable[[Incident], bool] = lambda incident: True

    async def load(self, keys: Sequence[str], ids: Sequence[str]) -> Loaded:
        known = {key: self.keys[key] for key in keys if key in self.keys}
        wanted = {*ids, *(one.incident for one in known.values())}
        return Loaded({id: self.incidents_by_id[id] for id in wanted if id in self.incidents_by_id}, known)

    async def commit(
        self,
        decisions: Sequence[Decision],
        records: Sequence[Record] = (),
        seen: Mapping[str, KnownKey | None] = MappingProxyType({}),
        notices: Sequence[Notification] = (),
        fresh: Sequence[Record] = (),
    ) -> None:
        self._compare(decisions, seen)
        for decision in decisions:
            if decision.incident is not None:
                self._keep(decision, decision.incident)
        for notice in notices:
            self.outbox.setdefault(notice.key, notice)

    def _compare(self, decisions: Sequence[Decision], seen: Mapping[str, KnownKey | None]) -> None:
        versions: dict[str, int] = {}
        for incident in (decision.incident for decision in decisions):
            if incident is None:
                continue
            stored = self.incidents_by_id.get(incident.id)
            if incident.version != versions.get(incident.id, stored.version if stored else 0) + 1:
                raise Conflict(f"incident {incident.id} has been changed since it was loaded")
            versions[incident.id] = incident.version
        if any(self.keys.get(key) != known for key, known in seen.items()):
            raise Conflict("a key leads elsewhere than it did")

    def _keep(self, decision: Decision, incident: Incident) -> None:
        self.incidents_by_id[incident.id] = incident
        self.leases.pop(incident.id, None)
        own = self.belongings.setdefault(incident.id, _Belongings())
        own.alerts |= {row.key: row for row in decision.alerts}
        own.keys.update((key for row in decision.alerts for key in row.keys), decision.keys)
        self.keys |= {
            key: KnownKey(row.incident, row.firing, row.episode) for row in decision.alerts for key in row.keys
        }
        self.keys |= {key: KnownKey(incident.id, False, incident.episode) for key in decision.keys}
        for notification in decision.notifications:
            if notification.key not in self.outbox:
                self.outbox[notification.key] = notification
                own.notifications.append(notification.key)
        self.entries.setdefault(incident.id, []).extend(decision.timeline)

    async def claim_due(self, now: datetime, lease: timedelta, limit: int) -> Sequence[str]:
        due = [one for one in self.incidents_by_id.values() if self._is_due(one.id, one.due_at, now)]
        taken = [one.id for one in sorted(due, key=lambda one: (one.due_at, one.id))[:limit]]
        self.leases |= dict.fromkeys(taken, now + lease)
        return taken

    async def claim_notifications(self, now: datetime, lease: timedelta, limit: int) -> Sequence[Notification]:
        due = [one for one in self._told() if self._is_due(one.key, one.due_at, now)]
        taken = sorted(due, key=lambda one: (one.due_at, one.key))[:limit]
        self.leases |= {one.key: now + lease for one in taken}
        return taken

    async def settle(self, notifications: Sequence[Notification]) -> None:
        for one in notifications:
            if one.key in self.outbox:
                self.outbox[one.key] = one
                self.leases.pop(one.key, None)

    async def amend(self, incident: str, key: str, change: Callable[[Notification], Notification]) -> bool:
        row = self.outbox.get(key)
        if row is None or row.incident != incident or key in self.leases:
            return False
        self.outbox[key] = change(row)
        return True

    async def backlog(self, now: datetime) -> Backlog:
        timers = [one.due_at for one in self.incidents_by_id.values() if one.due_at and one.due_at <= now]
        rows = [one.due_at for one in self._told() if one.due_at and one.due_at <= now]
        return Backlog(len(timers), min(timers, default=None), len(rows), min(rows, default=None))

    async def next_due(self) -> datetime | None:
        every = [(one.id, one.due_at) for one in self.incidents_by_id.values()]
        every += [(one.key, one.due_at) for one in self._told()]
        return min((max(due, self.leases.get(key, due)) for key, due in every if due), default=None)

    async def timeline(self, incident: str) -> Sequence[Entry]:
        return self.entries.get(incident, [])

    async def notifications(self, incident: str) -> Sequence[Notification]:
        return sorted((one for one in self.outbox.values() if one.incident == incident), key=lambda one: one.key)

    def incident(self, id: str) -> Incident | None:
        return self.incidents_by_id.get(id)

    def every_incident(self) -> Sequence[Incident]:
        return sorted(self.incidents_by_id.values(), key=lambda one: one.id, reverse=True)

    def held(self, id: str) -> Decision | None:
        """All there is of an incident, as one decision that would make it so."""
        incident = self.incidents_by_id.get(id)
        if incident is None:
            return None
        own = self.belongings[id]
        alerts = tuple(own.alerts.values())
        return Decision(
            incident=incident,
            outcome=Outcome.OPENED,
            alerts=alerts,
            keys=tuple(key for key in own.keys if self.keys[key].incident == id and key not in own.alerts),
            notifications=tuple(self.outbox[key] for key in own.notifications),
            timeline=tuple(self.entries.get(id, ())),
        )

    def drop(self, id: str) -> None:
        """Forget an incident, and the keys that lead to it."""
        own = self.belongings.pop(id, _Belongings())
        for key in own.keys:
            if self.keys[key].incident == id:
                del self.keys[key]
        for key in own.notifications:
            del self.outbox[key]
            self.leases.pop(key, None)
        for held in (self.incidents_by_id, self.entries, self.leases):
            held.pop(id, None)

    def clear(self) -> None:
        """Forget everything."""
        for held in (self.incidents_by_id, self.keys, self.outbox, self.entries, self.leases, self.belongings):
            held.clear()

    def _told(self) -> list[Notification]:
        return [one for one in self.outbox.values() if self._is_told(self.incidents_by_id.get(one.incident))]

    def _is_told(self, incident: Incident | None) -> bool:
        return incident is None or self.tells(incident)

    def _is_due(self, key: str, due: datetime | None, now: datetime) -> bool:
        return due is not None and max(due, self.leases.get(key, due)) <= now
