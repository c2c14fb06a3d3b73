"""Which way a person is reached, and what happens when the ways run out."""

from pathlib import Path

import pytest

from tests.stories.stage import RULES, Remembering, alert, stage

pytestmark = pytest.mark.usefixtures("on_every_store")

ONLY_SLACK_LADDER = RULES.replace("urgent: [{send: [email]}, {again: 15m}]", "urgent: [{send: [slack]}, {again: 15m}]")


async def test_methods_that_the_ladder_leaves_out_are_tried_before_somebody_counts_as_unreachable(
    tmp_path: Path,
) -> None:
    rules = ONLY_SLACK_LADDER.replace("email: asha@example.com", "email: asha@example.com, slack: U1")
    async with stage(tmp_path, "2026-11-22 03:00", rules) as story:
        await story.fire_one(alert())

        assert story.news() == ["Sun 03:00 page asha", "Sun 03:00 page ben"]


async def test_triage_without_a_squad_is_posted_to_the_first_responder_and_pages_nobody(tmp_path: Path) -> None:
    async with stage(tmp_path, "2026-11-22 03:00") as story:
        await story.fire(alert("NoBookAtAll", service="unowned"))
        await story.go_to("2026-11-22 12:00")

        assert story.news() == ["Sun 03:00 post eve"]


async def test_a_reason_given_with_a_second_call_is_written_down(tmp_path: Path) -> None:
    async with stage(tmp_path, "2026-11-22 03:00") as story:
        incident = await story.fire_one(alert())
        await story.act(incident, "second-line", by="asha")
        story.news()

        reply = await story.act(incident, "second-line", by="asha", reason="the disk is full too")

        assert reply["effect"] == "recorded"
        assert "the disk is full too" in await story.timeline(incident)
        assert story.news() == []


async def test_push_is_on_every_phone_at_once_and_the_rest_when_none_of_them_works(tmp_path: Path) -> None:
    rules = RULES.replace("urgent: [{send: [email]}", "urgent: [{send: [push]}").replace(
        "email: asha@example.com", "email: asha@example.com, ntfy: asha-k3Vw8pQz, telegram: 123456789"
    )
    async with stage(tmp_path, "2026-11-22 03:00", rules) as story:
        ntfy, telegram = Remembering(story.clock, "ntfy"), Remembering(story.clock, "telegram")
        story.application.dispatcher.channels = {"email": story.channel, "ntfy": ntfy, "telegram": telegram}

        await story.fire_one(alert())

        assert [[message.address for _, message in phone.got] for phone in (ntfy, telegram)] == [
            ["asha-k3Vw8pQz"],
            ["123456789"],
        ]
        assert story.news() == ["Sun 03:00 page ben"]

        ntfy.dead = telegram.dead = {"*"}
        await story.fire(alert("OtherThing", service="payments"), group="g2")

        assert story.news() == ["Sun 03:00 page asha", "Sun 03:00 page ben"]
