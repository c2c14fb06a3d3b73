"""Slack while the store is out of reach: pages from memory, answers into the journal, and messages that stay true."""

from pathlib import Path

import pytest
from pytest_httpserver import HTTPServer

from tests.stories.outages import replica, switchable
from tests.stories.slack_stage import ASHA, BEN, SLACK_RULES, beside, slack_settings
from tests.stories.stage import alert

pytestmark = pytest.mark.server

NIGHT = "2026-11-22 03:00"


async def test_an_answer_to_what_was_paged_without_the_store_is_kept_shown_and_moved(
    tmp_path: Path, httpserver: HTTPServer
) -> None:
    settings = slack_settings(httpserver)
    async with (
        switchable(tmp_path) as switch,
        replica(tmp_path / "one", NIGHT, switch, SLACK_RULES, **settings) as story,
    ):
        on = beside(story, httpserver)
        switch.away = True
        await story.fire(alert())
        await on.click(ASHA, "acknowledge")

        assert on.whispers()[0].startswith("You have it.")
        for reader in (ASHA, BEN):
            assert "acknowledged by Asha at 03:00" in on.slack.shown(reader)[0]

        switch.away = False
        await story.settle()
        await on.click(ASHA, "resolve")

        assert on.whispers()[0].startswith("Resolved.")
        [incident] = (await story.client.get("/api/v1/incidents")).json()["items"]
        assert (incident["status"], incident["acknowledged_by"]) == ("resolved", "asha")
        assert "resolved by Asha" in on.slack.shown(BEN)[0]


async def test_an_answer_that_cannot_be_kept_is_refused_and_says_so(tmp_path: Path, httpserver: HTTPServer) -> None:
    settings = slack_settings(httpserver)
    async with (
        switchable(tmp_path) as switch,
        replica(tmp_path / "one", NIGHT, switch, SLACK_RULES, **settings) as story,
    ):
        on = beside(story, httpserver)
        await story.fire(alert())
        switch.away = True

        reply = await on.click(ASHA, "acknowledge")

        assert reply.status_code == 200
        assert on.whispers()[0].startswith("Not recorded: the store is out of reach, and the escalation goes on.")
        assert (await on.type(ASHA, "list")).startswith("Not recorded: the store is out of reach")
        assert "*status*  triggered" in on.slack.shown(ASHA)[0]
