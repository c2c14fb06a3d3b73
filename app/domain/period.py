"""Months and weeks as people name them, as instants of a zone."""

import re
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from app.domain.calendar import Span, instant

_WEEK = timedelta(days=7)


def month_of(text: str, zone: ZoneInfo) -> Span:
    """`2026-11`: from its first midnight to that of the month after. Raises `ValueError`."""
    if not re.fullmatch(r"(20|21)\d{2}-\d{2}", text):
        raise ValueError('is not a month; write it as "2026-11"')
    return _between(_first(text), _next_month(_first(text)), zone)


def week_of_year(text: str, zone: ZoneInfo) -> Span:
    """`2026-W48`, an ISO week: from Monday's midnight to the next Monday's. Raises `ValueError`."""
    if not re.fullmatch(r"(20|21)\d{2}-W\d{2}", text):
        raise ValueError('is not a week; write it as "2026-W48"')
    try:
        monday = date.fromisoformat(text)
    except ValueError:
        raise ValueError("is not a week of that year") from None
    return _between(monday, monday + _WEEK, zone)


def month_before(at: datetime, zone: ZoneInfo) -> Span:
    """The whole month before the one that `at` lies in."""
    first = at.astimezone(zone).date().replace(day=1)
    return _between((first - timedelta(days=1)).replace(day=1), first, zone)


def weeks_before(at: datetime, count: int, zone: ZoneInfo) -> datetime:
    """The midnight with which the week began that lies `count` weeks before the one that `at` lies in."""
    today = at.astimezone(zone).date()
    return instant(today - timedelta(days=today.weekday()) - count * _WEEK, time(), zone)


def _first(text: str) -> date:
    try:
        return date.fromisoformat(f"{text}-01")
    except ValueError:
        raise ValueError("is not a month of a year") from None


def _next_month(first: date) -> date:
    return (first + timedelta(days=31)).replace(day=1)


def _between(first: date, last: date, zone: ZoneInfo) -> Span:
    return instant(first, time(), zone), instant(last, time(), zone)
