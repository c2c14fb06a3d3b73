"""When post-mortems and action items are due and recalled: in working days, and never at night."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from app.domain.calendar import Calendar
from app.domain.postmortem_deadlines import end_of, latest_nag
from app.domain.working_days import Days, due_after
from tests.stories.stage import london
from tests.stories.town import town_rules

OFFICE = town_rules().calendars["office"]
NEVER = Calendar("never", ZoneInfo("UTC"), ((),) * 7)


@pytest.mark.parametrize(
    ("over", "days", "due"),
    [
        ("2026-11-22 04:10", Days(5), "2026-11-27 17:30"),
        ("2026-11-20 16:00", Days(1), "2026-11-23 17:30"),
        ("2026-12-23 12:00", Days(2), "2026-12-29 17:30"),
        ("2026-10-23 12:00", Days(1), "2026-10-26 17:30"),
        ("2026-11-20 16:00", Days(7, working=False), "2026-11-27 16:00"),
    ],
)
def test_it_is_due_at_the_end_of_the_last_of_so_many_working_days(over: str, days: Days, due: str) -> None:
    assert due_after(london(over), days, OFFICE) == london(due)


def test_where_nobody_ever_works_days_are_days() -> None:
    at = datetime(2026, 11, 20, 16, tzinfo=UTC)

    assert due_after(at, Days(3), NEVER) == at + timedelta(days=3)


def test_reminders_come_on_working_mornings_from_the_one_after_it_was_due() -> None:
    due = london("2026-11-27 17:30")

    def number(at: str) -> int | None:
        return latest_nag(due, Days(2), OFFICE, london(at)).number

    assert [number(at) for at in ("2026-11-27 18:00", "2026-11-30 08:59", "2026-11-30 09:00")] == [None, None, 0]
    assert [number(at) for at in ("2026-12-02 08:59", "2026-12-02 09:00", "2026-12-04 09:00")] == [0, 1, 2]
    assert latest_nag(due, Days(2), OFFICE, london("2026-11-30 09:00")).following == london("2026-12-02 09:00")


def test_an_action_item_is_late_when_its_day_is_over() -> None:
    assert end_of(date(2026, 3, 29), ZoneInfo("Europe/London")) == london("2026-03-30 00:00")
