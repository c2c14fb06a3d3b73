"""Whatever is done in whatever order, the store holds what a small model of it holds."""

import tempfile
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from app.adapters.store_sqlite import SqliteStore
from app.domain.errors import Conflict
from app.domain.incident import Decision, Incident, Outcome, Timer
from app.domain.notification import Notification
from tests.adapters.store_sqlite.peek import connection_of
from tests.builders import NINE, a_notification, an_id, an_incident

LEASE = timedelta(minutes=3)

numbers = st.integers(1, 4)
minutes = st.none() | st.integers(0, 9)
steps = st.one_of(
    st.tuples(st.just("commit"), st.lists(st.tuples(numbers, st.integers(0, 2), minutes), min_size=1, max_size=3)),
    st.tuples(st.just("claim incidents"), st.integers(0, 9)),
    st.tuples(st.just("claim notifications"), st.integers(0, 9)),
    st.tuples(st.just("settle"), st.lists(st.tuples(numbers, minutes), max_size=3)),
)


def at(minute: int | None) -> datetime | None:
    return None if minute is None else NINE + timedelta(minutes=minute)


@dataclass
class Model:
    incidents: dict[str, Incident] = field(default_factory=dict)
    outbox: dict[str, Notification] = field(default_factory=dict)
    leases: dict[str, datetime] = field(default_factory=dict)

    def commit(self, decisions: list[Decision]) -> bool:
        """False for a conflict."""
        incidents, outbox = dict(self.incidents), dict(self.outbox)
        for decision in decisions:
            incident = decision.incident
            assert incident is not None
            if incident.version != (incidents[incident.id].version if incident.id in incidents else 0) + 1:
                return False
            incidents[incident.id] = incident
            for notification in decision.notifications:
                outbox.setdefault(notification.key, notification)
        self.incidents, self.outbox = incidents, outbox
        for decision in decisions:
            assert decision.incident is not None
            self.leases.pop(decision.incident.id, None)
        return True

    def claim(self, rows: dict[str, datetime | None], now: datetime) -> set[str]:
        due = {key for key, due_at in rows.items() if due_at and due_at <= now and self.leases.get(key, now) <= now}
        self.leases |= dict.fromkeys(due, now + LEASE)
        return due

    def timers(self) -> dict[str, datetime | None]:
        return {id: incident.due_at for id, incident in self.incidents.items()}

    def messages(self) -> dict[str, datetime | None]:
        return {key: notification.due_at for key, notification in self.outbox.items()}

    def next_due(self) -> datetime | None:
        times = {**self.timers(), **self.messages()}
        return min((max(due_at, self.leases.get(key, due_at)) for key, due_at in times.items() if due_at), default=None)


def decided(model: Model, number: int, ahead: int, minute: int | None) -> Decision:
    """A decision on an incident, `ahead` 1 being the version that follows what is stored."""
    stored = model.incidents.get(an_id(number))
    due_at = at(minute)
    incident = an_incident(
        id=an_id(number),
        version=(stored.version if stored else 0) + ahead,
        timers={Timer.ESCALATE: due_at} if due_at else {},
    )
    return Decision(incident, Outcome.OPENED, notifications=(a_notification(incident=incident.id, due_at=due_at),))


async def play(store: SqliteStore, model: Model, name: str, what: object) -> None:
    match name, what:
        case "commit", list(wanted):
            decisions = [decided(model, *each) for each in wanted]
            try:
                await store.commit(decisions)
                went = True
            except Conflict:
                went = False
            assert went == model.commit(decisions)
        case "claim incidents", int(minute):
            now = NINE + timedelta(minutes=minute)
            claimed = list(await store.claim_due(now, LEASE, 99))
            assert set(claimed) == model.claim(model.timers(), now)
            assert len(set(claimed)) == len(claimed)
        case "claim notifications", int(minute):
            now = NINE + timedelta(minutes=minute)
            rows = await store.claim_notifications(now, LEASE, 99)
            assert {row.key for row in rows} == model.claim(model.messages(), now)
            assert all(model.outbox[row.key] == row for row in rows)
        case "settle", list(settled):
            known = {each.incident: each for each in model.outbox.values()}
            new = {id: replace(known[id], due_at=at(minute)) for n, minute in settled if (id := an_id(n)) in known}
            await store.settle(list(new.values()))
            for row in new.values():
                model.outbox[row.key] = row
                model.leases.pop(row.key, None)


@settings(deadline=None, max_examples=60)
@given(st.lists(steps, max_size=25))
async def test_the_store_agrees_with_the_model(played: list[tuple[str, object]]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        store = await SqliteStore.open(Path(folder) / "oncall.db")
        connection_of(store).execute("PRAGMA synchronous = OFF")
        model = Model()
        for name, what in played:
            await play(store, model, name, what)
            assert (await store.load([], [an_id(n) for n in range(1, 5)])).incidents == model.incidents
            assert await store.next_due() == model.next_due()
        await store.close()
