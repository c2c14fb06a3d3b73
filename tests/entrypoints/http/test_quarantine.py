"""Bodies that could not be read: kept without their secrets, shown, and put through after a fix."""

import json

import pytest

from tests.entrypoints.http.rig import PAGERDUTY_KEY, RULES, Rig


async def refused(rig: Rig) -> str:
    """The id of a body that the generic source refuses until a mapping says where its status is."""
    reply = await rig.client.post("/webhooks/generic?token=generic-secret", json={"title": "Down", "status": ["x"]})
    assert reply.status_code == 400, reply.text
    (kept,) = (await rig.client.get("/api/v1/quarantine")).json()["items"]
    return str(kept["id"])


def mend(rig: Rig) -> None:
    (rig.folder / "routing_rules.yaml").write_text(
        RULES.replace("sources:", "sources:\n  generic: {mapping: {status: state}}")
    )


async def test_a_refused_body_is_kept_and_shown(rig: Rig) -> None:
    id = await refused(rig)

    shown = (await rig.client.get(f"/api/v1/quarantine/{id}")).json()

    assert shown | {"headers": {}} == {
        "id": id,
        "source": "generic",
        "reason": "status: must be text or a number",
        "received_at": "2026-11-22T03:00:00Z",
        "replayed": None,
        "cut": False,
        "size": len(shown["body"]),
        "method": "POST",
        "path": "/webhooks/generic",
        "query": {},
        "headers": {},
        "body": '{"title":"Down","status":["x"]}',
    }
    assert "authorization" not in shown["headers"]


async def test_the_key_that_a_tool_sends_in_its_body_is_not_kept(rig: Rig) -> None:
    await rig.client.post("/v2/enqueue", json={"routing_key": PAGERDUTY_KEY, "event_action": "trigger"})

    (kept,) = (await rig.client.get("/api/v1/quarantine")).json()["items"]

    shown = await rig.client.get(f"/api/v1/quarantine/{kept['id']}")
    assert PAGERDUTY_KEY not in shown.text
    assert json.loads(shown.json()["body"])["routing_key"] == "***"


@pytest.mark.parametrize("header", ["cf-webhook-auth", "x-honeycomb-webhook-token"])
async def test_a_header_that_is_the_secret_itself_is_not_kept(rig: Rig, header: str) -> None:
    await rig.client.post("/webhooks/cloudflare", content=b"{", headers={header: "a-secret-of-the-tool"})

    (kept,) = (await rig.client.get("/api/v1/quarantine")).json()["items"]

    shown = await rig.client.get(f"/api/v1/quarantine/{kept['id']}")
    assert "a-secret-of-the-tool" not in shown.text


async def test_it_is_put_through_after_a_fix_and_only_once(rig: Rig) -> None:
    id = await refused(rig)
    mend(rig)
    await rig.client.post("/api/v1/rules/reload")

    reply = await rig.client.post(f"/api/v1/quarantine/{id}/replay")
    again = await rig.client.post(f"/api/v1/quarantine/{id}/replay")

    assert (reply.status_code, reply.json()["accepted"]) == (200, 1)
    assert reply.json()["outcomes"][0]["outcome"] == "opened"
    assert (await rig.incident(reply.json()["incidents"][0]))["title"] == "Down"
    assert again.status_code == 409
    assert "was replayed at 2026-11-22T03:00:00Z" in again.json()["detail"]
    assert (await rig.client.get(f"/api/v1/quarantine/{id}")).json()["replayed"] == "2026-11-22T03:00:00Z"


async def test_what_still_cannot_be_read_is_422_and_stays_where_it_is(rig: Rig) -> None:
    id = await refused(rig)

    reply = await rig.client.post(f"/api/v1/quarantine/{id}/replay")

    assert (reply.status_code, reply.json()["field"]) == (422, "status")
    (kept,) = (await rig.client.get("/api/v1/quarantine")).json()["items"]
    assert (kept["id"], kept["replayed"]) == (id, None)


async def test_a_body_that_was_cut_is_not_replayed(rig: Rig) -> None:
    await rig.client.post("/webhooks/generic", json={"title": "x" * 300_000, "status": ["x"]})
    (kept,) = (await rig.client.get("/api/v1/quarantine")).json()["items"]
    mend(rig)
    await rig.client.post("/api/v1/rules/reload")

    reply = await rig.client.post(f"/api/v1/quarantine/{kept['id']}/replay")

    assert (kept["cut"], kept["size"], reply.status_code) == (True, 262_144, 409)
    assert "only the beginning" in reply.json()["detail"]


async def test_it_is_listed_in_pages_newest_first(rig: Rig) -> None:
    for n in range(3):
        await rig.client.post("/webhooks/grafana", content=f"[{n}]".encode())

    first = (await rig.client.get("/api/v1/quarantine?limit=2")).json()
    second = (await rig.client.get(f"/api/v1/quarantine?limit=2&cursor={first['next']}")).json()

    ids = [one["id"] for one in first["items"] + second["items"]]
    assert (len(ids), ids, second["next"]) == (3, sorted(ids, reverse=True), None)
    assert (await rig.client.get("/api/v1/quarantine/none")).status_code == 404
