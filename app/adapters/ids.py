"""Time-ordered ids: 16 hexadecimal digits, short enough to read out on the telephone."""

from collections.abc import Callable
from datetime import datetime
from random import Random

SEQUENCE_BITS = 22
EPOCH_MS = 1_577_836_800_000
"""2020-01-01 in Unix milliseconds: 41 bits of milliseconds from there last until 2089."""


def id_maker(now: Callable[[], datetime]) -> Callable[[], str]:
    """A function that gives ever greater ids, also when the clock stands still or steps back.

    Each millisecond starts at a random place, so that two replicas hardly meet; if they do, the store's commit refuses
    the second. An id is a name and no secret, so the randomness need not cost a call of the system each time.
    """
    last, places = 0, Random()  # noqa: S311

    def new_id() -> str:
        nonlocal last
        fresh = ((int(now().timestamp() * 1000) - EPOCH_MS) << SEQUENCE_BITS) | places.getrandbits(SEQUENCE_BITS - 1)
        last = fresh if fresh > last else last + 1
        return f"{last:016x}"

    return new_id
