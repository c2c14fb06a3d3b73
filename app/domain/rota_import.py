"""A calendar of shifts taken over into a rota: whom each entry means, and the covers that make the rota so."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from app.domain.message import one_line
from app.domain.people import Person
from app.domain.planned import Slot, slots
from app.domain.rota import DatedFacts, Rota, has_consent

FURTHEST = timedelta(days=400)
MOST_COVERS = 500
LONGEST_TITLE = 80


@dataclass(frozen=True, slots=True)
class CalendarEntry:
    """An entry of somebody's calendar; aware UTC. `person` and `rota` are what our own export says of itself, None in
    entries that come from elsewhere; `addresses` are the mail addresses of whom it is with, lower case."""

    since: datetime
    until: datetime
    title: str
    person: str | None = None
    rota: str | None = None
    addresses: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class WantedCover:
    """A stretch that `person` would hold instead of `instead_of` (empty: of nobody)."""

    person: str
    instead_of: str
    since: datetime
    until: datetime


@dataclass(frozen=True, slots=True)
class ImportPlan:
    """`covers` in order of time; `as_it_is` counts the entries that need none; `problems` says what was passed over."""

    covers: tuple[WantedCover, ...]
    as_it_is: int
    problems: tuple[str, ...]


class _PassedOver(Exception):
    """Why an entry comes to nothing."""


def plan_import(
    rota: Rota, people: Mapping[str, Person], facts: DatedFacts, entries: Sequence[CalendarEntry], now: datetime
) -> ImportPlan:
    """What makes `rota` as the calendar has it, from `now` on; times that it says nothing of stay as they are."""
    covers: list[WantedCover] = []
    problems: list[str] = []
    as_it_is, free_from = 0, _next_minute(now)
    for entry in sorted(entries, key=lambda entry: (entry.since, entry.until, entry.title)):
        if entry.until <= now:
            continue
        try:
            person = _whom(entry, rota, people)
            _refuse_unfit(entry, rota, people[person], facts, free_from, now)
        except _PassedOver as reason:
            problems.append(f"{_named(entry, rota)}: {reason}")
            continue
        wanted = tuple(_covers(person, slots(rota, people, facts, max(entry.since, free_from), entry.until)))
        covers += wanted
        as_it_is += not wanted
        free_from = entry.until
    if len(covers) > MOST_COVERS:
        problems.append(f"it would take {len(covers)} covers, of which only the first {MOST_COVERS} are made at once")
    return ImportPlan(tuple(covers[:MOST_COVERS]), as_it_is, tuple(problems))


def _covers(person: str, held: Iterable[Slot]) -> Iterator[WantedCover]:
    """One for each holder whom `person` would replace, neighbours as one."""
    latest: WantedCover | None = None
    for one in held:
        if one.person == person:
            continue
        if latest and latest.until == one.since and latest.instead_of == (one.person or ""):
            latest = replace(latest, until=one.until)
            continue
        if latest:
            yield latest
        latest = WantedCover(person, one.person or "", one.since, one.until)
    if latest:
        yield latest


def _refuse_unfit(
    entry: CalendarEntry, rota: Rota, person: Person, facts: DatedFacts, free_from: datetime, now: datetime
) -> None:
    since = max(entry.since, now)
    if since < free_from and free_from > _next_minute(now):
        raise _PassedOver("it begins before the entry before it ends")
    if entry.until > now + FURTHEST:
        raise _PassedOver(f"it is more than {FURTHEST.days} days ahead")
    if rota.consent_required and not has_consent(person, facts, since.astimezone(rota.zone).date()):
        raise _PassedOver(f"{person.id} has not agreed to be on call out of hours by then")


def _whom(entry: CalendarEntry, rota: Rota, people: Mapping[str, Person]) -> str:
    """By our own mark, else by mail address, else by the one name in the title."""
    if entry.rota not in (None, rota.name):
        raise _PassedOver(f"it is of rota {entry.rota}")
    if entry.person == "":
        raise _PassedOver("it says that nobody is on call, and a gap is filled by whoever takes it")
    if entry.person is not None:
        if entry.person not in people:
            raise _PassedOver(f"{entry.person} is not in people")
        return entry.person
    found = _by_address(entry, people) or _by_name(entry, people)
    if not found:
        raise _PassedOver("it names nobody of people, neither by mail address nor in its title")
    if len(found) > 1:
        raise _PassedOver(f"it could mean {' or '.join(sorted(found))}")
    return next(iter(found))


def _by_address(entry: CalendarEntry, people: Mapping[str, Person]) -> frozenset[str]:
    return frozenset(
        person.id
        for person in people.values()
        for method in person.methods
        if method.address.lower() in entry.addresses
    )


def _by_name(entry: CalendarEntry, people: Mapping[str, Person]) -> frozenset[str]:
    """Whose id or whole name the title has as words of its own, else whose first name."""
    whole = frozenset(one.id for one in people.values() if _says(entry.title, one.id) or _says(entry.title, one.name))
    first_names = {one.id: (one.name.split() or [""])[0] for one in people.values()}
    return whole or frozenset(id for id, name in first_names.items() if _says(entry.title, name))


def _says(title: str, name: str) -> bool:
    return bool(name) and re.search(rf"(?<!\w){re.escape(name)}(?!\w)", title, re.IGNORECASE) is not None


def _named(entry: CalendarEntry, rota: Rota) -> str:
    title = one_line(entry.title, LONGEST_TITLE) or "an entry without a title"
    return f"{title} ({entry.since.astimezone(rota.zone):%Y-%m-%d %H:%M})"


def _next_minute(at: datetime) -> datetime:
    whole = at.replace(second=0, microsecond=0)
    return whole if whole == at else whole + timedelta(minutes=1)
