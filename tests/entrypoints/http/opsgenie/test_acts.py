"""What can be done to one alert: ours where there is such a thing, else written down."""

from datetime import timedelta
from typing import Any

import pytest

from tests.entrypoints.http.opsgenie.genie import ALIAS, Genie
from tests.entrypoints.http.rig import OTHER_GENIE_KEY, Rig

TEAM = {"type": "team", "name": "kilns"}


async def test_a_snooze_by_a_key_is_written_down_and_stops_nothing(rig: Rig, genie: Genie) -> None:
    id = await genie.create()

    status = await genie.act("snooze", {"endTime": "2099-11-28T23:30:00Z"})

    assert (status["action"], status["success"]) == ("Snooze", True)
    assert "snoozed" not in (await rig.incident(id))["marks"]
    assert await genie.notes(id) == ["note: snooze until 2099-11-28T23:30:00Z asked for, which stops nothing here"]


async def test_where_a_key_may_acknowledge_its_snooze_is_ours(rig: Rig) -> None:
    genie = Genie(rig, OTHER_GENIE_KEY)
    id = await genie.create()
    until = (rig.clock.now() + timedelta(hours=2)).isoformat()

    status = await genie.act("snooze", {"endTime": until, "user": "asha", "note": "known"})

    shown = await genie.alert()
    assert (status["action"], status["success"]) == ("Snooze", True)
    assert (await rig.incident(id))["marks"] == ["no_runbook", "snoozed"]
    assert (shown["snoozed"], shown["snoozedUntil"]) == (True, "2026-11-22T05:00:00.000Z")
    assert await genie.notes(id) == [
        "snoozed: snoozed until Sun 22 Nov 05:00 GMT",
        "note: snoozed by Asha (asha): known",
    ]


async def test_unacknowledge_is_ours(rig: Rig, genie: Genie) -> None:
    id = await genie.create()
    await rig.act(id, "acknowledge", by="asha")
    assert (await genie.alert())["owner"] == "asha"

    assert (await genie.act("unacknowledge"))["success"]

    assert (await rig.incident(id))["status"] == "triggered"


@pytest.mark.parametrize("owner", [{"username": "BEN"}, {"id": "ben"}, {"name": "Ben"}, "ben"])
async def test_assigning_to_somebody_who_is_known_pages_them(rig: Rig, genie: Genie, owner: object) -> None:
    id = await genie.create()

    assert (await genie.act("assign", {"owner": owner}))["success"]

    pages = (await rig.client.get(f"/api/v1/incidents/{id}/notifications")).json()["items"]
    assert ("ben", "assignee") in [(one["reader"], one["role"]) for one in pages]


async def test_escalating_tells_the_next_step(rig: Rig, genie: Genie) -> None:
    id = await genie.create()

    assert (await genie.act("escalate", {"escalation": {"name": "night"}, "note": "please"}))["success"]

    pages = (await rig.client.get(f"/api/v1/incidents/{id}/notifications")).json()["items"]
    assert ("chen", "second_line") in [(one["reader"], one["role"]) for one in pages]
    assert (await genie.notes(id))[0] == "escalated: escalated by opsgenie: to night: please"


async def test_what_triage_does_not_allow_came_to_nothing(genie: Genie) -> None:
    await genie.create(priority="P5")

    status = await genie.act("escalate", {"escalation": {"name": "night"}})

    assert (status["success"], status["alertId"]) == (False, "")
    assert "is in triage and cannot be escalated" in status["status"]


async def test_tags_details_message_description_and_responders_are_shown_as_they_are_now(genie: Genie) -> None:
    id = await genie.create(tags=["a", "b"], details={"k": "1", "l": "2"}, responders=[TEAM], actions=["Relight"])

    await genie.act("tags", {"tags": ["c", "a"]})
    await genie.act("tags", method="DELETE", tags="b,zz", user="ben")
    await genie.act("details", {"details": {"k": 3}})
    await genie.act("details", method="DELETE", keys="l")
    await genie.act("message", {"message": "Colder"}, method="PUT")
    await genie.act("description", {"description": "Much"}, method="PUT")
    await genie.act("responders", {"responder": {"type": "user", "username": "x@example.com"}})
    await genie.act("teams", {"team": {"name": "glazing"}})

    shown = await genie.alert()
    assert (shown["tags"], shown["details"]) == (["a", "c"], {"k": "3"})
    assert (shown["message"], shown["description"], shown["actions"]) == ("Colder", "Much", ["Relight"])
    assert shown["responders"] == [
        {**TEAM, "id": "kilns"},
        {"type": "user", "username": "x@example.com", "id": "x@example.com"},
        {"type": "team", "name": "glazing", "id": "glazing"},
    ]
    assert await genie.notes(id) == [
        "note: tagged c, a",
        "note: no longer tagged b, zz by Ben (ben)",
        "note: details: k=3",
        "note: details taken away: l",
        "note: message: Colder",
        "note: description: Much",
        "note: responder x@example.com asked for (who is told is the rules file's to say)",
        "note: team glazing asked for (who is told is the rules file's to say)",
    ]


async def test_a_change_that_changes_nothing_is_not_written_down(genie: Genie) -> None:
    id = await genie.create(tags=["a"])

    for _ in range(2):  # As an Alertmanager with `update_alerts` does, with every flush.
        assert (await genie.act("message", {"message": "Colder"}, method="PUT"))["success"]
        assert (await genie.act("tags", {"tags": ["a"]}))["success"]

    assert await genie.notes(id) == ["note: message: Colder"]


async def test_what_has_no_like_here_is_written_down_and_done_to_nothing(rig: Rig, genie: Genie) -> None:
    id = await genie.create()
    before = await rig.incident(id)

    await genie.act("actions/Re%2Fstart", {"note": "now"})
    await genie.act("", method="DELETE", user="thermod")

    after = await rig.incident(id)
    assert before == after | {"updated_at": before["updated_at"]}
    assert await genie.notes(id) == [
        "note: custom action asked for (nothing is done): Re/start: now",
        "note: deletion asked for (nothing is deleted) by thermod",
    ]


async def test_a_worse_priority_raises_and_pages(rig: Rig, genie: Genie) -> None:
    id = await genie.create(priority="P5")
    assert (await rig.incident(id))["severity"] == "triage"

    await genie.act("priority", {"priority": "P1"}, method="PUT")

    assert (await rig.incident(id))["severity"] == "critical"
    assert (await genie.alert())["priority"] == "P1"
    assert "page" in await rig.timeline(id)


async def test_a_lesser_priority_is_noted_and_changes_nothing(rig: Rig, genie: Genie) -> None:
    id = await genie.create()

    await genie.act("priority", {"priority": "p4"}, method="PUT")

    incident = await rig.incident(id)
    assert (incident["severity"], incident["count"]) == ("critical", 1)
    assert (await genie.alert())["priority"] == "P4"


async def test_a_priority_does_not_open_again_what_is_closed(rig: Rig, genie: Genie) -> None:
    id = await genie.create(priority="P5")
    await genie.act("close")

    await genie.act("priority", {"priority": "P1"}, method="PUT")

    assert (await rig.incident(id))["status"] == "resolved"


async def test_changes_of_an_alert_that_opens_again_are_those_of_its_new_life(rig: Rig, genie: Genie) -> None:
    id = await genie.create(tags=["a"])
    await genie.act("tags", {"tags": ["old"]})
    await genie.act("close")

    assert await genie.create(tags=["b"]) == id

    assert (await genie.alert())["tags"] == ["b"]


@pytest.mark.parametrize(
    ("method", "action", "body", "field"),
    [
        ("POST", "snooze", {}, "endTime"),
        ("POST", "snooze", {"endTime": "soon"}, "endTime"),
        ("POST", "snooze", {"endTime": "2020-01-01T00:00:00Z"}, "endTime"),
        ("POST", "assign", {}, "owner"),
        ("POST", "assign", {"owner": {"username": "nobody@example.com"}}, "owner"),
        ("POST", "escalate", {"escalation": {}}, "escalation"),
        ("POST", "notes", {"note": " "}, "note"),
        ("POST", "tags", {"tags": []}, "tags"),
        ("DELETE", "tags", None, "tags"),
        ("POST", "details", {"details": []}, "details"),
        ("DELETE", "details", None, "keys"),
        ("POST", "responders", {}, "responder"),
        ("POST", "teams", {"team": None}, "team"),
        ("PUT", "message", {"message": ""}, "message"),
        ("PUT", "description", {}, "description"),
        ("PUT", "priority", {"priority": "P0"}, "priority"),
    ],
)
async def test_a_value_that_cannot_be_is_422_by_field_and_changes_nothing(
    genie: Genie, method: str, action: str, body: Any, field: str
) -> None:
    id = await genie.create(alias="plain")

    reply = await genie.ask(method, f"/plain/{action}", body, identifierType="alias")

    assert (reply.status_code, list(reply.json()["errors"])) == (422, [field])
    assert reply.json()["message"] == "Request body is not processable. Please check the errors."
    assert await genie.notes(id) == []


async def test_an_action_on_nothing_is_202_and_its_status_says_so(genie: Genie) -> None:
    for action, body in (("notes", {"note": "x"}), ("unacknowledge", None), ("teams", {"team": {"name": "t"}})):
        status = await genie.act(action, body)
        assert (status["success"], status["status"]) == (False, "Alert does not exist")


async def test_a_snooze_of_what_is_closed_came_to_nothing(rig: Rig) -> None:
    genie = Genie(rig, OTHER_GENIE_KEY)
    await genie.create()
    await genie.act("close")

    status = await genie.act("snooze", {"endTime": "2027-01-01T00:00:00Z"})

    assert status["success"] is False
    assert "snooze is not possible" in status["status"]


async def test_a_note_can_be_written_on_what_is_closed(genie: Genie) -> None:
    id = await genie.create()
    await genie.act("close")

    await genie.act("notes", {"note": f"{ALIAS} was a fuse", "user": "nobody we know"})

    assert (await genie.notes(id))[-1] == f"note: note by nobody we know: {ALIAS} was a fuse"
