"""The repetitions of an entry such as rotas have: every so many days or weeks, until a date or a number of times.

Others are refused in words. An expansion of everything that RFC 5545 allows can be made to run for hours.
"""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

from icalendar import Event

MOST = 2_000
_KNOWN = frozenset({"FREQ", "INTERVAL", "COUNT", "UNTIL", "BYDAY", "WKST"})
_STEPS = {"DAILY": timedelta(days=1), "WEEKLY": timedelta(weeks=1)}
_DAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")


class NotUnderstood(Exception):
    """Why an entry cannot be taken over, in words."""


def repeats(event: Event, start: date, until: datetime) -> Iterator[date]:
    """When each repetition begins, the first one included, on the clock that `start` is on and of its type; at most
    `MOST`, and none long after `until`. Raises `NotUnderstood`."""
    rule = event.get("RRULE")
    if rule is None or isinstance(rule, list) or event.get("RDATE") is not None:
        raise NotUnderstood("it repeats on dates of its own: write them as single entries")
    step = _STEPS.get(str(rule.get("FREQ", [""])[0]).upper())
    if step is None or not _KNOWN.issuperset(rule) or not _is_own_day(rule.get("BYDAY", []), start):
        raise NotUnderstood("it repeats in a way that is not understood here; every so many days or weeks is")
    interval = int(rule.get("INTERVAL", [1])[0])
    if interval < 1:
        raise NotUnderstood("it repeats every 0 weeks")
    count = min(int(rule.get("COUNT", [MOST])[0]), MOST)
    end = rule.get("UNTIL", [None])[0]
    for number in range(count):
        found = start + number * interval * step
        if _day(found) > until.date() + timedelta(days=1) or (end is not None and _is_after(found, end)):
            return
        yield found


def _is_own_day(days: list[str], start: date) -> bool:
    return not days or [str(one).upper() for one in days] == [_DAYS[start.weekday()]]


def _is_after(found: date, end: date) -> bool:
    """UNTIL is a day, or an instant, which for times without a zone is one without a zone too."""
    if isinstance(found, datetime) and isinstance(end, datetime):
        if found.tzinfo is None or end.tzinfo is None:
            return found.replace(tzinfo=None) > end.replace(tzinfo=None)
        return found.astimezone(UTC) > end.astimezone(UTC)
    return _day(found) > _day(end)


def _day(value: date) -> date:
    return value.date() if isinstance(value, datetime) else value
