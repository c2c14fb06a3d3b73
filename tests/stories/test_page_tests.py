"""Somebody is sent a test page: by every method, and each is known to work only when its reader has said so."""

from pathlib import Path
from typing import Any

import pytest

from app.domain.message import MessageKind
from tests.stories.phone import ASHA, Phone, telephones
from tests.stories.stage import BOTH_STORES, RULES, Remembering, Stage, alert, stage

pytestmark = [BOTH_STORES, pytest.mark.usefixtures("on_every_store")]

NOON = "2026-11-22 12:00"
TWO_WAYS = RULES.replace("email: asha@example.com", "email: asha@example.com, slack: U0ASHA")


async def send_test(story: Stage, person: str = "asha", **body: Any) -> str:
    """Send it; its id."""
    reply = await story.client.post(f"/api/v1/people/{person}/test-page", json=body)
    assert reply.status_code == 202, reply.text
    await story.settle()
    return str(reply.json()["id"])


async def results(story: Stage, test: str) -> dict[str, tuple[str, str, bool]]:
    """State, reason, and whether it was confirmed, by channel."""
    items = (await story.client.get(f"/api/v1/test-pages/{test}")).json()["items"]
    return {one["channel"]: (one["state"], one["reason"], one["verified_at"] is not None) for one in items}


async def lacks(story: Stage, person: str = "asha") -> list[str]:
    items = (await story.client.get("/api/v1/people/readiness")).json()["items"]
    return next(list(one["lacks"]) for one in items if one["person"] == person)


async def test_it_comes_by_every_method_and_each_link_confirms_its_own(tmp_path: Path) -> None:
    async with stage(tmp_path, NOON, TWO_WAYS) as story:
        slack = Remembering(story.clock, "slack")
        story.application.dispatcher.channels = {"email": story.channel, "slack": slack}

        test = await send_test(story, by="ben")

        (_, mail), (_, post) = story.channel.got[-1], slack.got[-1]
        assert {mail.kind, post.kind} == {MessageKind.TEST}
        assert mail.headline == "TEST, nothing is wrong: a test page for Asha by email"
        assert await results(story, test) == {"email": ("sent", "", False), "slack": ("sent", "", False)}
        assert await lacks(story) == ["no_phone", "unverified"]

        await story.client.get(mail.link())
        assert (await results(story, test))["email"] == ("sent", "", False), "a scanner of mails confirms nothing"

        reply = await story.client.post(mail.link())
        assert "email reaches you" in reply.text
        assert await results(story, test) == {"email": ("sent", "", True), "slack": ("sent", "", False)}
        await story.client.post(post.link())
        assert await lacks(story) == ["no_phone"]


async def test_a_link_confirms_nothing_when_it_is_changed_or_belongs_to_an_incident(tmp_path: Path) -> None:
    async with stage(tmp_path, NOON, TWO_WAYS) as story:
        test = await send_test(story)
        link = story.channel.got[-1][1].link()
        incident = await story.fire_one(alert())
        action = story.application.links.address(incident, "asha")

        replies = [
            await story.client.post(f"{link}x"),
            await story.client.post(action.replace("/a/", "/t/")),
            await story.client.post(f"{link.replace('/t/', '/a/')}/acknowledge"),
        ]

        assert [reply.status_code for reply in replies] == [401, 401, 401]
        assert not any(confirmed for _, _, confirmed in (await results(story, test)).values())


async def test_a_method_that_fails_is_named_until_it_works_again(tmp_path: Path) -> None:
    async with stage(tmp_path, NOON) as story:
        story.channel.dead.add("asha@example.com")
        test = await send_test(story)

        assert await results(story, test) == {"email": ("failed", "no such mailbox", False)}
        assert await lacks(story) == ["bounced", "no_phone", "unverified"]

        story.channel.dead.clear()
        await story.application.reached.refresh()
        await send_test(story)
        assert await lacks(story) == ["no_phone", "unverified"]


async def test_a_text_message_is_known_by_its_receipt_and_a_call_by_a_key(tmp_path: Path) -> None:
    async with telephones(tmp_path, NOON) as phone:
        test = await send_test(phone.story)
        [text], [call] = phone.texts_to(ASHA), phone.calls_to(ASHA)
        assert text["Body"].startswith("TEST, nothing is wrong: a test page for Asha by sms")
        await phone.status(text, "undelivered", ErrorCode="30003")

        await press_any_key(phone, call)

        found = await results(phone.story, test)
        assert found["voice"] == ("delivered", "", True)
        assert found["sms"][0] == "failed"
        assert "30003" in found["sms"][1]


async def test_a_quiet_one_goes_where_the_quiet_ladder_goes(tmp_path: Path) -> None:
    async with stage(tmp_path, NOON, TWO_WAYS) as story:
        slack = Remembering(story.clock, "slack")
        story.application.dispatcher.channels = {"email": story.channel, "slack": slack}

        test = await send_test(story, urgency="quiet")

        assert list(await results(story, test)) == ["email"]
        assert slack.got == []


async def press_any_key(phone: Phone, call: dict[str, str]) -> None:
    heard = await phone.pick_up(call)
    assert "Press any key" in heard.said
    assert (await phone.press(call, heard, "1")).said == "Thank you. Goodbye."
