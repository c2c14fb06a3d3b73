"""A Prometheus that takes this server for its Alertmanager."""

import base64
from datetime import timedelta
from typing import Any

import pytest

from app.service.tokens import Scope
from tests.entrypoints.http.rig import OTHER_PROMETHEUS_SECRET, PROMETHEUS_SECRET, SUNDAY_NIGHT, Rig

PATH = "/api/v2/alerts"
BEARER = {"authorization": f"Bearer {PROMETHEUS_SECRET}"}


def an_alert(ends: timedelta = timedelta(minutes=4), **labels: str) -> dict[str, Any]:
    return {
        "labels": {"alertname": "PaymentsApiDown", "service": "payments", "severity": "critical", **labels},
        "annotations": {"summary": "The payments API does not answer"},
        "startsAt": SUNDAY_NIGHT.isoformat(),
        "endsAt": (SUNDAY_NIGHT + ends).isoformat(),
        "generatorURL": "http://prometheus.example.com/graph",
    }


async def incidents(rig: Rig) -> list[dict[str, Any]]:
    return list((await rig.client.get("/api/v1/incidents")).json()["items"])


async def test_what_fires_is_paged_repeats_and_ends(rig: Rig) -> None:
    for _ in range(3):
        reply = await rig.client.post(PATH, json=[an_alert()], headers=BEARER)
        assert (reply.status_code, reply.json()) == (200, {})
    (opened,) = await incidents(rig)
    assert (opened["status"], opened["count"], opened["squad"]) == ("triggered", 3, "payments")
    assert opened["source"] == "prometheus-api-v2"

    for _ in range(2):  # It says so again for a quarter of an hour.
        await rig.client.post(PATH, json=[an_alert(timedelta(0))], headers=BEARER)

    (over,) = await incidents(rig)
    assert (over["status"], over["id"], over["alerts"]) == ("resolved", opened["id"], 1)


async def test_falling_silent_resolves_nothing(rig: Rig) -> None:
    await rig.client.post(PATH, json=[an_alert()], headers=BEARER)

    rig.clock.pass_by(timedelta(minutes=30))
    await rig.settle()

    assert [one["status"] for one in await incidents(rig)] == ["triggered"]


async def test_each_set_of_labels_is_an_incident_of_its_own(rig: Rig) -> None:
    await rig.client.post(PATH, json=[an_alert(instance="1"), an_alert(instance="2")], headers=BEARER)

    assert len(await incidents(rig)) == 2


@pytest.mark.parametrize(
    ("headers", "query"),
    [
        (BEARER, ""),
        ({"authorization": "Basic " + base64.b64encode(f"prom:{PROMETHEUS_SECRET}".encode()).decode()}, ""),
        ({"authorization": ""}, f"?token={PROMETHEUS_SECRET}"),
    ],
)
async def test_the_secret_is_taken_in_each_of_the_ways_that_prometheus_can_send_it(
    rig: Rig, headers: dict[str, str], query: str
) -> None:
    assert (await rig.client.post(PATH + query, json=[an_alert()], headers=headers)).status_code == 200


async def test_the_secret_decides_which_source_it_is(rig: Rig) -> None:
    await rig.client.post(PATH, json=[an_alert()], headers={"authorization": f"Bearer {OTHER_PROMETHEUS_SECRET}"})
    await rig.client.post(PATH, json=[an_alert()], headers=await rig.token(Scope.INGEST))

    assert {one["source"] for one in await incidents(rig)} == {"prometheus-eu", "prometheus-api-v2"}


async def test_without_a_proof_it_is_401_and_with_too_small_a_token_403(rig: Rig) -> None:
    for value in ("", "Bearer wrong", "Basic d3Jvbmc6d3Jvbmc=", "GenieKey x"):
        assert (await rig.client.post(PATH, json=[], headers={"authorization": value})).status_code == 401
    assert (await rig.client.post(PATH, json=[], headers=await rig.token(Scope.READ))).status_code == 403


@pytest.mark.parametrize("raw", [b"", b"{}", b"[", b"[1]", b"null", b"\xff", b'[{"labels": NaN}]'])
async def test_what_is_no_array_of_alerts_is_400_and_kept(rig: Rig, raw: bytes) -> None:
    reply = await rig.client.post(PATH, content=raw, headers=BEARER)

    assert (reply.status_code, reply.headers["content-type"]) == (400, "application/problem+json")
    (kept,) = (await rig.client.get("/api/v1/quarantine")).json()["items"]
    assert kept["source"] == "prometheus-api-v2"


async def test_an_empty_array_is_200(rig: Rig) -> None:
    assert (await rig.client.post(PATH, content=b"[]", headers=BEARER)).status_code == 200


async def test_the_address_of_the_webhook_is_as_good(rig: Rig) -> None:
    reply = await rig.client.post("/webhooks/prometheus-api-v2", json=[an_alert()], headers=BEARER)

    assert (reply.status_code, len(reply.json()["incidents"])) == (202, 1)
