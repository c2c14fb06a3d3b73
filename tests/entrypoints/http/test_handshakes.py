"""A tool asks with OPTIONS whether it may send: answered where the tool does that, and by nobody else."""

from pathlib import Path

import httpx
import pytest

from app.adapters.sources import SOURCES
from app.service.source_ports import Handshaking
from app.service.tokens import Scope
from tests.entrypoints.http.rig import Rig, rigged

ASKING = {"WebHook-Request-Origin": "events.example.com", "WebHook-Request-Rate": "120", "Authorization": ""}
EVENT = {"specversion": "1.0", "id": "1", "source": "/x", "type": "net.example.alarm", "data": {"title": "Down"}}
CALLBACK = "https://127.0.0.1:1/confirm?key=x"


async def asked(rig: Rig, source: str, **headers: str) -> httpx.Response:
    return await rig.client.request("OPTIONS", f"/webhooks/{source}", headers=ASKING | headers)


async def test_cloudevents_may_be_sent_by_whoever_asks_but_needs_a_token_all_the_same(rig: Rig) -> None:
    reply = await asked(rig, "cloudevents", **{"WebHook-Request-Callback": CALLBACK})
    event = await rig.client.post("/webhooks/cloudevents", json=EVENT, headers={"Authorization": ""})

    assert reply.status_code == 200
    assert reply.headers["webhook-allowed-origin"] == "events.example.com"
    assert (reply.headers["webhook-allowed-rate"], reply.headers["allow"]) == ("*", "POST")
    assert event.status_code == 401


async def test_a_handshake_without_a_name_is_refused(rig: Rig) -> None:
    reply = await asked(rig, "cloudevents", **{"WebHook-Request-Origin": ""})

    assert (reply.status_code, reply.json()["field"]) == (400, "WebHook-Request-Origin")


@pytest.mark.parametrize("source", [name for name, source in SOURCES.items() if not isinstance(source, Handshaking)])
async def test_other_tools_do_not_ask(rig: Rig, source: str) -> None:
    reply = await asked(rig, source)

    assert (reply.status_code, reply.headers["allow"]) == (405, "GET, POST")
    assert reply.headers["content-type"] == "application/problem+json"


async def test_of_an_unknown_source_nothing_is_said(rig: Rig) -> None:
    assert (await asked(rig, "nobody")).status_code == 404


@pytest.mark.parametrize("name", ["token", "access_token", "auth_token"])
async def test_a_token_in_the_query_has_the_name_that_the_tool_gives_it(tmp_path: Path, name: str) -> None:
    async with rigged(tmp_path, {"CLOUDEVENTS": "cloud-secret-of-the-tests"}) as rig:
        token = (await rig.token(Scope.INGEST))["Authorization"].removeprefix("Bearer ")
        nobody = {"Authorization": ""}

        taken = await rig.client.post(
            f"/webhooks/cloudevents?{name}=cloud-secret-of-the-tests", json=EVENT, headers=nobody
        )
        refused = await rig.client.post(
            f"/webhooks/cloudevents?{name}={token}", json=EVENT | {"id": ""}, headers=nobody
        )
        (kept,) = (await rig.client.get("/api/v1/quarantine")).json()["items"]
        record = await rig.application.store.record("quarantine", kept["id"])

    assert (taken.status_code, refused.status_code) == (202, 400)
    assert record is not None
    assert token not in record.body
