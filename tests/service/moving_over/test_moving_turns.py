"""Turns of an exported layer go on in our rotas exactly as they would have gone on there."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.domain.calendar import instant
from app.domain.people import Person
from app.domain.rota import DatedFacts, on_call
from app.service.moving_over.exported import Layer
from app.service.moving_over.turns import rotas_of, turn_at

ZONES = [
    ZoneInfo(name) for name in ("Europe/London", "America/New_York", "Australia/Lord_Howe", "Asia/Kathmandu", "UTC")
]
LONDON = ZONES[0]
PEOPLE = {name: Person(name, name, on_call_since=date(2000, 1, 3)) for name in "abcde"}
IDS = {name: name for name in PEOPLE}


def a_layer(*turns: str, **changes: object) -> Layer:
    fields: dict[str, object] = {
        "name": "layer",
        "zone": LONDON,
        "turns": tuple(tuple(turn) for turn in turns),
        "anchor": datetime(2026, 1, 5, 17, 30, tzinfo=UTC),
        "length": timedelta(weeks=1),
    }
    return Layer(**fields | changes)  # type: ignore[arg-type]


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@settings(max_examples=300, deadline=None)
@given(
    zone=st.sampled_from(ZONES),
    weeks=st.integers(1, 5),
    people=st.lists(st.sampled_from("abcde"), min_size=1, max_size=6),
    day=st.dates(date(2024, 1, 1), date(2027, 12, 31)),
    clock=st.times(time(0), time(23, 59)).map(lambda at: at.replace(second=0, microsecond=0)),
    minutes=st.integers(-200_000, 800_000),
    later=st.integers(0, 30),
)
def test_weekly_turns_are_the_same_now_and_for_weeks_to_come(
    zone: ZoneInfo, weeks: int, people: list[str], day: date, clock: time, minutes: int, later: int
) -> None:
    anchor = instant(day, clock, zone)
    local = anchor.astimezone(zone).time().replace(fold=0, second=0, microsecond=0)
    layer = a_layer(*people, zone=zone, anchor=anchor, length=timedelta(weeks=weeks))
    at = datetime(2026, 1, 1, tzinfo=UTC) + timedelta(minutes=minutes)

    (rota,) = rotas_of(layer, ("primary",), at, IDS)

    moment = at + timedelta(days=3 * later)
    starts = [
        instant(anchor.astimezone(zone).date() + timedelta(weeks=weeks * n), local, zone) for n in range(-400, 400)
    ]
    turn = max(n for n, begins in zip(range(-400, 400), starts, strict=True) if begins <= moment)
    assert on_call(rota, PEOPLE, DatedFacts(), moment).person == people[turn % len(people)]


def test_a_person_alone_stays_on_call_however_long_a_turn_is() -> None:
    (rota,) = rotas_of(a_layer("a", "a", length=timedelta(hours=12)), ("primary",), utc("2026-11-25"), IDS)

    assert (rota.members, rota.weeks) == (("a",), 1)


@pytest.mark.parametrize(
    ("length", "now"),
    [(timedelta(days=1), "c"), (timedelta(hours=12), "b"), (timedelta(days=3), "a"), (timedelta(hours=36), "b")],
)
def test_shorter_turns_begin_with_the_person_on_call_and_keep_the_order(length: timedelta, now: str) -> None:
    layer = a_layer("a", "b", "c", anchor=utc("2026-11-23 08:00"), length=length)
    at = utc("2026-11-25 12:00")

    (rota,) = rotas_of(layer, ("primary",), at, IDS)

    elapsed = int((at - layer.anchor) / length)
    assert rota.members[0] == now == "abc"[elapsed % 3]
    assert "".join(rota.members) in "abcab"
    assert on_call(rota, PEOPLE, DatedFacts(), at).person == now


def test_people_on_call_together_are_rotas_side_by_side_and_empty_seats_are_filled() -> None:
    pair = rotas_of(a_layer("ab", "c"), ("primary", "primary_2"), utc("2026-01-06"), IDS)

    assert [rota.members for rota in pair] == [("a", "c"), ("b", "c")]


def test_nobodys_turn_goes_to_the_next_and_all_others_stay_where_they_are() -> None:
    layer = a_layer("a", "", "c")

    (rota,) = rotas_of(layer, ("primary",), utc("2026-01-14"), IDS)

    assert rota.members == ("c", "c", "a")
    assert turn_at(layer, utc("2026-01-14")).number == 1


def test_a_layer_that_begins_later_begins_with_its_first_turn() -> None:
    begins = utc("2026-12-07 17:30")
    layer = a_layer("a", "b", anchor=begins, starts=begins)

    (rota,) = rotas_of(layer, ("primary",), utc("2026-11-25"), IDS)

    assert (rota.members, rota.starts) == (("a", "b"), date(2026, 12, 7))
    assert on_call(rota, PEOPLE, DatedFacts(), utc("2026-11-25")).person is None
