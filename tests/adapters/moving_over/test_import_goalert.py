"""What GoAlert exports is carried over so that the same people are on call, and everything else is accounted for."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from app.domain.people import ContactMethod
from app.service.moving_over.exported import System
from tests.adapters.moving_over.exports import Imported, changed, imported

GOALERT = System.GOALERT


@pytest.fixture
def office(tmp_path: Path) -> Imported:
    return imported(tmp_path, GOALERT)


@pytest.mark.parametrize(
    ("at", "person"),
    [
        ("2026-11-25 12:00", "chen-li"),
        ("2026-12-01 09:59", "chen-li"),
        ("2026-12-01 10:00", "asha-rao"),
        ("2026-12-08 10:00", "ben-okoro"),
        ("2026-12-15 10:00", "chen-li"),
        ("2027-03-30 08:59", "ben-okoro"),
        ("2027-03-30 09:00", "chen-li"),
    ],
)
def test_the_active_user_is_on_call_until_the_next_handover(office: Imported, at: str, person: str) -> None:
    assert office.who("primary", at) == person


def test_an_older_export_is_carried_on_from_its_next_handover(tmp_path: Path) -> None:
    later = imported(tmp_path, GOALERT, at=datetime(2026, 12, 9, tzinfo=UTC))

    assert later.who("primary", "2026-12-09 00:00") == "ben-okoro"
    assert str(later.rules.rotas["primary"].starts) == "2026-12-08"


def test_without_handover_times_the_active_user_is_taken_to_be_on_call_at_the_export(office: Imported) -> None:
    assert office.who("second_line", "2026-11-25 12:00") == "dana-weiss"
    assert office.rules.rotas["second_line"].weekday == 2


def test_steps_tell_schedules_rotations_and_people_and_repeat(office: Imported) -> None:
    assert office.told() == [
        ("0:00:00", ("primary",)),
        ("0:15:00", ("second_line",)),
        ("0:15:00", ("dana-weiss",)),
    ]
    assert office.rules.policies["critical"].repeat == 4
    assert "also tells slackChannel" in office.said('policy "Standard"')


def test_somebody_assigned_in_working_hours_is_told_in_these_too(office: Imported) -> None:
    in_hours = office.rules.policies["critical"].in_hours.steps

    assert [target.name for target in in_hours[0].tell] == ["primary", "first_responder"]
    assert office.who("first_responder", "2026-11-25 12:00") == "dana-weiss"
    assert "primary and first_responder by day, primary out of hours" in office.said('schedule "On call"')


def test_an_assignment_in_other_hours_is_left_out_aloud(tmp_path: Path) -> None:
    def at_noon_on_sundays(document: Any) -> None:
        rules = document["data"]["schedules"]["nodes"][0]["targets"][1]["rules"]
        rules.append({"start": "12:00", "end": "13:00", "weekdayFilter": [True] + [False] * 6})

    found = imported(tmp_path, GOALERT, changed(GOALERT, "export", at_noon_on_sundays))

    said = found.said('schedule "On call", user "Dana Weiß"')
    assert "Thursday, Friday 09:00 to 17:00 and Sunday 12:00 to 13:00 (Europe/London)" in said
    assert found.told()[0] == ("0:00:00", ("primary",))


def test_overrides_and_temporary_schedules_are_listed_in_order(office: Imported) -> None:
    listed = [(cover.person, cover.instead_of, str(cover.since)) for cover in office.draft.covers]

    assert listed == [
        ("Dana Weiß", "Asha Rao", "2026-12-02 09:00:00+00:00"),
        ("Ben Okoro", "", "2026-12-24 00:00:00+00:00"),
    ]


def test_only_enabled_contact_methods_are_carried(office: Imported) -> None:
    ben = office.rules.people["ben-okoro"].methods

    assert [method for method in ben if method.channel != "console"] == [ContactMethod("email", "ben@shop.example")]


def test_a_list_with_a_further_page_that_is_not_there_is_said(tmp_path: Path) -> None:
    def more(document: Any) -> None:
        document["data"]["schedules"]["pageInfo"]["hasNextPage"] = True

    found = imported(tmp_path, GOALERT, changed(GOALERT, "export", more))

    assert "some pages only" in found.said("schedules")
    assert found.said("users") == ""


def test_endless_repetition_ends_with_the_last_resort(tmp_path: Path) -> None:
    def for_ever(document: Any) -> None:
        document["data"]["escalationPolicies"]["nodes"][0]["repeat"] = -1

    found = imported(tmp_path, GOALERT, changed(GOALERT, "export", for_ever))

    assert found.rules.policies["critical"].repeat == 100
    assert "it repeats without end" in found.said('policy "Standard"')
