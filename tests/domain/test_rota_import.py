"""A calendar taken over: whom an entry means, and which covers make the rota so."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.domain.planned import slots
from app.domain.rota import Cover, DatedFacts, Rota
from app.domain.rota_import import MOST_COVERS, CalendarEntry, ImportPlan, WantedCover, plan_import
from tests.office import office_rules

RULES = office_rules()
PRIMARY = RULES.rotas["primary"]
NOW = datetime(2026, 1, 6, 12, tzinfo=UTC)
"""A Tuesday in Asha's week; Ben's begins on Monday the 12th, Chen's on the 19th."""


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def an_entry(since: str, until: str, title: str = "", **changes: object) -> CalendarEntry:
    return replace(CalendarEntry(utc(since), utc(until), title), **changes)


def planned(*entries: CalendarEntry, rota: Rota = PRIMARY, now: datetime = NOW) -> ImportPlan:
    return plan_import(rota, RULES.people, DatedFacts(), entries, now)


@pytest.mark.parametrize(
    "entry",
    [
        an_entry("2026-01-13 18:00", "2026-01-14 08:00", person="chen", rota="primary"),
        an_entry("2026-01-13 18:00", "2026-01-14 08:00", addresses=("chen@example.com",)),
        an_entry("2026-01-13 18:00", "2026-01-14 08:00", "chen (primary)"),
        an_entry("2026-01-13 18:00", "2026-01-14 08:00", "On call: CHEN"),
    ],
)
def test_an_entry_means_somebody_by_mark_by_address_or_by_name(entry: CalendarEntry) -> None:
    cover = WantedCover("chen", "ben", utc("2026-01-13 18:00"), utc("2026-01-14 08:00"))

    assert planned(entry) == ImportPlan((cover,), 0, ())


@pytest.mark.parametrize(
    ("entry", "problem"),
    [
        (an_entry("2026-01-13 18:00", "2026-01-14 08:00", "Standup"), "it names nobody of people"),
        (an_entry("2026-01-13 18:00", "2026-01-14 08:00", "Asha and Ben"), "it could mean asha or ben"),
        (an_entry("2026-01-13 18:00", "2026-01-14 08:00", "Ashanti", person="zoe"), "zoe is not in people"),
        (an_entry("2026-01-13 18:00", "2026-01-14 08:00", "x", rota="shadow", person="asha"), "it is of rota shadow"),
        (an_entry("2026-01-13 18:00", "2026-01-14 08:00", "x", rota="primary", person=""), "it says that nobody is"),
        (an_entry("2026-01-13 18:00", "2026-01-14 08:00", "dee"), "dee has not agreed to be on call out of hours"),
        (an_entry("2027-02-13 18:00", "2027-02-14 08:00", "asha"), "it is more than 400 days ahead"),
    ],
)
def test_what_cannot_be_taken_over_is_said_with_its_title_and_time(entry: CalendarEntry, problem: str) -> None:
    found = planned(entry)

    assert (found.covers, found.as_it_is) == ((), 0)
    (said,) = found.problems
    assert f"): {problem}" in said


def test_a_problem_names_the_entry_in_one_line() -> None:
    found = planned(an_entry("2026-01-13 18:00", "2026-01-14 08:00", "Stand\nup\x1b[1m" + "x" * 200))

    (said,) = found.problems
    assert said.startswith("Stand up [1mxxx")
    assert "(2026-01-13 18:00): it names nobody" in said
    assert len(said) < 200


def test_what_the_rota_has_already_needs_no_cover() -> None:
    week = an_entry("2026-01-12 17:30", "2026-01-19 17:30", "Ben")

    assert planned(week) == ImportPlan((), 1, ())


def test_an_entry_over_a_handover_covers_each_holder() -> None:
    found = planned(an_entry("2026-01-12 08:00", "2026-01-20 08:00", "chen"))

    assert found.covers == (
        WantedCover("chen", "asha", utc("2026-01-12 08:00"), utc("2026-01-12 17:30")),
        WantedCover("chen", "ben", utc("2026-01-12 17:30"), utc("2026-01-19 17:30")),
    )


def test_the_past_stays_as_it_was() -> None:
    over = an_entry("2026-01-05 18:00", "2026-01-05 20:00", "ben")
    begun = an_entry("2026-01-06 00:00", "2026-01-07 00:00", "ben")

    found = planned(over, begun, now=NOW + timedelta(seconds=30))

    assert found.covers == (WantedCover("ben", "asha", utc("2026-01-06 12:01"), utc("2026-01-07 00:00")),)


def test_two_that_overlap_are_not_both_taken() -> None:
    first = an_entry("2026-01-13 18:00", "2026-01-14 08:00", "chen")
    second = an_entry("2026-01-14 07:00", "2026-01-14 12:00", "asha")

    found = planned(first, second)

    assert [cover.person for cover in found.covers] == ["chen"]
    assert found.problems == ("asha (2026-01-14 07:00): it begins before the entry before it ends",)


def test_more_covers_than_are_made_at_once_are_cut_and_said() -> None:
    hours = [NOW + timedelta(hours=number) for number in range(1, MOST_COVERS + 12)]
    entries = [CalendarEntry(hour, hour + timedelta(minutes=30), "eve", person="eve") for hour in hours]

    found = planned(*entries, rota=RULES.rotas["first_responder"])

    assert len(found.covers) == MOST_COVERS
    assert found.problems == (f"it would take {MOST_COVERS + 11} covers, of which only the first 500 are made at once",)


@settings(deadline=None, max_examples=60)
@given(
    st.lists(st.tuples(st.sampled_from(["asha", "ben", "chen"]), st.integers(1, 600), st.integers(1, 200)), max_size=8)
)
def test_with_its_covers_the_rota_is_as_the_calendar_has_it(drawn: list[tuple[str, int, int]]) -> None:
    entries = [
        CalendarEntry(NOW + timedelta(hours=begins), NOW + timedelta(hours=begins + length), person, person=person)
        for person, begins, length in drawn
    ]

    found = plan_import(PRIMARY, RULES.people, DatedFacts(), entries, NOW)

    facts = DatedFacts(tuple(Cover("primary", one.person, one.since, one.until) for one in found.covers))
    refused = "\n".join(found.problems)
    taken = [entry for entry in entries if f"({entry.since:%Y-%m-%d %H:%M})" not in refused]
    for entry in taken:
        held = slots(PRIMARY, RULES.people, facts, entry.since, entry.until)
        assert {one.person for one in held} == {entry.person}
