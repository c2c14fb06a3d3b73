"""The stage with a Slack beside it: a local server that takes only what Slack's pages allow."""

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pytest_httpserver import HTTPServer

from app.adapters.channels.slack import Slack
from app.adapters.channels.slack_api import SlackApi
from tests.adapters.channels.fake_slack import FakeSlack
from tests.stories.stage import PEOPLE, RULES, Stage, stage

TOKEN = "xoxb-story"
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


@dataclass(slots=True)
class SlackStage:
    """The story, and the Slack that it posts to."""

    story: Stage
    slack: FakeSlack


@asynccontextmanager
async def slack_stage(
    tmp_path: Path, httpserver: HTTPServer, at: str, rules: str = SLACK_RULES, **settings: Any
) -> AsyncIterator[SlackStage]:
    """The whole app with Slack and e-mail, at that local London time."""
    fake = FakeSlack(TOKEN, frozenset({ASHA, BEN, CHEN, CARD_ROOM, WEB_ROOM, "D0ASHA", "D0BEN", "D0CHEN"}))
    httpserver.expect_request(re.compile(r"/api/[a-z]+\.\w+"), method="POST").respond_with_handler(fake)
    httpserver.expect_request(re.compile(r"/api/hear/.*"), method="POST").respond_with_handler(fake.hear)
    url = httpserver.url_for("/api")
    async with stage(tmp_path, at, rules, slack_token=TOKEN, slack_api_url=url, **settings) as story:
        slack = Slack(SlackApi(story.application.http, TOKEN, url), answerable=True)
        story.application.dispatcher.channels = {"email": story.channel, "slack": slack}
        yield SlackStage(story, fake)
