"""Minutes of the week, and which of them a calendar with one window a day can say."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.service.moving_over.weekly import (
    ALWAYS,
    DAY,
    WEEK,
    OfficeHours,
    every_day,
    hours,
    office_hours,
    stretch,
    union,
)

LONDON = ZoneInfo("Europe/London")
FRIDAY = 4 * DAY


@given(st.integers(0, WEEK - 1), st.integers(0, WEEK))
def test_a_stretch_has_its_minutes_and_goes_on_after_sunday(since: int, minutes: int) -> None:
    expected = {(since + minute) % WEEK for minute in range(minutes)}

    found = stretch(since, minutes)

    assert found == sum(1 << minute for minute in expected)
    assert hours(found) == minutes / 60


@pytest.mark.parametrize(
    ("minutes", "office"),
    [
        (union(stretch(day * DAY + 540, 480) for day in range(5)), OfficeHours((0, 1, 2, 3, 4), 540, 1020, LONDON)),
        (stretch(540, 480) | stretch(FRIDAY + 540, 480), OfficeHours((0, 4), 540, 1020, LONDON)),
        (every_day(600, 840), OfficeHours((0, 1, 2, 3, 4, 5, 6), 600, 1440, LONDON)),
        (stretch(540, 480) | stretch(FRIDAY + 540, 240), None),
        (stretch(540, 60) | stretch(660, 60), None),
        (stretch(FRIDAY, DAY), None),
        (ALWAYS, None),
        (0, None),
    ],
)
def test_working_hours_are_one_window_on_some_days(minutes: int, office: OfficeHours | None) -> None:
    assert office_hours(minutes, LONDON) == office


def test_working_hours_hold_from_opening_to_before_closing() -> None:
    office = OfficeHours((0,), 540, 1020, LONDON)
    opens = datetime(2026, 6, 1, 8, tzinfo=UTC)

    held = [office.hold(opens + timedelta(minutes=minute)) for minute in (-1, 0, 479, 480, 1440)]

    assert held == [False, True, True, False, False]
