"""The stage with every way to answer at once: the API, a link in a mail, Slack, text messages and a telephone."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from pytest_httpserver import HTTPServer

from tests.stories.phone import ASHA, CHEN, SETTINGS, Phone, connected
from tests.stories.slack_stage import SLACK_RULES, SlackStage, beside, slack_settings
from tests.stories.stage import Stage, stage

EVERYWHERE = (
    SLACK_RULES.replace("slack: U0ASHA", f'slack: U0ASHA, phone: "{ASHA}"')
    .replace("slack: U0CHEN", f'slack: U0CHEN, phone: "{CHEN}"')
    .replace(
        "urgent: [{send: [slack]}, {after: 5m, send: [email]}, {again: 15m}]",
        "urgent: [{send: [slack]}, {after: 3m, send: [sms]}, {after: 5m, send: [voice, email]}, {again: 15m}]",
    )
)
"""Asha and Chen are told on Slack, then by text message after three minutes, then by a call and a mail after five."""


@dataclass(slots=True)
class EveryWay:
    """One story, with the Slack and the telephones beside it."""

    story: Stage
    on_slack: SlackStage
    phone: Phone

    def told(self) -> dict[str, int]:
        """How many messages have gone out so far, by channel."""
        taken = [one["kind"] for one in self.phone.twilio.taken]
        return {
            "slack": sum("thread_ts" not in body for body in self.on_slack.slack.posted.values()),
            "sms": taken.count("Messages"),
            "voice": taken.count("Calls"),
            "email": len(self.story.channel.got),
        }

    async def answer(self, way: str, incident: str) -> None:
        """Asha acknowledges in that way."""
        match way:
            case "api":
                await self.story.act(incident, "acknowledge", by="asha")
            case "link":
                address = self.story.application.links.address(incident, "asha")
                reply = await self.story.client.post(f"{address}/acknowledge")
                assert reply.status_code == 303, reply.text
                await self.story.settle()
            case "button":
                await self.on_slack.click("U0ASHA", "acknowledge")
            case "command":
                await self.on_slack.type("U0ASHA", f"ack {incident}")
                await self.on_slack.rest()
            case "text":
                await self.phone.text(f"4 {self.phone.code(incident)}")
            case "key":
                call = self.phone.calls_to(ASHA)[-1]
                heard = await self.phone.pick_up(call)
                if heard.action:
                    await self.phone.press(call, heard, "4")


@asynccontextmanager
async def every_way(tmp_path: Path, httpserver: HTTPServer, at: str) -> AsyncIterator[EveryWay]:
    """The whole app with all of it, at that local London time."""
    settings = SETTINGS | slack_settings(httpserver)
    async with stage(tmp_path, at, EVERYWHERE, **settings) as story:
        phone = connected(story)
        yield EveryWay(story, beside(story, httpserver), phone)
