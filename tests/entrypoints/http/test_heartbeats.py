"""Pings over HTTP: who may, what is answered, and that Opsgenie's own endpoint speaks as theirs does."""

import httpx
import pytest
from structlog.testing import capture_logs

from app.service.tokens import Scope
from tests.entrypoints.http.rig import GENIE_KEY, Rig

PATH = "/heartbeats/nightly-backup"
OPSGENIE = "/v2/heartbeats/nightly-backup/ping"
NOBODY = {"authorization": ""}
BASIC = {"authorization": "Basic eDpoZWFydGJlYXRzLXNlY3JldA=="}
"""The secret as the password of x."""


async def last_ping(rig: Rig) -> object:
    (one,) = (await rig.client.get("/api/v1/heartbeats")).json()["items"]
    return one["last_ping"]


def refusals(rig: Rig, reason: str) -> float:
    return float(
        rig.application.metrics.registry.get_sample_value(
            "oncall_requests_refused_total", {"source": "heartbeats", "reason": reason}
        )
        or 0
    )


@pytest.mark.parametrize("method", ["GET", "POST", "PUT", "HEAD"])
async def test_whatever_can_fetch_an_address_can_ping(rig: Rig, method: str) -> None:
    reply = await rig.client.request(method, f"{PATH}?token=heartbeats-secret", headers=NOBODY)

    assert reply.status_code == 202
    assert await last_ping(rig) == "2026-11-22T03:00:00Z"
    if method != "HEAD":
        assert reply.json() == {"heartbeat": "nightly-backup", "failed": False, "stored": True}


async def test_the_secret_may_come_as_bearer_or_basic_and_an_ingest_token_does_as_well(rig: Rig) -> None:
    for headers in ({"authorization": "Bearer heartbeats-secret"}, BASIC, await rig.token(Scope.INGEST)):
        assert (await rig.client.post(PATH, headers=headers)).status_code == 202, headers


async def test_without_a_proof_nothing_is_told_of_which_heartbeats_there_are(rig: Rig) -> None:
    for path in (PATH, "/heartbeats/other", f"{PATH}?token=wrong", f"{PATH}/fail"):
        assert (await rig.client.post(path, headers=NOBODY)).status_code == 401, path
    header = await rig.token(Scope.READ)
    assert (await rig.client.post(PATH, headers=header)).status_code == 403
    assert refusals(rig, "Unauthorised") == 4
    assert await last_ping(rig) is None


async def test_an_unknown_name_is_404_and_the_nearest_is_named(rig: Rig) -> None:
    reply = await rig.client.get("/heartbeats/nightly-bakcup")
    far = await rig.client.get("/heartbeats/x")

    assert (reply.status_code, far.status_code) == (404, 404)
    assert reply.json()["detail"] == "no heartbeat is called 'nightly-bakcup' (did you mean 'nightly-backup'?)"
    assert "define it under `heartbeats:`" in far.json()["detail"]
    assert refusals(rig, "NotFound") == 2


@pytest.mark.parametrize("asked", [f"{PATH}/fail", f"{PATH}?state=fail"])
async def test_a_failure_opens_an_incident_at_once(rig: Rig, asked: str) -> None:
    reply = await rig.client.post(asked)

    assert reply.json() == {"heartbeat": "nightly-backup", "failed": True, "stored": True}
    (incident,) = (await rig.client.get("/api/v1/incidents")).json()["items"]
    assert (incident["title"], incident["squad"]) == ("Heartbeat nightly-backup reports a failure", "payments")
    assert (await rig.client.get("/api/v1/heartbeats")).json()["items"][0]["incident"] == incident["id"]


async def test_a_state_that_nobody_knows_is_refused_and_is_no_ping(rig: Rig) -> None:
    reply = await rig.client.post(f"{PATH}?state=failed")

    assert (reply.status_code, reply.json()["field"]) == (400, "state")
    assert reply.json()["detail"] == "state: must be one of ok, fail"
    assert await last_ping(rig) is None


async def test_nothing_can_be_posted_as_if_it_were_a_tool_called_heartbeats(rig: Rig) -> None:
    assert (await rig.client.post("/webhooks/heartbeats", json={"title": "x"})).status_code == 404


def speaks_as_theirs(reply: httpx.Response) -> bool:
    (id,) = reply.headers.get_list("x-request-id")
    timed = float(reply.headers["x-response-time"]) > 0 and reply.json()["took"] > 0
    return timed and reply.json()["requestId"] == id and reply.headers["x-ratelimit-state"] == "OK"


@pytest.mark.parametrize("method", ["GET", "POST", "PUT", "PATCH"])
async def test_a_ping_in_opsgenies_way_is_a_ping(rig: Rig, method: str) -> None:
    reply = await rig.client.request(method, OPSGENIE, headers={"authorization": f"GenieKey {GENIE_KEY}"})

    assert (reply.status_code, reply.json()["result"]) == (202, "PONG - Heartbeat received")
    assert speaks_as_theirs(reply)
    assert await last_ping(rig) == "2026-11-22T03:00:00Z"


async def test_in_opsgenies_way_an_unknown_name_is_answered_alike_and_logged_and_counted(rig: Rig) -> None:
    with capture_logs() as logged:
        for name in ("nightly-bakcup", "a%2Fb", "%F0%9F%92%A9"):
            reply = await rig.client.get(f"/v2/heartbeats/{name}/ping")
            assert (reply.status_code, reply.json()["result"]) == (202, "PONG - Heartbeat received")

    said = [line["heartbeat"] for line in logged if line["event"] == "heartbeat.unknown"]
    assert said == ["nightly-bakcup", "a/b", "\U0001f4a9"]
    assert refusals(rig, "NotFound") == 3


async def test_opsgenies_clients_may_send_the_secret_of_the_heartbeats_or_a_token_as_their_key(rig: Rig) -> None:
    token = (await rig.token(Scope.INGEST))["Authorization"]
    for value in ("GenieKey heartbeats-secret", token.replace("Bearer", "GenieKey"), token, "Bearer heartbeats-secret"):
        assert (await rig.client.post(OPSGENIE, headers={"authorization": value})).status_code == 202, value


@pytest.mark.parametrize("value", ["", "GenieKey", "GenieKey wrong", "Bearer wrong"])
async def test_a_wrong_key_is_refused_in_their_shape(rig: Rig, value: str) -> None:
    reply = await rig.client.post(OPSGENIE, headers={"authorization": value})

    assert (reply.status_code, set(reply.json())) == (401, {"message", "took", "requestId"})
    assert speaks_as_theirs(reply)
    assert await last_ping(rig) is None


async def test_their_ping_is_taken_while_the_store_is_away(rig: Rig) -> None:
    await rig.application.store.close()

    for path in (PATH, OPSGENIE):
        assert (await rig.client.post(path)).status_code == 202
    assert set(rig.application.pings.waiting) == {"nightly-backup"}


async def test_no_credential_of_a_ping_is_in_a_log_line(rig: Rig) -> None:
    with capture_logs() as logged:
        for token in ("heartbeats-secret", "wrong-secret"):
            await rig.client.get(f"/heartbeats/other?token={token}", headers=NOBODY)
            await rig.client.get("/v2/heartbeats/other/ping", headers={"authorization": f"GenieKey {token}"})

    assert logged
    assert not [line for line in logged if "-secret" in str(line)]
