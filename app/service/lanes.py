"""Whose turn it is among those who wait: a source that floods stands behind itself, not before others."""

from collections import deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import TypeVar

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Lane:
    """Where somebody waits: behind others of the same name. `is_slow`: after all that are not, since it is over its
    limit."""

    name: str = ""
    is_slow: bool = False


OWN = Lane()
"""For people's answers and for timers: nothing goes before them."""


def in_turn(waiting: Sequence[tuple[Lane, T]], size: Callable[[T], int], most: int) -> list[T]:
    """Who is taken next, of those in order of arrival: everybody if there is room, else one of each lane after the
    other until the sizes come to `most`; at least one, and one of those who are slow."""
    if sum(size(one) for _, one in waiting) <= most:
        return [one for _, one in waiting]
    lanes: dict[Lane, deque[T]] = {}
    for lane, one in waiting:
        lanes.setdefault(lane, deque()).append(one)
    own = lanes.pop(OWN, deque())
    quick = _alternating([queue for lane, queue in lanes.items() if not lane.is_slow])
    slow = _alternating([queue for lane, queue in lanes.items() if lane.is_slow])
    first_of_slow = next(slow, None)
    ahead = [] if first_of_slow is None else [first_of_slow]
    return _as_many_as_fit(chain(own, ahead, quick, slow), size, most)


def _alternating(queues: list[deque[T]]) -> Iterator[T]:
    while queues:
        for queue in queues:
            yield queue.popleft()
        queues = [queue for queue in queues if queue]


def _as_many_as_fit(ones: Iterator[T], size: Callable[[T], int], most: int) -> list[T]:
    taken: list[T] = []
    total = 0
    for one in ones:
        total += size(one)
        if taken and total > most:
            break
        taken.append(one)
    return taken
