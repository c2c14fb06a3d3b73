"""Whose turn it is stays right across clock changes, opt-outs, consents and covers."""

from bisect import bisect_right
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.domain.people import Person
from app.domain.rota import Cover, DatedFacts, OnCall, OptedOutWeeks, Rota, on_call, shifts
from tests.rota_model import QUARTER, model_holders, people_and_facts_near, rotas_near, zones_near_a_change

LONDON = ZoneInfo("Europe/London")
NEW_YORK = ZoneInfo("America/New_York")
LORD_HOWE = ZoneInfo("Australia/Lord_Howe")
KATHMANDU = ZoneInfo("Asia/Kathmandu")

PEOPLE = {
    "asha": Person("asha", "Asha", on_call_since=date(2026, 1, 5)),
    "ben": Person("ben", "Ben", on_call_since=date(2026, 1, 5)),
    "chen": Person("chen", "Chen", on_call_since=date(2026, 1, 5)),
    "dee": Person("dee", "Dee"),
}
PRIMARY = Rota("primary", LONDON, ("asha", "ben", "chen"), date(2026, 11, 16), 0, time(17, 30), consent_required=True)
NOTHING = DatedFacts()


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def a_cover(person: str, since: str, until: str, rota: str = "primary") -> Cover:
    return Cover(rota, person, utc(since), utc(until))


@pytest.mark.parametrize(
    ("at", "person"),
    [
        ("2026-11-16 17:30", "asha"),
        ("2026-11-23 17:29:59", "asha"),
        ("2026-11-23 17:30", "ben"),
        ("2026-11-30 17:30", "chen"),
        ("2026-12-07 17:30", "asha"),
        ("2027-03-29 16:29:59", "asha"),
        ("2027-03-29 16:30", "ben"),
    ],
)
def test_members_take_turns_from_handover_to_handover(at: str, person: str) -> None:
    assert on_call(PRIMARY, PEOPLE, NOTHING, utc(at)).person == person


def test_a_shift_says_whose_week_it_is_in_local_time() -> None:
    summer = replace(PRIMARY, starts=date(2026, 10, 19))

    found = on_call(summer, PEOPLE, NOTHING, utc("2026-10-20 12:00"))

    assert found == OnCall(
        "primary",
        "asha",
        utc("2026-10-19 16:30"),
        utc("2026-10-26 17:30"),
        "asha's week in rota primary, Mon 19 Oct 17:30 to Mon 26 Oct 17:30",
    )


def test_the_first_shift_begins_at_the_first_handover_on_or_after_starts() -> None:
    midweek = replace(PRIMARY, starts=date(2026, 11, 17))

    before = on_call(midweek, PEOPLE, NOTHING, utc("2026-08-01 00:00"))
    first = on_call(midweek, PEOPLE, NOTHING, utc("2026-11-23 17:30"))

    why = "nobody in rota primary: its first shift begins Mon 23 Nov 17:30"
    assert before == OnCall("primary", None, None, utc("2026-11-23 17:30"), why)
    assert (first.person, first.since) == ("asha", utc("2026-11-23 17:30"))


def test_a_rota_ends_at_the_start_of_its_last_date() -> None:
    shadow = replace(PRIMARY, name="shadow", ends=date(2026, 11, 26))

    last = on_call(shadow, PEOPLE, NOTHING, utc("2026-11-25 23:59"))
    after = on_call(shadow, PEOPLE, NOTHING, utc("2026-11-26 00:00"))

    assert last == OnCall(
        "shadow",
        "ben",
        utc("2026-11-23 17:30"),
        utc("2026-11-26 00:00"),
        "ben's week in rota shadow, Mon 23 Nov 17:30 to Thu 26 Nov 00:00",
    )
    why = "nobody in rota shadow: it ended on 2026-11-26"
    assert after == OnCall("shadow", None, utc("2026-11-26 00:00"), None, why)


def test_a_shift_can_last_for_weeks() -> None:
    fortnightly = replace(PRIMARY, weeks=2)

    found = on_call(fortnightly, PEOPLE, NOTHING, utc("2026-12-01 12:00"))

    assert found.why == "ben's turn in rota primary, Mon 30 Nov 17:30 to Mon 14 Dec 17:30"


@pytest.mark.parametrize(
    ("zone", "starts", "weekday", "clock", "handovers"),
    [
        (LONDON, date(2026, 3, 22), 6, time(1, 30), ("2026-03-22 01:30", "2026-03-29 01:00", "2026-04-05 00:30")),
        (LONDON, date(2026, 10, 18), 6, time(1, 30), ("2026-10-18 00:30", "2026-10-25 00:30", "2026-11-01 01:30")),
        (NEW_YORK, date(2026, 3, 2), 0, time(9), ("2026-03-02 14:00", "2026-03-09 13:00", "2026-03-16 13:00")),
        (LORD_HOWE, date(2026, 9, 27), 6, time(2, 15), ("2026-09-26 15:45", "2026-10-03 15:30", "2026-10-10 15:15")),
        (KATHMANDU, date(2026, 3, 2), 0, time(9), ("2026-03-02 03:15", "2026-03-09 03:15", "2026-03-16 03:15")),
    ],
)
def test_handover_is_at_local_time_over_a_clock_change(
    zone: ZoneInfo, starts: date, weekday: int, clock: time, handovers: tuple[str, ...]
) -> None:
    rota = replace(PRIMARY, zone=zone, starts=starts, weekday=weekday, handover=clock)
    first, *_, last = map(utc, handovers)

    found = shifts(rota, PEOPLE, NOTHING, first, last)

    assert [(shift.person, shift.since, shift.until) for shift in found] == [
        ("asha", utc(handovers[0]), utc(handovers[1])),
        ("ben", utc(handovers[1]), utc(handovers[2])),
    ]


def test_clocks_put_back_over_a_handover_do_not_bring_the_last_shift_back() -> None:
    zone = ZoneInfo("America/St_Johns")  # in 2009 from 00:01 on Sunday to 23:01 on Saturday
    rota = replace(PRIMARY, zone=zone, starts=date(2009, 10, 25), weekday=6, handover=time(0), consent_required=False)

    found = on_call(rota, PEOPLE, NOTHING, utc("2009-11-01 03:00"))

    assert (found.person, found.since) == ("ben", utc("2009-11-01 02:30"))


def test_a_member_who_opted_out_for_good_has_left_the_turn() -> None:
    rota = replace(PRIMARY, opted_out=frozenset({"ben"}))

    found = shifts(rota, PEOPLE, NOTHING, utc("2026-11-16 17:30"), utc("2026-12-14 17:30"))

    assert [shift.why for shift in found] == [
        "asha's week in rota primary, Mon 16 Nov 17:30 to Mon 23 Nov 17:30",
        "chen's week in rota primary, Mon 23 Nov 17:30 to Mon 30 Nov 17:30",
        "asha's week in rota primary, Mon 30 Nov 17:30 to Mon 7 Dec 17:30",
        "chen's week in rota primary, Mon 7 Dec 17:30 to Mon 14 Dec 17:30",
    ]


@pytest.mark.parametrize(
    ("since", "until", "person"),
    [
        (date(2026, 11, 23), date(2026, 11, 24), "chen"),
        (date(2026, 11, 20), date(2026, 11, 23), "ben"),
        (date(2026, 11, 24), date(2026, 11, 30), "ben"),
    ],
)
def test_a_week_is_opted_out_of_by_its_handover_date(since: date, until: date, person: str) -> None:
    facts = DatedFacts(
        opted_out_weeks=(
            OptedOutWeeks("primary", "ben", since, until),
            OptedOutWeeks("shadow", "ben", date(2026, 1, 1), date(2027, 1, 1)),
        )
    )

    assert on_call(PRIMARY, PEOPLE, facts, utc("2026-11-25 12:00")).person == person


def test_opting_out_of_one_week_passes_over_a_longer_shift_that_holds_it() -> None:
    facts = DatedFacts(opted_out_weeks=(OptedOutWeeks("primary", "asha", date(2026, 11, 23), date(2026, 11, 24)),))

    found = on_call(replace(PRIMARY, weeks=2), PEOPLE, facts, utc("2026-11-17 12:00"))

    why = "ben fills in for asha (opted out that week) in rota primary, Mon 16 Nov 17:30 to Mon 30 Nov 17:30"
    assert (found.person, found.why) == ("ben", why)


@pytest.mark.parametrize(
    ("since", "until", "person"),
    [
        (date(2026, 11, 16), None, "asha"),
        (date(2026, 11, 17), None, "ben"),
        (date(2026, 1, 1), date(2026, 11, 17), "asha"),
        (date(2026, 1, 1), date(2026, 11, 16), "ben"),
        (None, None, "ben"),
    ],
)
def test_consent_is_judged_on_the_local_date_on_which_the_shift_begins(
    since: date | None, until: date | None, person: str
) -> None:
    people = {**PEOPLE, "asha": Person("asha", "Asha", on_call_since=since, on_call_until=until)}

    assert on_call(PRIMARY, people, NOTHING, utc("2026-11-22 12:00")).person == person


def test_a_dated_consent_stands_beside_the_file() -> None:
    rota = replace(PRIMARY, members=("dee", "asha"))
    facts = DatedFacts(consents={"dee": ((date(2026, 1, 1), date(2026, 2, 1)), (date(2026, 11, 16), None))})

    assert on_call(rota, PEOPLE, NOTHING, utc("2026-11-17 12:00")).person == "asha"
    assert on_call(rota, PEOPLE, facts, utc("2026-11-17 12:00")).person == "dee"


def test_a_rota_in_hours_needs_no_consent() -> None:
    rota = replace(PRIMARY, members=("dee",), consent_required=False)

    assert on_call(rota, PEOPLE, NOTHING, utc("2026-11-17 12:00")).person == "dee"


def test_a_gap_says_why_each_member_was_passed_over() -> None:
    rota = replace(PRIMARY, members=("dee", "eve", "asha"), opted_out=frozenset({"asha"}))

    found = on_call(rota, PEOPLE, NOTHING, utc("2026-11-24 12:00"))

    assert found == OnCall(
        "primary",
        None,
        utc("2026-11-23 17:30"),
        utc("2026-11-30 17:30"),
        "nobody in rota primary, Mon 23 Nov 17:30 to Mon 30 Nov 17:30: eve (not in people) and dee (no consent)",
    )


def test_a_rota_without_members_is_a_gap() -> None:
    found = on_call(replace(PRIMARY, members=()), PEOPLE, NOTHING, utc("2026-11-17 12:00"))

    assert found.person is None
    assert found.why == "nobody in rota primary, Mon 16 Nov 17:30 to Mon 23 Nov 17:30: it has no members"


def test_a_cover_cuts_the_shift_in_three() -> None:
    facts = DatedFacts((a_cover("ben", "2026-11-18 09:00", "2026-11-18 12:00"),))

    found = shifts(PRIMARY, PEOPLE, facts, utc("2026-11-17 00:00"), utc("2026-11-23 17:30"))

    week = "asha's week in rota primary, Mon 16 Nov 17:30 to Mon 23 Nov 17:30"
    covered = "ben covers asha in rota primary, Wed 18 Nov 09:00 to Wed 18 Nov 12:00"
    assert found == (
        OnCall("primary", "asha", utc("2026-11-16 17:30"), utc("2026-11-18 09:00"), week),
        OnCall("primary", "ben", utc("2026-11-18 09:00"), utc("2026-11-18 12:00"), covered),
        OnCall("primary", "asha", utc("2026-11-18 12:00"), utc("2026-11-23 17:30"), week),
    )


def test_the_last_cover_wins_and_is_not_cut_by_those_before_it() -> None:
    facts = DatedFacts(
        (
            a_cover("ben", "2026-11-18 09:00", "2026-11-18 18:00"),
            a_cover("chen", "2026-11-18 08:00", "2026-11-18 12:00"),
            a_cover("asha", "2026-11-18 14:00", "2026-11-18 15:00"),
            a_cover("dee", "2026-11-18 00:00", "2026-11-19 00:00", rota="shadow"),
        )
    )

    found = shifts(PRIMARY, PEOPLE, facts, utc("2026-11-18 08:00"), utc("2026-11-18 18:00"))

    assert [(stretch.person, stretch.since, stretch.until) for stretch in found] == [
        ("chen", utc("2026-11-18 08:00"), utc("2026-11-18 12:00")),
        ("ben", utc("2026-11-18 12:00"), utc("2026-11-18 14:00")),
        ("asha", utc("2026-11-18 14:00"), utc("2026-11-18 15:00")),
        ("ben", utc("2026-11-18 15:00"), utc("2026-11-18 18:00")),
    ]
    assert found[2].why == "asha keeps their own turn in rota primary, Wed 18 Nov 14:00 to Wed 18 Nov 15:00"


def test_a_cover_over_a_handover_covers_each_in_turn() -> None:
    facts = DatedFacts((a_cover("chen", "2026-11-23 12:00", "2026-11-23 20:00"),))

    found = shifts(PRIMARY, PEOPLE, facts, utc("2026-11-23 12:00"), utc("2026-11-23 20:00"))

    assert [stretch.why for stretch in found] == [
        "chen covers asha in rota primary, Mon 23 Nov 12:00 to Mon 23 Nov 17:30",
        "chen covers ben in rota primary, Mon 23 Nov 17:30 to Mon 23 Nov 20:00",
    ]


@pytest.mark.parametrize(
    ("rota", "at"),
    [
        (PRIMARY, "2026-11-10 10:00"),
        (replace(PRIMARY, ends=date(2026, 11, 20)), "2026-12-10 10:00"),
        (replace(PRIMARY, members=("dee",)), "2026-11-18 10:00"),
    ],
)
def test_a_cover_also_fills_a_gap(rota: Rota, at: str) -> None:
    since, until = utc(at) - timedelta(hours=1), utc(at) + timedelta(hours=1)

    found = on_call(rota, PEOPLE, DatedFacts((Cover("primary", "ben", since, until),)), utc(at))

    assert (found.person, found.since, found.until) == ("ben", since, until)
    assert found.why.startswith("ben covers a gap in rota primary, ")


@pytest.mark.parametrize(("person", "reason"), [("dee", "no consent"), ("eve", "not in people")])
def test_a_cover_that_does_not_count_leaves_the_one_before_it_and_is_named(person: str, reason: str) -> None:
    counts = a_cover("ben", "2026-11-18 09:00", "2026-11-18 12:00")
    does_not = a_cover(person, "2026-11-18 11:00", "2026-11-18 18:00")
    facts = DatedFacts((counts, does_not))

    found = shifts(PRIMARY, PEOPLE, facts, utc("2026-11-18 09:00"), utc("2026-11-18 18:00"))

    note = f"{person}'s cover does not count: {reason}"
    assert [(stretch.person, stretch.why) for stretch in found] == [
        ("ben", "ben covers asha in rota primary, Wed 18 Nov 09:00 to Wed 18 Nov 11:00"),
        ("ben", f"ben covers asha in rota primary, Wed 18 Nov 11:00 to Wed 18 Nov 12:00; {note}"),
        ("asha", f"asha's week in rota primary, Mon 16 Nov 17:30 to Mon 23 Nov 17:30; {note}"),
    ]


def test_a_cover_needs_no_consent_where_the_rota_needs_none() -> None:
    rota = replace(PRIMARY, consent_required=False)
    facts = DatedFacts((a_cover("dee", "2026-11-18 09:00", "2026-11-18 12:00"),))

    assert on_call(rota, PEOPLE, facts, utc("2026-11-18 10:00")).person == "dee"


def test_a_member_opted_out_can_still_cover() -> None:
    rota = replace(PRIMARY, opted_out=frozenset({"chen"}))
    facts = DatedFacts((a_cover("chen", "2026-11-18 09:00", "2026-11-18 12:00"),))

    assert on_call(rota, PEOPLE, facts, utc("2026-11-18 10:00")).person == "chen"


def test_an_empty_or_reversed_cover_is_as_if_it_were_not_there() -> None:
    facts = DatedFacts(
        (
            a_cover("ben", "2026-11-18 09:00", "2026-11-18 09:00"),
            a_cover("ben", "2026-11-19 09:00", "2026-11-18 09:00"),
        )
    )
    at = utc("2026-11-18 10:00")

    assert on_call(PRIMARY, PEOPLE, facts, at) == on_call(PRIMARY, PEOPLE, NOTHING, at)


def test_there_are_no_shifts_between_reversed_bounds() -> None:
    assert shifts(PRIMARY, PEOPLE, NOTHING, utc("2026-11-18 10:00"), utc("2026-11-18 10:00")) == ()


@st.composite
def rotas_near_a_change(draw: st.DrawFn) -> tuple[Rota, dict[str, Person], DatedFacts, list[datetime]]:
    zone, change, quarters = draw(zones_near_a_change(QUARTER, 21))
    clocks = st.sampled_from([time(1, 30), time(2, 15), time(9), time(17, 30), time(0)])
    rota = draw(rotas_near(zone, change, 21, clocks))
    return rota, *draw(people_and_facts_near(change, 21, quarters)), quarters


@settings(deadline=None, max_examples=120)
@given(rotas_near_a_change())
def test_it_agrees_with_a_wall_clock_walked_through_quarter_by_quarter(
    drawn: tuple[Rota, dict[str, Person], DatedFacts, list[datetime]],
) -> None:
    rota, people, facts, quarters = drawn

    found = shifts(rota, people, facts, quarters[0], quarters[-1] + QUARTER)

    assert _held(found, quarters) == model_holders(rota, people, facts, quarters)


@settings(deadline=None, max_examples=80)
@given(rotas_near_a_change(), st.data())
def test_stretches_touch_and_every_instant_of_one_gets_the_same_answer(
    drawn: tuple[Rota, dict[str, Person], DatedFacts, list[datetime]], draw: st.DataObject
) -> None:
    rota, people, facts, quarters = drawn

    found = shifts(rota, people, facts, quarters[0], quarters[-1])

    assert all(one.until == other.since for one, other in pairwise(found))
    assert all(stretch.why and "None" not in stretch.why for stretch in found)
    for at in draw.draw(st.lists(st.sampled_from(quarters[:-1]), min_size=1, max_size=20)):
        assert on_call(rota, people, facts, at) == next(one for one in found if one.until is None or at < one.until)


def _held(found: tuple[OnCall, ...], quarters: list[datetime]) -> list[str | None]:
    firsts = [stretch.since or quarters[0] for stretch in found]
    return [found[bisect_right(firsts, quarter) - 1].person for quarter in quarters]
