"""Who worked on incidents and when, as their timelines tell: from having one to resolving, parking or handing it on."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from app.domain.calendar import Calendar
from app.domain.incident import Entry
from app.domain.replacing import replace

BEGINS = "acknowledged"
JOINS = "helping"
"""A further person's answer to a page, while somebody else has it."""

ENDS = frozenset(
    {
        "resolved",
        "parked",
        "hand_over",
        "snoozed",
        "reassigned",
        "escalated",
        "unacknowledged",
        "promoted",
        "raised",
        "woke",
        "reopened",
        "unsuppressed",
    }
)
"""What takes it from everybody who is at it."""

TRIAGED = "triaged"
LEAVES_TRIAGE = frozenset({"promoted", "raised", "reopened", "unsuppressed", "woke"})
"""What may make it something else; where it is triage all the same, that is said again after it."""

SOURCE = "source"
"""The channel of what a monitoring tool did: a machine is not paid."""


@dataclass(frozen=True, slots=True)
class Stretch:
    """One person at one incident; `until` is None while they still are."""

    person: str
    since: datetime
    until: datetime | None
    incident: str


@dataclass(frozen=True, slots=True)
class Work:
    """One person at work out of hours without a break, on one incident or on several at once; aware UTC."""

    person: str
    since: datetime
    until: datetime
    incidents: tuple[str, ...]

    @property
    def length(self) -> timedelta:
        return self.until - self.since


def stretches_of(incident: str, timeline: Iterable[Entry]) -> tuple[Stretch, ...]:
    """In order of their ends. Whoever has it and whoever helps are at it until it is taken from all of them. What is
    in triage is no work for the night, whoever takes it up."""
    at_it: dict[str, datetime] = {}
    found: list[Stretch] = []
    in_triage = False
    for entry in timeline:
        in_triage = entry.what == TRIAGED or (in_triage and entry.what not in LEAVES_TRIAGE)
        if entry.what in ENDS:
            found += [Stretch(person, since, entry.at, incident) for person, since in at_it.items()]
            at_it.clear()
        elif entry.what in (BEGINS, JOINS) and entry.channel != SOURCE and not in_triage:
            at_it.setdefault(entry.who, entry.at)
    return (*found, *(Stretch(person, since, None, incident) for person, since in at_it.items()))


def work_of(stretches: Iterable[Stretch], calendar_at: Callable[[datetime], Calendar]) -> tuple[Work, ...]:
    """What of these lies out of hours, in order of person and time, with what overlaps or touches made one.

    A stretch counts until the next working day begins, for whoever is at it then is at their day's work. One that has
    not ended is left out.
    """
    pieces = [
        Work(stretch.person, since, until, (stretch.incident,))
        for stretch in stretches
        if stretch.until is not None
        for since, until in _out_of_hours(calendar_at(stretch.since), stretch.since, stretch.until)
    ]
    return _merged(sorted(pieces, key=lambda piece: (piece.person, piece.since, piece.until, piece.incidents)))


def _out_of_hours(calendar: Calendar, since: datetime, until: datetime) -> list[tuple[datetime, datetime]]:
    morning = calendar.next_day_start(since)
    end = min(until, morning) if morning else until
    found: list[tuple[datetime, datetime]] = []
    at = since
    while at < end:
        change = min(calendar.next_change(at) or end, end)
        if not calendar.is_open(at):
            found.append((at, change))
        at = change
    return found


def _merged(pieces: Sequence[Work]) -> tuple[Work, ...]:
    merged: list[Work] = []
    for piece in pieces:
        last = merged[-1] if merged else None
        if last and last.person == piece.person and piece.since <= last.until:
            incidents = tuple(sorted({*last.incidents, *piece.incidents}))
            merged[-1] = replace(last, until=max(last.until, piece.until), incidents=incidents)
        else:
            merged.append(piece)
    return tuple(merged)
