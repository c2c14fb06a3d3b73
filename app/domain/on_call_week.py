"""The weeks that on-call is paid by: from one handover of a rota to the next, seven days by its own clock."""

from datetime import datetime, timedelta

from app.domain.calendar import instant
from app.domain.rota import Rota

_FURTHEST = 8
"""Days: a week, and one more for a clock change or a zone that lies a day apart."""


def week_start(rota: Rota, at: datetime) -> datetime:
    """The last handover at or before `at`. A shift of several weeks has one in each of them."""
    return max(handover for handover in _around(rota, at) if handover <= at)


def next_week(rota: Rota, at: datetime) -> datetime:
    """The first handover after `at`."""
    return min(handover for handover in _around(rota, at) if handover > at)


def _around(rota: Rota, at: datetime) -> list[datetime]:
    today = at.astimezone(rota.zone).date()
    days = (today + timedelta(days=number) for number in range(-_FURTHEST, _FURTHEST + 1))
    return [instant(day, rota.handover, rota.zone) for day in days if day.weekday() == rota.weekday]
