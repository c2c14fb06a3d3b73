"""The stage with a Slack beside it: a local server that takes only what Slack's pages allow."""

import hmac
import json
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from hashlib import sha256
from itertools import count
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import httpx
from pytest_httpserver import HTTPServer

from app.adapters.channels.slack import Slack
from app.adapters.channels.slack_api import SlackApi
from tests.adapters.channels.fake_slack import FakeSlack
from tests.stories.stage import PEOPLE, RULES, Stage, stage

TOKEN = "xoxb-story"
SIGNING = "slack-signing-secret-of-the-story"
TEAM = "T0STORY"
ASHA, BEN, CHEN, CARD_ROOM, WEB_ROOM = "U0ASHA", "U0BEN", "U0CHEN", "C0CARDS", "C0WEB"

SLACK_PEOPLE = """
people:
  asha: {name: Asha, email: asha@example.com, slack: U0ASHA, on_call_since: 2026-01-01}
  ben: {name: Ben, email: ben@example.com, slack: U0BEN, on_call_since: 2026-01-01}
  chen: {name: Chen, email: chen@example.com, slack: U0CHEN, on_call_since: 2026-01-01}
  dee: {name: Dee, email: dee@example.com, on_call_since: 2026-01-01}
  eve: {name: Eve, email: eve@example.com}
  cto: {name: Cleo, email: cto@example.com, engineer: false}
"""
SLACK_RULES = (
    RULES.replace(PEOPLE, SLACK_PEOPLE)
    .replace(
        "payments: {name: Payments, email: payments@example.com, members: [asha, ben]}",
        "payments: {name: Payments, channel: C0CARDS, members: [asha, ben]}\n"
        "  web: {name: Web, channel: C0WEB, members: [chen, dee]}\n"
        "  silent: {name: Silent, members: [dee]}",
    )
    .replace(
        "urgent: [{send: [email]}, {again: 15m}]",
        "urgent: [{send: [slack]}, {after: 5m, send: [email]}, {again: 15m}]",
    )
)


def signed(body: bytes, stamp: int, secret: str = SIGNING) -> dict[str, str]:
    """The headers that Slack puts on a request."""
    proof = hmac.new(secret.encode(), b"v0:%d:" % stamp + body, sha256).hexdigest()
    return {
        "content-type": "application/x-www-form-urlencoded",
        "x-slack-request-timestamp": str(stamp),
        "x-slack-signature": f"v0={proof}",
    }


@dataclass(slots=True)
class SlackStage:
    """The story, the Slack that it posts to, and what people do there."""

    story: Stage
    slack: FakeSlack
    url: str
    _ticks: "count[int]" = field(default_factory=count)

    async def click(self, user: str, answer: str, place: int = 0, settle: bool = True) -> httpx.Response:
        """Press a button below the message that stands at that place of the member's conversation."""
        return await self.send(self.clicked(user, answer, place), settle)

    def clicked(self, user: str, answer: str, place: int = 0, room: str = "") -> dict[str, Any]:
        """The payload of such a click."""
        channel = room or f"D{user[1:]}"
        ts, body = [(ts, body) for (where, ts), body in self.slack.posted.items() if where == channel][place]
        buttons = {one["action_id"]: one for block in body["blocks"] for one in block.get("elements", ())}
        button = buttons.get(answer) or {**next(iter(buttons.values())), "action_id": answer}
        return {
            "type": "block_actions",
            "team": {"id": TEAM, "domain": "story"},
            "user": {"id": user, "username": "somebody", "team_id": TEAM},
            "api_app_id": "A0STORY",
            "container": {"type": "message", "message_ts": ts, "channel_id": channel, "is_ephemeral": False},
            "trigger_id": f"12345.98765.{next(self._ticks)}",
            "response_url": f"{self.url}/hear/{user}",
            "actions": [{**button, "block_id": "b", "action_ts": f"1548426417.{next(self._ticks):06d}"}],
        }

    def written(self, user: str, text: str) -> dict[str, Any]:
        """The payload of the form that was opened last, with a text in its only field."""
        [block] = self.slack.views[-1]["blocks"]
        return self.filled(user, **{block["block_id"]: text})

    def filled(self, user: str, **answers: str) -> dict[str, Any]:
        """The same of a form with several fields: each answer by its block."""
        view = self.slack.views[-1]
        values = {
            block["block_id"]: {block["element"]["action_id"]: _answered(block["element"], answers[block["block_id"]])}
            for block in view["blocks"]
            if block["block_id"] in answers
        }
        return {
            "type": "view_submission",
            "team": {"id": TEAM, "domain": "story"},
            "user": {"id": user, "username": "somebody", "team_id": TEAM},
            "view": {**view, "id": f"V{next(self._ticks)}", "state": {"values": values}},
        }

    async def send(self, payload: dict[str, Any], settle: bool = True) -> httpx.Response:
        """Post an interaction as Slack does."""
        return await self.post("interactions", {"payload": json.dumps(payload)}, settle)

    async def type(self, user: str, text: str) -> str:
        """Type `/oncall …`; what the member is answered at once."""
        reply = await self.post("commands", self.typed(user, text))
        assert (reply.status_code, reply.json()["response_type"]) == (200, "ephemeral"), reply.text
        return str(reply.json()["text"])

    def typed(self, user: str, text: str) -> dict[str, str]:
        """The form of such a command."""
        return {
            "team_id": TEAM,
            "user_id": user,
            "user_name": "somebody",
            "command": "/oncall",
            "text": text,
            "response_url": f"{self.url}/hear/{user}",
            "trigger_id": f"12345.98765.{next(self._ticks)}",
        }

    async def post(self, path: str, form: dict[str, str], settle: bool = True) -> httpx.Response:
        body = urlencode(form).encode()
        headers = signed(body, int(self.story.clock.now().timestamp()))
        reply = await self.story.client.post(f"/slack/{path}", content=body, headers=headers)
        if settle:
            await self.story.settle()
        return reply

    async def rest(self) -> None:
        """Let everything end that goes on after Slack was answered, and what follows from it."""
        await self.story.app.state.slack.rest()
        await self.story.settle()

    def whispers(self) -> list[str]:
        """What was said to single people since the last look."""
        said, self.slack.ephemeral[:] = list(self.slack.ephemeral), []
        return said


def _answered(element: dict[str, Any], answer: str) -> dict[str, Any]:
    if element["type"] == "static_select":
        return {"type": "static_select", "selected_option": {"value": answer}}
    return {"type": "plain_text_input", "value": answer}


def slack_settings(httpserver: HTTPServer) -> dict[str, Any]:
    """The settings under which the app talks to the Slack of this server, and believes it."""
    return {"slack_token": TOKEN, "slack_signing_secret": SIGNING, "slack_api_url": httpserver.url_for("/api")}


def beside(story: Stage, httpserver: HTTPServer) -> SlackStage:
    """A Slack beside this story, in which the app of these settings posts."""
    fake = FakeSlack(TOKEN, frozenset({ASHA, BEN, CHEN, CARD_ROOM, WEB_ROOM, "D0ASHA", "D0BEN", "D0CHEN"}))
    httpserver.expect_request(re.compile(r"/api/[a-z]+\.\w+"), method="POST").respond_with_handler(fake)
    httpserver.expect_request(re.compile(r"/api/hear/.*"), method="POST").respond_with_handler(fake.hear)
    url = httpserver.url_for("/api")
    channels = story.application.dispatcher.channels
    assert isinstance(channels, dict)
    channels["slack"] = Slack(SlackApi(story.application.http, TOKEN, url), answerable=True)
    return SlackStage(story, fake, url)


@asynccontextmanager
async def slack_stage(
    tmp_path: Path, httpserver: HTTPServer, at: str, rules: str = SLACK_RULES
) -> AsyncIterator[SlackStage]:
    """The whole app with Slack and e-mail, at that local London time."""
    async with stage(tmp_path, at, rules, **slack_settings(httpserver)) as story:
        yield beside(story, httpserver)
