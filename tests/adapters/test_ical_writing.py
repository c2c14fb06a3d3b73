"""Shifts written as a calendar are the same shifts to a reader that shares no code with the writer."""

from datetime import UTC, datetime
from typing import Any

import vobject
from hypothesis import given, settings
from hypothesis import strategies as st

from app.adapters.ical_writing import write_calendar
from app.domain.planned import slots
from app.domain.rota import Cover, DatedFacts
from app.domain.shift_calendar import ShiftEntry, entries_of_person, entries_of_rota
from tests.office import office_rules

SPRING = datetime(2026, 3, 2, 17, 30, tzinfo=UTC)
SUMMER = datetime(2026, 6, 1, 16, 30, tzinfo=UTC)
COVERS = (
    Cover("primary", "chen", datetime(2026, 3, 28, 22, tzinfo=UTC), datetime(2026, 3, 29, 6, tzinfo=UTC)),
    Cover("primary", "ben", datetime(2026, 4, 20, 12, tzinfo=UTC), datetime(2026, 4, 20, 20, tzinfo=UTC)),
)


def events(written: bytes) -> list[Any]:
    return list(vobject.readOne(written.decode()).vevent_list)


def test_another_library_reads_the_same_shifts() -> None:
    rules = office_rules()
    held = slots(rules.rotas["primary"], rules.people, DatedFacts(COVERS), SPRING, SUMMER)

    read = events(write_calendar("primary", entries_of_rota(held, rules.people), "Europe/London"))

    assert [(one.dtstart.value, one.dtend.value, one.x_oncall_person.value) for one in read] == [
        (one.since, one.until, one.person) for one in held
    ]
    names = {"asha": "Asha", "ben": "Ben", "chen": "Chen"}
    assert [one.summary.value for one in read] == [f"{names[one.person or '']}: primary" for one in held]
    assert [one.description.value for one in read] == [one.why for one in held]
    assert len({one.uid.value for one in read}) == len(held)


def test_a_persons_calendar_has_all_their_roles_by_time() -> None:
    rules = office_rules()
    plan = [
        one for rota in rules.rotas.values() for one in slots(rota, rules.people, DatedFacts(COVERS), SPRING, SUMMER)
    ]

    read = events(write_calendar("Ben", entries_of_person(plan, "ben"), "Europe/London"))

    assert {one.summary.value for one in read} == {
        "On call: primary",
        "On call: second line",
        "On call: first responder",
    }
    assert sorted((one.dtstart.value, one.dtend.value) for one in read) == sorted(
        (one.since, one.until) for one in plan if one.person == "ben"
    )
    assert [one.dtstart.value for one in read] == sorted(one.dtstart.value for one in read)


def test_a_gap_is_shown_as_nobody() -> None:
    rules = office_rules("members: [asha, ben, chen]}", "members: []}")
    held = slots(rules.rotas["primary"], rules.people, DatedFacts(), SPRING, SUMMER)

    read = events(write_calendar("primary", entries_of_rota(held, rules.people), "Europe/London"))

    assert {one.summary.value for one in read} == {"Nobody: primary"}


def test_the_same_shifts_give_the_same_bytes_and_another_holder_keeps_the_id() -> None:
    entry = ShiftEntry("abc", "primary", "asha", SPRING, SUMMER, "Asha: primary", "why")
    other = ShiftEntry("abc", "primary", "ben", SPRING, SUMMER, "Ben: primary", "why")

    (one,), (changed,) = events(write_calendar("x", [entry], "UTC")), events(write_calendar("x", [other], "UTC"))

    assert write_calendar("x", [entry], "UTC") == write_calendar("x", [entry], "UTC")
    assert one.uid.value == changed.uid.value


@settings(max_examples=60, deadline=None)
@given(st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=200), st.text('a,;\\:\n"=', max_size=60))
def test_no_text_breaks_a_line_or_becomes_another_property(name: str, notes: str) -> None:
    entry = ShiftEntry("abc", "primary", "asha", SPRING, SUMMER, f"x{name}x", f"x{notes}x")

    written = write_calendar(f"x{name}x", [entry], "UTC")

    (read,) = events(written)
    assert (read.summary.value, read.description.value) == (f"x{name}x", f"x{notes}x")
    assert all(len(line) <= 75 for line in written.split(b"\r\n"))
