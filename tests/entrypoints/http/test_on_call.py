"""Who is on call, now and at any instant, across a handover and both clock changes."""

import pytest

from app.service.tokens import Scope
from tests.entrypoints.http.rig import Rig


async def test_it_answers_for_now_with_every_rota(rig: Rig) -> None:
    reply = await rig.client.get("/api/v1/oncall")

    shown = reply.json()
    assert shown["at"] == "2026-11-22T03:00:00Z"
    assert [(one["rota"], one["person"], one["name"]) for one in shown["items"]] == [
        ("first_responder", "eve", "Eve"),
        ("primary", "asha", "Asha"),
        ("shadow", "ben", "Ben"),
        ("second_line", "chen", "Chen"),
    ]
    assert shown["items"][1] | {"why": ""} == {
        "rota": "primary",
        "person": "asha",
        "name": "Asha",
        "since": "2026-11-16T17:30:00Z",
        "until": "2026-11-23T17:30:00Z",
        "why": "",
    }
    assert "asha's week" in shown["items"][1]["why"]


@pytest.mark.parametrize(
    ("at", "meant"),
    [
        ("2026-07-01T12:00:00Z", "2026-07-01T12:00:00Z"),
        ("2026-07-01T12:00:00+01:00", "2026-07-01T11:00:00Z"),
        ("2026-07-01T12:00:00%2B01:00", "2026-07-01T11:00:00Z"),
        ("2026-07-01T12:00", "2026-07-01T12:00:00Z"),
        ("2026-07-01", "2026-07-01T00:00:00Z"),
    ],
)
async def test_instants_are_understood_as_people_write_them(rig: Rig, at: str, meant: str) -> None:
    reply = await rig.client.get(f"/api/v1/oncall?at={at}")

    assert (reply.status_code, reply.json().get("at")) == (200, meant)


async def test_before_the_first_shift_it_is_a_gap_with_its_reason(rig: Rig) -> None:
    reply = await rig.client.get("/api/v1/oncall?at=2025-12-25T00:00:00Z")

    primary = reply.json()["items"][1]
    assert (primary["person"], primary["name"], primary["since"]) == (None, None, None)
    assert "its first shift begins" in primary["why"]


@pytest.mark.parametrize("at", ["now", "1764000000", "9999-12-31T23:59:59-12:00", "0001-01-01T00:00:00%2B12:00", ""])
async def test_an_instant_that_cannot_be_is_422(rig: Rig, at: str) -> None:
    reply = await rig.client.get(f"/api/v1/oncall?at={at}")

    assert (reply.status_code, reply.json()["errors"][0]["field"]) == (422, "at")


async def test_a_reader_may_see_it(rig: Rig) -> None:
    assert (await rig.client.get("/api/v1/oncall", headers=await rig.token(Scope.READ))).status_code == 200
