"""What Opsgenie exports is carried over so that the same people are on call, and everything else is accounted for."""

from pathlib import Path
from typing import Any

import pytest

from app.domain.people import ContactMethod
from app.service.moving_over.exported import System
from tests.adapters.moving_over.exports import Imported, changed, imported

OPSGENIE = System.OPSGENIE


@pytest.fixture
def office(tmp_path: Path) -> Imported:
    return imported(tmp_path, OPSGENIE)


@pytest.mark.parametrize(
    ("rota", "at", "person"),
    [
        ("primary", "2026-11-25 12:00", "asha-rao"),
        ("primary", "2026-12-01 07:59", "asha-rao"),
        ("primary", "2026-12-01 08:00", "ben-okoro"),
        ("primary", "2026-12-08 08:00", "chen-li"),
        ("primary", "2026-12-15 08:00", "asha-rao"),
        ("primary", "2027-03-30 06:59", "chen-li"),
        ("primary", "2027-03-30 07:00", "asha-rao"),
        ("primary_2", "2026-11-27 15:59", "dana-weiss"),
        ("primary_2", "2026-11-27 16:00", "eve-martin"),
        ("primary_2", "2026-12-11 16:00", "dana-weiss"),
    ],
)
def test_rotations_of_one_schedule_are_rotas_beside_each_other(
    office: Imported, rota: str, at: str, person: str
) -> None:
    assert office.who(rota, at) == person


def test_delays_from_the_alert_become_delays_from_the_step_before(office: Imported) -> None:
    assert office.told() == [
        ("0:00:00", ("primary", "primary_2")),
        ("0:10:00", ("second_line", "asha-rao", "dana-weiss")),
        ("0:50:00", ("eve-martin",)),
    ]
    assert office.rules.policies["critical"].repeat == 2


def test_what_an_escalation_says_besides_is_accounted_for(office: Imported) -> None:
    said = office.said('policy "ops_escalation"')

    assert "after its last step it waits 15m; here it is 50m until the next pass" in said
    assert "even after an acknowledgement" in said
    assert 'tells the team "Ops"; here it tells its members' in said
    assert "closes the alert in the end" in said


def test_nobodys_turns_and_hours_of_a_rotation_are_accounted_for(office: Imported) -> None:
    said = office.said('schedule "nights"')

    assert "every day 18:00 to 08:00 (Europe/Berlin)" in said
    assert "in some turns nobody is on call" in said
    assert office.who("second_line", "2026-11-25 12:00") == "chen-li"
    assert "it is disabled" in office.said('schedule "retired"')


def test_who_is_on_call_by_opsgenie_itself_is_compared(office: Imported, tmp_path: Path) -> None:
    def eve(document: Any) -> None:
        document["data"]["onCallParticipants"][1]["id"] = "0a11-e"

    otherwise = imported(tmp_path, OPSGENIE, changed(OPSGENIE, "on-calls-sch-1", eve))

    assert "agrees with the export, 2 stretches" in office.said('schedule "ops_schedule"')
    assert "eve-martin, here asha-rao and dana-weiss" in otherwise.said('schedule "ops_schedule"')


def test_only_overrides_to_come_are_listed(office: Imported) -> None:
    assert [(cover.person, cover.zone.key) for cover in office.draft.covers] == [("Dana Weiß", "Europe/Berlin")]


def test_phone_numbers_with_a_dash_after_the_country_are_understood(office: Imported) -> None:
    assert ContactMethod("sms", "+441632960001") in office.rules.people["asha-rao"].methods
    assert ContactMethod("sms", "+15550100123") in office.rules.people["eve-martin"].methods


@pytest.mark.parametrize(
    ("restriction", "words"),
    [
        (
            {"type": "weekday-and-time-of-day", "restrictions": [
                {"startDay": "monday", "startHour": 9, "startMin": 0, "endDay": "friday", "endHour": 17, "endMin": 30}
            ]},
            "Monday 09:00 to Friday 17:30",
        ),
        (
            {"type": "time-of-day", "restrictions": [{"startHour": 8, "endHour": 8, "startMin": 30}]},
            "every day 08:30 to 08:00",
        ),
    ],
)  # fmt: skip
def test_hours_of_a_rotation_are_said_in_words(tmp_path: Path, restriction: dict[str, Any], words: str) -> None:
    def restrict(document: Any) -> None:
        document["data"][0]["rotations"][1]["timeRestriction"] = restriction

    found = imported(tmp_path, OPSGENIE, changed(OPSGENIE, "schedules", restrict))

    said = found.said('schedule "ops_schedule", rotation "Backup"')
    assert f"on call beside the others only {words} (Europe/Berlin)" in said
