"""Two lists of who was told what, compared: each telling is in one place, and as many as can be are in both."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.comparison import Both, Comparison, Telling, compare, gathered

THREE = datetime(2026, 11, 22, 3, tzinfo=UTC)
WITHIN = timedelta(minutes=5)


def told(minutes: float = 0, person: str = "asha", **fields: Any) -> Telling:
    return Telling(THREE + timedelta(minutes=minutes), person, **fields)


def test_the_same_person_at_about_the_same_time_is_the_same() -> None:
    ours, theirs = told(0), told(5)

    assert compare([ours], [theirs], WITHIN) == Comparison((Both(ours, theirs),), (), ())
    assert compare([ours], [theirs], WITHIN).both[0].delay == timedelta(minutes=-5)


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [
        (told(0), told(5.01)),
        (told(5.01), told(0)),
        (told(), told(person="ben")),
        (told(title="Api is down"), told(title="Disk is full")),
        (told(dedup_key="a"), told(dedup_key="b")),
        (told(dedup_key="a", title="Api is down"), told(dedup_key="b", title="Api is down")),
        (told(), told(title="Api is down")),
    ],
)
def test_what_differs_is_told_by_one_of_them_only(ours: Telling, theirs: Telling) -> None:
    assert compare([ours], [theirs], WITHIN) == Comparison((), (ours,), (theirs,))


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [
        (told(title="Api is down", dedup_key="a"), told()),
        (told(title="Api is down", dedup_key="a"), told(title=" api  IS down")),
        (told(title="Api is down", dedup_key="a"), told(title="Something else", dedup_key="a")),
        (told(title="Api is down", severity="critical"), told(title="Api is down", severity="P1", channels=("sms",))),
    ],
)
def test_only_what_theirs_say_has_to_be_the_same(ours: Telling, theirs: Telling) -> None:
    assert compare([ours], [theirs], WITHIN).both == (Both(ours, theirs),)


def test_one_telling_is_the_same_as_one_other_only() -> None:
    result = compare([told(0), told(1)], [told(0)], WITHIN)

    assert result == Comparison((Both(told(0), told(0)),), (told(1),), ())


def test_as_many_as_can_be_are_paired_not_the_nearest() -> None:
    ours, theirs = [told(0), told(4)], [told(3), told(8)]

    assert compare(ours, theirs, WITHIN).both == (Both(told(0), told(3)), Both(told(4), told(8)))


def test_what_names_its_subject_is_paired_before_what_fits_anything() -> None:
    api, disk = told(0, title="Api is down"), told(1, title="Disk is full")

    result = compare([api, disk], [told(0), told(1, title="Api is down")], WITHIN)

    assert result.both == (Both(api, told(1, title="Api is down")), Both(disk, told(0)))


def test_the_delays_are_summed_up() -> None:
    result = compare([told(0), told(20), told(40.5)], [told(1), told(22), told(40)], WITHIN)

    assert (result.median_delay, result.longest_delay) == (timedelta(minutes=-1), timedelta(seconds=30))
    assert compare([], [], WITHIN).median_delay is None


def test_what_lies_outside_the_time_asked_for_is_left_out_but_still_pairs() -> None:
    ours, theirs = [told(-1), told(30), told(61)], [told(1), told(-2, person="ben"), told(59)]

    result = compare(ours, theirs, WITHIN).between(THREE, THREE + timedelta(hours=1))

    assert result == Comparison((Both(told(-1), told(1)), Both(told(61), told(59))), (told(30),), ())


def test_messages_about_the_same_thing_within_a_minute_are_one_over_all_their_channels() -> None:
    push, sms = told(0, title="Api is down", channels=("push",)), told(0.9, title="Api is down", channels=("sms",))
    call, other = told(1, title="Api is down", channels=("call",)), told(0.5, title="Disk is full", channels=("push",))

    assert gathered([sms, call, other, push]) == [
        told(0, title="Api is down", channels=("push", "sms")),
        other,
        call,
    ]


def test_messages_about_nobody_knows_what_are_not_taken_for_one() -> None:
    assert gathered([told(0), told(0)]) == [told(0), told(0)]


TELLINGS = st.lists(
    st.builds(
        told,
        st.integers(0, 30),
        st.sampled_from(["asha", "ben"]),
        title=st.sampled_from(["", "x"]),
        dedup_key=st.sampled_from(["", "k"]),
    ),
    max_size=12,
)


@given(TELLINGS, TELLINGS)
def test_each_telling_of_either_is_in_exactly_one_place(ours: list[Telling], theirs: list[Telling]) -> None:
    result = compare(ours, theirs, WITHIN)

    def counted(tellings: list[Telling]) -> list[tuple[Any, ...]]:
        return sorted((one.at, one.person, one.title, one.dedup_key) for one in tellings)

    assert counted([*(pair.ours for pair in result.both), *result.only_ours]) == counted(ours)
    assert counted([*(pair.theirs for pair in result.both), *result.only_theirs]) == counted(theirs)
    assert all(abs(pair.delay) <= WITHIN and pair.ours.person == pair.theirs.person for pair in result.both)


@given(TELLINGS)
def test_a_list_compared_with_itself_differs_in_nothing(ours: list[Telling]) -> None:
    result = compare(ours, list(ours), timedelta(0))

    assert (len(result.both), result.only_ours, result.only_theirs) == (len(ours), (), ())
