"""How times and ages look."""

from datetime import UTC, datetime, timedelta

import pytest
import typer

from app.entrypoints.cli.durations import parse_duration, parse_instant
from app.entrypoints.cli.printing import age, inert, length, local

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("span", "said"),
    [
        (timedelta(seconds=-5), "0 s"),
        (timedelta(seconds=59), "59 s"),
        (timedelta(minutes=12, seconds=40), "12 min"),
        (timedelta(hours=3), "3 h"),
        (timedelta(hours=3, minutes=5), "3 h 5 min"),
        (timedelta(days=2, hours=4, minutes=59), "2 d 4 h"),
    ],
)
def test_a_length_of_time_is_said_in_two_units_at_most(span: timedelta, said: str) -> None:
    assert length(span) == said
    assert age((NOW - span).isoformat(), NOW) == said


def test_no_time_is_nothing() -> None:
    assert (age(None), local(""), local("soon")) == ("", "", "")


def test_what_could_steer_a_terminal_is_shown_instead() -> None:
    assert inert("a\x1b[31m\u202eb\x07\n") == "a�[31m�b��"


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("72h", 259_200), ("90m", 5_400), ("1h30m", 5_400), ("2d", 172_800), ("1w", 604_800), ("0s", 0)],
)
def test_a_duration_is_read(text: str, seconds: int) -> None:
    assert parse_duration(text).total_seconds() == seconds


@pytest.mark.parametrize("text", ["", "h", "-1h", "1.5h", "10", "1y", "367d", "99999999w99999999w"])
def test_what_is_no_duration_is_refused(text: str) -> None:
    with pytest.raises(typer.BadParameter):
        parse_duration(text)


@pytest.mark.parametrize("text", ["", "noon", "2026-13-01", "0001-01-01T00:00+14:00"])
def test_what_is_no_instant_is_refused(text: str) -> None:
    with pytest.raises(typer.BadParameter):
        parse_instant(text)
