"""Who bears how much of a rota: hours, nights, weekends and holidays per person over a stretch."""

from bisect import bisect_right
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from app.domain.calendar import Calendar, Span, instant
from app.domain.paging_roles import Hours
from app.domain.planned import Slot

NIGHT_BEGINS = time(22)
NIGHT_ENDS = time(7)

_SATURDAY = 5
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Share:
    """What one person holds. `hours` are those in which the rota is told. Nights (22:00 to 07:00), days of a weekend
    and holidays are counted whole, for whoever holds most of one; a holiday on a weekend is a holiday."""

    person: str
    hours: timedelta = timedelta(0)
    nights: int = 0
    weekend_days: int = 0
    holidays: int = 0


@dataclass(frozen=True, slots=True)
class Burdens:
    """The nights, weekend days and holidays of a stretch as instants, in order; worked out once for many plans."""

    nights: tuple[Span, ...]
    weekend_days: tuple[Span, ...]
    holidays: tuple[Span, ...]


NONE = Burdens((), (), ())
"""Those of a rota that is told in working hours only."""


def burdens(calendar: Calendar, zone: ZoneInfo, since: datetime, until: datetime) -> Burdens:
    """Those that begin from `since` on and before `until`, on the clock of `zone`. A day that is closed in the calendar
    is a holiday too."""
    days = list(_days(zone, since, until))

    def spans(wanted: Callable[[date], bool]) -> tuple[Span, ...]:
        found = ((instant(day, time(), zone), instant(day + _DAY, time(), zone)) for day in days if wanted(day))
        return tuple(span for span in found if since <= span[0] < until)

    nights = ((instant(day, NIGHT_BEGINS, zone), instant(day + _DAY, NIGHT_ENDS, zone)) for day in days)
    return Burdens(
        nights=tuple(span for span in nights if since <= span[0] < until),
        weekend_days=spans(lambda day: day.weekday() >= _SATURDAY and not is_holiday(calendar, day)),
        holidays=spans(lambda day: is_holiday(calendar, day)),
    )


def is_holiday(calendar: Calendar, day: date) -> bool:
    return day in calendar.closed or (day not in calendar.opened and calendar.holiday(day) is not None)


def shares(
    slots: Sequence[Slot], people: Iterable[str], told: Iterable[Hours], calendar: Calendar, days: Burdens
) -> tuple[Share, ...]:
    """The share of everybody in `people`, and of whoever else holds something, by id. The slots follow
    each other."""
    hours = Counter[str]()
    for one in slots:
        if one.person is not None:
            hours[one.person] += _seconds(frozenset(told), calendar, one.since, one.until)
    nights, weekend_days, holidays = (
        _holders(slots, spans) for spans in (days.nights, days.weekend_days, days.holidays)
    )
    everybody = sorted({*people, *hours, *nights, *weekend_days, *holidays})
    return tuple(
        Share(one, timedelta(seconds=hours[one]), nights[one], weekend_days[one], holidays[one]) for one in everybody
    )


def equal_share(shares: Sequence[Share], among: int) -> tuple[float, float, float, float]:
    """Hours, nights, weekend days and holidays of each, were all of it divided among so many."""
    number = max(1, among)
    return (
        sum(one.hours.total_seconds() for one in shares) / 3600 / number,
        sum(one.nights for one in shares) / number,
        sum(one.weekend_days for one in shares) / number,
        sum(one.holidays for one in shares) / number,
    )


def _days(zone: ZoneInfo, since: datetime, until: datetime) -> Iterator[date]:
    day, last = since.astimezone(zone).date(), until.astimezone(zone).date()
    while day <= last:
        yield day
        day += _DAY


def _seconds(told: frozenset[Hours], calendar: Calendar, since: datetime, until: datetime) -> int:
    if Hours.IN in told and Hours.OUT in told:
        held = until - since
    else:
        working = calendar.working_between(since, until)
        held = working if Hours.IN in told else until - since - working
    return int(held.total_seconds())


def _holders(slots: Sequence[Slot], spans: Iterable[Span]) -> Counter[str]:
    """How many of the spans each person has: whoever holds most of it, the earlier one where two hold the same."""
    starts = [one.since for one in slots]
    found = Counter[str]()
    for since, until in spans:
        held: dict[str, timedelta] = {}
        for one in slots[max(0, bisect_right(starts, since) - 1) :]:
            if one.since >= until:
                break
            if one.person is not None and one.until > since:
                length = min(one.until, until) - max(one.since, since)
                held[one.person] = held.get(one.person, timedelta(0)) + length
        if held:
            found[max(held, key=lambda person: held[person])] += 1
    return found
