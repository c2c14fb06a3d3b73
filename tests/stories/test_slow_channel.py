"""A provider that hangs holds up whoever is told by it, and nobody else."""

import asyncio
from dataclasses import dataclass, field
from pathlib import Path
from time import monotonic

import pytest

from app.domain.message import Message
from app.domain.notification import Result, Sent
from app.entrypoints.worker import Worker
from tests.stories.stage import BOTH_STORES, RULES, Stage, alert, stage

pytestmark = [BOTH_STORES, pytest.mark.usefixtures("on_every_store")]

CROWD = [f"p{number:02}" for number in range(40)]


@dataclass
class Hanging:
    """Takes a message and says nothing for a minute, or until `gate`."""

    name: str = "telegram"
    got: list[Message] = field(default_factory=list)
    gate: asyncio.Event = field(default_factory=asyncio.Event)

    async def send(self, message: Message) -> Result:
        self.got.append(message)
        async with asyncio.timeout(60):
            await self.gate.wait()
        return Sent()


def rules_of_a_crowd() -> str:
    """Everybody of the crowd is told by Telegram alone, each of a service of their own; Asha, on call, by mail."""
    people = "".join(f"  {one}: {{telegram: {number}, engineer: false}}\n" for number, one in enumerate(CROWD, 1000))
    policies = "".join(f"  {one}: {{in_hours: [{{tell: {one}}}], out_of_hours: [{{tell: {one}}}]}}\n" for one in CROWD)
    rules = "".join(
        f"  - {{match: ['service=\"{one}\"'], severity: critical, runbook: payments-api-down, policy: {one}}}\n"
        for one in CROWD
    )
    return (
        RULES.replace("people:\n", f"people:\n{people}")
        .replace("policies:\n", f"policies:\n{policies}")
        .replace("urgent: [{send: [email]}", "urgent: [{send: [email, push]}")
        .replace("rules:\n", f"rules:\n{rules}")
    )


async def test_a_provider_that_hangs_for_a_minute_holds_up_nobody_who_is_told_in_another_way(tmp_path: Path) -> None:
    async with stage(tmp_path, "2026-11-22 03:00", rules_of_a_crowd(), poll_seconds=0.02) as s:
        hanging = Hanging()
        s.application.dispatcher.channels = {"email": s.channel, "telegram": hanging}
        worker = Worker(s.application)
        worker.start()
        for one in CROWD:
            await s.post(alert(f"Down{one}", service=one), group=one)
            await asyncio.sleep(0.05)  # Each is claimed in a round of its own, and no round ends.

        start = monotonic()
        await s.post(alert("PaymentsApiDown"), group="payments")
        await until_asha_is_told(s)
        took = monotonic() - start

        hanging.gate.set()
        await worker.stop()
        assert took < 3
        assert len(hanging.got) >= 16


async def until_asha_is_told(s: Stage) -> None:
    for _ in range(1_000):
        if any(message.address == "asha@example.com" for _, message in s.channel.got):
            return
        await asyncio.sleep(0.005)
