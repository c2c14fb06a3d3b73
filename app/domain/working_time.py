"""Which deadlines an acknowledged incident has: two hours of best effort, the end of the day, the next morning."""

from datetime import datetime, timedelta

from app.domain.calendar import Calendar
from app.domain.classify import Severity
from app.domain.context import Context
from app.domain.incident import Incident, Timer

DAYS_OF_A_WEEK = 7


def after_acknowledging(incident: Incident, ctx: Context) -> dict[Timer, datetime]:
    """The deadline that acknowledging sets: out of hours two hours from now; in hours, from the end of the day for a
    critical, and parking at the end of the day for a high. A working day that starts earlier comes instead."""
    if incident.severity is Severity.TRIAGE:
        return {}
    calendar = ctx.calendar(incident.calendar)
    if not calendar.is_open(ctx.now):
        return _best_effort(ctx.now, calendar, ctx)
    evening = _end_of_hours(calendar, ctx.now)
    if evening is None:
        return {}
    if incident.severity is Severity.CRITICAL:
        return _best_effort(evening, calendar, ctx)
    return {Timer.PARK: evening}


def until_hand_over(incident: Incident, ctx: Context) -> dict[Timer, datetime]:
    """The next working day's start; where there is none (round the clock, or never open), a day from now."""
    morning = ctx.calendar(incident.calendar).next_day_start(ctx.now)
    return {Timer.HAND_OVER: morning or ctx.now + timedelta(days=1)}


def _best_effort(since: datetime, calendar: Calendar, ctx: Context) -> dict[Timer, datetime]:
    stop, morning = since + ctx.rules.limits.best_effort, calendar.next_day_start(since)
    return {Timer.HAND_OVER: morning} if morning and morning <= stop else {Timer.STOP: stop}


def _end_of_hours(calendar: Calendar, at: datetime) -> datetime | None:
    """The evening after which hours are over; None where they never are (round the clock)."""
    for _ in range(DAYS_OF_A_WEEK + 1):
        end = calendar.day_end(at)
        if end is None:
            return None
        if not calendar.is_open(end):
            return end
        at = end
    return None
