"""Hours of the week as a set of minutes, and whether they are working hours as a calendar of ours has them."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

DAY = 24 * 60
WEEK = 7 * DAY

ALWAYS = (1 << WEEK) - 1
"""Every minute of the week. Bit n stands for minute n after Monday 00:00, local time."""

_WHOLE_DAY = (1 << DAY) - 1


@dataclass(frozen=True, slots=True)
class OfficeHours:
    """The same window on some weekdays (Monday is 0); local minutes after midnight."""

    days: tuple[int, ...]
    opens: int
    closes: int
    zone: ZoneInfo

    def hold(self, at: datetime) -> bool:
        local = at.astimezone(self.zone)
        return local.weekday() in self.days and self.opens <= local.hour * 60 + local.minute < self.closes


def stretch(since: int, minutes: int) -> int:
    """The minutes of a stretch that begins `since` minutes after Monday 00:00; past Sunday it goes on on Monday."""
    bits = ((1 << max(0, min(minutes, WEEK))) - 1) << (since % WEEK)
    return (bits | bits >> WEEK) & ALWAYS


def every_day(since: int, minutes: int) -> int:
    """The minutes of a stretch that begins each day at `since` minutes after midnight."""
    return union(stretch(day * DAY + since, minutes) for day in range(7))


def union(sets: Iterable[int]) -> int:
    found = 0
    for one in sets:
        found |= one
    return found


def hours(minutes: int) -> float:
    """How many hours a week a set of minutes is."""
    return minutes.bit_count() / 60


def office_hours(minutes: int, zone: ZoneInfo) -> OfficeHours | None:
    """The working hours that are exactly these minutes; None where no calendar with one window a day is."""
    days = [minutes >> day * DAY & _WHOLE_DAY for day in range(7)]
    shapes = {shape for shape in days if shape}
    if len(shapes) != 1:
        return None
    (shape,) = shapes
    opens, closes = (shape & -shape).bit_length() - 1, shape.bit_length()
    if shape == _WHOLE_DAY or shape != ((1 << closes - opens) - 1) << opens:
        return None
    return OfficeHours(tuple(day for day, found in enumerate(days) if found), opens, closes, zone)
