"""The worker hands the triage queue over by itself."""

import asyncio
from pathlib import Path

import pytest

from app.entrypoints.worker import Worker
from app.service.triage_handover import LATEST
from tests.stories.stage import alert, london, stage

MOST_LOOKS = 500


async def test_a_worker_tells_of_a_handover_when_its_hour_has_come(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.entrypoints.chores.TRIAGE_SECONDS", 0.02)
    async with stage(tmp_path, "2026-11-23 12:00", poll_seconds=0.02) as story:
        await story.fire(alert(severity="warning"))
        story.news()
        worker = Worker(story.application)
        worker.start()
        for _ in range(MOST_LOOKS):
            if await story.application.store.record(*LATEST):
                break
            await asyncio.sleep(0.01)

        story.clock.at = london("2026-11-30 09:00")

        told: list[str] = []
        for _ in range(MOST_LOOKS):
            if told := story.news():
                break
            await asyncio.sleep(0.01)
        await worker.stop()
        assert told == ["Mon 09:00 notice eve"]
