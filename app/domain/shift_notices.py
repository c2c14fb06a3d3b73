"""Who is told of a shift: before it begins, and when it changes hands."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from app.domain.message import Notice
from app.domain.rota import DatedFacts, OnCall, Rota, on_call, shifts
from app.domain.ruleset import Rules

STILL_NEWS = timedelta(days=1)
"""How long after a handover both are still told of it, when no process ran at that moment and it still stands."""

_AN_INSTANT = timedelta(microseconds=1)

Lacks = Callable[[str], tuple[str, ...]]
"""What stands in the way of reaching a person, in sentences."""


@dataclass(frozen=True, slots=True)
class ShiftNotice:
    """One message to one person. `key` names the stretch and what is said of it, so that it is said once."""

    key: str
    person: str
    role: str
    notice: Notice


def shift_notices(rules: Rules, facts: DatedFacts, now: datetime, lacks: Lacks) -> tuple[ShiftNotice, ...]:
    """Everything that is to be told at `now`, also what has been told already.

    A stretch that is the same person's as the one before is no news. Whoever takes one over at short notice is told
    then, for theirs is another stretch.
    """
    ahead, first = rules.shift_notices.before or timedelta(0), now - STILL_NEWS
    people = rules.people
    found: list[ShiftNotice] = []
    for rota in rules.rotas.values():
        for stretch in shifts(rota, people, facts, first, now + ahead + _AN_INSTANT):
            since = stretch.since
            if since is None or since < first or (stretch.until is not None and stretch.until <= now):
                continue
            before = on_call(rota, people, facts, since - _AN_INSTANT)
            if before.person == stretch.person:
                continue
            found += _of(_Change(rota, before, stretch, since), rules, now, lacks)
    return tuple(found)


@dataclass(frozen=True, slots=True)
class _Change:
    """A rota that goes from one holder to another at `since`; either may be nobody."""

    rota: Rota
    before: OnCall
    after: OnCall
    since: datetime

    @property
    def role(self) -> str:
        return self.rota.name.replace("_", " ")

    def key(self, person: str, what: str) -> str:
        return f"shift/{self.rota.name}/{self.since:%Y%m%dT%H%M%SZ}/{person}/{what}"


def _of(change: _Change, rules: Rules, now: datetime, lacks: Lacks) -> list[ShiftNotice]:
    asked = rules.shift_notices
    if change.since > now:
        return [_coming(change, change.after.person, rules, lacks)] if change.after.person else []
    if not asked.handover:
        return []
    found = [_begun(change, change.after.person, rules, lacks)] if change.after.person else []
    return [*found, _over(change, change.before.person, rules)] if change.before.person else found


def _coming(change: _Change, person: str, rules: Rules, lacks: Lacks) -> ShiftNotice:
    zone = rules.zone_of(person)
    headline = f"You are {change.role} from {local(change.since, zone)}"
    return ShiftNotice(
        change.key(person, "before"), person, change.rota.name, Notice(headline, _lines(change, person, zone, lacks))
    )


def _begun(change: _Change, person: str, rules: Rules, lacks: Lacks) -> ShiftNotice:
    headline = f"You are {change.role} now"
    lines = _lines(change, person, rules.zone_of(person), lacks)
    return ShiftNotice(change.key(person, "handover"), person, change.rota.name, Notice(headline, lines))


def _over(change: _Change, person: str, rules: Rules) -> ShiftNotice:
    now_it_is = _name(change.after.person, rules) if change.after.person else "nobody"
    headline = f"You are {change.role} no longer: {now_it_is} is"
    return ShiftNotice(change.key(person, "over"), person, change.rota.name, Notice(headline))


def _lines(change: _Change, person: str, zone: ZoneInfo, lacks: Lacks) -> tuple[str, ...]:
    until = change.after.until
    return (
        *((f"Until {local(until, zone)}.",) if until else ()),
        f"{change.after.why[:1].upper()}{change.after.why[1:]}.",
        *lacks(person),
    )


def local(at: datetime, zone: ZoneInfo) -> str:
    """For example `Mon 16 Nov 17:30 GMT`."""
    return f"{at.astimezone(zone):%a %d %b %H:%M %Z}"


def _name(person: str, rules: Rules) -> str:
    known = rules.people.get(person)
    return known.name if known else person
