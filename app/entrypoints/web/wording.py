"""Instants, lengths and other people's texts as pages write them."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from app.domain.message import one_line
from app.domain.ruleset import Rules

LONGEST_TITLE = 500
LONGEST_TEXT = 4_000


def local(at: datetime, zone: ZoneInfo) -> str:
    """For example `Sun 22 Nov 2026, 03:00 GMT`."""
    return f"{at.astimezone(zone):%a %d %b %Y, %H:%M %Z}"


def zones(at: datetime, zone: ZoneInfo, other: ZoneInfo) -> str:
    """An instant in the reader's zone and, where clocks show another time there, in a second one."""
    if at.astimezone(zone).utcoffset() == at.astimezone(other).utcoffset():
        return local(at, zone)
    return f"{local(at, zone)} ({at.astimezone(other):%a %H:%M %Z})"


def brief(at: datetime, now: datetime, zone: ZoneInfo) -> str:
    """`03:00:12` within a day, else `Sun 22 Nov 03:00`, with the year where it is another."""
    there, here = at.astimezone(zone), now.astimezone(zone)
    if abs(at - now) < timedelta(days=1) and there.date() == here.date():
        return f"{there:%H:%M:%S}"
    return f"{there:%a %d %b %H:%M}" if there.year == here.year else f"{there:%a %d %b %Y %H:%M}"


def iso(at: datetime) -> str:
    """For programs: the page's own script, and readers that speak."""
    return at.isoformat(timespec="seconds").replace("+00:00", "Z")


def span(length: timedelta) -> str:
    """A length of time at a glance: `41:10` below an hour, then `3 h 05`, then `2 d 4 h`; never negative."""
    seconds = max(0, int(length.total_seconds()))
    minutes, hours, days = seconds // 60, seconds // 3600, seconds // 86400
    if hours < 1:
        return f"{minutes}:{seconds % 60:02}"
    if days < 1:
        return f"{hours} h {minutes % 60:02}"
    return f"{days} d {hours % 24} h"


def words(length: timedelta) -> str:
    """A length of time as a rule states it: `15 min`, `1 h 30 min`, `2 d`."""
    minutes, seconds = divmod(int(length.total_seconds()), 60)
    hours, minutes = divmod(minutes, 60)
    days, hours = divmod(hours, 24)
    parts = ((days, "d"), (hours, "h"), (minutes, "min"), (seconds, "s"))
    return " ".join(f"{amount} {unit}" for amount, unit in parts if amount) or "at once"


def line(text: str) -> str:
    """Somebody else's text as one line, without characters that cannot be seen."""
    return one_line(text, LONGEST_TITLE)


def shown(text: str) -> str:
    """Somebody else's text without characters that cannot be seen, which could turn a text around; line breaks stay."""
    plain = "".join(c if c.isprintable() or c == "\n" else " " for c in text)
    return plain if len(plain) <= LONGEST_TEXT else plain[: LONGEST_TEXT - 1] + "…"


def name_of(person: str | None, rules: Rules) -> str:
    """A person's name, else what they are called by."""
    known = rules.people.get(person or "")
    return line(known.name if known else person or "nobody")


def squad_name(squad: str, rules: Rules) -> str:
    known = rules.squads.get(squad)
    return line(known.name if known else squad)
