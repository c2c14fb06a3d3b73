"""Whose turn it is: a flood stands behind itself, people go first, and nobody waits for ever."""

from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from app.service.lanes import OWN, Lane, in_turn

FLOOD, OTHER, SLOW = Lane("flood"), Lane("other"), Lane("greedy", is_slow=True)
Waiting = list[tuple[Lane, tuple[str, int]]]


def size(one: tuple[str, int]) -> int:
    return one[1]


def names(waiting: Waiting, most: int) -> list[str]:
    return [name for name, _ in in_turn(waiting, size, most)]


def test_while_there_is_room_for_all_they_are_taken_as_they_came() -> None:
    waiting = [(FLOOD, ("f1", 5)), (OTHER, ("o1", 1)), (FLOOD, ("f2", 4))]

    assert names(waiting, most=10) == ["f1", "o1", "f2"]


def test_behind_a_flood_another_source_has_its_turn_at_once() -> None:
    waiting: Waiting = [(FLOOD, (f"f{n}", 4)) for n in range(10)] + [(OTHER, ("late", 1))]

    assert names(waiting, most=10) == ["f0", "late", "f1"]


def test_people_and_timers_go_before_everybody() -> None:
    waiting: Waiting = [(FLOOD, (f"f{n}", 4)) for n in range(10)] + [(OWN, ("answer", 1)), (OWN, ("timer", 1))]

    assert names(waiting, most=6) == ["answer", "timer", "f0"]


def test_who_is_over_the_limit_comes_last_though_not_never() -> None:
    waiting: Waiting = [(SLOW, (f"s{n}", 2)) for n in range(10)] + [(OTHER, (f"o{n}", 2)) for n in range(3)]

    assert names(waiting, most=10) == ["s0", "o0", "o1", "o2", "s1"]


def test_one_that_is_larger_than_a_commit_is_taken_alone() -> None:
    assert names([(FLOOD, ("huge", 50)), (OTHER, ("small", 1))], most=10) == ["huge"]


LANES = st.sampled_from([OWN, FLOOD, OTHER, SLOW])


@given(st.lists(st.tuples(LANES, st.integers(1, 9)), min_size=1, max_size=40), st.integers(1, 30))
def test_each_is_taken_once_in_the_order_of_its_lane_and_slow_ones_are_not_starved(
    given_: list[tuple[Lane, int]], most: int
) -> None:
    waiting: Waiting = [(lane, (f"{n}", size)) for n, (lane, size) in enumerate(given_)]
    lane_of = {one[0]: lane for lane, one in waiting}

    taken = in_turn(waiting, size, most)

    assert taken
    assert max(Counter(name for name, _ in taken).values()) == 1
    assert len(taken) == 1 or sum(map(size, taken)) <= most
    for lane in set(lane_of.values()):
        mine = [one for its, one in waiting if its == lane]
        assert [one for one in taken if lane_of[one[0]] == lane] == mine[: sum(lane_of[n] == lane for n, _ in taken)]
