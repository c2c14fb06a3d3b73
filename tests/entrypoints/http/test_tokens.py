"""Tokens: the secret is shown once, nobody gives what they do not have, and each change is in the audit log."""

from typing import Any

import pytest

from app.service.tokens import Scope
from tests.entrypoints.http.rig import Rig


async def test_a_new_token_works_and_is_listed_without_its_secret(rig: Rig) -> None:
    made = await rig.client.post(
        "/api/v1/tokens", json={"name": "asha", "scopes": ["respond", "read"], "person": "asha"}
    )

    body = made.json()
    assert made.status_code == 201
    assert (body["name"], body["scopes"], body["person"]) == ("asha", ["read", "respond"], "asha")
    listed = await rig.client.get("/api/v1/tokens")
    assert listed.json()["items"] == [{name: body[name] for name in ("id", "name", "scopes", "person")}]
    assert body["secret"] not in listed.text
    headers = {"authorization": f"Bearer {body['secret']}"}
    assert (await rig.client.get("/api/v1/incidents", headers=headers)).status_code == 200


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"name": "x", "scopes": []}, "scopes"),
        ({"name": "x", "scopes": ["root"]}, "scopes.0"),
        ({"name": "", "scopes": ["read"]}, "name"),
        ({"name": "x", "scopes": ["read"], "admin": True}, "admin"),
    ],
)
async def test_a_token_that_cannot_be_is_422(rig: Rig, body: dict[str, Any], field: str) -> None:
    reply = await rig.client.post("/api/v1/tokens", json=body)

    assert (reply.status_code, reply.json()["errors"][0]["field"]) == (422, field)


async def test_an_unknown_person_gets_a_suggestion(rig: Rig) -> None:
    reply = await rig.client.post("/api/v1/tokens", json={"name": "x", "scopes": ["read"], "person": "ashaa"})

    assert (reply.status_code, reply.json()["field"]) == (422, "person")
    assert "did you mean 'asha'?" in reply.json()["detail"]


async def test_nobody_gives_a_scope_that_they_do_not_have(rig: Rig) -> None:
    manager = await rig.token(Scope.MANAGE)

    pay = await rig.client.post("/api/v1/tokens", json={"name": "x", "scopes": ["pay"]}, headers=manager)
    read = await rig.client.post("/api/v1/tokens", json={"name": "x", "scopes": ["read"]}, headers=manager)

    assert (pay.status_code, read.status_code) == (403, 201)


async def test_a_token_is_revoked_by_its_id(rig: Rig) -> None:
    id = (await rig.client.post("/api/v1/tokens", json={"name": "x", "scopes": ["read"]})).json()["id"]

    gone = await rig.client.delete(f"/api/v1/tokens/{id}")
    again = await rig.client.delete(f"/api/v1/tokens/{id}")

    assert (gone.status_code, gone.content, again.status_code) == (204, b"", 404)
    assert (await rig.client.delete("/api/v1/tokens/a")).status_code == 404
