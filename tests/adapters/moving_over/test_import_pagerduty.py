"""What PagerDuty exports is carried over so that the same people are on call, and everything else is accounted for."""

from pathlib import Path
from typing import Any

import pytest

from app.domain.people import ContactMethod
from app.service.moving_over.exported import System
from app.service.moving_over.findings import CannotImport
from tests.adapters.moving_over.exports import Imported, changed, imported

PAGERDUTY = System.PAGERDUTY


@pytest.fixture
def office(tmp_path: Path) -> Imported:
    return imported(tmp_path, PAGERDUTY, policies=("Engineering", "Office Hours"))


@pytest.mark.parametrize(
    ("at", "person"),
    [
        ("2026-11-25 12:00", "ben-okoro"),
        ("2026-11-30 17:29", "ben-okoro"),
        ("2026-11-30 17:30", "chen-li"),
        ("2026-12-07 17:30", "asha-rao"),
        ("2026-12-14 17:30", "ben-okoro"),
        ("2027-03-29 16:29", "asha-rao"),
        ("2027-03-29 16:30", "ben-okoro"),
    ],
)
def test_the_same_person_is_on_call_and_the_turns_go_on(office: Imported, at: str, person: str) -> None:
    assert office.who("primary", at) == person


@pytest.mark.parametrize(
    ("at", "person"),
    [
        ("2026-11-26 13:59", "chen-li"),
        ("2026-11-26 14:00", "asha-rao"),
        ("2026-12-10 14:00", "chen-li"),
        ("2027-04-01 12:59", "asha-rao"),
        ("2027-04-01 13:00", "chen-li"),
    ],
)
def test_turns_of_two_weeks_keep_their_local_handover(office: Imported, at: str, person: str) -> None:
    assert office.who("second_line", at) == person


def test_levels_become_steps_with_their_delays_and_repetitions(office: Imported) -> None:
    assert office.told() == [
        ("0:00:00", ("primary",)),
        ("0:15:00", ("second_line",)),
        ("0:30:00", ("eve-martin",)),
    ]
    assert office.rules.policies["critical"].repeat == 3
    assert office.rules.policies["high"].out_of_hours.hold
    assert office.rules.last_resort == "eve-martin"


def test_a_second_policy_is_one_that_rules_can_name(office: Imported) -> None:
    assert office.told("office-hours") == [
        ("0:00:00", ("office_hours",)),
        ("0:10:00", ("ben-okoro", "dana-weiss")),
    ]
    assert "round robin" in office.said('policy "Office Hours"')
    assert "after its last step it waits 20m; here it is 10m" in office.said('policy "Office Hours"')


def test_daily_turns_in_office_hours_become_weekly_ones_and_the_report_says_so(office: Imported) -> None:
    said = office.said('schedule "Office Hours"')

    assert office.who("office_hours", "2026-11-25 12:00") == "asha-rao"
    assert "its turns last 1 day; rotas change by whole weeks" in said
    assert "it is on call only every day 09:00 to 17:00 (Europe/London)" in said


def test_people_come_with_addresses_in_international_form(office: Imported) -> None:
    asha, ben, chen = (office.rules.people[id].methods for id in ("asha-rao", "ben-okoro", "chen-li"))

    assert {*asha} >= {ContactMethod("email", "asha@shop.example"), ContactMethod("sms", "+441632960001")}
    assert ContactMethod("voice", "+447700900002") in ben
    assert not [method for method in chen if method.channel in ("sms", "voice")]
    assert office.said('person "Chen Li"') == "a phone number is not in a form that can be used"


def test_members_of_rotas_agree_since_their_turn_began_so_that_it_counts(office: Imported) -> None:
    since = {id: str(person.on_call_since) for id, person in office.rules.people.items()}

    assert since == {
        "asha-rao": "2026-11-12",
        "ben-okoro": "2026-11-23",
        "chen-li": "2026-11-12",
        "dana-weiss": "2026-11-25",
        "eve-martin": "None",
    }
    assert "PagerDuty keeps no consent" in office.said("consent")


def test_teams_become_squads_with_members_from_either_side(office: Imported) -> None:
    members = {squad.name: squad.members for squad in office.rules.squads.values()}

    assert members == {"Payments": ("asha-rao",), "Web & Apps": ("dana-weiss", "ben-okoro")}


def test_an_override_to_come_is_listed_and_is_no_difference(office: Imported) -> None:
    (cover,) = office.draft.covers

    assert (cover.person, cover.rotas, str(cover.since)) == ("Dana Weiß", ("primary",), "2026-11-27 18:00:00+00:00")
    assert "who is on call agrees with the export, 4 stretches" in office.said('schedule "Primary"')


def test_an_ended_layer_an_unfetched_schedule_and_an_unchosen_policy_are_accounted_for(office: Imported) -> None:
    assert "it ended on 05 Jan 2026" in office.said('schedule "Primary", layer "Layer 1"')
    assert "fetch it by its own address" in office.said('schedule "Not Fetched"')
    assert "it was not chosen" in office.said('policy "Only Dana"')


def test_without_a_choice_the_first_policy_that_tells_a_schedule_is_carried(tmp_path: Path) -> None:
    found = imported(tmp_path, PAGERDUTY)

    assert found.draft.origins["critical"] == "Engineering"
    assert "the first of 3 policies that tells a schedule" in found.said('policy "Engineering"')


def test_schedules_can_be_carried_instead_of_a_policy(tmp_path: Path) -> None:
    found = imported(tmp_path, PAGERDUTY, schedules=("Second Line", "primary"))

    assert found.told() == [("0:00:00", ("primary",)), ("1:00:00", ("second_line",))]
    assert found.who("primary", "2026-11-25 12:00") == "chen-li"
    assert found.rules.last_resort == "ben-okoro"


def test_a_person_can_be_named_as_the_last_resort(tmp_path: Path) -> None:
    assert imported(tmp_path, PAGERDUTY, last_resort="dana@shop.example").rules.last_resort == "dana-weiss"
    with pytest.raises(CannotImport, match=r'nobody in the export is called "Dana Weis" \(did you mean "dana-weiss"'):
        imported(tmp_path, PAGERDUTY, last_resort="Dana Weis")


def test_a_name_that_is_not_there_is_refused_with_the_nearest(tmp_path: Path) -> None:
    with pytest.raises(CannotImport, match=r'no policy "Enginering" \(did you mean "Engineering"\?\)'):
        imported(tmp_path, PAGERDUTY, policies=("Enginering",))


def test_the_person_whom_the_export_says_is_on_call_begins_the_turns(tmp_path: Path) -> None:
    def tell_of_asha(document: Any) -> None:
        schedule = document["schedule"]
        schedule["schedule_layers"] = schedule["schedule_layers"][:1]
        entry = schedule["final_schedule"]["rendered_schedule_entries"][0]
        entry["user"] = {"id": "PASHA"}
        schedule["final_schedule"]["rendered_schedule_entries"] = [entry]
        schedule["overrides_subschedule"]["rendered_schedule_entries"] = []

    documents = changed(PAGERDUTY, "schedule-PSPRIM", tell_of_asha)
    found = imported(tmp_path, PAGERDUTY, documents, policies=("Engineering",))

    assert found.who("primary", "2026-11-25 12:00") == "asha-rao"
    assert found.who("primary", "2026-12-01 12:00") == "ben-okoro"
    assert "by its rotation it would be ben-okoro's turn" in found.said('schedule "Primary"')


def test_a_later_difference_is_said_with_its_time(tmp_path: Path) -> None:
    def swap(document: Any) -> None:
        document["schedule"]["final_schedule"]["rendered_schedule_entries"][3]["user"] = {"id": "PDANA"}

    documents = changed(PAGERDUTY, "schedule-PSPRIM", swap)
    found = imported(tmp_path, PAGERDUTY, documents, policies=("Engineering",))

    assert "Mon 30 Nov 17:30 GMT: dana-weiss, here chen-li" in found.said('schedule "Primary"')


def test_a_missing_last_page_is_said(tmp_path: Path) -> None:
    documents = changed(PAGERDUTY, "users-2", lambda document: document.update(more=True))

    assert "some pages only" in imported(tmp_path, PAGERDUTY, documents).said("users")


def test_a_member_who_is_not_exported_loses_the_turn_to_the_next(tmp_path: Path) -> None:
    documents = changed(PAGERDUTY, "users-0", lambda document: document["users"].pop(1))
    found = imported(tmp_path, PAGERDUTY, documents, policies=("Engineering",))

    assert found.who("primary", "2026-11-25 12:00") == "chen-li"
    assert found.who("primary", "2026-12-07 17:30") == "asha-rao"
    assert "1 of its people are not among the exported users" in found.said('schedule "Primary"')


def test_a_rotation_that_ends_or_begins_later_says_so(tmp_path: Path) -> None:
    def end(document: Any) -> None:
        document["schedule"]["schedule_layers"][0]["end"] = "2026-12-10T12:00:00Z"

    found = imported(
        tmp_path,
        PAGERDUTY,
        changed(PAGERDUTY, "schedule-PSPRIM", end),
        policies=("Engineering",),
        last_resort="eve-martin",
    )

    assert found.who("primary", "2026-12-10 23:00") == "asha-rao"
    assert found.who("primary", "2026-12-11 00:00") is None
    assert "it ends on Thu 10 Dec 2026 12:00" in found.said('schedule "Primary"')
