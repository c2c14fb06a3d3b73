"""A store with something of everything in it, and all that a store holds as one value."""

from dataclasses import dataclass
from datetime import timedelta

from app.domain.incident import Decision, Outcome
from app.domain.notification import Notification
from app.service.ports import Parcel, Record, Store
from tests.builders import (
    NINE,
    a_decision,
    a_notice,
    a_notification,
    a_resolved_incident,
    an_alert_row,
    an_entry,
    an_id,
    an_incident,
)


@dataclass(frozen=True, slots=True)
class Whole:
    parcels: list[Parcel]
    records: list[Record]
    notices: list[Notification]


async def whole(store: Store) -> Whole:
    """Read in one go, not in pages."""
    return Whole(
        list(await store.parcels("", limit=1_000_000)),
        list(await store.every_record(("", ""), limit=1_000_000)),
        list(await store.notices("", limit=1_000_000)),
    )


async def fill(store: Store, incidents: int, records: int, notices: int = 0) -> Whole:
    """By commits, as a server would: open ones and resolved ones, groups, many alerts, odd texts, leases."""
    for start in range(0, incidents, 200):
        numbers = range(start, min(start + 200, incidents))
        await store.commit([decision for number in numbers for decision in _decisions(number)])
    for start in range(0, records, 500):
        await store.commit([], [_record(number) for number in range(start, min(start + 500, records))])
    await store.commit((), notices=[a_notice(f"nag/{number}") for number in range(notices)])
    await store.claim_due(NINE + timedelta(days=1), timedelta(days=1), limit=2)
    return await whole(store)


def _decisions(number: int) -> list[Decision]:
    """An incident in one to three commits, with one to three alerts; every fifth has taken over a group's key."""
    id = an_id(number)
    at = NINE + timedelta(minutes=number, microseconds=number)
    over = number % 3 == 0
    rows = tuple(
        an_alert_row(incident=id, key=f"a/x/{number}/Ünï 🚒 {n}", firing=not over) for n in range(number % 3 + 1)
    )
    first = a_decision(
        incident=a_resolved_incident(at, id=id) if over else an_incident(id=id, title="line\nbreak"),
        alerts=rows,
        keys=(f"g/x/{number}", f"g/x/of five/{number // 5}"),
        notifications=tuple(a_notification(incident=id, reader=reader) for reader in ("asha", "ben")[: number % 3]),
    )
    later = [
        Decision(an_incident(id=id, version=2 + n), Outcome.REPEATED, timeline=(an_entry(at=at, what=f"note {n}"),))
        for n in range(number % 2 * 2)
    ]
    return [first, *later]


def _record(number: int) -> Record:
    kind = ("audit", "audit-log", "tokens")[number % 3]
    return Record(
        kind, f"{number:06}", '{"text": "Ünï 🚒"}', NINE + timedelta(microseconds=number) if number % 2 else None
    )
