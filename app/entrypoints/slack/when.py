"""Days and hours as they are typed behind a command: `2026-12-07`, `tomorrow 18:00-22:00`, `18:00-06:00`."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from app.domain.errors import InvalidPayload

_HOURS = re.compile(r"(\d{1,2}):(\d{2})-(\d{1,2}):(\d{2})")
FORM = "say when, as in `2026-12-07` (the shift that begins then), `tomorrow 18:00-22:00`, or `18:00-06:00` for today"


@dataclass(frozen=True, slots=True)
class When:
    """A whole shift by the local date on which it begins, or hours from `since` to `until`, aware UTC."""

    shift: date | None = None
    since: datetime | None = None
    until: datetime | None = None


def is_when(word: str, zone: ZoneInfo, now: datetime) -> bool:
    return _HOURS.fullmatch(word) is not None or _day(word, zone, now) is not None


def parse_when(words: Sequence[str], zone: ZoneInfo, now: datetime) -> When:
    """Hours that end before they begin end on the next day. Raises `InvalidPayload`, which shows the forms."""
    day = _day(words[0], zone, now) if words else None
    hours = words[1:] if day else words
    if day and not hours:
        return When(shift=day)
    found = _HOURS.fullmatch(hours[0]) if len(hours) == 1 else None
    if found is None:
        raise InvalidPayload(FORM)
    begin, end = _time(found[1], found[2]), _time(found[3], found[4])
    first = day or now.astimezone(zone).date()
    last = first if begin < end else first + timedelta(days=1)
    return When(since=_utc(first, begin, zone), until=_utc(last, end, zone))


def _day(word: str, zone: ZoneInfo, now: datetime) -> date | None:
    today = now.astimezone(zone).date()
    named = {"today": today, "tomorrow": today + timedelta(days=1)}
    if word.lower() in named:
        return named[word.lower()]
    try:
        found = date.fromisoformat(word)
    except ValueError:
        return None
    return found if 2000 <= found.year <= 2200 else None


def _time(hour: str, minute: str) -> time:
    try:
        return time(int(hour), int(minute))
    except ValueError:
        raise InvalidPayload(FORM) from None


def _utc(day: date, at: time, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, at, zone).astimezone(UTC)
