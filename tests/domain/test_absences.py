"""What somebody holds while they are away needs cover, and they are told so in time."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from app.domain.absences import ASKED_AGAIN, FIRST_ASKED, Away, NeedsCover, joined, need_of, needs_cover
from app.domain.absences import told_to_find_cover as told
from app.domain.notification import Notification
from app.domain.rota import Cover, DatedFacts
from tests.stories.stage import RULES, london
from tests.stories.town import town_rules

RULES_OF_THE_TOWN = town_rules(RULES.replace("members: [asha], starts", "members: [asha, ben], starts"))
"""Ben's week as primary is the one of Monday 16 November 2026, then asha's; eve is first responder always."""

NOW = london("2026-11-18 12:00")
HOUR = timedelta(hours=1)


def away(since: str, until: str) -> Away:
    return Away(london(since), london(until))


def primary(person: str, since: str, until: str) -> NeedsCover:
    return NeedsCover(person, "primary", london(since), london(until))


def test_only_what_they_hold_of_an_absence_needs_cover_and_a_shadow_covers_nothing() -> None:
    calendars = {"ben": [away("2026-11-20 00:00", "2026-11-25 00:00")]}

    found = needs_cover(RULES_OF_THE_TOWN, DatedFacts(), calendars, NOW)

    assert found == (primary("ben", "2026-11-20 00:00", "2026-11-23 17:30"),)


def test_what_is_covered_needs_no_more() -> None:
    calendars = {"ben": [away("2026-11-20 00:00", "2026-11-25 00:00")]}
    cover = Cover("primary", "chen", london("2026-11-20 00:00"), london("2026-11-22 00:00"))

    found = needs_cover(RULES_OF_THE_TOWN, DatedFacts((cover,)), calendars, NOW)

    assert found == (primary("ben", "2026-11-22 00:00", "2026-11-23 17:30"),)


@pytest.mark.parametrize(
    ("since", "until", "needs"),
    [("2026-11-21 00:00", "2026-11-23 00:00", False), ("2026-11-21 00:00", "2026-11-23 10:00", True)],
)
def test_a_role_of_the_working_hours_needs_no_cover_at_the_weekend(since: str, until: str, needs: bool) -> None:
    found = needs_cover(RULES_OF_THE_TOWN, DatedFacts(), {"eve": [away(since, until)]}, NOW)

    assert bool(found) is needs


def test_they_are_asked_three_weeks_before_and_again_three_days_before() -> None:
    need = NeedsCover("ben", "primary", NOW + FIRST_ASKED, NOW + FIRST_ASKED + HOUR)

    def asked(at: datetime) -> list[str]:
        rows = told([need], RULES_OF_THE_TOWN, at)
        return [row.key.rpartition("/")[2] for row in rows if isinstance(row, Notification)]

    assert asked(NOW - HOUR) == []
    assert asked(NOW) == ["first"]
    assert asked(need.since - ASKED_AGAIN) == ["again"], "what is found out now is asked for once"
    assert asked(need.since) == []


def test_what_is_asked_is_found_again_by_its_key_while_it_needs_cover() -> None:
    need = primary("ben", "2026-11-20 00:00", "2026-11-23 17:30")
    (row,) = [row for row in told([need], RULES_OF_THE_TOWN, NOW - 5 * HOUR) if isinstance(row, Notification)][:1]

    assert need_of(f"{row.key}#1.slack", [replace(need, person="asha"), need], NOW) == need
    assert need_of(row.key, [], NOW) is None


def test_of_an_absence_that_has_begun_the_rest_is_found_and_no_other() -> None:
    need = primary("ben", "2026-11-20 00:00", "2026-11-23 17:30")
    (row,) = [row for row in told([need], RULES_OF_THE_TOWN, NOW - 5 * HOUR) if isinstance(row, Notification)][:1]
    begun = need.since + 5 * HOUR
    rest, other = replace(need, since=begun), primary("ben", "2026-11-28 00:00", "2026-11-29 00:00")

    assert need_of(f"{row.key}#1.slack", [rest, other], begun) == rest
    assert need_of(f"{row.key}#1.slack", [replace(rest, rota="second_line"), other], begun) is None


def test_absences_that_touch_are_one() -> None:
    day = datetime(2026, 11, 20, tzinfo=UTC)
    days = [Away(day + n * timedelta(days=1), day + (n + 1) * timedelta(days=1)) for n in (3, 0, 1)]

    assert joined([*days, Away(day, day + HOUR)]) == (
        Away(day, day + timedelta(days=2)),
        Away(day + timedelta(days=3), day + timedelta(days=4)),
    )
