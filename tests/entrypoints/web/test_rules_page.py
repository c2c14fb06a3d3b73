"""The rules as a page: what is in force, what was refused, and what a payload would do."""

import asyncio

import pytest

from app.service.tokens import Scope
from tests.entrypoints.http.rig import RULES, Rig
from tests.entrypoints.web.visitor import Visitor, visiting

CRITICAL = '{"title": "Payments API is down", "severity": "critical", "labels": {"service": "payments"}}'


async def test_everything_in_force_is_shown_and_no_whole_number(asha: Visitor) -> None:
    seen = await asha.get("/rules")

    for said in (
        "payments",
        'service="payments"',
        "payments-api-down",
        "first responder",
        "after 1 h: second line",
    ):
        assert said in seen.said
    assert "Asha (asha) sms +*********001" in seen.said
    assert "https://hooks.example.com/***" in seen.said
    assert "441632960001" not in seen.html


async def test_a_payload_at_an_instant_shows_who_would_be_told_when_and_why(rig: Rig, asha: Visitor) -> None:
    await asha.get("/rules")

    seen = await asha.send(
        "/rules/try", source="generic", body=CRITICAL, at="2026-02-01T03:00", length="32h", answered_after="10m"
    )

    assert "If this came Sun 01 Feb 2026, 03:00 GMT" in seen.said
    assert "Sun 01 Feb 2026, 03:00 GMT page Asha (primary) by console" in seen.said
    assert "Sun 01 Feb 2026, 05:10 GMT stop Asha (primary)" in seen.said
    assert "Mon 02 Feb 2026, 09:00 GMT hand over Eve (first responder)" in seen.said
    assert await rig.application.store.claim_due(rig.clock.now(), rig.clock.now() - rig.clock.now(), 10) == []


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("body", "{", "line 1"),
        ("source", "nonsense", "no source is called 'nonsense'"),
        ("at", "yesterday", "yesterday is not a time; write it as 2026-11-22T03:00"),
        ("at", "0001-01-01T00:00", "is not a time"),
        ("length", "soon", '"soon" is not a length of time'),
        ("length", "8 days", "a page shows at most seven days"),
        ("answered_after", "x", '"x" is not a length of time'),
    ],
)
async def test_what_cannot_be_tried_is_said_and_what_was_typed_is_kept(
    asha: Visitor, field: str, value: str, said: str
) -> None:
    await asha.get("/rules")
    typed = {"source": "generic", "body": CRITICAL, "at": "2026-02-01T03:00", "length": "72h", "answered_after": ""}

    seen = await asha.send("/rules/try", **{**typed, field: value})

    assert (seen.status, said in seen.said) == (422, True)
    assert seen.value("length") == {**typed, field: value}["length"]


async def test_many_alerts_are_for_the_command_line(asha: Visitor) -> None:
    await asha.get("/rules")
    body = '{"alerts": [' + ", ".join(['{"status": "firing", "labels": {"alertname": "A"}}'] * 21) + "]}"

    seen = await asha.send("/rules/try", source="alertmanager", body=body, length="1h")

    assert (seen.status, "a page shows at most 20 together" in seen.said) == (422, True)


async def test_a_hostile_payload_is_shown_and_does_nothing(asha: Visitor) -> None:
    await asha.get("/rules")
    hostile = CRITICAL.replace("Payments API", "</textarea><script>alert(1)</script>\\u202e")

    seen = await asha.send("/rules/try", source="generic", body=hostile, length="1h")

    assert seen.status == 200
    assert "<script>alert" not in seen.html
    assert "\u202e" not in seen.html


async def test_a_manager_reads_the_files_again_and_sees_what_was_refused(rig: Rig, asha: Visitor) -> None:
    await asha.get("/rules")
    assert "the same as before" in (await asha.send("/rules/reload")).said

    await asyncio.to_thread(
        rig.application.settings.rules.write_text, RULES.replace("members: [asha]", "members: [ahsa]")
    )
    seen = await asha.send("/rules/reload")

    assert "Read again and refused" in seen.said
    assert 'did you mean "asha"' in seen.said


async def test_whoever_may_only_read_can_try_and_not_reload(rig: Rig) -> None:
    async with visiting(rig, "ben", frozenset({Scope.READ})) as ben:
        seen = await ben.get("/rules")
        found = await ben.send("/rules/try", source="generic", body=CRITICAL, length="1h")
        refused = await ben.send("/rules/reload")

    assert "Read the files again" not in seen.said
    assert (found.status, refused.status) == (200, 403)
