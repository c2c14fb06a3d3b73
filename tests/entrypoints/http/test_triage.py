"""The triage queue over the API: what waits, oldest first and why, and what becomes of it."""

from datetime import timedelta
from typing import Any

import pytest

from app.service.tokens import Scope
from tests.entrypoints.http.rig import Rig

Items = list[dict[str, Any]]
LINK = {"href": "https://errors.example.com/items/7", "text": "the item"}


async def a_bug(rig: Rig, key: str = "bug", **changes: Any) -> str:
    """A new triage incident, a minute after the one before."""
    rig.clock.pass_by(timedelta(minutes=1))
    return await rig.opened(**{"title": f"Item {key}", "severity": "warning", "dedup_key": key} | changes)


async def listed(rig: Rig, query: str = "") -> Items:
    reply = await rig.client.get(f"/api/v1/triage{query}")
    assert reply.status_code == 200, reply.text
    return list(reply.json()["items"])


async def test_what_waits_is_listed_oldest_first_with_age_source_links_and_why_it_is_here(rig: Rig) -> None:
    old, new = await a_bug(rig, "one", links=[LINK]), await a_bug(rig, "two")
    await rig.opened(dedup_key="two", title="Item two", severity="warning")
    await rig.opened(dedup_key="down")
    rig.clock.pass_by(timedelta(hours=26))

    first, second = await listed(rig)

    assert (first["id"], second["id"], second["count"]) == (old, new, 2)
    assert (first["source"], first["squad"], first["state"], first["why"]) == (
        "generic",
        "payments",
        "queued",
        "severity",
    )
    assert (first["age_seconds"], first["links"]) == (26 * 3600 + 60, [LINK])


async def test_what_a_person_raised_for_triage_waits_too(rig: Rig) -> None:
    await rig.client.post("/api/v1/incidents", json={"title": "Odd logs", "severity": "triage", "by": "asha"})

    [item] = await listed(rig)

    assert (item["why"], item["source"], item["links"]) == ("raised", "people", [])


async def test_the_queue_comes_in_pages_and_by_squad_and_source(rig: Rig) -> None:
    ids = [await a_bug(rig, str(n), labels={"service": "payments"} if n % 2 else {}) for n in range(5)]

    first = (await rig.client.get("/api/v1/triage?limit=2")).json()
    second = (await rig.client.get(f"/api/v1/triage?limit=3&cursor={first['next']}")).json()

    assert [one["id"] for page in (first, second) for one in page["items"]] == ids
    assert second["next"] is None
    assert [one["id"] for one in await listed(rig, "?squad=payments")] == [ids[1], ids[3]]
    assert await listed(rig, "?source=grafana") == []
    assert (await rig.client.get("/api/v1/triage?cursor=nonsense")).status_code == 422


ACTIONS: list[tuple[str, dict[str, Any], str, dict[str, Any]]] = [
    ("hand", {"squad": "payments", "reason": "theirs"}, "with_squad", {"squad": "payments"}),
    ("mute", {"for": "7d", "reason": "known"}, "muted", {"muted_until": "2026-11-29T03:01:00Z"}),
    ("mute", {"until": "2026-12-01T00:00:00Z"}, "muted", {"muted_until": "2026-12-01T00:00:00Z"}),
    ("mute", {"for_good": True}, "muted", {"muted_until": None}),
    ("snooze", {"for": "7d"}, "aside", {}),
]


@pytest.mark.parametrize(("action", "body", "state", "shown"), ACTIONS)
async def test_what_was_decided_on_has_left_the_queue_and_is_found_where_it_went(
    rig: Rig, action: str, body: dict[str, Any], state: str, shown: dict[str, Any]
) -> None:
    id = await a_bug(rig)

    reply = await rig.act(id, action, by="eve", **body)

    assert (reply.status_code, reply.json()["effect"]) == (200, "done"), reply.text
    assert await listed(rig) == []
    [item] = await listed(rig, f"?state={state}")
    assert {"id": id, "state": state, **shown}.items() <= item.items()


@pytest.mark.parametrize("action", ["promote", "resolve"])
async def test_what_was_promoted_or_closed_is_no_matter_of_triage_any_more(rig: Rig, action: str) -> None:
    id = await a_bug(rig)

    await rig.act(id, action, by="eve", **{"severity": "critical"} if action == "promote" else {})
    await rig.settle()

    states = "?state=queued&state=with_squad&state=muted&state=aside"
    assert await listed(rig, states) == []
    pages = [message.reader for message in rig.channel.got if message.kind == "page"]
    assert pages == (["Asha", "Ben"] if action == "promote" else [])


async def test_each_decision_is_in_the_audit_log_with_its_reason(rig: Rig) -> None:
    id = await a_bug(rig)

    await rig.act(id, "hand", by="eve", squad="payments", reason="their release")
    await rig.act(id, "mute", by="eve", for_good=True, reason="known")
    await rig.act(id, "promote", by="eve", severity="high", reason="not so small")

    logged = (await rig.client.get("/api/v1/audit?limit=3")).json()["items"]
    assert [(one["what"], one["note"]) for one in reversed(logged)] == [
        ("incident.hand", "to payments: their release"),
        ("incident.mute", "for good: known"),
        ("incident.promote", "to high: not so small"),
    ]


@pytest.mark.parametrize(
    ("action", "body", "said"),
    [
        ("hand", {"squad": "payment"}, "did you mean 'payments'?"),
        ("hand", {}, "squad"),
        ("promote", {"severity": "triage"}, "must be critical or high"),
        ("promote", {"severity": "worst"}, "severity"),
        ("mute", {}, "say either `until`, `for`, or `for_good`"),
        ("mute", {"for": "1h", "for_good": True}, "say either `until`, `for`, or `for_good`"),
        ("mute", {"until": "2026-11-22T02:59:00Z"}, "must lie in the future"),
        ("mute", {"for": "400d"}, "longer than a year"),
    ],
)
async def test_a_decision_that_cannot_be_is_422_and_changes_nothing(
    rig: Rig, action: str, body: dict[str, Any], said: str
) -> None:
    id = await a_bug(rig)
    before = await rig.incident(id)

    reply = await rig.act(id, action, by="eve", **body)

    assert (reply.status_code, said in reply.text) == (422, True), reply.text
    assert await rig.incident(id) == before


async def test_a_production_incident_is_no_matter_of_triage(rig: Rig) -> None:
    id = await rig.opened()

    refused = [
        await rig.act(id, "hand", by="eve", squad="payments"),
        await rig.act(id, "mute", by="eve", for_good=True),
    ]

    assert [reply.status_code for reply in refused] == [409, 409]
    assert "only what is in triage can be muted" in refused[1].json()["detail"]


async def test_looking_needs_read_and_deciding_respond(rig: Rig) -> None:
    id = await a_bug(rig)
    reader = await rig.token(Scope.READ)

    looked = await rig.client.get("/api/v1/triage", headers=reader)
    decided = await rig.client.post(
        f"/api/v1/incidents/{id}/mute", json={"for_good": True, "by": "eve"}, headers=reader
    )
    nobody = await rig.client.get("/api/v1/triage", headers={"Authorization": ""})

    assert (looked.status_code, decided.status_code, nobody.status_code) == (200, 403, 401)
