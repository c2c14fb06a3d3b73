"""How a rota's answer explains itself: who holds it, for how long, and why."""

from collections.abc import Mapping
from datetime import datetime
from zoneinfo import ZoneInfo

from app.domain.calendar import WEEKDAYS

_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def why_covering(rota: str, person: str, covered: str | None, stretch: str) -> str:
    """Why `person` holds the rota of that name in this stretch, which was `covered`'s (None: nobody's)."""
    verb = "keeps their own turn" if person == covered else f"covers {covered or 'a gap'}"
    return f"{person} {verb} in rota {rota}, {stretch}"


def why_held(rota: str, weeks: int, person: str | None, passed_over: Mapping[str, str], stretch: str) -> str:
    """Why it is this person's turn (None: nobody's) of so many weeks, or why they stand in for those passed over."""
    named = [f"{member} ({reason})" for member, reason in passed_over.items()]
    if person is None:
        return f"nobody in rota {rota}, {stretch}: {' and '.join(named) or 'it has no members'}"
    if named:
        return f"{person} fills in for {' and '.join(named)} in rota {rota}, {stretch}"
    return f"{person}'s {'week' if weeks == 1 else 'turn'} in rota {rota}, {stretch}"


def stretch(since: datetime, until: datetime, zone: ZoneInfo) -> str:
    return f"{local(since, zone)} to {local(until, zone)}"


def local(at: datetime, zone: ZoneInfo) -> str:
    """Such as "Mon 16 Nov 17:30"; spelled out here, for strftime follows the machine's language."""
    there = at.astimezone(zone)
    return f"{WEEKDAYS[there.weekday()][:3]} {there.day} {_MONTHS[there.month - 1]} {there.hour:02}:{there.minute:02}"
