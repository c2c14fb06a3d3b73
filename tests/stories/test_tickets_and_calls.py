"""Tickets and calls about an incident: each once, in the timeline, in messages, and never silently nothing."""

import asyncio
import re
from pathlib import Path
from typing import Any

import pytest
from pytest_httpserver import HTTPServer

from app.adapters.channels.github import GitHub
from app.domain.message import Notice
from app.domain.notice import notice_id, to_tracker
from app.domain.notification import Notification, NotificationState
from tests.adapters.channels.fake_github import TOKEN, FakeGitHub
from tests.adapters.fake_zoom import ACCOUNT, CLIENT, SECRET, a_zoom
from tests.stories.outages import replica, switchable
from tests.stories.slack_stage import ASHA, SLACK_RULES, beside, slack_settings
from tests.stories.stage import RULES, Stage, alert, stage

pytestmark = pytest.mark.server
on_every_store = pytest.mark.usefixtures("on_every_store")

NIGHT = "2026-11-22 03:00"
ISSUE = "https://github.com/example/payments/issues/1"
ROOM, MEETING = "https://meet.example.com/payments", "https://example.zoom.us/j/85746066?pwd=p4ss"


def with_coordination(rules: str) -> str:
    """The squad has a tracker and a room."""
    return rules.replace(
        "payments: {name: Payments,",
        f'payments: {{name: Payments, tickets: {{github: example/payments}}, call_room: "{ROOM}",',
    )


def a_github(story: Stage, httpserver: HTTPServer) -> FakeGitHub:
    """A GitHub beside this story, in which the app opens issues."""
    fake = FakeGitHub(TOKEN)
    httpserver.expect_request(re.compile("/(repos|search)/.*")).respond_with_handler(fake)
    channels = story.application.dispatcher.channels
    assert isinstance(channels, dict)
    channels["github"] = GitHub(story.application.http, TOKEN, httpserver.url_for(""))
    return fake


def zoom_settings(httpserver: HTTPServer) -> dict[str, Any]:
    """The settings under which the app talks to the Zoom of this server."""
    url = httpserver.url_for("")
    credentials = {"zoom_account_id": ACCOUNT, "zoom_client_id": CLIENT, "zoom_client_secret": SECRET}
    return {**credentials, "zoom_api_url": url, "zoom_oauth_url": url}


@on_every_store
async def test_a_ticket_is_opened_once_and_its_address_is_in_the_incident_and_in_messages(
    tmp_path: Path, httpserver: HTTPServer
) -> None:
    rules = with_coordination(SLACK_RULES)
    async with stage(tmp_path, NIGHT, rules, **slack_settings(httpserver)) as story:
        on, github = beside(story, httpserver), a_github(story, httpserver)
        incident = await story.fire_one(alert())

        effects = [(await story.act(incident, "ticket", by="asha"))["effect"] for _ in range(2)]

        assert effects == ["done", "already"]
        assert [one["title"] for one in github.tickets] == ["CRITICAL PaymentsApiDown is firing"]
        assert "/a/" not in github.tickets[0]["body"], "no link with which a reader of the tracker could act"
        assert (await story.incident(incident))["tickets"] == [{"squad": "payments", "url": ISSUE}]
        assert f"opened for payments: {ISSUE}" in await story.timeline(incident)
        assert f"*ticket*  <{ISSUE}>" in on.slack.shown(ASHA)[0]
        assert ISSUE in await on.type(ASHA, f"ticket {incident}")


@on_every_store
async def test_a_tracker_that_is_away_is_asked_again_until_it_has_taken_the_ticket(
    tmp_path: Path, httpserver: HTTPServer
) -> None:
    async with stage(tmp_path, NIGHT, with_coordination(RULES)) as story:
        github = a_github(story, httpserver)
        incident = await story.fire_one(alert())
        github.will_answer(503, {"retry-after": "60"})
        await story.act(incident, "ticket", by="asha")
        assert (await story.incident(incident))["tickets"] == [{"squad": "payments", "url": ""}]

        github.will_answer(0, {})
        await story.go_to("2026-11-22 03:02")

        assert (await story.incident(incident))["tickets"] == [{"squad": "payments", "url": ISSUE}]
        assert len(github.tickets) == 1


@on_every_store
async def test_a_ticket_that_cannot_be_opened_is_told_to_the_squad_and_can_be_asked_for_again(
    tmp_path: Path, httpserver: HTTPServer
) -> None:
    async with stage(tmp_path, NIGHT, with_coordination(RULES)) as story:
        incident = await story.fire_one(alert())
        await story.act(incident, "acknowledge", by="asha")
        story.news()

        await story.act(incident, "ticket", by="asha")

        failed = "could not be opened for payments: github: channel github is not set up"
        assert failed in await story.timeline(incident)
        assert story.news() == ["Sun 03:00 notice payments"]
        assert f"A ticket {failed}. Open one by hand." in story.messages()[-1].items[0].remark
        a_github(story, httpserver)
        await story.act(incident, "ticket", by="asha")
        assert (await story.incident(incident))["tickets"] == [{"squad": "payments", "url": ISSUE}]


async def test_what_is_only_observed_opens_no_ticket_and_says_so(tmp_path: Path, httpserver: HTTPServer) -> None:
    async with stage(tmp_path, NIGHT, "mode: observe\n" + with_coordination(RULES)) as story:
        github = a_github(story, httpserver)
        incident = await story.fire_one(alert())

        await story.act(incident, "ticket", by="asha")

        assert github.tickets == []
        assert "could not be opened for payments: github: observed only" in await story.timeline(incident)


async def test_a_ticket_may_be_about_no_incident(tmp_path: Path, httpserver: HTTPServer) -> None:
    async with stage(tmp_path, NIGHT, with_coordination(RULES)) as story:
        github = a_github(story, httpserver)
        rules, now = story.application.in_force.rules, story.clock.now()
        notice = Notice("Alert on slow checkouts", ("From a post-mortem",), "https://oncall.example.com/p/1")
        row = to_tracker("postmortem/1/action/1", "payments", notice, rules, now)
        assert isinstance(row, Notification)

        for _ in range(2):
            await story.application.store.commit((), notices=[row])
            await story.settle()

        [issue] = github.tickets
        assert issue["title"] == "Alert on slow checkouts"
        assert "<https://oncall.example.com/p/1>" in issue["body"]
        [stored] = await story.application.store.notifications(notice_id("postmortem/1/action/1"))
        assert (stored.state, stored.sends[0].reference) == (NotificationState.DONE, ISSUE)
        assert to_tracker("k", "web", notice, rules, now) == "squad web has no tracker"


@on_every_store
async def test_there_is_one_call_however_many_start_it_and_its_link_is_where_people_look(
    tmp_path: Path, httpserver: HTTPServer
) -> None:
    rules = with_coordination(SLACK_RULES)
    async with stage(tmp_path, NIGHT, rules, **slack_settings(httpserver), **zoom_settings(httpserver)) as story:
        on, zoom = beside(story, httpserver), a_zoom(httpserver)
        incident = await story.fire_one(alert())

        asked = [story.client.post(f"/api/v1/incidents/{incident}/call", json={"by": by}) for by in ("asha", "ben")]
        replies = [reply.json() for reply in await asyncio.gather(*asked)]
        await story.settle()

        assert sorted(one["effect"] for one in replies) == ["already", "done"]
        assert [one["incident"]["call"] for one in replies] == [MEETING, MEETING]
        assert [one["topic"] for one in zoom.meetings] == ["CRITICAL PaymentsApiDown is firing"]
        assert f"{MEETING} (Zoom)" in await story.timeline(incident)
        link = f"<{MEETING}>"
        assert f"*call*  {link}" in on.slack.shown(ASHA)[0]
        assert link in await on.type(ASHA, f"call {incident}")


@pytest.mark.parametrize(
    ("status", "why"), [(0, "Zoom is not set up"), (500, "Zoom gave no token (it answered 500)"), (429, "429")]
)
async def test_without_zoom_people_meet_in_the_room_that_stands_and_the_timeline_says_why(
    tmp_path: Path, httpserver: HTTPServer, status: int, why: str
) -> None:
    settings = zoom_settings(httpserver) if status else {}
    a_zoom(httpserver).status = status
    async with stage(tmp_path, NIGHT, with_coordination(RULES), **settings) as story:
        incident = await story.fire_one(alert())

        done = await story.act(incident, "call", by="asha")

        assert (done["effect"], done["incident"]["call"]) == ("done", ROOM)
        [said] = [text for text in await story.timeline(incident) if text.startswith(ROOM)]
        assert said.startswith(f"{ROOM} (the standing room, for ")
        assert why in said


async def test_without_zoom_and_without_a_room_no_call_is_started(tmp_path: Path) -> None:
    async with stage(tmp_path, NIGHT) as story:
        incident = await story.fire_one(alert())

        refused = await story.act(incident, "call", status=409, by="asha")

        assert refused["detail"] == (
            "no call can be started: Zoom is not set up, and the rules file names no call_room"
        )


async def test_a_zoom_that_fails_where_no_room_stands_is_said_and_may_be_asked_again(
    tmp_path: Path, httpserver: HTTPServer
) -> None:
    async with stage(tmp_path, NIGHT, **zoom_settings(httpserver)) as story:
        zoom = a_zoom(httpserver)
        zoom.status = 503
        incident = await story.fire_one(alert())

        refused = await story.act(incident, "call", status=503, by="asha")

        assert "no call was started: Zoom gave no token" in refused["detail"]
        assert (await story.incident(incident))["call"] == ""
        zoom.status = 0
        assert (await story.act(incident, "call", by="asha"))["incident"]["call"] == MEETING


async def test_nobody_at_zoom_is_asked_for_a_call_that_is_refused(tmp_path: Path, httpserver: HTTPServer) -> None:
    zoom = a_zoom(httpserver)
    async with stage(tmp_path, NIGHT, **zoom_settings(httpserver)) as story:
        incident = await story.fire_one(alert())
        await story.act(incident, "call", status=422, by="nobody")
        await story.act("0" * 16, "call", status=404, by="asha")
        await story.act(incident, "resolve", by="asha")

        await story.act(incident, "call", status=409, by="asha")

        assert zoom.tokens == 0


async def test_a_call_of_an_outage_is_the_same_call_when_the_store_is_back(
    tmp_path: Path, httpserver: HTTPServer
) -> None:
    zoom = a_zoom(httpserver)
    async with (
        switchable(tmp_path) as switch,
        replica(tmp_path / "one", NIGHT, switch, with_coordination(RULES), **zoom_settings(httpserver)) as story,
    ):
        switch.away = True
        await story.fire(alert())
        held = story.messages()[0].items[0].incident

        effects = [(await story.act(held, "call", by=by))["effect"] for by in ("asha", "ben")]
        await story.act(held, "ticket", status=503, by="asha")
        switch.away = False
        await story.settle()

        [incident] = (await story.client.get("/api/v1/incidents")).json()["items"]
        assert effects == ["done", "already"]
        assert (incident["call"], len(zoom.meetings)) == (MEETING, 1)
        assert f"{MEETING} (Zoom)" in await story.timeline(incident["id"])
        assert (await story.act(incident["id"], "call", by="ben"))["effect"] == "already"
