"""What is wrong with the weeks ahead: times that nobody holds, and people who hold two roles that back each other."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import combinations

from app.domain.calendar import Calendar
from app.domain.paging_roles import Hours, rotas_told
from app.domain.planned import Plan, Slot, planned
from app.domain.rota import DatedFacts
from app.domain.ruleset import Rules

AHEAD = timedelta(days=90)


@dataclass(frozen=True, slots=True)
class Gap:
    """A time without anybody in a rota that pages go to; aware UTC. `why` is of its first shift."""

    rota: str
    since: datetime
    until: datetime
    why: str


@dataclass(frozen=True, slots=True)
class DoubleBooking:
    """A time in which one person holds two rotas that are told in the same hours, so that neither backs the other."""

    person: str
    rotas: tuple[str, str]
    hours: Hours
    since: datetime
    until: datetime


@dataclass(frozen=True, slots=True)
class Outlook:
    """What to look at between two instants, each kind in order of time."""

    since: datetime
    until: datetime
    gaps: tuple[Gap, ...]
    double_bookings: tuple[DoubleBooking, ...]


def outlook(rules: Rules, facts: DatedFacts, since: datetime, until: datetime) -> Outlook:
    """Gaps and double bookings of every rota that some policy tells. An empty shadow slot is normal."""
    plan = planned(rules, facts, since, until)
    told = {hours: rotas_told(rules.policies.values(), hours) for hours in Hours}
    holes = [
        gap
        for name, rota in rules.rotas.items()
        if not rota.shadowing and any(name in names for names in told.values())
        for gap in gaps(plan[name])
    ]
    twice = [
        booking
        for hours, names in told.items()
        for booking in double_bookings(plan, names, hours, rules.calendars[rules.default_calendar])
    ]
    return Outlook(
        since,
        until,
        tuple(sorted(holes, key=lambda gap: (gap.since, gap.rota))),
        tuple(sorted(twice, key=lambda booking: (booking.since, booking.rotas, booking.hours))),
    )


def gaps(slots: Iterable[Slot]) -> tuple[Gap, ...]:
    """The gaps among slots, neighbours as one."""
    found: list[Gap] = []
    for one in slots:
        if one.person is not None:
            continue
        if found and found[-1].until == one.since:
            found[-1] = replace(found[-1], until=one.until)
        else:
            found.append(Gap(one.rota, one.since, one.until, one.why))
    return tuple(found)


def double_bookings(plan: Plan, together: Iterable[str], hours: Hours, calendar: Calendar) -> Iterator[DoubleBooking]:
    """Who holds two of the rotas `together` at one instant; only where that time has such hours in it."""
    for one, other in combinations(sorted(set(together) & set(plan)), 2):
        for booking in _joined(_overlaps(plan[one], plan[other], hours)):
            if _has(hours, calendar, booking.since, booking.until):
                yield booking


def _overlaps(ones: tuple[Slot, ...], others: tuple[Slot, ...], hours: Hours) -> Iterator[DoubleBooking]:
    """Both walked through together, the one that ends first given up first."""
    first, second = iter(ones), iter(others)
    one, other = next(first, None), next(second, None)
    while one and other:
        since, until = max(one.since, other.since), min(one.until, other.until)
        if one.person is not None and one.person == other.person and since < until:
            yield DoubleBooking(one.person, (one.rota, other.rota), hours, since, until)
        if one.until <= other.until:
            one = next(first, None)
        else:
            other = next(second, None)


def _joined(bookings: Iterable[DoubleBooking]) -> list[DoubleBooking]:
    found: list[DoubleBooking] = []
    for one in bookings:
        if found and found[-1].until == one.since and found[-1].person == one.person:
            found[-1] = replace(found[-1], until=one.until)
        else:
            found.append(one)
    return found


def _has(hours: Hours, calendar: Calendar, since: datetime, until: datetime) -> bool:
    working = calendar.working_between(since, until)
    return working > timedelta(0) if hours is Hours.IN else working < until - since
