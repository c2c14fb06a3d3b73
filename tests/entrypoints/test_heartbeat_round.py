"""The loop that looks after heartbeats, in a worker that runs."""

import asyncio
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from structlog.testing import capture_logs

from app.entrypoints.worker import Worker
from app.wiring import Application
from tests.stories.outages import replica, switchable
from tests.stories.stage import RULES, stage

NIGHT = "2026-11-22 03:00"
QUICK = RULES + "heartbeats:\n  beat: {every: 10s, grace: 0s, squad: payments}\n"


def figure(app: Application, name: str, **labels: str) -> float:
    return app.metrics.registry.get_sample_value(name, labels) or 0.0


async def test_a_worker_notices_a_silence_counts_it_and_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.entrypoints.heartbeat_round.WATCH_SECONDS", 0.02)
    async with stage(tmp_path, NIGHT, QUICK, poll_seconds=0.02) as story:
        app, worker = story.application, Worker(story.application)
        with capture_logs() as logged:
            worker.start()
            await until(app, "oncall_heartbeats", 1, state="new")
            story.clock.at += timedelta(seconds=11)
            await until(app, "oncall_heartbeats", 1, state="quiet")
            await story.client.post("/heartbeats/beat")
            await until(app, "oncall_heartbeats", 1, state="ok")
            await worker.stop()

        assert figure(app, "oncall_alerts_total", source="heartbeats", outcome="triaged") == 1
        assert figure(app, "oncall_alerts_total", source="heartbeats", outcome="resolved") == 1
        assert figure(app, "oncall_without_runbook_total", squad="payments") == 1
        said = [(line["event"], line["heartbeat"]) for line in logged if line["event"].startswith("heartbeat.")]
        assert said == [("heartbeat.quiet", "beat"), ("heartbeat.over", "beat")]


async def test_a_process_that_only_takes_pings_gives_the_store_those_that_wait_and_watches_nobody(
    tmp_path: Path,
) -> None:
    async with switchable(tmp_path) as switch:
        settings: dict[str, Any] = {"role": "api", "poll_seconds": 0.02}
        async with replica(tmp_path / "api", NIGHT, switch, QUICK, **settings) as story:
            app, worker = story.application, Worker(story.application)
            switch.away = True
            await story.client.post("/heartbeats/beat")
            worker.start()
            await asyncio.sleep(0.1)
            waiting = dict(app.pings.waiting)
            switch.away = False
            for _ in range(500):
                if not app.pings.waiting:
                    break
                await asyncio.sleep(0.01)
            await worker.stop()

            assert set(waiting) == {"beat"}
            assert await switch.store.record("heartbeat-ping", "beat")
            assert await switch.store.record("heartbeat", "beat") is None


async def until(app: Application, name: str, value: float, **labels: str) -> None:
    for _ in range(500):
        if figure(app, name, **labels) == value:
            return
        await asyncio.sleep(0.01)
    raise AssertionError(f"{name} {labels} never came to {value}")
