"""The loops, when what they look after fails for a while."""

import asyncio
from contextlib import suppress
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from structlog.testing import capture_logs

from app.domain.errors import StoreUnavailable
from app.entrypoints.worker import Worker
from app.service.ports import Record
from app.service.reload import KIND as RULES_KIND
from tests.stories.stage import RULES, alert, stage


async def test_rules_that_change_while_the_store_is_full_are_in_force_at_once_and_kept_when_it_is_not(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with stage(tmp_path, "2026-11-22 03:00", reload_seconds=0.02, poll_seconds=0.02) as s:
        app = s.application
        tries, add_record = 0, app.store.add_record

        async def full(record: Record, keep: int | None = None) -> bool:
            nonlocal tries
            if record.kind == RULES_KIND:
                tries += 1
            if tries < 3:
                raise StoreUnavailable("the disk is full")
            return await add_record(record, keep)

        monkeypatch.setattr(type(app.store), "add_record", lambda _, *arguments, **more: full(*arguments, **more))
        worker = Worker(app)
        worker.start()

        (tmp_path / "routing_rules.yaml").write_text(RULES + "limits: {storm: 7}\n")

        in_force: list[bool] = []
        for _ in range(500):
            await asyncio.sleep(0.01)
            if tries and not in_force:
                in_force.append(app.in_force.rules.limits.storm == 7)
            if app.in_force.is_kept and tries:
                break
        await worker.stop()
        assert (in_force, tries) == ([True], 3)
        (latest, *_) = await app.store.records("rules")
        assert latest.id.endswith(app.in_force.rules.version)


async def test_what_is_claimed_while_the_loops_are_told_to_end_is_left_to_the_next_worker(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with stage(tmp_path, "2026-11-22 03:00") as s:
        app = s.application
        claiming, claim = asyncio.Event(), app.store.claim_notifications

        async def slow(*arguments: Any) -> Any:
            claimed = await claim(*arguments)
            claiming.set()
            await asyncio.sleep(0.1)
            return claimed

        group = {"version": "4", "groupKey": "first", "status": "firing", "alerts": [alert("First")]}
        assert (await s.client.post("/webhooks/alertmanager", json=group)).status_code == 202
        monkeypatch.setattr(type(app.store), "claim_notifications", lambda _, *arguments: slow(*arguments))
        worker = Worker(app)
        worker.start()
        await claiming.wait()

        await worker.stop()

        assert s.news() == []
        left = await claim(app.clock.now(), timedelta(seconds=60), 10)
        assert sorted(one.reader for one in left) == ["asha", "ben"]


async def test_a_store_that_goes_away_in_the_midst_of_sending_is_said_once_and_without_a_traceback(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with stage(tmp_path, "2026-11-22 03:00") as s:
        app = s.application
        failed = asyncio.Event()

        async def away(*_: object) -> None:
            failed.set()
            raise StoreUnavailable("the store cannot be reached")

        await s.post(alert())
        monkeypatch.setattr(type(app.dispatcher), "send", away)
        worker = Worker(app)
        with capture_logs() as logged:
            worker.start()
            await failed.wait()
            await worker.stop()

        said = [line for line in logged if line.get("loop") == "dispatch"]
        assert [(line["event"], line["reason"]) for line in said] == [("loop.waits", "the store cannot be reached")]


async def test_a_loop_that_swallows_its_cancellation_holds_up_no_end(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with stage(tmp_path, "2026-11-22 03:00") as s:
        looking, swallowed = asyncio.Event(), 0

        async def stubborn(*arguments: Any) -> Any:
            nonlocal swallowed
            looking.set()
            with suppress(asyncio.CancelledError):
                await asyncio.sleep(60)
            swallowed += 1
            return []

        monkeypatch.setattr("app.entrypoints.worker.ROUND_SECONDS", 0.05)
        monkeypatch.setattr(type(s.application.store), "claim_due", lambda _, *arguments: stubborn(*arguments))
        worker = Worker(s.application)
        worker.start()
        await looking.wait()

        async with asyncio.timeout(5):
            await worker.stop()

        assert swallowed == 1
