"""The processes of a deployment: which they are, what they have in force, and what each role answers."""

import asyncio
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import httpx
import pytest

from app.domain.errors import AppError, StoreRefused
from app.entrypoints.http.app import create_app
from app.entrypoints.worker import Worker
from app.service.migrate import KIND, UNFINISHED
from app.service.ports import Record
from app.service.reload import call_for_reload
from app.service.replicas import announce
from app.wired_store import open_store
from tests.entrypoints.http.rig import RULES, Rig, rigged


async def test_every_process_is_shown_with_its_rules(rig: Rig) -> None:
    mine = rig.application.presence()
    await announce(mine, rig.application.store)
    await announce(replace(mine, name="other", role="worker", rules="older"), rig.application.store)

    shown = (await rig.client.get("/api/v1/replicas")).json()

    assert shown["agree"] is False
    assert [(one["name"], one["role"], one["rules"]) for one in shown["items"]] == sorted(
        [(mine.name, "all", rig.application.in_force.rules.version), ("other", "worker", "older")]
    )


async def test_a_process_that_runs_is_listed_and_one_that_ends_is_not(rig: Rig) -> None:
    worker = Worker(rig.application)

    worker.start()
    for _ in range(200):
        await asyncio.sleep(0.01)
        if running := (await rig.client.get("/api/v1/replicas")).json()["items"]:
            break
    await worker.stop()

    assert [one["name"] for one in running] == [rig.application.name]
    assert (await rig.client.get("/api/v1/replicas")).json()["items"] == []


async def test_a_worker_answers_probes_and_nothing_else(rig: Rig) -> None:
    rig.application.settings = rig.application.settings.model_copy(update={"role": "worker"})
    transport = httpx.ASGITransport(create_app(rig.application))
    async with httpx.AsyncClient(transport=transport, base_url="http://router.test") as client:
        probes = [(await client.get(path)).status_code for path in ("/healthz", "/readyz", "/metrics")]
        others = [
            (await client.get("/api/v1/incidents")).status_code,
            (await client.post("/webhooks/generic", json={"title": "x"})).status_code,
            (await client.post("/v2/enqueue", json={})).status_code,
        ]

    assert probes == [200, 200, 200]
    assert others == [404, 404, 404]


async def test_a_call_from_another_process_makes_this_one_read_its_files(rig: Rig) -> None:
    rig.application.settings = rig.application.settings.model_copy(update={"reload_seconds": 0.02})
    before = rig.application.in_force.rules.version
    rig.application.watch.has_changed = lambda: False  # type: ignore[method-assign]
    worker = Worker(rig.application)
    worker.start()
    await asyncio.sleep(0.2)
    (rig.folder / "routing_rules.yaml").write_text(RULES + "limits: {storm: 9}\n")
    await asyncio.sleep(0.2)
    unheard = rig.application.in_force.rules.version

    await rig.application.store.commit((), (call_for_reload(rig.clock.at + timedelta(seconds=1)),))

    for _ in range(200):
        await asyncio.sleep(0.01)
        if rig.application.in_force.rules.version != before:
            break
    await worker.stop()
    assert unheard == before
    assert rig.application.in_force.rules.limits.storm == 9


@pytest.mark.parametrize("role", ["api", "worker"])
async def test_split_roles_refuse_a_file_with_what_to_do(rig: Rig, role: str) -> None:
    with pytest.raises(StoreRefused, match="redis://"):
        await open_store(rig.application.settings.model_copy(update={"role": role}))


async def test_a_store_that_holds_half_of_another_is_refused(tmp_path: Path) -> None:
    async with rigged(tmp_path) as first:
        await first.application.store.put_record(Record(KIND, UNFINISHED, '"sqlite:///other.db"'))

    with pytest.raises(StoreRefused, match="migrate"):
        async with rigged(tmp_path):
            pass


async def test_a_worker_that_does_not_know_where_its_links_lead_is_refused(tmp_path: Path) -> None:
    with pytest.raises(AppError, match="ONCALL_PUBLIC_URL"):
        async with rigged(tmp_path, role="worker", public_url=""):
            pass
