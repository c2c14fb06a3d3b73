"""Lengths of time in days, working ones or any: when something is due that nobody does at night."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from app.domain.calendar import Calendar


@dataclass(frozen=True, slots=True)
class Days:
    """So many days; `working`: only those on which a calendar has hours."""

    number: int
    working: bool = True

    def __str__(self) -> str:
        return f"{self.number} {'working ' if self.working else ''}day{'' if self.number == 1 else 's'}"


def due_after(at: datetime, days: Days, calendar: Calendar) -> datetime:
    """The end of the last of so many working days after that of `at`; so many times 24 hours where any day counts, and
    where the calendar has no such day."""
    if not days.working:
        return at + timedelta(days=days.number)
    start = day_after(at, days, calendar)
    return calendar.day_end(start) or start


def day_after(at: datetime, days: Days, calendar: Calendar) -> datetime:
    """The start of the last of so many working days after `at`; so many times 24 hours otherwise."""
    if not days.working:
        return at + timedelta(days=days.number)
    for _ in range(days.number):
        at = calendar.next_day_start(at) or at + timedelta(days=1)
    return at
