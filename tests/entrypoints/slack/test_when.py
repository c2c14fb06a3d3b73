"""Days and hours as people type them, in the zone of the rota."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest

from app.domain.errors import InvalidPayload
from app.entrypoints.slack.when import When, is_when, parse_when

LONDON = ZoneInfo("Europe/London")
NOW = datetime(2026, 7, 6, 23, 30, tzinfo=UTC)
"""Half past midnight on Tuesday 7 July, in London."""


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("typed", "means"),
    [
        ("2026-12-07", When(shift=date(2026, 12, 7))),
        ("today", When(shift=date(2026, 7, 7))),
        ("Tomorrow", When(shift=date(2026, 7, 8))),
        ("18:00-22:00", When(None, utc("2026-07-07 17:00"), utc("2026-07-07 21:00"))),
        ("tomorrow 18:00-06:00", When(None, utc("2026-07-08 17:00"), utc("2026-07-09 05:00"))),
        ("2026-12-07 9:00-9:00", When(None, utc("2026-12-07 09:00"), utc("2026-12-08 09:00"))),
    ],
)
def test_a_day_is_a_shift_and_hours_are_hours(typed: str, means: When) -> None:
    words = typed.split()

    assert is_when(words[0], LONDON, NOW)
    assert parse_when(words, LONDON, NOW) == means


@pytest.mark.parametrize(
    "typed", ["", "ben", "18:00", "25:00-26:00", "2026-13-01", "tomorrow 18:00", "18:00-22:00 tomorrow", "0001-01-01"]
)
def test_anything_else_is_refused_with_the_forms(typed: str) -> None:
    with pytest.raises(InvalidPayload, match="say when, as in"):
        parse_when(typed.split(), LONDON, NOW)
