"""The same answers over a socket, for a server that Slack cannot reach: the same desk, the same effects."""

from pathlib import Path
from typing import Any

import pytest
from pytest_httpserver import HTTPServer
from websockets.asyncio.server import serve

from app.entrypoints.slack.socket import listening
from tests.adapters.store_redis.until import until
from tests.adapters.test_slack_socket import APP_TOKEN, HELLO, Town, envelope
from tests.stories.slack_stage import ASHA, SLACK_RULES, beside, slack_settings
from tests.stories.stage import alert, stage

pytestmark = pytest.mark.server


async def heard(tmp_path: Path, httpserver: HTTPServer) -> tuple[list[dict[str, Any]], list[str]]:
    """What Slack hears in answer to a click, a command and an event, and what stands in Asha's conversation then."""
    settings = slack_settings(httpserver) | {"slack_signing_secret": "", "slack_app_token": APP_TOKEN}
    async with stage(tmp_path, "2026-11-22 03:00", SLACK_RULES, **settings) as story:
        on = beside(story, httpserver)
        await story.fire(alert())
        on.slack.app_token = APP_TOKEN
        frames = [
            HELLO,
            envelope(1, "interactive", **on.clicked(ASHA, "acknowledge")),
            envelope(2, "slash_commands", **on.typed(ASHA, "help")),
            envelope(3, "events_api", event={"type": "app_mention"}),
        ]
        town = Town(frames)
        async with serve(town.talk, "127.0.0.1", 0) as server:
            on.slack.socket = f"ws://127.0.0.1:{next(iter(server.sockets)).getsockname()[1]}/"
            async with listening(story.application, story.app.state.slack):
                await until(lambda: len(town.heard) == 3)
        await on.rest()
        return sorted(town.heard, key=lambda one: str(one["envelope_id"])), on.slack.shown(ASHA)


async def test_a_click_and_a_command_over_the_socket_do_what_they_do_over_http(
    tmp_path: Path, httpserver: HTTPServer
) -> None:
    answers, shown = await heard(tmp_path, httpserver)

    click, command, event = answers
    assert (click, event) == ({"envelope_id": "e1"}, {"envelope_id": "e3"})
    assert command["payload"]["response_type"] == "ephemeral"
    assert command["payload"]["text"].startswith("who: who is on call now")
    assert "acknowledged by Asha at 03:00" in shown[0]


async def test_without_a_token_of_the_app_nothing_connects(tmp_path: Path, httpserver: HTTPServer) -> None:
    opened = stage(tmp_path, "2026-11-22 03:00", SLACK_RULES, **slack_settings(httpserver))
    async with opened as story, listening(story.application, story.app.state.slack):
        await story.settle()

    assert httpserver.log == []
