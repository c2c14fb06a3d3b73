"""How the file writes days, hours and lengths of time, such as `mon-fri`, `09:00-17:30` and `1 working hour`.

Each parser takes the text as written and raises `ValueError` with a reason that shows the right form.
"""

import re
from datetime import date, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo, available_timezones

from app.adapters.lengths import amounts_in, parse_length
from app.adapters.rules_yaml.report import quoted, suggestion
from app.domain.calendar import Window
from app.domain.policy import Delay
from app.domain.working_days import Days

_DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_MOST_DAYS = 100
_CLOCK = re.compile(r"([01]?\d|2[0-3]):([0-5]\d)")
_WINDOW = re.compile(r"(\d{1,2}:\d{2})\s*[-–]\s*(\d{1,2}:\d{2})")
_DAYS_AMOUNT = re.compile(r"(\d{1,3})\s*(working\s+)?(d|days?|w|weeks?)")
_WEEKS = re.compile(r"(?:every\s+)?(\d{1,2})\s*(?:w|weeks?)")


def parse_delay(text: str) -> Delay:
    """A length of real or of working time: `1h`, `1 working hour`, `30 working minutes`."""
    written = text.strip().lower()
    real = re.sub(r"\bworking\s+", "", written)
    if real == written:
        return Delay(parse_length(text))
    if re.search(r"working\s+(d|day|days|w|week|weeks)\b", written):
        raise ValueError(f"{quoted(text)}: working time is counted in hours and minutes, for days differ in length")
    if not amounts_in(real):
        raise ValueError(f'{quoted(text)} is not a length of working time; write it as "1 working hour"')
    return Delay(parse_length(real), working=True)


def parse_days_amount(text: str) -> Days:
    """A number of days: `5 working days`, `7 days`, `2 weeks`."""
    found = _DAYS_AMOUNT.fullmatch(text.strip().lower())
    if found is None or not 1 <= int(found[1]) <= _MOST_DAYS or (found[2] and found[3].startswith("w")):
        raise ValueError(f'{quoted(text)} is not a number of days; write it as "5 working days" or "7 days"')
    return Days(int(found[1]) * (7 if found[3].startswith("w") else 1), working=bool(found[2]))


def parse_ahead(text: str) -> timedelta | None:
    """How long before something: `24h`, or `never`."""
    return None if text.strip().lower() == "never" else parse_length(text)


def parse_weeks(text: str) -> int:
    """How many weeks a shift lasts: `weekly`, `2 weeks`."""
    written = text.strip().lower()
    if written == "weekly":
        return 1
    found = _WEEKS.fullmatch(written)
    if found is None or not 1 <= int(found[1]) <= 52:
        raise ValueError(f'{quoted(text)} is not a rotation; write it as "weekly" or "2 weeks"')
    return int(found[1])


def parse_handover(text: str) -> tuple[int, time]:
    """Weekday (Monday is 0) and local time of a handover: `mon 09:00`."""
    day, _, clock = text.strip().partition(" ")
    at = _clock(clock.strip())
    if at is None:
        raise ValueError(f'{quoted(text)} is not a handover; write it as "mon 09:00"')
    return _weekday(day), at


def parse_days(text: str) -> tuple[int, ...]:
    """Weekdays (Monday is 0): `mon`, `mon-fri`, `sat,sun`."""
    days: list[int] = []
    for part in text.split(","):
        first, dash, last = (end.strip() for end in re.sub("–", "-", part).partition("-"))
        start = _weekday(first)
        stop = _weekday(last) if dash else start
        days.extend((start + n) % 7 for n in range((stop - start) % 7 + 1))
    return tuple(days)


def parse_window(text: str) -> Window:
    """Local opening and closing time on one day: `09:00-17:30`; `24:00` closes at midnight."""
    opens, closes = parse_clocks(text)
    if closes != time(0) and closes <= opens:
        raise ValueError(f"{quoted(text)} ends before it begins; hours that pass midnight are two windows on two days")
    return opens, closes


def parse_clocks(text: str) -> Window:
    """Two local times, of which the second may be on the day after: `22:00-06:00`."""
    found = _WINDOW.fullmatch(text.strip())
    opens, closes = (_clock(found[1]), _clock(found[2], or_midnight=True)) if found else (None, None)
    if opens is None or closes is None:
        raise ValueError(f'{quoted(text)} is not a window of hours; write it as "09:00-17:30"')
    return opens, closes


def windows_in_order(windows: list[Window]) -> tuple[Window, ...]:
    """The windows of one day, sorted; raises `ValueError` where two overlap."""
    ordered = sorted(windows)
    for (_, closes), (opens, _) in pairwise(ordered):
        if closes == time(0) or opens < closes:
            raise ValueError(f"the hours overlap at {opens:%H:%M}")
    return tuple(ordered)


def parse_day(text: str) -> date:
    """A date as `2026-12-24`."""
    try:
        if re.fullmatch(r"\d{4}-\d{2}-\d{2}", text.strip()):
            return date.fromisoformat(text.strip())
    except ValueError as error:
        raise ValueError(f"{quoted(text)} is not a day of the calendar: {error}") from None
    raise ValueError(f"{quoted(text)} is not a date; write it as 2026-12-24")


def parse_zone(text: str) -> ZoneInfo:
    """A time zone by its IANA name: `Europe/London`."""
    known = available_timezones()
    if text not in known:
        raise ValueError(f"{quoted(text)} is not a time zone{suggestion(text, known)}")
    return ZoneInfo(text)


def _weekday(text: str) -> int:
    written = text.strip().lower()
    for number, day in enumerate(_DAYS):
        if len(written) >= 3 and day.startswith(written):
            return number
    raise ValueError(f'{quoted(text)} is not a day of the week; write it as "mon"{suggestion(written, _DAYS)}')


def _clock(text: str, or_midnight: bool = False) -> time | None:
    if or_midnight and text == "24:00":
        return time(0)
    found = _CLOCK.fullmatch(text)
    return time(int(found[1]), int(found[2])) if found else None
