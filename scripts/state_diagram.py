"""Prints an incident's state diagram (Mermaid): every entry of TRANSITIONS, with the statuses that it really leads to.

They are found by walking: from nothing, every event is tried at some instants of a night and a day, on every state that
turns up. docs/architecture.md holds what this prints, and a test compares.
"""

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

from app.adapters.rules_yaml import load_rules
from app.adapters.sources import SOURCES
from app.domain.alert import Alert, AlertStatus
from app.domain.classify import Severity
from app.domain.context import Context
from app.domain.errors import AppError
from app.domain.events import (
    Acknowledge,
    Actor,
    AlertAcknowledged,
    AlertFired,
    AlertResolved,
    CallSecondLine,
    Escalate,
    Event,
    HandToSquad,
    Mute,
    Note,
    OpenTicket,
    Park,
    Promote,
    Raise,
    ReaderUnreachable,
    Reassign,
    Resolve,
    Snooze,
    StartCall,
    TagSquads,
    TicketOpened,
    TimerDue,
    Unacknowledge,
)
from app.domain.incident import Incident, KnownKey, Status
from app.domain.route import route_alert, route_raised
from app.domain.ruleset import Rules
from app.domain.step import TRANSITIONS, step

ROOT = Path(__file__).resolve().parents[1]
INSTANTS = [
    datetime(2026, 1, 11, 3, tzinfo=UTC),
    datetime(2026, 1, 11, 5, 30, tzinfo=UTC),
    datetime(2026, 1, 12, 9, tzinfo=UTC),
    datetime(2026, 1, 12, 17, 30, tzinfo=UTC),
]
"""A Sunday night, past its two hours of best effort, the working day after it, and that day's end."""

ASHA = Actor("asha", "api")
Edge = tuple[Status | None, Status, type[Event]]


def diagram() -> str:
    edges = walk()
    moves = {(before, after) for before, after, _ in edges if before is not after}
    lines = ["stateDiagram-v2"]
    for before, after in sorted(moves, key=lambda pair: _order(*pair)):
        lines.append(f"    {before or '[*]'} --> {after} : {_said(before, {after}, edges)}")
    for status in Status:
        lines.append(f"    note right of {status}")
        lines.append(f"        stays {status} - {_said(status, {status}, edges)}")
        if unmoved := _said(status, set(), edges):
            lines.append(f"        unmoved by - {unmoved}")
        lines.append("    end note")
    return "\n".join(lines)


def walk() -> set[Edge]:
    """Every (status before, status after, event) that changes an incident."""
    rules = load_rules(
        ROOT / "routing_rules.yaml", ROOT / "runbooks", {name: source.severities for name, source in SOURCES.items()}
    )
    edges: set[Edge] = set()
    seen: set[object] = set()
    ahead: list[tuple[int, Incident | None]] = [(0, None)]
    while ahead:
        first, incident = ahead.pop()
        for number, now in list(enumerate(INSTANTS))[first:]:
            for event in events(incident, rules, now):
                after = _after(incident, event, Context(now, rules))
                if after is None:
                    continue
                edges.add((incident.status if incident else None, after.status, type(event)))
                if (number, _shape(after)) not in seen:
                    seen.add((number, _shape(after)))
                    ahead.append((number, after))
    return edges


def events(incident: Incident | None, rules: Rules, now: datetime) -> Iterator[Event]:
    """One of every kind, and of a firing alert three, each worse than the one before."""
    fresh = f"{1:016x}"
    triage, high, critical = _alert("warning"), _alert("high"), _alert("critical")
    known = KnownKey(incident.id, True, incident.episode) if incident else None
    yield AlertFired(triage, route_alert(triage, rules), fresh, known)
    yield AlertFired(high, route_alert(high, rules), fresh, known)
    yield AlertFired(critical, route_alert(critical, rules), fresh)
    yield AlertResolved(high, known)
    yield AlertAcknowledged(high)
    yield Raise(fresh, ASHA, "Something is wrong", "", route_raised(Severity.CRITICAL, "payments", fresh, rules))
    yield Acknowledge(ASHA)
    yield Unacknowledge(ASHA)
    yield Resolve(ASHA)
    yield Snooze(ASHA, now + timedelta(hours=1))
    yield Reassign(ASHA, "ben")
    yield Escalate(ASHA)
    yield CallSecondLine(ASHA)
    yield Park(ASHA)
    yield Note(ASHA, "looking")
    yield TagSquads(ASHA, ("payments",))
    yield OpenTicket(ASHA, "payments")
    yield StartCall(ASHA, "https://meet.example.com/payments")
    yield HandToSquad(ASHA, "payments")
    yield Promote(ASHA, Severity.CRITICAL)
    yield Mute(ASHA, now + timedelta(hours=1))
    yield TicketOpened("payments", "https://tracker.example.com/1")
    yield TimerDue()
    for page in incident.pages if incident else ():
        yield ReaderUnreachable(page.key, page.reader, "no answer")


def _alert(severity: str) -> Alert:
    return Alert(
        source="alertmanager",
        source_type="alertmanager",
        dedup_key="walk",
        status=AlertStatus.FIRING,
        title="Walk",
        severity=severity,
        runbooks=("payments-api-down",),
    )


def _after(incident: Incident | None, event: Event, ctx: Context) -> Incident | None:
    """The incident that the event leaves behind; None where it is refused or changes nothing."""
    try:
        return step(incident, event, ctx).incident
    except AppError:
        return None


def _shape(incident: Incident) -> object:
    """What tells one state from another for this walk."""
    return (
        incident.status,
        incident.severity,
        frozenset(incident.timers),
        bool(incident.pages),
        incident.acknowledged_by,
        min(incident.firing, 2),
    )


def _said(status: Status | None, after: set[Status], edges: set[Edge]) -> str:
    """The events that lead from `status` to `after`, or nowhere at all when that is empty, in the table's order."""
    led = {event: {to for before, to, one in edges if (before, one) == (status, event)} for _, event in TRANSITIONS}
    events = [event for before, event in TRANSITIONS if before is status]
    return ", ".join(_words(event) for event in events if (after <= led[event] if after else not led[event]))


def _order(before: Status | None, after: Status) -> tuple[int, int]:
    statuses: list[Status | None] = [None, *Status]
    return statuses.index(before), statuses.index(after)


def _words(event: type[Event]) -> str:
    return re.sub(r"(?<!^)(?=[A-Z])", " ", event.__name__).lower()


if __name__ == "__main__":
    print(diagram())
