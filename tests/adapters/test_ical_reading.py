"""Calendars as people export them: entries, days, zones and repetitions are understood, or refused in words."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.adapters.ical_reading import MOST_ENTRIES, CalendarFile, read_calendar
from app.domain.errors import InvalidPayload
from app.domain.rota_import import CalendarEntry

LONDON = ZoneInfo("Europe/London")
END = datetime(2027, 1, 1, tzinfo=UTC)


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def a_calendar(*events: str) -> str:
    inner = "".join(f"BEGIN:VEVENT\r\n{event.strip()}\r\nEND:VEVENT\r\n" for event in events)
    return f"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//x//y//EN\r\n{inner}END:VCALENDAR\r\n"


def read(*events: str) -> CalendarFile:
    return read_calendar(a_calendar(*events), LONDON, END)


def spans(*events: str) -> list[tuple[datetime, datetime]]:
    found = read(*events)
    assert found.problems == ()
    return [(entry.since, entry.until) for entry in found.entries]


def test_an_entry_says_whom_it_is_with_and_what_our_own_export_says_of_itself() -> None:
    found = read(
        "UID:1\r\nDTSTART:20260601T163000Z\r\nDTEND:20260608T163000Z\r\nSUMMARY:Asha\\, on call\r\n"
        "ATTENDEE;CN=Asha:mailto:Asha@Example.com\r\nX-ONCALL-PERSON:asha\r\nX-ONCALL-ROTA:primary"
    )

    since, until = utc("2026-06-01 16:30"), utc("2026-06-08 16:30")
    assert found == CalendarFile(
        (CalendarEntry(since, until, "Asha, on call", "asha", "primary", ("asha@example.com",)),), ()
    )


@pytest.mark.parametrize(
    ("times", "since", "until"),
    [
        ("DTSTART:20260601T163000\nDTEND:20260608T163000", "2026-06-01 15:30", "2026-06-08 15:30"),
        (
            "DTSTART;TZID=America/New_York:20260601T163000\nDTEND;TZID=America/New_York:20260608T163000",
            "2026-06-01 20:30",
            "2026-06-08 20:30",
        ),
        ("DTSTART;VALUE=DATE:20260601\nDTEND;VALUE=DATE:20260608", "2026-05-31 23:00", "2026-06-07 23:00"),
        ("DTSTART;VALUE=DATE:20260601", "2026-05-31 23:00", "2026-06-01 23:00"),
        ("DTSTART:20260601T163000Z\nDURATION:P1W", "2026-06-01 16:30", "2026-06-08 16:30"),
    ],
)
def test_times_without_a_zone_and_whole_days_are_those_of_the_rota(times: str, since: str, until: str) -> None:
    assert spans(f"SUMMARY:x\n{times}") == [(utc(since), utc(until))]


def test_a_turn_that_repeats_keeps_its_local_time_over_a_clock_change() -> None:
    found = spans(
        "DTSTART;TZID=Europe/London:20261012T173000\nDTEND;TZID=Europe/London:20261019T173000\n"
        "RRULE:FREQ=WEEKLY;INTERVAL=2;COUNT=3;BYDAY=MO\nSUMMARY:asha"
    )

    assert found == [
        (utc("2026-10-12 16:30"), utc("2026-10-19 16:30")),
        (utc("2026-10-26 17:30"), utc("2026-11-02 17:30")),
        (utc("2026-11-09 17:30"), utc("2026-11-16 17:30")),
    ]


def test_repetitions_that_were_left_out_moved_or_cancelled_are_not_repeated() -> None:
    turn = "UID:1\nDTSTART:20261005T173000Z\nDTEND:20261006T173000Z\nSUMMARY:asha\n"
    found = spans(
        f"{turn}RRULE:FREQ=WEEKLY;UNTIL=20261103T000000Z\nEXDATE:20261012T173000Z",
        "UID:1\nRECURRENCE-ID:20261019T173000Z\nDTSTART:20261020T080000Z\nDTEND:20261020T090000Z\nSUMMARY:asha",
        "UID:1\nRECURRENCE-ID:20261026T173000Z\nSTATUS:CANCELLED\nDTSTART:20261026T173000Z\nDTEND:20261027T173000Z",
    )

    assert [since for since, _ in found] == [
        utc("2026-10-05 17:30"),
        utc("2026-11-02 17:30"),
        utc("2026-10-20 08:00"),
    ]


def test_repetitions_end_with_the_time_that_is_asked_for() -> None:
    found = spans("DTSTART;VALUE=DATE:20261218\nRRULE:FREQ=DAILY\nSUMMARY:asha")

    assert len(found) == 15


@pytest.mark.parametrize(
    ("event", "reason"),
    [
        ("SUMMARY:asha", "asha: it has no start"),
        ("DTSTART:20260601T163000Z\nDTEND:20260601T163000Z", "an entry without a title: it ends before it has begun"),
        ("DTSTART:20260601T163000Z\nSUMMARY:asha", "asha: it ends before it has begun"),
        ("DTSTART:20261399T163000Z\nSUMMARY:asha", "asha: it cannot be read"),
        ("DTSTART:20260601T163000Z\nDURATION:P1W\nSUMMARY:asha\nRRULE:FREQ=SECONDLY", "asha: it repeats in a way"),
        ("DTSTART:20260601T163000Z\nDURATION:P1W\nSUMMARY:asha\nRRULE:FREQ=WEEKLY;BYDAY=TU,FR", "asha: it repeats in"),
        ("DTSTART:20260601T163000Z\nDURATION:P1W\nSUMMARY:asha\nRRULE:FREQ=DAILY;BYHOUR=1,2", "asha: it repeats in"),
        ("DTSTART:20260601T163000Z\nDURATION:P1W\nSUMMARY:asha\nRRULE:FREQ=WEEKLY;INTERVAL=0", "asha: it repeats ev"),
        ("DTSTART:20260601T163000Z\nDURATION:P1W\nSUMMARY:asha\nRDATE:20260701T163000Z", "asha: it repeats on dates"),
        ("DTSTART:00010101T000000Z\nDURATION:P1W\nSUMMARY:asha\nRRULE:FREQ=DAILY;INTERVAL=9999999", "asha: it"),
    ],
)
def test_what_is_not_understood_is_said_and_the_rest_is_kept(event: str, reason: str) -> None:
    found = read(event, "DTSTART;VALUE=DATE:20260601\nSUMMARY:ben")

    assert [problem.startswith(reason) for problem in found.problems] == [True]
    assert "ben" in [entry.title for entry in found.entries]


@pytest.mark.parametrize("text", ["", "hello", "BEGIN:VEVENT\nEND:VEVENT", "BEGIN:VCALENDAR", "BEGIN:A\n" * 5_000])
def test_what_is_no_calendar_is_refused(text: str) -> None:
    with pytest.raises(InvalidPayload, match="is not an iCalendar file"):
        read_calendar(text, LONDON, END)


def test_a_calendar_of_too_many_entries_or_bytes_is_refused() -> None:
    many = ["DTSTART;VALUE=DATE:20200101\nSUMMARY:asha\nRRULE:FREQ=DAILY"] * 2

    with pytest.raises(InvalidPayload, match=f"more than {MOST_ENTRIES} entries"):
        read(*many)
    with pytest.raises(InvalidPayload, match="larger than 1000000 bytes"):
        read(f"SUMMARY:{'x' * 1_000_000}")


WORDS = st.sampled_from(
    [
        "BEGIN:VEVENT",
        "END:VEVENT",
        "BEGIN:VCALENDAR",
        "END:VCALENDAR",
        "BEGIN:VTIMEZONE",
        "DTSTART",
        "DTEND",
        "DURATION",
        "RRULE",
        "EXDATE",
        "UID",
        "STATUS",
        "RECURRENCE-ID",
        "SUMMARY",
        "ATTENDEE",
        ":",
        ";",
        "=",
        ",",
        "TZID=Mars/Phobos",
        "VALUE=DATE",
        "FREQ=WEEKLY",
        "20260601T163000Z",
        "20260601",
        "P1W",
        "-P9999999999D",
    ]
)


@settings(max_examples=300, deadline=None)
@given(st.lists(WORDS | st.just("\n") | st.text(max_size=3), max_size=40).map("".join))
def test_no_text_breaks_the_reading(text: str) -> None:
    for body in (text, a_calendar(text), a_calendar(f"DTSTART:20260601T163000Z\nDURATION:P1W\n{text}")):
        try:
            read_calendar(body, LONDON, END)
        except InvalidPayload:
            continue
