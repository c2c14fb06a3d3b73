"""Reads the entries of an iCalendar file (RFC 5545) that people export from their calendars. It is not trusted."""

from collections.abc import Container, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import TypeVar
from zoneinfo import ZoneInfo

from icalendar import Calendar, Event

from app.adapters.ical_repeats import NotUnderstood, repeats
from app.adapters.ical_writing import PERSON, ROTA
from app.domain.calendar import instant
from app.domain.errors import InvalidPayload
from app.domain.message import one_line
from app.domain.rota_import import LONGEST_TITLE, CalendarEntry

MOST_BYTES = 1_000_000
MOST_ENTRIES = 2_000
"""Of one file, each repetition counted."""

T = TypeVar("T")

_DAY = timedelta(days=1)
_MAILTO = "mailto:"
_FAULTS = (ValueError, TypeError, KeyError, IndexError, AttributeError, OverflowError, RecursionError)
"""What the library says of a file that is none, and of a property that does not hold what it should."""


@dataclass(frozen=True, slots=True)
class CalendarFile:
    """What was understood, and what was not, in sentences."""

    entries: tuple[CalendarEntry, ...]
    problems: tuple[str, ...]


def read_calendar(text: str, zone: ZoneInfo, until: datetime) -> CalendarFile:
    """Every entry, each repetition one, of which none begins after `until`. Times without a zone and whole days are
    those of `zone`. Raises `InvalidPayload` for what is no calendar, or too much of one."""
    entries: list[CalendarEntry] = []
    problems: list[str] = []
    events = [_Event(event, zone) for event in _bounded(_events(text))]
    moved = frozenset(_moved(events))
    for event in events:
        try:
            entries += list(event.entries(until, moved))
        except NotUnderstood as reason:
            problems.append(f"{event.title or 'an entry without a title'}: {reason}")
        except _FAULTS:
            problems.append(f"{event.title or 'an entry without a title'}: it cannot be read")
        _bounded(entries)
    return CalendarFile(tuple(entries), tuple(problems))


def _bounded(found: list[T]) -> list[T]:
    if len(found) > MOST_ENTRIES:
        raise InvalidPayload(f"holds more than {MOST_ENTRIES} entries: export a shorter time", "calendar")
    return found


def _moved(events: Iterable["_Event"]) -> Iterator[tuple[str, datetime]]:
    """Which repetitions have an entry in their stead, or were cancelled."""
    for event in events:
        with suppress(*_FAULTS):
            if instead := event.stands_for():
                yield event.uid, instead


def _events(text: str) -> list[Event]:
    if len(text.encode("utf-8", "surrogatepass")) > MOST_BYTES:
        raise InvalidPayload(f"is larger than {MOST_BYTES} bytes: export a shorter time", "calendar")
    try:
        calendars = Calendar.from_ical(text, multiple=True)
        found = [event for calendar in calendars for event in calendar.walk("VEVENT")]
    except _FAULTS:
        raise InvalidPayload("is not an iCalendar file (RFC 5545)", "calendar") from None
    if not calendars or any(calendar.name != "VCALENDAR" for calendar in calendars):
        raise InvalidPayload("is not an iCalendar file (RFC 5545): it has no VCALENDAR", "calendar")
    return [event for event in found if isinstance(event, Event)]


class _Event:
    """One VEVENT, each of whose properties may hold anything."""

    def __init__(self, event: Event, zone: ZoneInfo) -> None:
        self._event, self._zone = event, zone
        self.uid = self._text("UID") or ""
        self.title = self._text("SUMMARY") or ""

    def stands_for(self) -> datetime | None:
        """When the repetition of another entry that this one replaces would have begun."""
        instead = self._date("RECURRENCE-ID")
        return None if instead is None else self._instant(instead)

    def entries(self, until: datetime, moved: Container[tuple[str, datetime]]) -> Iterator[CalendarEntry]:
        if (self._text("STATUS") or "").upper() == "CANCELLED":
            return
        start = self._date("DTSTART")
        if start is None:
            raise NotUnderstood("it has no start")
        if self.stands_for() or not {"RRULE", "RDATE"} & set(self._event):
            yield self._entry(start)
            return
        excepted = self._excepted()
        for local in repeats(self._event, start, until):
            entry = self._entry(local, local - start)
            if entry.since <= until and entry.since not in excepted and (self.uid, entry.since) not in moved:
                yield entry

    def _entry(self, start: date, later: timedelta = timedelta(0)) -> CalendarEntry:
        """That which begins at `start`, which is so much later than the first of its repetitions."""
        since, until = self._instant(start), self._end(start, later)
        if until <= since:
            raise NotUnderstood("it ends before it has begun")
        person, rota = self._text(PERSON), self._text(ROTA)
        return CalendarEntry(since, until, self.title, person, rota, self._addresses())

    def _end(self, start: date, later: timedelta) -> datetime:
        """On the local clock a repetition lasts as long as the first, also over a clock change."""
        end = self._date("DTEND")
        if end is not None:
            return self._instant(end + later)
        length = getattr(self._event.get("DURATION"), "dt", None)
        if isinstance(length, timedelta):
            return self._instant(start) + length
        return self._instant(start) if isinstance(start, datetime) else self._instant(start + _DAY)

    def _excepted(self) -> set[datetime]:
        given = self._event.get("EXDATE")
        lists = given if isinstance(given, list) else [given] if given is not None else []
        return {self._instant(one.dt) for dates in lists for one in dates.dts}

    def _addresses(self) -> tuple[str, ...]:
        given = self._event.get("ATTENDEE", [])
        texts = [str(one).lower() for one in (given if isinstance(given, list) else [given])]
        return tuple(text.removeprefix(_MAILTO) for text in texts if text.startswith(_MAILTO))

    def _text(self, name: str) -> str | None:
        found = self._event.get(name)
        return None if found is None else one_line(str(found), LONGEST_TITLE)

    def _date(self, name: str) -> date | None:
        found = getattr(self._event.get(name), "dt", None)
        return found if isinstance(found, date) else None

    def _instant(self, value: date) -> datetime:
        """A day is its midnight in the zone; a time without a zone is one of it."""
        if not isinstance(value, datetime):
            return instant(value, time(), self._zone)
        if value.tzinfo is None:
            return instant(value.date(), value.time(), self._zone)
        return value.astimezone(UTC)
