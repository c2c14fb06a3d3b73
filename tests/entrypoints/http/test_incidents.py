"""Incidents as the API shows them: fields, filters, pages, and all that belongs to one."""

from datetime import timedelta

import pytest

from tests.entrypoints.http.rig import PAYMENTS, Rig

NIGHT = "2026-11-22T03:00:00Z"


async def test_an_incident_holds_every_field_of_the_contract(rig: Rig) -> None:
    id = await rig.opened()

    shown = await rig.incident(id)

    assert shown | {"rules_version": "", "reasons": []} == {
        "id": id,
        "status": "triggered",
        "severity": "critical",
        "title": "Payments API is down",
        "description": "",
        "source": "generic",
        "dedup_key": "down",
        "squad": "payments",
        "rule": "payments",
        "runbook": "payments-api-down",
        "calendar": "office",
        "policy": "critical",
        "rules_version": "",
        "count": 1,
        "alerts": 1,
        "firing": 1,
        "opened_at": NIGHT,
        "updated_at": NIGHT,
        "acknowledged_at": None,
        "acknowledged_by": None,
        "holder_role": "",
        "resolved_at": None,
        "resolved_by": None,
        "suppression": None,
        "due_at": "2026-11-22T04:00:00Z",
        "timers": {"escalate": "2026-11-22T04:00:00Z", "reroute": "2026-11-23T09:00:00Z"},
        "marks": [],
        "tickets": [],
        "call": "",
        "reasons": [],
    }
    assert shown["reasons"][0].startswith("rule payments (routing_rules.yaml:")


@pytest.mark.parametrize(
    "id", ["0000000000000001", "nonsense", "1ffffffffffffffff", "-000000000000001", "%00", "É" * 16]
)
async def test_an_incident_that_does_not_exist_is_404(rig: Rig, id: str) -> None:
    for tail in ("", "/timeline", "/notifications", "/alerts"):
        reply = await rig.client.get(f"/api/v1/incidents/{id}{tail}")
        assert (reply.status_code, reply.json()["title"]) == (404, "Not found")


async def test_the_list_can_be_filtered(rig: Rig) -> None:
    critical = await rig.opened()
    high = await rig.opened(severity="warning", dedup_key="slow", labels={})
    resolved = await rig.opened(dedup_key="over")
    await rig.act(resolved, "resolve", by="asha")
    await rig.act(high, "acknowledge", by="eve")

    async def ids(query: str) -> list[str]:
        reply = await rig.client.get(f"/api/v1/incidents?{query}")
        assert reply.status_code == 200, reply.text
        return [one["id"] for one in reply.json()["items"]]

    severity = (await rig.incident(high))["severity"]
    assert await ids("") == [resolved, high, critical]
    assert await ids("status=open") == [high, critical]
    assert await ids("status=acknowledged&status=resolved") == [resolved, high]
    assert await ids(f"severity={severity}") == [high]
    assert await ids("squad=payments&status=open") == [critical]
    assert await ids("source=alertmanager") == []


async def test_pages_hold_every_incident_once_while_new_ones_come(rig: Rig) -> None:
    opened = [await rig.opened(dedup_key=f"k{n}") for n in range(5)]
    seen: list[str] = []
    cursor: str | None = ""

    while cursor is not None:
        page = (await rig.client.get("/api/v1/incidents", params={"limit": 2, "cursor": cursor})).json()
        seen += [one["id"] for one in page["items"]]
        cursor = page["next"]
        await rig.opened(dedup_key=f"late{len(seen)}")

    assert seen == opened[::-1]


@pytest.mark.parametrize(
    "query",
    ["limit=0", "limit=201", "limit=x", "status=closed", "severity=bad", "cursor=%00", "cursor=AAAA", "cursor=é%ff"],
)
async def test_a_query_that_cannot_be_is_422(rig: Rig, query: str) -> None:
    reply = await rig.client.get(f"/api/v1/incidents?{query}")

    assert (reply.status_code, reply.headers["content-type"]) == (422, "application/problem+json")


async def test_the_timeline_says_what_happened_in_order(rig: Rig) -> None:
    id = await rig.opened()
    await rig.act(id, "acknowledge", by="asha")

    items = (await rig.client.get(f"/api/v1/incidents/{id}/timeline")).json()["items"]

    assert [entry["what"] for entry in items] == ["opened", "page", "page", "acknowledged"]
    assert items[-1] == {"at": NIGHT, "what": "acknowledged", "text": "asha has it", "who": "asha", "channel": "api"}


async def test_notifications_show_every_sending_and_why_this_person(rig: Rig) -> None:
    id = await rig.opened()
    rig.clock.pass_by(timedelta(minutes=15))
    await rig.settle()

    items = (await rig.client.get(f"/api/v1/incidents/{id}/notifications")).json()["items"]

    first = next(one for one in items if one["reader"] == "asha")
    assert [(send["channel"], send["state"], send["attempts"]) for send in first["sends"]][:2] == [
        ("console", "sent", 1),
        ("console", "sent", 1),
    ]
    assert (first["kind"], first["role"], first["state"]) == ("page", "primary", "live")
    assert "asha's week in rota primary" in first["why"]["sentence"]
    assert "out of hours (office, Sunday)" in first["why"]["calendar"]


async def test_telephone_numbers_of_planned_sendings_are_masked(rig: Rig) -> None:
    rules = rig.folder / "routing_rules.yaml"
    rules.write_text(rules.read_text().replace("[{send: [console]}, {again: 15m}]", "[{send: [sms]}]"))
    await rig.client.post("/api/v1/rules/reload")
    id = await rig.opened()

    reply = await rig.client.get(f"/api/v1/incidents/{id}/notifications")

    assert "+*********001" in reply.text
    assert "441632960001" not in reply.text


async def test_alerts_of_an_incident_come_in_pages_with_their_raw_text(rig: Rig) -> None:
    group = {"labels": PAYMENTS | {"alertname": "Down"}, "annotations": {}, "status": "firing", "startsAt": NIGHT}
    alerts = [group | {"fingerprint": f"f{n}"} for n in range(3)]
    body = {"version": "4", "groupKey": "g", "status": "firing", "alerts": alerts}
    incident = (await rig.client.post("/webhooks/alertmanager", json=body)).json()["incidents"][0]

    first = (await rig.client.get(f"/api/v1/incidents/{incident}/alerts?limit=2")).json()
    second = (await rig.client.get(f"/api/v1/incidents/{incident}/alerts?limit=2&cursor={first['next']}")).json()

    assert [one["dedup_key"] for one in first["items"] + second["items"]] == ["f0", "f1", "f2"]
    assert second["next"] is None
    assert '"fingerprint":"f0"' in first["items"][0]["raw"]


async def test_an_alert_fires_no_more_once_its_source_says_so(rig: Rig) -> None:
    id = await rig.opened()
    await rig.client.post("/webhooks/generic", json={"title": "over", "dedup_key": "down", "status": "resolved"})

    (shown,) = (await rig.client.get(f"/api/v1/incidents/{id}/alerts")).json()["items"]

    assert shown["firing"] is False
