"""The worker hands the triage queue over by itself."""

import asyncio
from pathlib import Path

import pytest

from app.entrypoints.worker import Worker
from tests.stories.stage import alert, london, stage


async def test_a_worker_tells_of_a_handover_when_its_hour_has_come(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.entrypoints.worker.TRIAGE_SECONDS", 0.02)
    async with stage(tmp_path, "2026-11-23 12:00", poll_seconds=0.02) as story:
        await story.fire(alert(severity="warning"))
        story.news()
        worker = Worker(story.application)
        worker.start()
        while await story.application.store.record("triage-handover", "latest") is None:
            await asyncio.sleep(0.01)

        story.clock.at = london("2026-11-30 09:00")

        async with asyncio.timeout(10):
            while not story.channel.got[1:]:
                await asyncio.sleep(0.01)
        await worker.stop()
        assert story.news() == ["Mon 09:00 notice eve"]
