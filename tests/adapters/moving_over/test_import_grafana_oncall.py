"""What Grafana OnCall exports is carried over so that the same people are on call, and the rest is accounted for."""

from pathlib import Path
from typing import Any

import pytest

from app.domain.people import ContactMethod
from app.service.moving_over.exported import System
from tests.adapters.moving_over.exports import Imported, changed, imported

GRAFANA = System.GRAFANA_ONCALL


@pytest.fixture
def office(tmp_path: Path) -> Imported:
    return imported(tmp_path, GRAFANA)


@pytest.mark.parametrize(
    ("rota", "at", "person"),
    [
        ("primary", "2026-11-25 12:00", "asha-rao"),
        ("primary_2", "2026-11-25 12:00", "dana-weiss"),
        ("primary", "2026-11-30 10:00", "ben-okoro"),
        ("primary_2", "2026-11-30 10:00", "ben-okoro"),
        ("primary", "2026-12-07 10:00", "chen-li"),
        ("primary", "2026-12-14 10:00", "asha-rao"),
        ("second_line", "2026-11-25 12:00", "chen-li"),
        ("second_line", "2026-11-30 07:00", "dana-weiss"),
        ("second_line", "2026-12-07 07:00", "chen-li"),
    ],
)
def test_rolling_users_go_on_rolling(office: Imported, rota: str, at: str, person: str) -> None:
    assert office.who(rota, at) == person


def test_the_chain_that_an_integration_uses_is_carried_with_its_waits(office: Imported) -> None:
    assert office.draft.origins["critical"] == "Main chain"
    assert office.told() == [
        ("0:00:00", ("primary", "primary_2")),
        ("0:05:00", ("second_line",)),
        ("0:15:00", ("ben-okoro", "chen-li")),
    ]
    assert office.rules.policies["critical"].repeat == 6


def test_what_a_chain_does_besides_telling_people_is_accounted_for(office: Imported) -> None:
    said = office.said('policy "Main chain"')

    assert "a step triggers a webhook" in said
    assert "round robin" in said
    assert "step 4 tells nobody who could be carried" in said


def test_a_schedule_in_a_calendar_and_a_monthly_shift_are_left_out_aloud(office: Imported) -> None:
    assert "iCal calendar" in office.said('schedule "From a calendar"')
    assert "recurs in a way that a rota cannot say" in office.said('schedule "Platform", shift "Monthly"')


def test_a_shift_of_a_higher_level_in_some_hours_only_is_left_out_aloud(office: Imported) -> None:
    said = office.said('schedule "Platform", shift "Weekends"')

    assert "on call instead of the others only Saturday, Sunday from 10:00 for 24 h (UTC)" in said


def test_overrides_are_shifts_and_are_listed(office: Imported) -> None:
    (cover,) = office.draft.covers

    assert (cover.person, str(cover.until)) == ("Dana Weiß", "2026-12-05 14:00:00+00:00")


def test_slack_ids_are_carried_and_teams_have_their_members(office: Imported) -> None:
    assert ContactMethod("slack", "U01ASHA") in office.rules.people["asha-rao"].methods
    assert office.rules.squads["platform"].members == ("asha-rao", "ben-okoro")


def test_on_call_now_decides_whose_turn_it_is(tmp_path: Path) -> None:
    def dana_now(document: Any) -> None:
        document["results"][1]["on_call_now"] = ["UDANA"]

    found = imported(tmp_path, GRAFANA, changed(GRAFANA, "schedules", dana_now))

    assert found.who("second_line", "2026-11-25 12:00") == "dana-weiss"
    assert "by its rotation it would be chen-li's turn" in found.said('schedule "Backup"')


def test_a_daily_shift_of_half_a_day_says_its_hours(tmp_path: Path) -> None:
    def halve(document: Any) -> None:
        document["results"][1] |= {"by_day": None, "frequency": "daily", "duration": 43200}

    found = imported(tmp_path, GRAFANA, changed(GRAFANA, "on_call_shifts", halve))

    said = found.said('schedule "Backup", shift "Every day of the week"')
    assert "only every day from 08:00 for 12 h (Europe/Paris)" in said
    assert "its turns last 1 day" in said


@pytest.mark.parametrize(
    ("shift", "words"),
    [
        ({"frequency": "weekly", "duration": 172800}, "only Wednesdays from 08:00 for 48 h (Europe/Paris)"),
        (
            {"frequency": "hourly", "interval": 48, "duration": 43200},
            "only from 08:00 for 12 h, once in 48 h (Europe/Paris)",
        ),
    ],
)
def test_other_hours_of_a_shift_are_said_in_words(tmp_path: Path, shift: dict[str, Any], words: str) -> None:
    def shorten(document: Any) -> None:
        document["results"][1] |= {"by_day": None} | shift

    found = imported(tmp_path, GRAFANA, changed(GRAFANA, "on_call_shifts", shorten))

    assert words in found.said('schedule "Backup", shift "Every day of the week"')
