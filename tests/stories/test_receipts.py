"""A provider takes a message, and says only later what became of it: the truth is written down, and acted on."""

from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from app.domain.message import Message
from app.domain.notification import Result, Sent
from app.domain.receipt import Receipt
from app.service.receipts import Heard
from tests.stories.stage import RULES, Stage, alert, stage

pytestmark = pytest.mark.usefixtures("on_every_store")

PHONES = RULES.replace("email: asha@example.com", 'phone: "+441632960001"').replace(
    "ladders:\n  urgent: [{send: [email]}", "ladders:\n  urgent: [{send: [email, sms]}, {after: 10m, send: [voice]}"
)
WITHIN = timedelta(seconds=90)


@dataclass(slots=True)
class Carrier:
    """Takes everything and promises a receipt; `meanwhile` happens while a message is being handed over."""

    story: Stage
    name: str
    got: list[str] = field(default_factory=list)
    meanwhile: Callable[[str], Coroutine[Any, Any, None]] | None = None

    async def send(self, message: Message) -> Result:
        reference = f"{self.name.upper()}{len(self.got) + 1}"
        self.got.append(f"{self.story.clock.at:%H:%M:%S}")
        if self.meanwhile:
            await self.meanwhile(reference)
        return Sent(reference, WITHIN)


def with_carriers(story: Stage) -> tuple[Carrier, Carrier]:
    sms, voice = Carrier(story, "sms"), Carrier(story, "voice")
    story.application.dispatcher.channels = {"email": story.channel, "sms": sms, "voice": voice}
    return sms, voice


async def hear(story: Stage, incident: str, reference: str, receipt: Receipt) -> None:
    await story.application.receipts.take([incident], Heard(reference, receipt, "the carrier says no"))
    await story.settle()


async def ways(story: Stage, incident: str) -> list[tuple[str, str]]:
    """How each of Asha's sendings stands."""
    reply = await story.client.get(f"/api/v1/incidents/{incident}/notifications")
    rows = [row for row in reply.json()["items"] if row["reader"] == "asha"]
    return [(send["channel"], send["state"]) for row in rows for send in row["sends"]]


async def test_accepted_and_delivered_leaves_the_call_where_it_was(tmp_path: Path) -> None:
    async with stage(tmp_path, "2026-11-22 03:00", PHONES) as story:
        _, voice = with_carriers(story)
        incident = await story.fire_one(alert())

        await hear(story, incident, "SMS1", Receipt.DELIVERED)
        await hear(story, incident, "SMS1", Receipt.DELIVERED)
        await story.go_to("2026-11-22 03:12")

        assert voice.got == ["03:10:00"]
        assert (await ways(story, incident))[0] == ("sms", "delivered")


async def test_accepted_and_undelivered_is_called_at_once(tmp_path: Path) -> None:
    async with stage(tmp_path, "2026-11-22 03:00", PHONES) as story:
        _, voice = with_carriers(story)
        incident = await story.fire_one(alert())
        await story.pass_time(timedelta(seconds=20))

        await hear(story, incident, "SMS1", Receipt.UNDELIVERED)

        assert voice.got == ["03:00:20"]
        assert await ways(story, incident) == [("sms", "failed"), ("voice", "sent")]


async def test_accepted_and_never_delivered_is_called_after_90_seconds(tmp_path: Path) -> None:
    async with stage(tmp_path, "2026-11-22 03:00", PHONES) as story:
        _, voice = with_carriers(story)

        await story.fire_one(alert())
        await story.pass_time(timedelta(minutes=2))

        assert voice.got == ["03:01:30"]


async def test_a_receipt_that_comes_while_the_message_is_being_handed_over_is_not_lost(tmp_path: Path) -> None:
    async with stage(tmp_path, "2026-11-22 03:00", PHONES) as story:
        sms, voice = with_carriers(story)
        [incident] = (await story.post(alert()))["incidents"]

        async def refused_at_once(reference: str) -> None:
            await story.application.receipts.take([incident], Heard(reference, Receipt.UNDELIVERED, "no such number"))

        sms.meanwhile = refused_at_once
        await story.settle()

        assert voice.got == ["03:00:00"]
        assert await ways(story, incident) == [("sms", "failed"), ("voice", "sent")]


async def test_a_late_delivery_that_comes_while_the_call_is_being_made_is_written_down(tmp_path: Path) -> None:
    async with stage(tmp_path, "2026-11-22 03:00", PHONES) as story:
        _, voice = with_carriers(story)
        incident = await story.fire_one(alert())

        async def delivered_after_all(reference: str) -> None:
            await story.application.receipts.take([incident], Heard("SMS1", Receipt.DELIVERED))

        voice.meanwhile = delivered_after_all
        await story.pass_time(timedelta(minutes=2))

        assert await ways(story, incident) == [("sms", "delivered"), ("voice", "sent")]


async def test_a_receipt_that_comes_after_the_page_has_ended_is_written_down_and_calls_nobody(tmp_path: Path) -> None:
    async with stage(tmp_path, "2026-11-22 03:00", PHONES) as story:
        _, voice = with_carriers(story)
        incident = await story.fire_one(alert())
        await story.act(incident, "acknowledge", by="asha")
        await story.pass_time(timedelta(minutes=2))

        await hear(story, incident, "SMS1", Receipt.UNDELIVERED)
        await story.pass_time(timedelta(minutes=20))

        assert voice.got == []
        assert await ways(story, incident) == [("sms", "failed"), ("voice", "skipped")]


async def test_somebody_whom_no_receipt_reaches_is_unreachable_and_the_next_human_is_told(tmp_path: Path) -> None:
    async with stage(tmp_path, "2026-11-22 03:00", PHONES) as story:
        with_carriers(story)
        incident = await story.fire_one(alert())

        await hear(story, incident, "SMS1", Receipt.UNDELIVERED)
        await hear(story, incident, "VOICE1", Receipt.UNDELIVERED)

        assert "Sun 03:00 page chen" in story.news()
        told = [line for line in await story.timeline(incident) if "could not be reached" in line]
        assert "sms: the carrier says no; voice: the carrier says no" in told[0]


async def test_a_call_that_rang_in_vain_rings_again_with_the_next_round(tmp_path: Path) -> None:
    only_calls = PHONES.replace("{send: [email, sms]}, {after: 10m, send: [voice]}", "{send: [email, voice]}")
    async with stage(tmp_path, "2026-11-22 03:00", only_calls) as story:
        sms, voice = with_carriers(story)
        incident = await story.fire_one(alert())

        await hear(story, incident, "VOICE1", Receipt.UNANSWERED)
        await story.go_to("2026-11-22 03:17")

        assert (sms.got, voice.got) == (["03:00:00"], ["03:00:00", "03:16:30"])
        assert "Sun 03:00 page chen" not in story.news()


async def test_a_receipt_of_a_message_that_nobody_sent_changes_nothing(tmp_path: Path) -> None:
    async with stage(tmp_path, "2026-11-22 03:00", PHONES) as story:
        with_carriers(story)
        incident = await story.fire_one(alert())

        await hear(story, incident, "SMS9", Receipt.UNDELIVERED)
        await hear(story, "nobody", "SMS1", Receipt.UNDELIVERED)

        assert await ways(story, incident) == [("sms", "sent"), ("voice", "pending")]
