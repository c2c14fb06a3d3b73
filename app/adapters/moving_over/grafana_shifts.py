"""Shifts of Grafana OnCall: recurring ones become layers, overrides and one-off ones become overrides.

A shift recurs as an iCalendar event does (RFC 5545), with its users taking turns each time that its interval is over.
Turns of a weekly shift on given weekdays change with its week, which begins on `week_start`.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from app.adapters.moving_over.parts import DAYS, clock, unreadable
from app.adapters.moving_over.reading import Fields, first_word, instant, items, number, word, zone_named
from app.domain.calendar import instant as local_instant
from app.service.moving_over.exported import Layer, Override
from app.service.moving_over.findings import Finding
from app.service.moving_over.weekly import ALWAYS, DAY, WEEK, every_day, stretch, union

_LENGTHS = {"hourly": timedelta(hours=1), "daily": timedelta(days=1), "weekly": timedelta(weeks=1)}
_ONCE = ("override", "single_event")
_SHORT_DAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
_MINUTE = timedelta(minutes=1)
_DAY = timedelta(days=1)
_WEEK = timedelta(weeks=1)


def layer_of(shift: Fields, zone: ZoneInfo, subject: str, notes: list[Finding]) -> Layer | None:
    """The layer that a recurring shift is; None, with a note, for what recurs in a way that cannot be said."""
    if word(shift, "type") in _ONCE:
        return None
    name = f'shift "{first_word(shift, "name", "id")}"'
    own_zone = zone_named(shift, "time_zone") or zone
    start, seconds = instant(shift, "start", zone=own_zone), number(shift, "duration")
    unit, turns = _LENGTHS.get(word(shift, "frequency")), _turns(shift)
    if start is None or not seconds or seconds < 0 or unit is None or not turns:
        reason = "it has no users or no start, or recurs in a way that a rota cannot say (every month, or never)"
        notes.append(unreadable(f"{subject}, {name}", reason))
        return None
    every = unit * min(max(number(shift, "interval") or 1, 1), 1000)
    days = [_SHORT_DAYS.index(day) for day in map(word, items(shift, "by_day")) if day in _SHORT_DAYS]
    windows, minutes = _windows(start.astimezone(own_zone), timedelta(seconds=seconds), unit, every, days)
    return Layer(
        name=name,
        zone=own_zone,
        turns=turns,
        anchor=_week_of(start, own_zone, word(shift, "week_start")) if days and unit == _WEEK else start,
        length=every,
        rank=number(shift, "level") or 0,
        starts=instant(shift, "rotation_start", zone=own_zone) or start,
        ends=instant(shift, "until", zone=own_zone),
        windows=windows,
        minutes=minutes,
        regular=not windows or every in (_DAY, _WEEK),
    )


def _turns(shift: Fields) -> tuple[tuple[str, ...], ...]:
    """Who takes turns, from the one with whom the rotation starts; users who do not roll are one turn for ever."""
    rolling = items(shift, "rolling_users")
    if not rolling:
        users = tuple(user for user in map(word, items(shift, "users")) if user)
        return (users,) if users else ()
    turns = [
        tuple(user for user in map(word, group if isinstance(group, list) else [group]) if user) for group in rolling
    ]
    first = (number(shift, "start_rotation_from_user_index") or 0) % len(turns)
    return tuple(turns[first:] + turns[:first]) if any(turns) else ()


def _week_of(start: datetime, zone: ZoneInfo, week_start: str) -> datetime:
    """The beginning of the shift's first week, at the shift's time of day."""
    first = _SHORT_DAYS.index(week_start) if week_start in _SHORT_DAYS else 0
    local = start.astimezone(zone)
    back = (local.weekday() - first) % 7
    return local_instant(local.date() - timedelta(days=back), local.time().replace(fold=0), zone)


def _windows(
    start: datetime, lasts: timedelta, unit: timedelta, every: timedelta, days: list[int]
) -> tuple[tuple[str, ...], int]:
    """When a shift is on call, in words and in minutes of the week; no words where that is always.

    What comes back in other intervals than a day or a week has about its share of a week.
    """
    since = start.hour * 60 + start.minute
    begins = f"from {clock(since)} for {lasts.total_seconds() / 3600:g} h"
    share = min(lasts / every, 1.0)
    if days and unit != timedelta(hours=1):
        words = f"{', '.join(DAYS[day] for day in sorted(set(days)))} {begins}"
        minutes = union(stretch(day * DAY + since, min(lasts, _DAY) // _MINUTE) for day in days)
    elif every == _DAY:
        words, minutes = f"every day {begins}", every_day(since, lasts // _MINUTE)
    else:
        interval = f"once in {every.total_seconds() / 3600:g} h"
        words = f"{DAYS[start.weekday()]}s {begins}" if every == _WEEK else f"{begins}, {interval}"
        minutes = stretch(start.weekday() * DAY + since, int(share * WEEK))
    return ((words,), minutes) if minutes != ALWAYS else ((), ALWAYS)


def overrides_of(shift: Fields, zone: ZoneInfo) -> Iterable[Override]:
    """What an override or a one-off shift changes; nothing for a recurring one."""
    own_zone = zone_named(shift, "time_zone") or zone
    since, seconds = instant(shift, "start", zone=own_zone), number(shift, "duration")
    if word(shift, "type") in _ONCE and since and seconds and seconds > 0:
        for turn in _turns(shift):
            for user in turn:
                yield Override(user, since, since + timedelta(seconds=seconds))
