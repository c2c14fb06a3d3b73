"""Liveness never looks at the store; readiness asks it for a real write; figures can be scraped."""

import asyncio
import os
from pathlib import Path
from typing import Any

import pytest

from app.domain.errors import StoreUnavailable
from app.entrypoints.http import probes
from app.service.ports import Record
from tests.entrypoints.http.rig import Rig
from tests.stories.outages import replica, switchable
from tests.stories.stage import alert


async def test_alive_and_ready(rig: Rig) -> None:
    alive, ready = await rig.client.get("/healthz"), await rig.client.get("/readyz")

    version = rig.application.in_force.rules.version
    assert (alive.status_code, alive.json()) == (200, {"status": "alive"})
    assert ready.json() == {
        "ready": True,
        "reasons": [],
        "rules": version,
        "refused": 0,
        "store": "up",
        "journal": 0,
    }


async def test_with_the_store_gone_it_is_alive_and_not_ready(rig: Rig) -> None:
    await rig.application.store.close()

    alive, ready = await rig.client.get("/healthz"), await rig.client.get("/readyz")

    assert (alive.status_code, ready.status_code) == (200, 503)
    assert ready.json()["reasons"] == ["the store cannot keep anything: the store is closed"]


async def test_a_store_that_does_not_answer_makes_it_not_ready(rig: Rig, monkeypatch: pytest.MonkeyPatch) -> None:
    store: Any = rig.application.store

    async def hangs(record: Record) -> None:
        await asyncio.Event().wait()

    monkeypatch.setattr(probes, "PATIENCE", 0.01)
    monkeypatch.setattr(store, "put_record", hangs)

    ready = await rig.client.get("/readyz")

    assert (ready.status_code, ready.json()["reasons"]) == (503, ["the store did not answer within 0.01 s"])


async def test_the_store_is_asked_at_most_once_a_second(rig: Rig, monkeypatch: pytest.MonkeyPatch) -> None:
    store: Any = rig.application.store
    asked = 0

    async def counts(record: Record) -> None:
        nonlocal asked
        asked += 1
        raise StoreUnavailable("the disk is full")

    monkeypatch.setattr(store, "put_record", counts)

    replies = [await rig.client.get("/readyz") for _ in range(5)]

    assert ({reply.status_code for reply in replies}, asked) == ({503}, 1)


async def test_figures_are_in_the_format_of_prometheus(rig: Rig) -> None:
    await rig.opened()

    reply = await rig.client.get("/metrics")

    assert reply.headers["content-type"].startswith("text/plain; version=")
    assert 'oncall_alerts_total{outcome="opened",source="generic"} 1.0' in reply.text


async def test_with_the_store_gone_and_room_in_the_journal_it_is_ready_and_says_what_is_wrong(tmp_path: Path) -> None:
    async with switchable(tmp_path) as switch, replica(tmp_path / "one", "2026-11-22 03:00", switch) as story:
        switch.away = True
        await story.fire(alert())

        alive, ready = await story.client.get("/healthz"), await story.client.get("/readyz")

        assert (alive.status_code, ready.status_code) == (200, 200)
        assert ready.json() | {"rules": ""} == {
            "ready": True,
            "reasons": ["the store cannot keep anything: the store is out of reach"],
            "rules": "",
            "refused": 0,
            "store": "away",
            "journal": 1,
        }


async def test_with_the_store_gone_and_a_journal_that_cannot_be_written_it_is_not_ready(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(descriptor: int) -> None:
        raise OSError(5, "Input/output error")

    async with switchable(tmp_path) as switch, replica(tmp_path / "one", "2026-11-22 03:00", switch) as story:
        switch.away = True
        monkeypatch.setattr(os, "fsync", fails)
        refused = await story.client.post("/webhooks/generic", json={"title": "Down"})

        ready = await story.client.get("/readyz")

        assert (refused.status_code, ready.status_code) == (503, 503)
        assert ready.json()["reasons"] == [
            "the store cannot keep anything: the store is out of reach; and the journal has no room"
        ]
        monkeypatch.undo()


async def test_what_too_few_replicas_confirm_is_told_apart_from_a_store_that_is_away(tmp_path: Path) -> None:
    async with switchable(tmp_path) as switch, replica(tmp_path / "one", "2026-11-22 03:00", switch) as story:
        switch.unconfirmed = True

        ready = await story.client.get("/readyz")

        assert (ready.status_code, ready.json()["store"]) == (200, "unconfirmed")
