"""What rotas come to over months: who holds each part of them, and which parts nobody holds."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from app.domain.people import Person
from app.domain.rota import DatedFacts, OnCall, Rota, shifts
from app.domain.ruleset import Rules


@dataclass(frozen=True, slots=True)
class Slot:
    """A part of somebody's shift, or of a gap (`person` None), between two aware UTC instants, and why it is theirs."""

    rota: str
    person: str | None
    since: datetime
    until: datetime
    why: str


Plan = Mapping[str, tuple[Slot, ...]]
"""The slots of each rota, in order, each beginning where the one before ends."""


def planned(rules: Rules, facts: DatedFacts, since: datetime, until: datetime) -> Plan:
    """Every rota from `since` to `until`, as rules and facts stand now."""
    return {name: slots(rota, rules.people, facts, since, until) for name, rota in rules.rotas.items()}


def slots(
    rota: Rota, people: Mapping[str, Person], facts: DatedFacts, since: datetime, until: datetime
) -> tuple[Slot, ...]:
    """What `shifts` gives, cut to `since` and `until`."""
    return cut(shifts(rota, people, facts, since, until), since, until)


def cut(found: Iterable[OnCall], since: datetime, until: datetime) -> tuple[Slot, ...]:
    """The parts that lie between the two instants."""
    return tuple(
        Slot(one.rota, one.person, max(one.since or since, since), min(one.until or until, until), one.why)
        for one in found
    )
