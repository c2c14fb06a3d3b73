"""Gaps, double bookings, fair shares and places for somebody new, as the API tells them."""

from pathlib import Path

import pytest

from app.service.tokens import Scope
from tests.entrypoints.http.rig import RULES, Rig, rigged

ENDS = RULES.replace("members: [asha], starts: 2026-01-05", "members: [asha], starts: 2026-01-05, ends: 2026-12-01")
TWICE = RULES.replace("members: [chen], starts", "members: [asha, chen], starts")


async def test_gaps_ahead_are_listed_with_their_reason(tmp_path: Path) -> None:
    async with rigged(tmp_path, written=ENDS) as rig:
        reply = await rig.client.get("/api/v1/rotas/gaps?days=30")

    assert reply.json() == {
        "since": "2026-11-22T03:00:00Z",
        "until": "2026-12-22T03:00:00Z",
        "gaps": [
            {
                "rota": "primary",
                "since": "2026-12-01T00:00:00Z",
                "until": "2026-12-22T03:00:00Z",
                "why": "nobody in rota primary: it ended on 2026-12-01",
            }
        ],
        "double_bookings": [],
    }


async def test_double_bookings_ahead_are_listed(tmp_path: Path) -> None:
    async with rigged(tmp_path, written=TWICE) as rig:
        reply = await rig.client.get("/api/v1/rotas/gaps?days=10")

    assert reply.json()["gaps"] == []
    assert reply.json()["double_bookings"] == [
        {
            "person": "asha",
            "rotas": ["primary", "second_line"],
            "hours": "out of hours",
            "since": "2026-11-23T17:30:00Z",
            "until": "2026-11-30T17:30:00Z",
        }
    ]


async def test_fairness_is_of_the_last_half_year_by_who_held_it(rig: Rig) -> None:
    reply = await rig.client.get("/api/v1/rotas/fairness?rota=primary")

    shown = reply.json()
    assert (shown["since"], shown["until"]) == ("2026-05-24T03:00:00Z", "2026-11-22T03:00:00Z")
    (primary,) = shown["items"]
    assert (primary["rota"], primary["told"]) == ("primary", ["out of hours"])
    (asha,) = primary["people"]
    assert asha["nights"] == 26 * 7
    # 26 weeks less 128 office days: the bank holidays of May and August are none.
    assert asha["hours"] == 26 * 7 * 24 - 128 * 8.5
    assert primary["equal"]["hours"] == asha["hours"]


async def test_without_a_name_every_rota_that_is_told_has_its_shares(rig: Rig) -> None:
    reply = await rig.client.get("/api/v1/rotas/fairness")

    told = {one["rota"]: one["told"] for one in reply.json()["items"]}
    assert told == {
        "first_responder": ["in hours"],
        "primary": ["out of hours"],
        "shadow": ["out of hours"],
        "second_line": ["in hours", "out of hours"],
    }


async def test_places_for_somebody_new_come_with_the_members_to_write(rig: Rig) -> None:
    reply = await rig.client.get("/api/v1/rotas/primary/places?person=ines&weeks=4")

    shown = reply.json()
    assert (shown["rota"], shown["person"], shown["until"]) == ("primary", "ines", "2026-12-20T03:00:00Z")
    (place,) = shown["items"]
    assert (place["after"], sorted(place["members"])) == ("asha", ["asha", "ines"])
    assert {one["person"]: one["nights"] for one in place["people"]} == {"asha": 14, "ines": 14}


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("fairness?rota=primry", 404),
        ("fairness?since=2026-11-22T03:00:00Z&until=2026-11-22T03:00:00Z", 422),
        ("fairness?since=2023-11-22T03:00:00Z", 422),
        ("gaps?days=0", 422),
        ("gaps?days=401", 422),
        ("primry/places?person=ines", 404),
        ("primary/places?person=asha", 422),
        ("primary/places", 422),
        ("primary/places?person=ines&weeks=105", 422),
    ],
)
async def test_what_cannot_be_answered_is_refused(rig: Rig, path: str, status: int) -> None:
    assert (await rig.client.get(f"/api/v1/rotas/{path}")).status_code == status


@pytest.mark.parametrize("path", ["gaps", "fairness", "primary/places?person=ines"])
async def test_it_takes_the_scope_read(rig: Rig, path: str) -> None:
    reader, ingester = await rig.token(Scope.READ), await rig.token(Scope.INGEST)

    assert (await rig.client.get(f"/api/v1/rotas/{path}", headers=reader)).status_code == 200
    assert (await rig.client.get(f"/api/v1/rotas/{path}", headers=ingester)).status_code == 403


async def test_a_rota_that_nobody_is_told_by_has_no_shares(tmp_path: Path) -> None:
    spare = RULES.replace("rotas:\n", "rotas:\n  spare: {members: [eve]}\n")
    async with rigged(tmp_path, written=spare) as rig:
        reply = await rig.client.get("/api/v1/rotas/fairness?rota=spare")

    assert reply.json()["items"] == []
