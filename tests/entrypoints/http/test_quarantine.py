"""Bodies that could not be read: kept without their secrets, shown, and put through after a fix."""

import json
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import pytest

from app.domain.errors import StoreUnavailable
from app.service import quarantine
from app.service.quarantine import BODY, REPLAYED_KEPT, waiting_by_source
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


async def refused_bodies(rig: Rig, *sources: str) -> list[str]:
    """The ids of bodies that these sources could not read, in this order."""
    for number, source in enumerate(sources):
        body = {"title": f"Down {number}", "status": ["x"]} if source == "generic" else [number]
        assert (await rig.client.post(f"/webhooks/{source}", json=body)).status_code == 400
    kept = (await rig.client.get("/api/v1/quarantine")).json()["items"]
    return [str(one["id"]) for one in reversed(kept)]


async def mended(rig: Rig) -> None:
    mend(rig)
    assert (await rig.client.post("/api/v1/rules/reload")).status_code == 200


async def ids(rig: Rig, query: str) -> list[str]:
    reply = await rig.client.get(f"/api/v1/quarantine?{query}")
    assert reply.status_code == 200, reply.text
    return [one["id"] for one in reply.json()["items"]]


async def test_the_list_can_be_narrowed_to_a_source_and_to_what_was_replayed(
    rig: Rig, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(quarantine, "PAGE", 2)
    first, second, third, fourth = await refused_bodies(rig, "grafana", "generic", "grafana", "generic")
    await mended(rig)
    await rig.client.post(f"/api/v1/quarantine/{second}/replay")

    assert await ids(rig, "source=grafana") == [third, first]
    assert await ids(rig, "replayed=true") == [second]
    assert await ids(rig, "replayed=false") == [fourth, third, first]
    assert await ids(rig, "source=generic&replayed=false") == [fourth]
    assert await ids(rig, "source=nobody") == []


async def test_all_that_wait_are_put_through_oldest_first_and_none_holds_up_another(rig: Rig) -> None:
    kept = await refused_bodies(rig, "grafana", "generic", "generic")
    await mended(rig)

    page = (await rig.client.post("/api/v1/quarantine/replay")).json()

    assert [one["id"] for one in page["items"]] == kept
    assert [bool(one["error"]) for one in page["items"]] == [True, False, False]
    assert [one["taken"] and one["taken"]["accepted"] for one in page["items"]] == [None, 1, 1]
    assert (page["remaining"], page["next"]) == (0, None)
    assert await ids(rig, "replayed=false") == kept[:1]
    logged = (await rig.client.get("/api/v1/audit")).json()["items"]
    done = [one for one in logged if one["what"] == "quarantine.replay"]
    assert [one["target"] for one in done] == [kept[2], kept[1]]


async def test_a_call_takes_as_many_as_it_was_asked_for_and_says_what_remains(rig: Rig) -> None:
    first, second, third, _ = await refused_bodies(rig, "generic", "generic", "generic", "grafana")
    await mended(rig)
    asked = {"source": "generic", "limit": 2}

    page = (await rig.client.post("/api/v1/quarantine/replay", json=asked)).json()
    rest = (await rig.client.post("/api/v1/quarantine/replay", json={**asked, "cursor": page["next"]})).json()

    assert ([one["id"] for one in page["items"]], page["remaining"]) == ([first, second], 1)
    assert ([one["id"] for one in rest["items"]], rest["remaining"], rest["next"]) == ([third], 0, None)
    for wrong in ({"limit": 0}, {"limit": 101}, {"limit": "x"}, {"cursor": "?"}, {"sources": "x"}):
        assert (await rig.client.post("/api/v1/quarantine/replay", json=wrong)).status_code == 422


async def test_a_replay_whose_reply_was_lost_is_not_done_again(rig: Rig, monkeypatch: pytest.MonkeyPatch) -> None:
    id = await refused(rig)
    await mended(rig)
    store = rig.application.store
    commit = store.commit

    async def carried_out(decisions: Sequence[Any], *more: Any) -> None:
        await commit(decisions, *more)
        if decisions:
            raise StoreUnavailable("the reply was lost")

    with monkeypatch.context() as lost:
        lost.setattr(type(store), "commit", lambda _, *arguments: carried_out(*arguments))
        assert (await rig.client.post(f"/api/v1/quarantine/{id}/replay")).status_code == 503

    again = await rig.client.post(f"/api/v1/quarantine/{id}/replay")

    assert again.status_code == 409
    (incident,) = (await rig.client.get("/api/v1/incidents")).json()["items"]
    assert incident["count"] == 1


async def test_a_body_that_says_nothing_any_more_is_marked_all_the_same(rig: Rig) -> None:
    (id,) = await refused_bodies(rig, "generic")
    (rig.folder / "routing_rules.yaml").write_text(
        RULES.replace("sources:", 'sources:\n  generic: {mapping: {status: title, ignored_when: ["Down 0"]}}')
    )
    await rig.client.post("/api/v1/rules/reload")

    reply = await rig.client.post(f"/api/v1/quarantine/{id}/replay")

    assert (reply.status_code, reply.json()["accepted"]) == (200, 0)
    assert await ids(rig, "replayed=true") == [id]


async def test_one_that_needs_no_replay_is_dropped_and_that_is_logged(rig: Rig) -> None:
    first, second = await refused_bodies(rig, "grafana", "generic")

    gone = await rig.client.delete(f"/api/v1/quarantine/{first}")

    assert gone.status_code == 204
    assert await ids(rig, "limit=9") == [second]
    assert await rig.application.store.record(BODY, first) is None
    assert (await rig.client.delete(f"/api/v1/quarantine/{first}")).status_code == 404
    (logged, *_) = (await rig.client.get("/api/v1/audit")).json()["items"]
    assert (logged["what"], logged["target"]) == ("quarantine.dismiss", first)
    assert logged["note"].startswith("from grafana: ")


async def test_what_was_replayed_makes_room_after_a_week_and_what_waits_does_not(rig: Rig) -> None:
    first, second = await refused_bodies(rig, "generic", "grafana")
    await mended(rig)
    await rig.client.post(f"/api/v1/quarantine/{first}/replay")

    await rig.application.store.sweep(rig.clock.now() + REPLAYED_KEPT + timedelta(seconds=1))

    assert await ids(rig, "limit=9") == [second]
    assert [record.id for record in await rig.application.store.records(BODY)] == [second]


async def test_how_many_wait_of_each_source_is_counted(rig: Rig) -> None:
    first, *_ = await refused_bodies(rig, "generic", "grafana", "generic")
    await rig.client.post("/webhooks/generic", json={"title": "x" * 300_000, "status": ["x"]})
    await mended(rig)
    await rig.client.post(f"/api/v1/quarantine/{first}/replay")

    assert await waiting_by_source(rig.application.store) == {"grafana": 1, "generic": 1}
