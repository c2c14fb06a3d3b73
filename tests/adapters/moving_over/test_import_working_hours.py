"""A schedule whose layers change with working hours is carried exactly: first responder by day, primary by night."""

from pathlib import Path
from typing import Any

import pytest

from app.service.moving_over.exported import System
from tests.adapters.moving_over.exports import Imported, changed, imported

PAGERDUTY = System.PAGERDUTY
MONDAY_TO_FRIDAY = [
    {"type": "weekly_restriction", "start_day_of_week": day, "start_time_of_day": "09:00:00", "duration_seconds": 28800}
    for day in range(1, 6)
]
NIGHTS_AND_WEEKEND = [
    {"type": "weekly_restriction", "start_day_of_week": day, "start_time_of_day": "17:00:00", "duration_seconds": 57600}
    for day in range(1, 5)
] + [
    {"type": "weekly_restriction", "start_day_of_week": 5, "start_time_of_day": "17:00:00", "duration_seconds": 230400}
]


def a_layer(name: str, users: list[str], restrictions: list[dict[str, Any]], start: str) -> dict[str, Any]:
    return {
        "id": name,
        "name": name,
        "start": start,
        "end": None,
        "rotation_virtual_start": start,
        "rotation_turn_length_seconds": 604800,
        "users": [{"user": {"id": user}} for user in users],
        "restrictions": restrictions,
    }


def with_layers(folder: Path, *layers: dict[str, Any]) -> Imported:
    def replace(document: Any) -> None:
        document["schedule"]["schedule_layers"] = list(layers)
        document["schedule"].pop("final_schedule")

    documents = changed(PAGERDUTY, "schedule-PSPRIM", replace)
    return imported(folder, PAGERDUTY, documents, policies=("Engineering",))


DAYS = a_layer("Days", ["PDANA", "PBEN"], MONDAY_TO_FRIDAY, "2026-01-05T09:00:00Z")
NIGHTS = a_layer("Nights", ["PASHA", "PCHEN"], NIGHTS_AND_WEEKEND, "2026-01-05T17:00:00Z")
ALWAYS = a_layer("Base", ["PASHA", "PCHEN"], [], "2026-01-05T17:00:00Z")


@pytest.mark.parametrize("night", [NIGHTS, ALWAYS], ids=["nights", "a base under the days"])
def test_days_and_nights_become_first_responder_and_primary(tmp_path: Path, night: dict[str, Any]) -> None:
    office = with_layers(tmp_path, DAYS, night)

    critical = office.rules.policies["critical"]
    by_day, by_night = (chain.steps[0].tell[0].name for chain in (critical.in_hours, critical.out_of_hours))
    assert (by_day, by_night) == ("first_responder", "primary")
    assert office.who("first_responder", "2026-11-25 12:00") == "dana-weiss"
    assert office.who("first_responder", "2026-12-02 12:00") == "ben-okoro"
    assert office.who("primary", "2026-11-25 20:00") == "asha-rao"
    assert office.who("primary", "2026-12-02 20:00") == "chen-li"
    assert 'hours: {mon-fri: "09:00-17:00"}' in office.text
    assert "first_responder by day, primary out of hours" in office.said('schedule "Primary"')


def test_only_those_on_call_out_of_hours_are_said_to_agree_to_it(tmp_path: Path) -> None:
    people = with_layers(tmp_path, DAYS, NIGHTS).rules.people

    assert people["dana-weiss"].on_call_since is None
    assert people["asha-rao"].on_call_since is not None


def test_nobody_at_night_leaves_it_to_the_next_level(tmp_path: Path) -> None:
    office = with_layers(tmp_path, DAYS)

    assert office.told() == [("0:00:00", ("second_line",)), ("0:30:00", ("eve-martin",))]
    assert "step 1 tells nobody who could be carried out of hours" in office.said('policy "Engineering"')


@pytest.mark.parametrize(
    "hours",
    [
        [*MONDAY_TO_FRIDAY[:4], MONDAY_TO_FRIDAY[4] | {"duration_seconds": 14400}],
        [{"type": "daily_restriction", "start_time_of_day": "12:00:00", "duration_seconds": 3600}],
        [
            {
                "type": "weekly_restriction",
                "start_day_of_week": 6,
                "start_time_of_day": "00:00:00",
                "duration_seconds": 172800,
            }
        ],
    ],
    ids=["a shorter Friday", "an hour at noon", "the weekend"],
)
def test_hours_that_are_no_working_hours_are_left_out_aloud(tmp_path: Path, hours: list[dict[str, Any]]) -> None:
    office = with_layers(tmp_path, DAYS | {"restrictions": hours}, ALWAYS)

    assert office.told()[0] == ("0:00:00", ("primary",))
    assert office.who("primary", "2026-11-25 12:00") == "asha-rao"
    assert "on call instead of the others only" in office.said('schedule "Primary", layer "Days"')


def test_working_hours_in_another_zone_than_the_first_rotas_say_so(tmp_path: Path) -> None:
    def replace(document: Any) -> None:
        document["schedule"]["schedule_layers"] = [DAYS, NIGHTS]

    documents = changed(PAGERDUTY, "schedule-PSSEC", replace)
    office = imported(tmp_path, PAGERDUTY, documents, policies=("Engineering",))

    assert 'office: {timezone: America/New_York, hours: {mon-fri: "09:00-17:00"}}' in office.text
    in_hours = office.rules.policies["critical"].in_hours.steps
    assert [step.tell[0].name for step in in_hours] == ["primary", "second_line_day", "eve-martin"]


@pytest.mark.parametrize("turned_round", [False, True])
def test_the_final_schedule_decides_which_layer_goes_first(tmp_path: Path, turned_round: bool) -> None:
    def replace(document: Any) -> None:
        layers = [DAYS, ALWAYS]
        document["schedule"]["schedule_layers"] = layers[::-1] if turned_round else layers
        document["schedule"]["final_schedule"]["rendered_schedule_entries"] = [
            {"start": "2026-11-25T09:00:00Z", "end": "2026-11-25T17:00:00Z", "user": {"id": "PDANA"}},
            {"start": "2026-11-25T17:00:00Z", "end": "2026-11-26T09:00:00Z", "user": {"id": "PASHA"}},
        ]

    documents = changed(PAGERDUTY, "schedule-PSPRIM", replace)
    office = imported(tmp_path, PAGERDUTY, documents, policies=("Engineering",))

    assert office.who("first_responder", "2026-11-25 12:00") == "dana-weiss"
    assert "agrees with the export, 2 stretches" in office.said('schedule "Primary"')


def test_hours_in_which_a_policy_tells_nobody_are_the_last_resorts(tmp_path: Path) -> None:
    def replace(document: Any) -> None:
        document["schedule"]["schedule_layers"] = [DAYS]

    documents = changed(PAGERDUTY, "schedule-PSPRIM", replace)
    office = imported(tmp_path, PAGERDUTY, documents, schedules=("Primary",), last_resort="Eve Martin")

    assert office.told() == [("0:00:00", ("eve-martin",))]
    assert "it tells nobody out of hours; here it tells the last resort then" in office.said('policy "Primary"')
