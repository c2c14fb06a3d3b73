"""PagerDuty's Events API v2: the replies that its clients insist on, word for word."""

from typing import Any

import pytest

from app.domain.errors import StoreUnavailable
from app.service.tokens import Scope
from tests.entrypoints.http.rig import OTHER_PAGERDUTY_KEY, PAGERDUTY_KEY, Rig

TRIGGER = {
    "routing_key": PAGERDUTY_KEY,
    "event_action": "trigger",
    "dedup_key": "payments",
    "payload": {"summary": "Payments down", "source": "prometheus", "severity": "critical"},
}
NOBODY = {"authorization": ""}
UNRECOGNIZED = {
    "status": "Unrecognized object",
    "message": "Event object format is unrecognized",
    "errors": ["JSON parse error"],
}


def invalid(*errors: str) -> dict[str, object]:
    return {"status": "invalid event", "message": "Event object is invalid", "errors": list(errors)}


async def enqueue(rig: Rig, body: object, path: str = "/v2/enqueue") -> tuple[int, Any]:
    reply = await rig.client.post(path, json=body, headers=NOBODY)
    return reply.status_code, reply.json()


async def sources(rig: Rig) -> list[str]:
    return [one["source"] for one in (await rig.client.get("/api/v1/incidents")).json()["items"]]


async def test_trigger_acknowledge_and_resolve_are_202_with_the_key(rig: Rig) -> None:
    for action in ("trigger", "acknowledge", "resolve"):
        assert await enqueue(rig, TRIGGER | {"event_action": action}) == (
            202,
            {"status": "success", "message": "Event processed", "dedup_key": "payments"},
        )
    (incident,) = (await rig.client.get("/api/v1/incidents")).json()["items"]
    assert (incident["title"], incident["status"]) == ("Payments down", "resolved")


async def test_a_key_is_made_for_a_trigger_without_one(rig: Rig) -> None:
    status, body = await enqueue(rig, {name: value for name, value in TRIGGER.items() if name != "dedup_key"})

    (incident,) = (await rig.client.get("/api/v1/incidents")).json()["items"]
    assert (status, body["dedup_key"]) == (202, incident["dedup_key"])
    assert body["dedup_key"]


async def test_the_key_decides_which_instance_it_is(rig: Rig) -> None:
    await enqueue(rig, TRIGGER)
    await enqueue(rig, TRIGGER | {"routing_key": OTHER_PAGERDUTY_KEY})

    assert await sources(rig) == ["pagerduty-shop", "pagerduty"]


async def test_a_resolve_without_an_alert_is_202_too(rig: Rig) -> None:
    status, _ = await enqueue(rig, {"routing_key": PAGERDUTY_KEY, "event_action": "resolve", "dedup_key": "none"})

    assert (status, await sources(rig)) == (202, [])


async def test_a_change_event_is_202_and_opens_nothing(rig: Rig) -> None:
    body = {"routing_key": PAGERDUTY_KEY, "payload": {"summary": "Deployed"}}

    status, reply = await enqueue(rig, body, "/v2/change/enqueue")

    assert (status, reply["status"], await sources(rig)) == (202, "success", [])


@pytest.mark.parametrize(
    ("key", "error"),
    [
        ("short", "Length of 'routing_key' is incorrect (should be 32 characters)"),
        ("f" * 32, "'routing_key' is not the key of any source here"),
        ("", "'routing_key' is missing or blank"),
        (None, "'routing_key' is missing or blank"),
        ({"a": 1}, "'routing_key' is missing or blank"),
    ],
)
async def test_an_unknown_key_is_400_and_leaves_nothing(rig: Rig, key: object, error: str) -> None:
    assert await enqueue(rig, TRIGGER | {"routing_key": key}) == (400, invalid(error))
    assert (await rig.client.get("/api/v1/quarantine")).json()["items"] == []


@pytest.mark.parametrize("raw", [b"", b"{", b"[]", b"\xff", b'{"routing_key": NaN}', b'"x"'])
async def test_what_cannot_be_read_is_400_unrecognized(rig: Rig, raw: bytes) -> None:
    reply = await rig.client.post("/v2/enqueue", content=raw, headers=NOBODY)

    assert (reply.status_code, reply.json()) == (400, UNRECOGNIZED)


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"event_action": ""}, "'event_action' is missing or blank"),
        ({"event_action": "explode"}, "'event_action' must be one of trigger, acknowledge, resolve"),
        ({"payload": {"source": "x", "severity": "error"}}, "'payload.summary' is missing or blank"),
        ({"event_action": "resolve", "dedup_key": ""}, "'dedup_key' is missing or blank"),
    ],
)
async def test_a_missing_field_is_400_and_kept_in_quarantine(rig: Rig, changes: dict[str, Any], error: str) -> None:
    assert await enqueue(rig, TRIGGER | changes) == (400, invalid(error))

    (kept,) = (await rig.client.get("/api/v1/quarantine")).json()["items"]
    assert kept["source"] == "pagerduty"


async def test_a_bearer_token_with_scope_ingest_stands_in_for_the_key(rig: Rig) -> None:
    body = {name: value for name, value in TRIGGER.items() if name != "routing_key"}
    good, bad = await rig.token(Scope.INGEST), await rig.token(Scope.READ)

    assert (await rig.client.post("/v2/enqueue", json=body, headers=good)).status_code == 202
    assert (await rig.client.post("/v2/enqueue", json=body, headers=bad)).status_code == 400
    unknown = await rig.client.post("/v2/enqueue", json=body, headers={"authorization": "Bearer no"})
    assert (unknown.status_code, unknown.json()) == (400, invalid("the token is not known"))
    assert await sources(rig) == ["pagerduty"]


async def test_an_empty_secret_never_matches_an_empty_key(rig: Rig) -> None:
    rules = rig.folder / "routing_rules.yaml"
    rules.write_text(rules.read_text().replace("sources:", "sources:\n  pagerduty-bare: {type: pagerduty}"))
    await rig.client.post("/api/v1/rules/reload")

    assert (await enqueue(rig, TRIGGER | {"routing_key": ""}))[0] == 400


async def test_without_a_store_it_is_503_with_retry_after(rig: Rig, monkeypatch: pytest.MonkeyPatch) -> None:
    store: Any = rig.application.store

    async def fails(*given: object) -> None:
        raise StoreUnavailable("the disk is full", retry_after=9)

    monkeypatch.setattr(store, "commit", fails)
    reply = await rig.client.post("/v2/enqueue", json=TRIGGER)

    assert (reply.status_code, reply.headers["retry-after"]) == (503, "9")


async def test_the_largest_event_of_real_senders_is_taken(rig: Rig) -> None:
    body = TRIGGER | {"payload": {"summary": "x", "source": "y", "severity": "info", "custom_details": "z" * 524_000}}

    assert (await enqueue(rig, body))[0] == 202
    assert (await enqueue(rig, body | {"client": "z" * 600_000}))[0] == 413
