"""Shifts as an iCalendar file (RFC 5545). All times are UTC, so that it needs no description of any time zone; the same
shifts give the same bytes."""

from collections.abc import Iterable
from datetime import timedelta

from icalendar import Calendar, Event

from app.domain.shift_calendar import ShiftEntry

MEDIA_TYPE = "text/calendar"
PERSON, ROTA = "X-ONCALL-PERSON", "X-ONCALL-ROTA"
"""Whom and what an entry is of, for reading it back."""

REFRESH = timedelta(hours=1)


def write_calendar(name: str, entries: Iterable[ShiftEntry], zone: str) -> bytes:
    """`name` is what a calendar application calls it, `zone` the IANA name of the zone that it is to be shown in.

    Being on call leaves one's time free (TRANSPARENT). DTSTAMP is the entry's own start, for the time of asking would
    make every copy another one.
    """
    calendar = Calendar()
    calendar.add("PRODID", "-//oncall-router//shifts//EN")
    calendar.add("VERSION", "2.0")
    calendar.add("X-WR-CALNAME", name)
    calendar.add("X-WR-TIMEZONE", zone)
    calendar.add("REFRESH-INTERVAL", REFRESH, parameters={"VALUE": "DURATION"})
    calendar.add("X-PUBLISHED-TTL", "PT1H")
    for entry in entries:
        calendar.add_component(_event(entry))
    found: bytes = calendar.to_ical()
    return found


def _event(entry: ShiftEntry) -> Event:
    event = Event()
    event.add("UID", f"{entry.id}@oncall-router")
    event.add("DTSTAMP", entry.since)
    event.add("DTSTART", entry.since)
    event.add("DTEND", entry.until)
    event.add("SUMMARY", entry.title)
    event.add("DESCRIPTION", entry.notes)
    event.add("TRANSP", "TRANSPARENT")
    event.add(ROTA, entry.rota)
    event.add(PERSON, entry.person)
    return event
