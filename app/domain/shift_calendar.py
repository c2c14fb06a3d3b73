"""Shifts as entries of a calendar: what somebody who subscribes to it reads, under ids that stay the same."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256

from app.domain.message import TITLE_LIMIT, one_line
from app.domain.people import Person
from app.domain.planned import Slot


@dataclass(frozen=True, slots=True)
class ShiftEntry:
    """One stretch of a rota, aware UTC. `id` is the same for as long as that stretch begins then, whoever holds it;
    `person` is empty for a gap."""

    id: str
    rota: str
    person: str
    since: datetime
    until: datetime
    title: str
    notes: str


def entries_of_rota(slots: Iterable[Slot], people: Mapping[str, Person]) -> tuple[ShiftEntry, ...]:
    """Everybody's, gaps too, each named after who holds it: "Asha: first responder"."""
    return tuple(_entry(one, f"{_name(one, people)}: {spoken_rota(one.rota)}") for one in slots)


def entries_of_person(slots: Iterable[Slot], person: str) -> tuple[ShiftEntry, ...]:
    """Theirs alone, by time, each named after the role: "On call: primary"."""
    theirs = sorted((one for one in slots if one.person == person), key=lambda one: (one.since, one.rota))
    return tuple(_entry(one, f"On call: {spoken_rota(one.rota)}") for one in theirs)


def uncut(slots: Iterable[Slot], since: datetime, until: datetime) -> tuple[Slot, ...]:
    """Those that lie between the two instants with both of their ends, so that an entry does not change its id or its
    length from one look to the next."""
    return tuple(one for one in slots if since < one.since and one.until < until)


def spoken_rota(rota: str) -> str:
    return rota.replace("_", " ")


def _name(one: Slot, people: Mapping[str, Person]) -> str:
    if one.person is None:
        return "Nobody"
    known = people.get(one.person)
    return known.name if known else one.person


def _entry(one: Slot, title: str) -> ShiftEntry:
    digest = sha256(f"{one.rota}/{one.since.isoformat()}".encode()).hexdigest()
    return ShiftEntry(
        digest[:32], one.rota, one.person or "", one.since, one.until, one_line(title, TITLE_LIMIT), one.why
    )
