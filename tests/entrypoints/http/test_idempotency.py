"""The same POST under the same Idempotency-Key: the same reply, and nothing done twice, whatever crashes."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from datetime import timedelta
from typing import Any

import pytest

from app.domain.errors import StoreUnavailable
from app.domain.incident import Decision
from app.service.ports import Record
from app.service.tokens import Scope
from tests.entrypoints.http.rig import Rig

KEY = {"Idempotency-Key": "8e03978e-40d5-43dd-bc93-6894a57f9324"}
RAISE = {"title": "Checkout is slow", "by": "asha"}


async def test_a_repeated_raise_gives_the_same_reply_and_one_incident(rig: Rig) -> None:
    first = await rig.client.post("/api/v1/incidents", json=RAISE, headers=KEY)
    again = await rig.client.post("/api/v1/incidents", json=RAISE, headers=KEY)

    assert (again.status_code, again.content, again.headers["location"]) == (
        201,
        first.content,
        first.headers["location"],
    )
    assert "idempotency-replayed" not in first.headers
    assert again.headers["idempotency-replayed"] == "true"
    assert len((await rig.client.get("/api/v1/incidents")).json()["items"]) == 1


async def test_a_repeated_note_is_written_once_and_a_repeated_escalation_pages_once(rig: Rig) -> None:
    id = await rig.opened()

    for action, body in (("note", {"text": "hm"}), ("escalate", {})):
        for _ in range(3):
            path = f"/api/v1/incidents/{id}/{action}"
            reply = await rig.client.post(path, json={"by": "asha", **body}, headers={"Idempotency-Key": action})
            assert reply.status_code == 200

    timeline = await rig.timeline(id)
    assert (timeline.count("note"), timeline.count("escalated")) == (1, 1)


async def test_requests_under_one_key_at_once_do_their_work_once(rig: Rig) -> None:
    posts = [rig.client.post("/api/v1/incidents", json=RAISE, headers=KEY) for _ in range(5)]

    replies = await asyncio.gather(*posts)

    assert len({reply.content for reply in replies}) == 1
    assert sorted("idempotency-replayed" in reply.headers for reply in replies) == [False, True, True, True, True]


async def test_another_body_or_path_under_the_same_key_is_409(rig: Rig) -> None:
    id = await rig.opened()
    path = f"/api/v1/incidents/{id}/acknowledge"
    await rig.client.post(path, json={"by": "asha"}, headers=KEY)

    body = await rig.client.post(path, json={"by": "chen"}, headers=KEY)
    other = await rig.client.post(f"/api/v1/incidents/{id}/resolve", json={"by": "asha"}, headers=KEY)

    assert (body.status_code, other.status_code) == (409, 409)
    assert (await rig.incident(id))["status"] == "acknowledged"


async def test_a_key_belongs_to_its_token(rig: Rig) -> None:
    other = await rig.token(Scope.RESPOND)

    await rig.client.post("/api/v1/incidents", json=RAISE, headers=KEY)
    reply = await rig.client.post("/api/v1/incidents", json=RAISE, headers=KEY | other)

    assert "idempotency-replayed" not in reply.headers
    assert len((await rig.client.get("/api/v1/incidents")).json()["items"]) == 2


async def test_a_refused_request_keeps_nothing_under_its_key(rig: Rig) -> None:
    id = await rig.opened()
    path = f"/api/v1/incidents/{id}/park"
    refused = await rig.client.post(path, json={"by": "asha"}, headers=KEY)
    await rig.act(id, "acknowledge", by="asha")

    reply = await rig.client.post(path, json={"by": "asha"}, headers=KEY)

    assert (refused.status_code, reply.status_code) == (409, 200)
    assert "idempotency-replayed" not in reply.headers


async def test_a_key_is_forgotten_after_a_day(rig: Rig) -> None:
    await rig.client.post("/api/v1/incidents", json=RAISE, headers=KEY)
    rig.clock.pass_by(timedelta(hours=24))

    reply = await rig.client.post("/api/v1/incidents", json=RAISE | {"title": "Another"}, headers=KEY)

    assert (reply.status_code, reply.json()["title"]) == (201, "Another")


@pytest.mark.parametrize("key", ["", "x" * 256, "a\tb", "\u00e9"])
async def test_a_key_that_is_none_is_422(rig: Rig, key: str) -> None:
    reply = await rig.client.post("/api/v1/incidents", json=RAISE, headers={b"Idempotency-Key": key.encode("latin-1")})

    assert (reply.status_code, reply.json()["field"]) == (422, "Idempotency-Key")


Commit = Callable[[Sequence[Decision], Sequence[Record]], Awaitable[None]]


async def test_a_crash_right_after_the_commit_does_not_raise_twice(rig: Rig, monkeypatch: pytest.MonkeyPatch) -> None:
    store: Any = rig.application.store
    commit: Commit = store.commit

    async def commits_and_dies(decisions: Sequence[Decision], records: Sequence[Record] = (), *seen: Any) -> None:
        await commit(decisions, records, *seen)
        raise StoreUnavailable("the process died here, as far as the caller can tell")

    with monkeypatch.context() as patched:
        patched.setattr(store, "commit", commits_and_dies)
        lost = await rig.client.post("/api/v1/incidents", json=RAISE, headers=KEY)
    again = await rig.client.post("/api/v1/incidents", json=RAISE, headers=KEY)

    assert (lost.status_code, again.status_code) == (503, 201)
    assert again.headers["idempotency-replayed"] == "true"
    (only,) = (await rig.client.get("/api/v1/incidents")).json()["items"]
    assert only["id"] == again.json()["id"]


async def test_a_commit_that_fails_keeps_neither_the_incident_nor_the_reply(
    rig: Rig, monkeypatch: pytest.MonkeyPatch
) -> None:
    store: Any = rig.application.store

    async def fails(*given: object) -> None:
        raise StoreUnavailable("the disk is full", retry_after=7)

    with monkeypatch.context() as patched:
        patched.setattr(store, "commit", fails)
        refused = await rig.client.post("/api/v1/incidents", json=RAISE, headers=KEY)
    again = await rig.client.post("/api/v1/incidents", json=RAISE, headers=KEY)

    assert (refused.status_code, refused.headers["retry-after"]) == (503, "7")
    assert (again.status_code, "idempotency-replayed" in again.headers) == (201, False)


async def test_the_secret_of_a_new_token_is_never_kept(rig: Rig) -> None:
    body = {"name": "grafana", "scopes": ["ingest"]}

    first = await rig.client.post("/api/v1/tokens", json=body, headers=KEY)
    again = await rig.client.post("/api/v1/tokens", json=body, headers=KEY)

    secret = first.json()["secret"]
    assert secret.startswith("oncall_")
    assert (again.status_code, again.json()) == (201, first.json() | {"secret": ""})
    assert secret.encode() not in b"".join(path.read_bytes() for path in rig.folder.glob("oncall.db*"))


async def test_reload_and_replay_honour_the_key_too(rig: Rig) -> None:
    source = await rig.client.post("/webhooks/generic", json={"title": "Down", "status": ["x"]})
    (kept,) = (await rig.client.get("/api/v1/quarantine")).json()["items"]
    rules = rig.folder / "routing_rules.yaml"
    rules.write_text(rules.read_text().replace("sources:", "sources:\n  generic: {mapping: {status: state}}"))

    for path in ("/api/v1/rules/reload", f"/api/v1/quarantine/{kept['id']}/replay"):
        first, again = [await rig.client.post(path, headers={"Idempotency-Key": path}) for _ in range(2)]
        assert (first.status_code, again.status_code, again.content) == (200, 200, first.content)
        assert again.headers["idempotency-replayed"] == "true"
    assert source.status_code == 400
