"""How much a source may send: a minute's worth at once, and then as it fills again."""

from datetime import UTC, datetime, timedelta

from app.service.rate_limit import RateLimits

AT = datetime(2026, 11, 22, 3, tzinfo=UTC)


def test_without_a_limit_nothing_is_over() -> None:
    assert not RateLimits().is_over("a", None, 1_000_000, AT)


def test_a_minutes_worth_may_come_at_once_and_more_is_over() -> None:
    limits = RateLimits()

    assert [limits.is_over("a", 60, 30, AT) for _ in range(3)] == [False, False, True]
    assert not limits.is_over("b", 60, 60, AT)


def test_it_fills_again_with_time() -> None:
    limits = RateLimits()
    limits.is_over("a", 60, 60, AT)

    assert limits.is_over("a", 60, 10, AT + timedelta(seconds=5))
    assert not limits.is_over("a", 60, 10, AT + timedelta(seconds=30))


def test_however_long_it_floods_it_is_forgiven_within_two_minutes() -> None:
    limits = RateLimits()
    for second in range(600):
        limits.is_over("a", 60, 100, AT + timedelta(seconds=second))

    assert not limits.is_over("a", 60, 1, AT + timedelta(seconds=600 + 120))


def test_a_clock_that_goes_back_fills_nothing() -> None:
    limits = RateLimits()
    limits.is_over("a", 60, 60, AT)

    assert limits.is_over("a", 60, 1, AT - timedelta(hours=1))
