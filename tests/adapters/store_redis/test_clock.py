"""One clock for all: the server's, whatever the machine's says, and never backwards."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.adapters.store_redis.clock import ServerClock
from tests.adapters.store_redis.conftest import Stores
from tests.adapters.store_redis.until import until
from tests.redis_servers import Server

NINE = datetime(2026, 1, 5, 9, tzinfo=UTC)
SECOND = timedelta(seconds=1)


class Hands:
    """A steady clock that is moved by hand, beside a server's; `gap` is how far the server's is from it."""

    def __init__(self) -> None:
        self.at = 1000.0
        self.gap = timedelta(0)

    def steady(self) -> float:
        return self.at

    @property
    def server(self) -> datetime:
        return NINE + self.gap + timedelta(seconds=self.at - 1000)

    def pass_by(self, seconds: float) -> None:
        self.at += seconds

    def ask(self, clock: ServerClock, there: float = 0.0, back: float = 0.0) -> None:
        sent = self.at
        self.pass_by(there)
        said = self.server
        self.pass_by(back)
        clock.learn(said, sent, self.at)


def a_clock(hands: Hands, machine_off: timedelta = timedelta(0)) -> ServerClock:
    return ServerClock(hands.steady, lambda: hands.server + machine_off)


@pytest.mark.parametrize("minutes", [-600, -7, 0, 7, 600])
def test_a_machine_whose_clock_is_wrong_shows_the_servers_time(minutes: int) -> None:
    hands = Hands()
    clock = a_clock(hands, machine_off=timedelta(minutes=minutes))
    assert clock.now() == hands.server + timedelta(minutes=minutes)

    hands.ask(clock)
    hands.pass_by(30)

    assert clock.now() == hands.server


def test_time_goes_on_while_the_server_is_away() -> None:
    hands = Hands()
    clock = a_clock(hands)
    hands.ask(clock)

    hands.pass_by(3600)

    assert clock.now() == NINE + timedelta(hours=1)


@given(st.lists(st.tuples(st.floats(0, 2), st.floats(0, 2)), min_size=1, max_size=8))
def test_the_error_is_at_most_half_of_the_shortest_round_trip(trips: list[tuple[float, float]]) -> None:
    hands = Hands()
    clock = a_clock(hands)
    for there, back in trips:
        hands.ask(clock, there, back)
        hands.pass_by(10)

    first, shortest = sum(trips[0]) / 2, min(sum(trip) for trip in trips)

    # The first reading is taken in the middle; later ones correct it only as far as they prove it wrong.
    assert abs(clock.now() - hands.server) <= timedelta(seconds=min(first, shortest)) + timedelta(microseconds=9)


def test_a_reading_that_took_long_does_not_spoil_a_good_one() -> None:
    hands = Hands()
    clock = a_clock(hands)
    hands.ask(clock)

    hands.ask(clock, there=1.4, back=0.0)

    assert clock.now() == hands.server


def test_a_jump_forward_is_taken_over() -> None:
    hands = Hands()
    clock = a_clock(hands)
    hands.ask(clock)
    hands.gap = timedelta(minutes=10)

    hands.ask(clock)

    assert clock.now() == hands.server
    assert clock.ahead == timedelta(0)


def test_after_a_jump_back_time_goes_on_at_half_speed_until_it_is_caught_up() -> None:
    hands = Hands()
    clock = a_clock(hands)
    hands.ask(clock)
    hands.gap = -timedelta(minutes=10)
    hands.ask(clock)

    assert clock.now() == NINE
    assert clock.ahead == timedelta(minutes=10)
    hands.pass_by(10 * 60)
    assert clock.now() == NINE + timedelta(minutes=5)
    assert clock.ahead == timedelta(minutes=5)
    hands.pass_by(10 * 60)
    assert clock.now() == hands.server
    hands.pass_by(1)
    assert clock.now() == hands.server


@given(
    st.lists(
        st.tuples(st.floats(-5000, 5000), st.floats(0, 3), st.floats(0, 3), st.floats(0, 100)), min_size=1, max_size=20
    )
)
def test_it_never_runs_backwards_once_it_has_been_learnt(steps: list[tuple[float, float, float, float]]) -> None:
    hands = Hands()
    clock = a_clock(hands)
    hands.ask(clock)
    shown = clock.now()
    for gap, there, back, passing in steps:
        hands.gap = timedelta(seconds=gap)
        hands.ask(clock, there, back)
        assert clock.now() >= shown
        shown = clock.now()
        hands.pass_by(passing)
        assert clock.now() >= shown
        shown = clock.now()


@pytest.mark.server
async def test_replicas_with_wrong_machines_agree_on_the_time(valkey: Server, stores: Stores) -> None:
    clocks = [
        ServerClock(machine=lambda off=off: datetime.now(UTC) + off)
        for off in (timedelta(minutes=-9), timedelta(0), timedelta(minutes=9))
    ]
    opened = [await stores.open(valkey.url, clock=clock) for clock in clocks]
    with valkey.client() as client:
        seconds, microseconds = client.time()
    server = datetime.fromtimestamp(seconds, UTC) + timedelta(microseconds=microseconds)

    for store in opened:
        assert abs(store.clock.now() - server) < SECOND
        assert store.doubts == ()


@pytest.mark.server
async def test_a_clock_that_went_back_is_told_of(valkey: Server, stores: Stores) -> None:
    store = await stores.open(valkey.url)
    ahead = store.clock.now() + timedelta(minutes=3)
    at = store.clock.steady()
    store.clock.learn(ahead, at, at)
    store.clock.now()

    await until(lambda: len(store.doubts) == 1)

    assert store.doubts[0].startswith("the server's clock went back by 180 s more")
    assert store.clock.now() >= ahead
