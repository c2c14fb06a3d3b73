"""Squads that are called in: told once in their channel, members by name, whoever asks and however often."""

from pathlib import Path

import pytest
from pytest_httpserver import HTTPServer

from tests.stories.slack_stage import ASHA, CARD_ROOM, WEB_ROOM, slack_stage
from tests.stories.stage import alert, stage

pytestmark = [pytest.mark.server, pytest.mark.usefixtures("on_every_store")]


async def test_a_squad_that_is_called_in_is_told_once_and_its_members_by_name(
    tmp_path: Path, httpserver: HTTPServer
) -> None:
    async with slack_stage(tmp_path, httpserver, "2026-11-22 03:00") as on:
        incident = await on.story.fire_one(alert())
        await on.story.act(incident, "acknowledge", by="asha")

        effects = [
            (await on.story.act(incident, "tag", by="asha", squads=squads))["effect"]
            for squads in (["payments", "web"], ["web", "payments"], ["web"])
        ]

        assert effects == ["done", "already", "already"]
        [cards], [web] = on.slack.shown(CARD_ROOM), on.slack.shown(WEB_ROOM)
        assert cards.startswith("<@U0ASHA> <@U0BEN> *CRITICAL PaymentsApiDown is firing*")
        assert web.startswith("<@U0CHEN> *CRITICAL"), "Dee is not on Slack"
        assert "*why you*  your squad was called in by asha" in web
        assert "called in: payments, web" in await on.story.timeline(incident)


async def test_the_post_of_a_squad_that_was_called_in_follows_the_incident(
    tmp_path: Path, httpserver: HTTPServer
) -> None:
    async with slack_stage(tmp_path, httpserver, "2026-11-22 03:00") as on:
        incident = await on.story.fire_one(alert())
        await on.story.act(incident, "tag", by="asha", squads=["web"])
        assert on.slack.buttons(WEB_ROOM) == [["acknowledge", "resolve", "second-line", "note"]]

        await on.story.act(incident, "acknowledge", by="asha")

        post, reply = on.slack.shown(WEB_ROOM)
        assert post.startswith("<@U0CHEN> *ACKNOWLEDGED CRITICAL")
        assert reply == "03:00 acknowledged: asha has it (asha, api)"


async def test_whoever_calls_a_squad_in_is_told_that_it_could_not_be_reached(
    tmp_path: Path, httpserver: HTTPServer
) -> None:
    async with slack_stage(tmp_path, httpserver, "2026-11-22 03:00") as on:
        incident = await on.story.fire_one(alert())
        await on.story.act(incident, "acknowledge", by="asha")
        on.story.news()

        await on.story.act(incident, "tag", by="asha", squads=["web", "silent"])

        said = "silent could not be reached: console: channel console is not set up"
        assert said in await on.story.timeline(incident)
        assert on.slack.shown(ASHA)[-1] == f"03:00 nobody: {said}"
        assert len(on.slack.buttons(WEB_ROOM)) == 1
        assert on.story.news() == []


async def test_a_squad_that_is_not_in_the_rules_is_refused_and_nobody_is_told(
    tmp_path: Path, httpserver: HTTPServer
) -> None:
    async with slack_stage(tmp_path, httpserver, "2026-11-22 03:00") as on:
        incident = await on.story.fire_one(alert())

        refused = await on.story.act(incident, "tag", status=422, by="asha", squads=["web", "wbe"])

        assert refused["detail"] == "squads: no squad 'wbe' in the rules file (did you mean 'web'?)"
        assert on.slack.shown(WEB_ROOM) == []


async def test_an_incident_that_is_over_calls_nobody_in_until_it_opens_again(
    tmp_path: Path, httpserver: HTTPServer
) -> None:
    async with slack_stage(tmp_path, httpserver, "2026-11-22 03:00") as on:
        incident = await on.story.fire_one(alert())
        await on.story.act(incident, "tag", by="asha", squads=["web"])
        await on.story.act(incident, "resolve", by="asha")
        await on.story.act(incident, "tag", status=409, by="asha", squads=["web"])

        await on.story.fire(alert())
        await on.story.act(incident, "tag", by="asha", squads=["web"])

        assert len(on.slack.buttons(WEB_ROOM)) == 2


async def test_a_squad_that_reads_mail_is_told_by_mail(tmp_path: Path) -> None:
    async with stage(tmp_path, "2026-11-22 03:00") as story:
        incident = await story.fire_one(alert())
        story.news()

        await story.act(incident, "tag", by="asha", squads=["payments"])

        assert story.news() == ["Sun 03:00 post payments"]
