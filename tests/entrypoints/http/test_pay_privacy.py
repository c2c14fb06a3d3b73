"""Nobody sees another's pay or telephone number: every route is tried with every kind of token that should not."""

import re
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest
from fastapi.routing import iter_route_contexts

from app.service.tokens import Scope
from tests.entrypoints.http.rig import ADMIN, RULES, SUNDAY_NIGHT, Rig, rigged

WHY = "the call with the bank went on"
NUMBER = "+441632960917"
SECRETS = ("317.31", "31731", WHY, NUMBER.removeprefix("+"), "1632 960917", "960917")
"""Asha's day rate, what she wrote about her hours, and her number."""

OTHER_BODY = {"person": "asha", "since": "2026-11-22T03:10:00Z", "was": "70m", "worked": "2h", "why": "mine"}


@pytest.fixture
async def rig(tmp_path: Path) -> AsyncIterator[Rig]:
    """With a night of Asha's work, corrected by hand, and a choice of hers."""
    (tmp_path / "rates.yaml").write_text("asha: 317.31\nben: 250.00\n")
    written = RULES.replace("+441632960001", NUMBER) + "pay: {hourly: 61.00}\n"
    async with rigged(tmp_path, written=written, pay_rates=str(tmp_path / "rates.yaml")) as found:
        found.clock.at = SUNDAY_NIGHT
        incident = await found.opened()
        found.clock.pass_by(timedelta(minutes=10))
        await found.act(incident, "acknowledge", by="asha")
        found.clock.pass_by(timedelta(minutes=70))
        await found.act(incident, "resolve", by="asha")
        found.clock.at = datetime(2026, 12, 1, 10, tzinfo=UTC)
        body = {"since": "2026-11-22T03:10:00Z", "was": "70m", "worked": "90m", "why": WHY, "person": "asha"}
        assert (await found.client.post("/api/v1/pay/hours", json=body)).status_code == 200
        choice = {"week": "2026-11-11T12:00:00Z", "choice": "day_off", "person": "asha"}
        assert (await found.client.post("/api/v1/pay/choices", json=choice)).status_code == 200
        yield found


async def addresses(rig: Rig) -> list[str]:
    """Every route that can be got, with ids that exist in place of its parameters."""
    incident = (await rig.client.get("/api/v1/incidents")).json()["items"][0]["id"]
    known = {"id": incident, "source": "generic", "name": "nightly-backup", "person": "asha", "rota": "primary"}
    found = set()
    for route in iter_route_contexts(rig.app.routes):
        if "GET" in (route.methods or ()) and route.path:
            path = re.sub(r"\{(\w+)(:\w+)?\}", lambda part: known.get(part[1], "asha"), route.path)
            found |= {path, f"{path}?month=2026-11", f"{path}?person=asha"}
    return sorted(found)


@pytest.mark.parametrize(
    ("scopes", "person"),
    [
        ((Scope.READ,), "ben"),
        ((Scope.READ,), ""),
        ((Scope.READ, Scope.RESPOND), "ben"),
        ((Scope.MANAGE,), "ben"),
        ((Scope.MANAGE,), ""),
        ((Scope.INGEST,), ""),
    ],
)
async def test_no_route_shows_anothers_pay_or_number(rig: Rig, scopes: tuple[Scope, ...], person: str) -> None:
    headers = await rig.token(*scopes, person=person)
    every = await addresses(rig)

    shown = {}
    for address in every:
        reply = await rig.client.get(address, headers=headers)
        assert reply.status_code < 500, address
        shown[address] = reply.text

    told = {address: secret for address, text in shown.items() for secret in SECRETS if secret in text}
    assert told == {}
    assert "/api/v1/pay" in every
    assert len(every) > 60


async def test_no_answer_to_a_reader_who_tries_to_change_things_shows_it_either(rig: Rig) -> None:
    headers = await rig.token(Scope.READ, person="ben")
    body = {"person": "asha", "by": "asha", "week": "2026-11-11T12:00:00Z"}
    tried = 0

    for route in iter_route_contexts(rig.app.routes):
        for method in {"POST", "PUT", "DELETE", "PATCH"} & set(route.methods or ()):
            path = re.sub(r"\{(\w+)(:\w+)?\}", "asha", str(route.path))
            reply = await rig.client.request(method, path, json=body, headers=headers)
            assert [secret for secret in SECRETS if secret in reply.text] == [], path
            assert reply.status_code < 500, path
            tried += 1
    assert tried > 40


async def test_the_scope_shows_all(rig: Rig) -> None:
    """So that the test above would see what it looks for."""
    text = (await rig.client.get("/api/v1/pay?month=2026-11", headers=await rig.token(Scope.PAY))).text

    assert all(secret in text for secret in ("317.31", WHY))


async def test_a_person_sees_their_own_and_nothing_else(rig: Rig) -> None:
    asha = await rig.token(Scope.READ, person="asha")

    own = (await rig.client.get("/api/v1/pay?month=2026-11", headers=asha)).json()
    others = await rig.client.get("/api/v1/pay?month=2026-11&person=ben", headers=asha)

    assert {line["person"] for part in ("weeks", "hours", "totals") for line in own[part]} == {"asha"}
    assert others.status_code == 403


async def test_nobody_changes_anothers_pay(rig: Rig) -> None:
    async def tried(*scopes: Scope, person: str = "") -> list[int]:
        headers = await rig.token(*scopes, person=person)
        choice = {"week": "2026-11-11T12:00:00Z", "choice": "pay", "person": "asha"}
        return [
            (await rig.client.post(f"/api/v1/pay/{what}", json=body, headers=headers)).status_code
            for what, body in (("hours", OTHER_BODY), ("choices", choice))
        ]

    assert await tried(Scope.READ, person="asha") == [403, 403]
    assert await tried(Scope.RESPOND, person="ben") == [403, 403]
    assert await tried(Scope.MANAGE) == [403, 403]
    assert await tried(Scope.MANAGE, person="ben") == [403, 403]


async def test_a_token_made_for_somebody_else_does_not_show_their_pay(rig: Rig) -> None:
    """Else whoever may manage would see it by a token of their making."""
    manager, body = await rig.token(Scope.MANAGE), {"name": "x", "scopes": ["read"], "person": "asha"}

    async def seen(made: httpx.Response) -> int:
        headers = {"Authorization": f"Bearer {made.json()['secret']}"}
        return (await rig.client.get("/api/v1/pay?month=2026-11", headers=headers)).status_code

    assert await seen(await rig.client.post("/api/v1/tokens", json=body, headers=manager)) == 403
    admin = {"Authorization": f"Bearer {ADMIN}"}
    assert await seen(await rig.client.post("/api/v1/tokens", json=body, headers=admin)) == 200


async def test_an_unreadable_file_of_rates_is_said_without_quoting_it(tmp_path: Path) -> None:
    (tmp_path / "rates.yaml").write_text("asha: £317.31 a day\n")
    async with rigged(tmp_path, pay_rates=str(tmp_path / "rates.yaml")) as rig:
        remarks = (await rig.client.get("/api/v1/pay?month=2026-11")).json()["remarks"]

        said = "is not an amount; write it as 312.50, without a currency or thousands separators"
        assert remarks[0] == f"the day rates cannot be read: rates.yaml:1 {said}"
