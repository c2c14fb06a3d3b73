"""Rotas: who holds a named role at an instant, by rotation, opt-out, consent and cover."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from app.domain.calendar import instant
from app.domain.people import Person
from app.domain.rota_words import local, stretch, why_covering, why_held

OPTED_OUT = "opted out that week"


@dataclass(frozen=True, slots=True)
class Rota:
    """A weekly rotation.

    `members` are person ids in turn; `starts` is the local date of the first handover or later (the first shift begins
    at the first handover instant on or after it). The handover is `weekday` (Monday is 0) at local `handover` time.
    `opted_out` members have left the turn for good. `consent_required` is true for out-of-hours roles. `weeks` is a
    shift's length. `ends` closes the rota (a shadow's end date). `shadowing` marks a role that is paged in parallel and
    covers nothing.
    """

    name: str
    zone: ZoneInfo
    members: tuple[str, ...]
    starts: date
    weekday: int
    handover: time
    weeks: int = 1
    opted_out: frozenset[str] = frozenset()
    consent_required: bool = False
    ends: date | None = None
    shadowing: bool = False


@dataclass(frozen=True, slots=True)
class Cover:
    """A stretch of somebody's shift that another person holds; `since` <= t < `until`, aware UTC."""

    rota: str
    person: str
    since: datetime
    until: datetime


@dataclass(frozen=True, slots=True)
class OptedOutWeeks:
    """Weeks in which a person skips a rota, and why; local dates, `since` <= week's handover date < `until`."""

    rota: str
    person: str
    since: date
    until: date
    why: str = OPTED_OUT


@dataclass(frozen=True, slots=True)
class DatedFacts:
    """What changes from week to week and is therefore kept in the store: cover, opted-out weeks, consents.

    `consents` maps a person to (since, until) spans that stand beside what the rules file says, `withdrawn` to those in
    which its word does not count. Later covers win.
    """

    covers: tuple[Cover, ...] = ()
    opted_out_weeks: tuple[OptedOutWeeks, ...] = ()
    consents: Mapping[str, tuple[tuple[date, date | None], ...]] | None = None
    withdrawn: Mapping[str, tuple[tuple[date, date | None], ...]] | None = None


@dataclass(frozen=True, slots=True)
class OnCall:
    """Who holds a role at an instant, and why.

    `person` is None for a gap. `since`/`until` bound the stretch (shift cut by cover; until is None when open ended).
    `why` is a sentence for the page, such as "asha's week in rota primary, Mon 16 Nov 17:30 to Mon 23 Nov 17:30".
    """

    rota: str
    person: str | None
    since: datetime | None
    until: datetime | None
    why: str


@dataclass(frozen=True, slots=True)
class Turn:
    """One shift as the rotation gives it, before any cover: who has it, and who was passed over, with the reason."""

    person: str | None
    passed_over: Mapping[str, str]
    since: datetime
    until: datetime


def on_call(rota: Rota, people: Mapping[str, Person], facts: DatedFacts, at: datetime) -> OnCall:
    """Who holds `rota` at `at`: the last cover that holds then and counts, else whose turn it is, else nobody.

    The answer is the same for every instant of its stretch.
    """
    return _with_cover(rota, people, facts, _shift(rota, people, facts, at), at)


def shifts(
    rota: Rota, people: Mapping[str, Person], facts: DatedFacts, since: datetime, until: datetime
) -> tuple[OnCall, ...]:
    """Every stretch that touches `since` to `until`, gaps too, each beginning where the one before ends.

    They are whole, as `on_call` gives them: the first may begin before `since` and the last end after `until`.
    """
    found: list[OnCall] = []
    moment: datetime | None = since
    while moment is not None and moment < until:
        shift = _shift(rota, people, facts, moment)
        ours = replace(facts, covers=_touching(facts.covers, shift))
        while moment is not None and moment < until and (shift.until is None or moment < shift.until):
            found.append(_with_cover(rota, people, ours, shift, moment))
            moment = found[-1].until
    return tuple(found)


def _touching(covers: tuple[Cover, ...], shift: OnCall) -> tuple[Cover, ...]:
    """Those that can cut this shift: over a year, few of all that there are."""
    return tuple(
        cover
        for cover in covers
        if cover.rota == shift.rota
        and (shift.until is None or cover.since < shift.until)
        and (shift.since is None or cover.until > shift.since)
    )


def held(
    rota: Rota, people: Mapping[str, Person], facts: DatedFacts, since: datetime, until: datetime
) -> tuple[OnCall, ...]:
    """The same, cut to exactly `since` to `until`."""
    return tuple(
        replace(one, since=_later(one.since, since), until=_earlier(one.until, until))
        for one in shifts(rota, people, facts, since, until)
    )


def turns(
    rota: Rota, people: Mapping[str, Person], facts: DatedFacts, since: datetime, until: datetime
) -> tuple[Turn, ...]:
    """Every shift that begins from `since` to before `until`, as long as the rota goes on."""
    number = max(0, _number(rota, since))
    if _handover(rota, number) < since:
        number += 1
    found: list[Turn] = []
    while (begins := _handover(rota, number)) < until and not (rota.ends and begins >= _closes(rota.ends, rota)):
        found.append(Turn(*_in_turn(rota, people, facts, number), begins, _handover(rota, number + 1)))
        number += 1
    return tuple(found)


def shift_beginning(rota: Rota, day: date) -> tuple[datetime, datetime] | None:
    """From when to when the shift goes that begins on that local date; None where none does."""
    number = (day - _handover_date(rota, 0)).days // (7 * rota.weeks)
    if number < 0 or _handover_date(rota, number) != day:
        return None
    return _handover(rota, number), _handover(rota, number + 1)


def _shift(rota: Rota, people: Mapping[str, Person], facts: DatedFacts, at: datetime) -> OnCall:
    """The stretch as it stands before any cover."""
    closes = _closes(rota.ends, rota) if rota.ends else None
    if closes and at >= closes:
        return OnCall(rota.name, None, closes, None, f"nobody in rota {rota.name}: it ended on {rota.ends}")
    number = _number(rota, at)
    if number < 0:
        begins = _handover(rota, 0)
        why = f"nobody in rota {rota.name}: its first shift begins {local(begins, rota.zone)}"
        return OnCall(rota.name, None, None, _earlier(closes, begins), why)
    since, until = _handover(rota, number), _earlier(closes, _handover(rota, number + 1))
    person, passed_over = _in_turn(rota, people, facts, number)
    why = why_held(rota.name, rota.weeks, person, passed_over, stretch(since, until, rota.zone))
    return OnCall(rota.name, person, since, until, why)


def _closes(ends: date, rota: Rota) -> datetime:
    return instant(ends, time(), rota.zone)


def _number(rota: Rota, at: datetime) -> int:
    """The number of the shift that `at` lies in, counted in handovers since the first; below zero before it."""
    days = (at.astimezone(rota.zone).date() - _handover_date(rota, 0)).days
    number = days // (7 * rota.weeks)
    if at < _handover(rota, number):
        return number - 1
    return number + 1 if at >= _handover(rota, number + 1) else number


def _handover_date(rota: Rota, number: int) -> date:
    """The local date on which shift `number` begins; that of shift 0 is the first handover day from `starts` on."""
    return rota.starts + timedelta(days=(rota.weekday - rota.starts.weekday()) % 7 + 7 * rota.weeks * number)


def _handover(rota: Rota, number: int) -> datetime:
    return instant(_handover_date(rota, number), rota.handover, rota.zone)


def _in_turn(
    rota: Rota, people: Mapping[str, Person], facts: DatedFacts, number: int
) -> tuple[str | None, Mapping[str, str]]:
    """The first member, from whose turn it is onwards, who can hold the shift; and why each before them cannot."""
    day = _handover_date(rota, number)
    turn = tuple(member for member in rota.members if member not in rota.opted_out)
    passed_over = {} if turn else dict.fromkeys(rota.members, "opted out")
    for place in range(number, number + len(turn)):
        member = turn[place % len(turn)]
        reason = _opted_out(rota, facts, member, day) or _unfit(rota, people, facts, member, day)
        if not reason:
            return member, passed_over
        passed_over[member] = reason
    return None, passed_over


def _opted_out(rota: Rota, facts: DatedFacts, member: str, day: date) -> str:
    """Why `member` skips the shift that begins on `day`, of which they opted out of a week; empty if they do not."""
    weeks = [day + timedelta(weeks=week) for week in range(rota.weeks)]
    for skipped in facts.opted_out_weeks:
        ours = skipped.rota == rota.name and skipped.person == member
        if ours and any(skipped.since <= week < skipped.until for week in weeks):
            return skipped.why
    return ""


def _unfit(rota: Rota, people: Mapping[str, Person], facts: DatedFacts, person: str, day: date) -> str:
    """Why `person` cannot be asked to hold the rota from `day` on: unknown, or no consent to it; empty if they can."""
    known = people.get(person)
    if known is None:
        return "not in people"
    return "no consent" if rota.consent_required and not has_consent(known, facts, day) else ""


def has_consent(person: Person, facts: DatedFacts, day: date) -> bool:
    """Whether this person has agreed to hold an out-of-hours role on `day`, by the rules file or since."""
    if _within(facts.consents, person.id, day):
        return True
    return person.consents(day) and not _within(facts.withdrawn, person.id, day)


def _within(spans: Mapping[str, tuple[tuple[date, date | None], ...]] | None, person: str, day: date) -> bool:
    if not spans:
        return False
    return any(since <= day and (until is None or day < until) for since, until in spans.get(person, ()))


def _with_cover(rota: Rota, people: Mapping[str, Person], facts: DatedFacts, shift: OnCall, at: datetime) -> OnCall:
    """The shift cut by what later covers leave of it, or the last cover that holds at `at` and counts."""
    since, until, notes = shift.since, shift.until, ""
    for cover in reversed(facts.covers):
        if cover.rota != rota.name or cover.since >= cover.until:
            continue
        if at < cover.since:
            until = _earlier(until, cover.since)
        elif at >= cover.until:
            since = _later(since, cover.until)
        else:
            since, until = _later(since, cover.since), _earlier(until, cover.until)
            reason = _unfit(rota, people, facts, cover.person, cover.since.astimezone(rota.zone).date())
            if not reason:
                why = why_covering(rota.name, cover.person, shift.person, stretch(since, until, rota.zone))
                return OnCall(rota.name, cover.person, since, until, why + notes)
            notes += f"; {cover.person}'s cover does not count: {reason}"
    return OnCall(rota.name, shift.person, since, until, shift.why + notes)


def _earlier(one: datetime | None, other: datetime) -> datetime:
    return other if one is None else min(one, other)


def _later(one: datetime | None, other: datetime) -> datetime:
    return other if one is None else max(one, other)
