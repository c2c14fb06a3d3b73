"""The loops, when what they look after fails for a while."""

import asyncio
from pathlib import Path
from typing import Any

import pytest

from app.domain.errors import StoreUnavailable
from app.entrypoints.worker import Worker
from tests.stories.stage import RULES, stage


async def test_rules_that_changed_while_the_store_was_full_come_into_force_when_it_is_not(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with stage(tmp_path, "2026-11-22 03:00", reload_seconds=0.02, poll_seconds=0.02) as s:
        app = s.application
        before, tries, add_record = app.in_force.rules.version, 0, app.store.add_record

        async def full(*arguments: Any, **more: Any) -> bool:
            nonlocal tries
            tries += 1
            if tries < 3:
                raise StoreUnavailable("the disk is full")
            return await add_record(*arguments, **more)

        monkeypatch.setattr(type(app.store), "add_record", lambda _, *arguments, **more: full(*arguments, **more))
        worker = Worker(app)
        worker.start()

        (tmp_path / "routing_rules.yaml").write_text(RULES + "limits: {storm: 7}\n")

        for _ in range(500):
            await asyncio.sleep(0.01)
            if app.in_force.rules.version != before:
                break
        assert tries == 3
        assert app.in_force.rules.limits.storm == 7
        await worker.stop()
