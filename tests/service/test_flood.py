"""When accepting comes before telling."""

import pytest

from app.service.flood import FLOOD, MOST_REST, Flood, rest_after


def test_a_steady_stream_is_no_flood() -> None:
    flood = Flood()

    assert not any(flood.is_on(count, count / 200) for count in range(2000))


def test_one_large_request_is_no_flood() -> None:
    flood = Flood()

    assert not any(flood.is_on(100, 10 + n / 100) for n in range(200))


def test_a_flood_is_noticed_at_once_and_is_over_when_it_ebbs() -> None:
    flood = Flood()
    flood.is_on(0, 10.0)

    assert flood.is_on(int(FLOOD), 10.2)
    assert flood.is_on(int(FLOOD) + 400, 10.6)
    assert not flood.is_on(int(FLOOD) + 410, 11.7)


@pytest.mark.parametrize(("seconds", "rest"), [(0.01, 0.09), (0.05, 0.45), (5.0, MOST_REST)])
def test_telling_rests_longer_than_it_works_but_never_long(seconds: float, rest: float) -> None:
    assert rest_after(seconds) == pytest.approx(rest)
