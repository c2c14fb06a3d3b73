"""What on-call weeks and nights of work come to: a pure function of who held what, who worked when, and the rates."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from fractions import Fraction

from app.domain.calendar import Calendar
from app.domain.errors import Conflict, InvalidPayload
from app.domain.pay_terms import PENNY, Choice, DayRates, PayTerms
from app.domain.rota import OnCall
from app.domain.work import Work

_HUNDREDTHS = 100
_NONE = timedelta(0)
_HOUR = timedelta(hours=1)
_MICROSECOND = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class OnCallWeek:
    """One week of a paid rota that is over: `held` are its stretches, gaps too, which may reach beyond the week."""

    rota: str
    since: datetime
    until: datetime
    held: tuple[OnCall, ...]
    choices: Mapping[str, Choice]


@dataclass(frozen=True, slots=True)
class Share:
    """What one person gets of one week: `held` of its `total` out-of-hours time.

    `share` is in hundredths, and all shares of a week without gaps add up to 1. Where the choice is pay, `amount` is
    that part of `day_rate` to the penny, and None where no rate is known; else `days_off` is the share.
    """

    rota: str
    person: str
    since: datetime
    until: datetime
    held: timedelta
    total: timedelta
    share: Decimal
    choice: Choice
    day_rate: Decimal | None
    amount: Decimal | None
    days_off: Decimal
    currency: str


@dataclass(frozen=True, slots=True)
class HoursEdit:
    """The length of one stretch of work, changed by hand: from `before` to `after`, by whom, when and why. A stretch
    that no incident tells of had no length before."""

    person: str
    since: datetime
    before: timedelta
    after: timedelta
    by: str
    at: datetime
    why: str


@dataclass(frozen=True, slots=True)
class Hours:
    """One stretch of work that begins at `since`: `logged` as the incidents tell it, `counted` after edits by hand and
    rounding, and what that comes to."""

    person: str
    since: datetime
    logged: timedelta
    counted: timedelta
    hourly: Decimal
    amount: Decimal
    currency: str
    incidents: tuple[str, ...] = ()
    edits: tuple[HoursEdit, ...] = ()


def split_week(week: OnCallWeek, terms: PayTerms, calendar: Calendar, rates: DayRates) -> tuple[Share, ...]:
    """The shares of everybody who held some of it out of hours, by person. The amounts add up to what all of them are
    worth together, to the penny: equal rates and no gap give exactly one day."""
    total = _out_of_hours(calendar, week.since, week.until)
    held = _held(week, calendar)
    if not total or not held:
        return ()
    parts = {person: Fraction(length // _MICROSECOND, total // _MICROSECOND) for person, length in held.items()}
    hundredths = apportioned({person: part * _HUNDREDTHS for person, part in parts.items()})
    day = week.since.astimezone(calendar.zone).date()
    choices = {person: week.choices.get(person, terms.default) for person in held}
    known = {person: rates.at(person, day) for person in held if choices[person] is Choice.PAY}
    pennies = apportioned(
        {person: parts[person] * Fraction(rate) / Fraction(PENNY) for person, rate in known.items() if rate is not None}
    )
    return tuple(
        Share(
            rota=week.rota,
            person=person,
            since=week.since,
            until=week.until,
            held=length,
            total=total,
            share=hundredths[person] * PENNY,
            choice=choices[person],
            day_rate=known.get(person),
            amount=pennies[person] * PENNY if person in pennies else None,
            days_off=hundredths[person] * PENNY if choices[person] is Choice.DAY_OFF else Decimal("0.00"),
            currency=terms.currency,
        )
        for person, length in held.items()
    )


def apportioned(exact: Mapping[str, Fraction]) -> dict[str, int]:
    """Whole numbers that add up to the sum, rounded: each is rounded down, and what is left goes to the largest
    remainders, of equal ones to the name that comes first."""
    found = {name: part.numerator // part.denominator for name, part in exact.items()}
    left = _nearest(sum(exact.values(), Fraction(0))) - sum(found.values())
    for name in sorted(exact, key=lambda name: (found[name] - exact[name], name))[:left]:
        found[name] += 1
    return found


def hours_paid(
    work: Sequence[Work], edits: Sequence[HoursEdit], terms_at: Callable[[datetime], PayTerms]
) -> tuple[Hours, ...]:
    """Each stretch of work with what was changed of it by hand, in order of person and time. Edits come in the order in
    which they were made; one of a stretch that no incident tells of adds it."""
    logged = {(one.person, one.since): one for one in work}
    changes: dict[tuple[str, datetime], list[HoursEdit]] = {}
    for edit in edits:
        changes.setdefault((edit.person, edit.since), []).append(edit)
    found: list[Hours] = []
    for person, since in sorted({*logged, *changes}):
        known = logged.get((person, since))
        length, incidents = (known.length, known.incidents) if known else (_NONE, ())
        found.append(_hours(person, since, length, incidents, tuple(changes.get((person, since), ())), terms_at(since)))
    return tuple(found)


def edited(edit: HoursEdit, before: Hours | None, terms: PayTerms) -> Hours:
    """The stretch as it is after `edit`; `before` is None where that adds it."""
    if before is None:
        return _hours(edit.person, edit.since, _NONE, (), (edit,), terms)
    return _hours(edit.person, edit.since, before.logged, before.incidents, (*before.edits, edit), terms)


def length_now(hours: Hours) -> timedelta:
    """The length of a stretch before rounding: as it was last changed by hand, else as the incidents tell it."""
    return hours.edits[-1].after if hours.edits else hours.logged


def beginning_at(person: str, since: datetime, hours: Sequence[Hours]) -> Hours | None:
    """The work of this person that began then, or, as people write times, in that minute; None where there is none, or
    more than one."""
    own = [one for one in hours if one.person == person]
    near = [one for one in own if one.since.replace(second=0, microsecond=0) == since]
    exact = [one for one in own if one.since == since]
    found = exact or near
    return found[0] if len(found) == 1 else None


def check_edit(edit: HoursEdit, hours: Sequence[Hours], so_far: Sequence[Work] = ()) -> None:
    """Raises `Conflict` when somebody has changed it since, and `InvalidPayload` for what would pay time twice.
    `so_far` is what has come until now of work that goes on: once it has ended, it is one with all that it touches."""
    own = [one for one in hours if one.person == edit.person]
    meant = next((one for one in own if one.since == edit.since), None)
    now = length_now(meant) if meant else _NONE
    if edit.before != now:
        raise Conflict(f"that work is {_minutes(now)} long by now, not {_minutes(edit.before)}: look at it again")
    for one in own:
        if one is not meant and _overlap((edit.since, edit.after), (one.since, length_now(one))):
            began = f"{one.since:%Y-%m-%dT%H:%M:%SZ}"
            raise InvalidPayload(f"overlaps the work that began at {began}: change that instead", "since")
    end = edit.since + max(edit.before, edit.after)
    for going_on in so_far:
        if going_on.person == edit.person and going_on.since <= end and edit.since <= going_on.until:
            named = ", ".join(going_on.incidents)
            raise InvalidPayload(
                f"is one with work that still goes on: change it once incident {named} is over", "since"
            )


def _hours(
    person: str,
    since: datetime,
    logged: timedelta,
    incidents: tuple[str, ...],
    edits: tuple[HoursEdit, ...],
    terms: PayTerms,
) -> Hours:
    counted = terms.rounded(edits[-1].after if edits else logged)
    exact = Fraction(terms.hourly) * Fraction(counted // _MICROSECOND, _HOUR // _MICROSECOND)
    return Hours(
        person=person,
        since=since,
        logged=logged,
        counted=counted,
        hourly=terms.hourly,
        amount=_nearest(exact / Fraction(PENNY)) * PENNY,
        currency=terms.currency,
        incidents=incidents,
        edits=edits,
    )


def _held(week: OnCallWeek, calendar: Calendar) -> dict[str, timedelta]:
    """Out-of-hours time by person, for those who have any, in order of their names."""
    found: dict[str, timedelta] = {}
    for stretch in week.held:
        since = max(stretch.since or week.since, week.since)
        until = min(stretch.until or week.until, week.until)
        if stretch.person and since < until:
            found[stretch.person] = found.get(stretch.person, timedelta(0)) + _out_of_hours(calendar, since, until)
    return {person: length for person, length in sorted(found.items()) if length}


def _out_of_hours(calendar: Calendar, since: datetime, until: datetime) -> timedelta:
    return until - since - calendar.working_between(since, until)


def _nearest(exact: Fraction) -> int:
    """Half of one is rounded up, as money is."""
    return (2 * exact.numerator + exact.denominator) // (2 * exact.denominator)


def _overlap(one: tuple[datetime, timedelta], other: tuple[datetime, timedelta]) -> bool:
    """Whether two stretches, each a start and a length, have time in common."""
    return max(one[0], other[0]) < min(one[0] + one[1], other[0] + other[1])


def _minutes(length: timedelta) -> str:
    minutes, seconds = divmod(int(length.total_seconds()), 60)
    return f"{minutes} min" + (f" {seconds} s" if seconds else "")
