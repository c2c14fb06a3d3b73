"""Every action of a person over the API: what it does, and what it refuses without changing anything."""

from datetime import timedelta
from typing import Any

import pytest

from app.service.tokens import Scope
from tests.entrypoints.http.rig import ADMIN, Rig

Body = dict[str, Any]

ACTIONS: list[tuple[str, Body, str, str, list[str]]] = [
    ("acknowledge", {"by": "asha"}, "acknowledged", "acknowledged", []),
    ("acknowledge", {"by": "ben"}, "recorded", "triggered", []),
    ("unacknowledge", {"by": "asha"}, "already", "triggered", []),
    ("resolve", {"by": "asha", "reason": "restarted"}, "resolved", "resolved", []),
    ("snooze", {"by": "asha", "for": "90m"}, "done", "triggered", ["snoozed"]),
    ("snooze", {"by": "asha", "until": "2026-11-22T04:30:00Z"}, "done", "triggered", ["snoozed"]),
    ("snooze", {"by": "asha", "until": "2026-11-22T04:30:00+00:00"}, "done", "triggered", ["snoozed"]),
    ("reassign", {"by": "asha", "to": "chen"}, "done", "triggered", []),
    ("escalate", {"by": "asha", "reason": "worse"}, "done", "triggered", []),
    ("second-line", {"by": "asha", "reason": "database"}, "done", "triggered", []),
    ("note", {"by": "asha", "text": "looking"}, "done", "triggered", []),
    ("tag", {"by": "asha", "squads": ["payments"]}, "done", "triggered", []),
]


@pytest.mark.parametrize(("action", "body", "effect", "status", "marks"), ACTIONS)
async def test_an_action_on_a_triggered_incident(
    rig: Rig, action: str, body: Body, effect: str, status: str, marks: list[str]
) -> None:
    id = await rig.opened()

    reply = await rig.act(id, action, **body)

    assert reply.status_code == 200, reply.text
    shown = reply.json()
    assert (shown["effect"], shown["incident"]["status"], shown["incident"]["marks"]) == (effect, status, marks)
    assert shown["incident"] == await rig.incident(id)


async def test_an_acknowledged_incident_can_be_parked_and_given_back(rig: Rig) -> None:
    id = await rig.opened()
    await rig.act(id, "acknowledge", by="asha")

    parked = await rig.act(id, "park", by="asha", reason="it can wait")
    back = await rig.act(id, "unacknowledge", by="asha")

    assert parked.json()["incident"]["marks"] == ["parked"]
    assert (back.json()["effect"], back.json()["incident"]["status"]) == ("done", "triggered")


async def test_the_same_action_again_is_already_done(rig: Rig) -> None:
    id = await rig.opened()

    for action in ("acknowledge", "resolve"):
        first, second = await rig.act(id, action, by="asha"), await rig.act(id, action, by="asha")
        assert (first.status_code, second.status_code) == (200, 200)
        assert second.json()["effect"] == "already"
        assert second.json()["incident"] == first.json()["incident"]


@pytest.mark.parametrize(
    ("action", "body", "field", "said"),
    [
        ("acknowledge", {"by": "ahsa"}, "by", "did you mean 'asha'?"),
        ("acknowledge", {}, "by", "say which person acts"),
        ("reassign", {"by": "asha", "to": "chn"}, "to", "did you mean 'chen'?"),
        ("snooze", {"by": "asha", "until": "2026-11-22T02:59:00Z"}, "until", "must lie in the future"),
        ("tag", {"by": "asha", "squads": ["payment"]}, "squads", "did you mean 'payments'?"),
    ],
)
async def test_a_value_that_cannot_be_is_422_and_changes_nothing(
    rig: Rig, action: str, body: Body, field: str, said: str
) -> None:
    id = await rig.opened()
    before = await rig.timeline(id)

    reply = await rig.act(id, action, **body)

    assert (reply.status_code, reply.json()["field"]) == (422, field)
    assert said in reply.json()["detail"]
    assert await rig.timeline(id) == before


@pytest.mark.parametrize(
    ("action", "body", "field"),
    [
        ("acknowledge", {"by": "asha", "bye": 1}, "bye"),
        ("acknowledge", {"by": 7}, "by"),
        ("note", {"by": "asha"}, "text"),
        ("note", {"by": "asha", "text": "  "}, "text"),
        ("reassign", {"by": "asha"}, "to"),
        ("tag", {"by": "asha"}, "squads"),
        ("tag", {"by": "asha", "squads": []}, "squads"),
        ("tag", {"by": "asha", "squads": [" "]}, "squads.0"),
        ("snooze", {"by": "asha"}, ""),
        ("snooze", {"by": "asha", "for": "1h", "until": "2026-11-22T04:30:00Z"}, ""),
        ("snooze", {"by": "asha", "for": "soon"}, "for"),
        ("snooze", {"by": "asha", "for": "999999 weeks"}, "for"),
        ("snooze", {"by": "asha", "until": "9999-12-31T23:59:59-12:00"}, "until"),
        ("snooze", {"by": "asha", "until": 1763780400}, "until"),
    ],
)
async def test_a_body_of_the_wrong_shape_is_422_and_names_the_field(
    rig: Rig, action: str, body: Body, field: str
) -> None:
    id = await rig.opened()

    reply = await rig.act(id, action, **body)

    assert reply.status_code == 422, reply.text
    assert [one["field"] for one in reply.json()["errors"]] == [field]


@pytest.mark.parametrize(
    ("raw", "status"),
    [
        (b"{", 400),
        (b"[]", 400),
        (b'{"by": NaN}', 400),
        (b'{"by": "asha", "by": "ben"}', 400),
        (b'{"by": "\\ud800"}', 400),
        (b'{"by": "a\\u0000"}', 400),
        (b"\xff", 400),
        (b'{"by": ' + b"[" * 10_000, 400),
    ],
)
async def test_a_body_that_is_not_strict_json_is_400(rig: Rig, raw: bytes, status: int) -> None:
    id = await rig.opened()

    reply = await rig.client.post(f"/api/v1/incidents/{id}/acknowledge", content=raw)

    assert reply.status_code == status, reply.text


async def test_another_media_type_is_415_and_a_body_over_the_limit_413(rig: Rig) -> None:
    id = await rig.opened()
    path = f"/api/v1/incidents/{id}/acknowledge"

    xml = await rig.client.post(path, content=b"<by/>", headers={"content-type": "text/xml"})
    large = await rig.client.post(path, content=b'{"by": "' + b"a" * 1_100_000 + b'"}')

    assert (xml.status_code, large.status_code) == (415, 413)


async def test_an_illegal_action_is_409_says_what_is_possible_and_changes_nothing(rig: Rig) -> None:
    id = await rig.opened()
    await rig.act(id, "resolve", by="asha")
    before = await rig.incident(id)

    reply = await rig.act(id, "park", by="asha")

    assert reply.status_code == 409
    assert "is resolved: park is not possible; possible now: note, open ticket, resolve" in reply.json()["detail"]
    assert await rig.incident(id) == before


async def test_an_action_on_nothing_is_404(rig: Rig) -> None:
    for id in ("0000000000000001", "nonsense"):
        assert (await rig.act(id, "acknowledge", by="asha")).status_code == 404


async def test_a_person_raises_an_incident(rig: Rig) -> None:
    body = {"title": " Checkout is slow ", "description": "three calls", "squad": "payments", "by": "a customer"}

    reply = await rig.client.post("/api/v1/incidents", json=body)
    await rig.settle()

    raised = reply.json()
    assert reply.status_code == 201
    assert reply.headers["location"] == f"/api/v1/incidents/{raised['id']}"
    assert (raised["title"], raised["severity"], raised["squad"], raised["marks"]) == (
        "Checkout is slow",
        "critical",
        "payments",
        ["raised_by_person"],
    )
    assert raised == await rig.incident(raised["id"])
    assert {message.reader for message in rig.channel.got} == {"Asha", "Ben"}


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ({}, "title"),
        ({"title": ""}, "title"),
        ({"title": "x", "severity": "catastrophic"}, "severity"),
        ({"title": "x", "squad": "payment"}, "did you mean 'payments'?"),
        ({"title": "x", "colour": "red"}, "colour"),
    ],
)
async def test_what_cannot_be_raised_is_422(rig: Rig, body: Body, said: str) -> None:
    reply = await rig.client.post("/api/v1/incidents", json=body)

    assert reply.status_code == 422
    assert said in reply.json()["detail"]


async def test_a_persons_token_acts_for_that_person_only(rig: Rig) -> None:
    id = await rig.opened()
    hers = await rig.token(Scope.RESPOND, person="asha")
    path = f"/api/v1/incidents/{id}/acknowledge"

    other = await rig.client.post(path, json={"by": "chen"}, headers=hers)
    own = await rig.client.post(path, headers=hers)

    assert other.status_code == 403
    assert "cannot act for 'chen'" in other.json()["detail"]
    assert own.json()["incident"]["acknowledged_by"] == "asha"


async def test_a_managers_token_may_act_for_anybody(rig: Rig) -> None:
    id = await rig.opened()
    hers = await rig.token(Scope.MANAGE, person="eve")

    reply = await rig.client.post(f"/api/v1/incidents/{id}/acknowledge", json={"by": "chen"}, headers=hers)

    assert reply.json()["incident"]["acknowledged_by"] == "chen"


async def test_the_command_line_is_a_channel_of_its_own(rig: Rig) -> None:
    id = await rig.opened()
    headers = {"user-agent": "oncall-router-cli", "authorization": f"Bearer {ADMIN}"}

    await rig.client.post(f"/api/v1/incidents/{id}/note", json={"by": "asha", "text": "hm"}, headers=headers)

    entry = (await rig.client.get(f"/api/v1/incidents/{id}/timeline")).json()["items"][-1]
    assert (entry["what"], entry["text"], entry["channel"]) == ("note", "hm", "cli")


async def test_a_snooze_by_length_ends_after_it(rig: Rig) -> None:
    id = await rig.opened()

    await rig.act(id, "snooze", by="asha", **{"for": "1h 30m"})
    rig.clock.pass_by(timedelta(minutes=90))
    await rig.settle()

    assert (await rig.incident(id))["marks"] == []
    assert "woke" in await rig.timeline(id)
