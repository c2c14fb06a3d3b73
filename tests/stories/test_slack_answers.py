"""People answer on Slack: what a button, a note and a command do, and what each person is told of it."""

import asyncio
from collections.abc import Sequence
from pathlib import Path

import pytest
from pytest_httpserver import HTTPServer

from app.domain.errors import StoreUnavailable
from app.service.job import Applied, Job
from tests.stories.slack_stage import ASHA, BEN, CARD_ROOM, CHEN, WEB_ROOM, slack_stage
from tests.stories.stage import alert

pytestmark = [pytest.mark.server, pytest.mark.usefixtures("on_every_store")]

STRANGER = "U0NOBODY"


async def test_acknowledging_by_button_stops_everything_that_is_pending_and_shows_it(
    tmp_path: Path, httpserver: HTTPServer
) -> None:
    async with slack_stage(tmp_path, httpserver, "2026-11-22 03:12") as on:
        incident = await on.story.fire_one(alert())

        reply = await on.click(ASHA, "acknowledge")

        assert (reply.status_code, reply.content) == (200, b"")
        [whisper] = on.whispers()
        assert whisper.startswith("You have it. Nobody else is paged for it any more.")
        for reader in (ASHA, BEN):
            assert "*status*  acknowledged by Asha at 03:12" in on.slack.shown(reader)[0]
        entry = (await on.story.client.get(f"/api/v1/incidents/{incident}/timeline")).json()["items"][-1]
        assert (entry["what"], entry["who"], entry["channel"]) == ("acknowledged", "asha", "slack")
        await on.story.go_to("2026-11-22 05:11")
        assert on.story.news() == [], "no mail, and no second line"
        assert len(on.slack.buttons(ASHA)) == 1


async def test_the_way_from_acknowledging_to_resolving_by_buttons_alone(tmp_path: Path, httpserver: HTTPServer) -> None:
    async with slack_stage(tmp_path, httpserver, "2026-11-22 03:00") as on:
        incident = await on.story.fire_one(alert())

        await on.click(ASHA, "acknowledge")
        await on.click(ASHA, "second-line")
        assert on.slack.buttons(CHEN) == [["acknowledge", "resolve", "second-line", "note", "open_incident"]]
        await on.click(CHEN, "acknowledge")
        await on.click(ASHA, "resolve")

        assert [text.partition("\n")[0] for text in on.whispers()] == [
            "You have it. Nobody else is paged for it any more.",
            "Second line is being paged.",
            "Noted. You are shadowing, or have joined somebody, so it stops nothing.",
            "Resolved. Whoever had it is told.",
        ]
        assert (await on.story.incident(incident))["resolved_by"] == "asha"
        assert "resolved by Asha" in on.slack.shown(CHEN)[0]


async def test_a_shadow_is_told_that_it_stops_nothing(tmp_path: Path, httpserver: HTTPServer) -> None:
    async with slack_stage(tmp_path, httpserver, "2026-11-22 03:00") as on:
        incident = await on.story.fire_one(alert())

        await on.click(BEN, "acknowledge")

        assert on.whispers()[0].startswith("Noted. You are shadowing")
        assert (await on.story.incident(incident))["status"] == "triggered"


async def test_a_click_of_somebody_who_is_nobody_here_changes_nothing_and_is_answered(
    tmp_path: Path, httpserver: HTTPServer
) -> None:
    async with slack_stage(tmp_path, httpserver, "2026-11-23 11:00") as on:
        incident = await on.story.fire_one(alert())
        await on.story.go_to("2026-11-23 12:01")
        before = await on.story.timeline(incident)

        for answer in ("acknowledge", "resolve", "second-line", "note"):
            await on.send(on.clicked(ASHA, answer, room=CARD_ROOM) | {"user": {"id": STRANGER}})

        assert len(on.whispers()) == 4
        assert on.slack.views == []
        assert await on.story.timeline(incident) == before


async def test_a_click_after_it_is_over_says_so_and_changes_nothing(tmp_path: Path, httpserver: HTTPServer) -> None:
    async with slack_stage(tmp_path, httpserver, "2026-11-22 03:00") as on:
        incident = await on.story.fire_one(alert())
        await on.story.act(incident, "resolve", by="chen")
        before = await on.story.incident(incident)

        for answer in ("acknowledge", "second-line", "resolve"):
            await on.click(ASHA, answer)

        illegal, called, again = on.whispers()
        assert illegal.startswith("Nothing was changed: incident")
        assert "is resolved" in illegal
        assert called.startswith("Nothing was changed: incident")
        assert again.startswith("It was so already, and nothing has changed.")
        assert "resolved by Chen at 03:00" in again
        assert await on.story.incident(incident) == before


async def test_of_two_who_click_at_once_one_has_it_and_the_other_is_told_who(
    tmp_path: Path, httpserver: HTTPServer
) -> None:
    async with slack_stage(tmp_path, httpserver, "2026-11-22 03:00") as on:
        await on.story.fire(alert())
        await on.story.go_to("2026-11-22 04:01")

        await asyncio.gather(on.click(ASHA, "acknowledge", settle=False), on.click(CHEN, "acknowledge", settle=False))
        await on.story.settle()

        one, other = sorted(on.whispers(), reverse=True)
        assert one.startswith("You have it.")
        assert other.startswith("It was so already")
        assert "acknowledged by" in other


async def test_a_click_that_slack_sends_again_is_done_once_and_answered_the_same(
    tmp_path: Path, httpserver: HTTPServer
) -> None:
    async with slack_stage(tmp_path, httpserver, "2026-11-22 03:00") as on:
        incident = await on.story.fire_one(alert())
        click = on.clicked(ASHA, "acknowledge")
        await on.send(click)
        await on.story.act(incident, "unacknowledge", by="asha")

        await on.send(click)

        first, again = on.whispers()
        assert first == again
        assert (await on.story.incident(incident))["status"] == "triggered"


async def test_a_note_is_written_in_a_form_and_stands_in_the_timeline_and_the_thread(
    tmp_path: Path, httpserver: HTTPServer
) -> None:
    async with slack_stage(tmp_path, httpserver, "2026-11-22 03:00") as on:
        incident = await on.story.fire_one(alert())

        await on.click(ASHA, "note")
        assert [view["title"]["text"] for view in on.slack.views] == ["Note"]
        assert on.whispers() == []
        reply = await on.send(on.written(ASHA, "  failed over to <b>\nwatching "))
        await on.rest()

        assert (reply.status_code, reply.content) == (200, b"")
        assert "failed over to <b>\nwatching" in await on.story.timeline(incident)
        assert on.slack.shown(ASHA)[-1] == "03:00 note: failed over to <b> watching (asha, slack)"


async def test_a_note_without_a_text_keeps_the_form_open(tmp_path: Path, httpserver: HTTPServer) -> None:
    async with slack_stage(tmp_path, httpserver, "2026-11-22 03:00") as on:
        await on.story.fire(alert())
        await on.click(ASHA, "note")

        reply = await on.send(on.written(ASHA, "   "))

        assert reply.json() == {"response_action": "errors", "errors": {"note": "Write something, or cancel."}}


async def test_the_link_button_is_heard_and_does_nothing(tmp_path: Path, httpserver: HTTPServer) -> None:
    async with slack_stage(tmp_path, httpserver, "2026-11-22 03:00") as on:
        incident = await on.story.fire_one(alert())
        before = await on.story.timeline(incident)

        reply = await on.click(ASHA, "open_incident")

        assert (reply.status_code, on.whispers()) == (200, [])
        assert await on.story.timeline(incident) == before


async def test_what_can_be_typed(tmp_path: Path, httpserver: HTTPServer) -> None:
    async with slack_stage(tmp_path, httpserver, "2026-11-22 03:00") as on:
        assert await on.type(ASHA, "list") == "Nothing is open."
        incident = await on.story.fire_one(alert("A<!channel>`"))
        short = incident[-5:]

        assert (await on.type(STRANGER, "who")).splitlines()[:2] == [
            "first responder: Eve, until Mon 23 Nov 09:00 GMT",
            "primary: Asha, until Mon 23 Nov 17:30 GMT",
        ]
        listed = await on.type(ASHA, "LIST")
        assert listed == f"{incident} CRITICAL A&lt;!channel&gt;' is firing: triggered"
        assert (await on.type(ASHA, f"ack {short}")).startswith("You have it.")
        assert (await on.type(ASHA, f"tag {short} web, payments")).startswith("They are told in their channels.")
        assert on.slack.shown(WEB_ROOM)[0].startswith("<@U0CHEN>")
        assert (await on.type(ASHA, f"resolve {short} restarted it")).startswith("Resolved.")
        assert "resolved by asha: restarted it" in await on.story.timeline(incident)


async def test_anybody_in_the_workspace_can_raise_an_incident(tmp_path: Path, httpserver: HTTPServer) -> None:
    async with slack_stage(tmp_path, httpserver, "2026-11-22 03:00") as on:
        said = await on.type(STRANGER, "raise Checkout is slow, three calls")

        assert said.startswith("Raised: ")
        assert "CRITICAL Checkout is slow, three calls: triggered" in said
        assert "Checkout is slow" in on.slack.shown(ASHA)[0]
        incident = said.split()[1]
        assert f"raised by slack:{STRANGER}" in await on.story.timeline(incident)


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("", "who: who is on call now"),
        ("help", "who: who is on call now"),
        ("frobnicate <!here>", "There is no 'frobnicate'. There is:\nwho: who is on call now"),
        ("ack", "Nothing was changed: say which incident"),
        ("ack zzz", "Nothing was changed: no open incident's id begins or ends with 'zzz'"),
        ("ack 0000000000000000", "Nothing was changed: there is no incident 0000000000000000"),
        ("resolve ../../etc/passw", "Nothing was changed: no open incident's id"),
        ("tag 0000000000000000", "Nothing was changed: say which squads"),
        ("raise", "Nothing was changed: say what is wrong"),
        ("raise   ", "Nothing was changed: say what is wrong"),
    ],
)
async def test_what_cannot_be_done_is_said(tmp_path: Path, httpserver: HTTPServer, typed: str, said: str) -> None:
    async with slack_stage(tmp_path, httpserver, "2026-11-22 03:00") as on:
        assert (await on.type(ASHA, typed)).startswith(said)


async def test_a_stranger_can_look_at_no_incident_and_answer_none(tmp_path: Path, httpserver: HTTPServer) -> None:
    async with slack_stage(tmp_path, httpserver, "2026-11-22 03:00") as on:
        incident = await on.story.fire_one(alert())
        before = await on.story.incident(incident)

        for typed in ("list", f"ack {incident}", f"resolve {incident[-4:]}", f"tag {incident} web", "ack"):
            assert "is nobody in the rules file" in await on.type(STRANGER, typed)

        assert await on.story.incident(incident) == before


async def test_an_answer_that_takes_long_is_acknowledged_in_time_and_said_later(
    tmp_path: Path, httpserver: HTTPServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.entrypoints.slack.desk.PATIENCE", 0.05)
    async with slack_stage(tmp_path, httpserver, "2026-11-22 03:00") as on:
        incident = await on.story.fire_one(alert())
        submit, gate = on.story.application.applier.submit, asyncio.Event()

        async def slow(jobs: Sequence[Job]) -> list[Applied]:
            await gate.wait()
            return await submit(jobs)

        monkeypatch.setattr(on.story.application.applier, "submit", slow)

        reply = await on.click(ASHA, "acknowledge", settle=False)
        typed = await on.post("commands", on.typed(ASHA, f"ack {incident}"), settle=False)

        assert [(one.status_code, one.content) for one in (reply, typed)] == [(200, b""), (200, b"")]
        assert "acknowledged" not in on.slack.shown(ASHA)[0]
        assert on.whispers() == []
        gate.set()
        await on.rest()
        assert sorted(text.partition(".")[0] for text in on.whispers()) == [
            "It was so already, and nothing has changed",
            "You have it",
        ]


async def test_while_the_store_is_away_everybody_is_told_that_nothing_was_recorded(
    tmp_path: Path, httpserver: HTTPServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with slack_stage(tmp_path, httpserver, "2026-11-22 03:00") as on:
        incident = await on.story.fire_one(alert())
        await on.click(ASHA, "note")

        async def away(jobs: Sequence[Job]) -> list[Applied]:
            raise StoreUnavailable("the disk is gone")

        monkeypatch.setattr(on.story.application.applier, "submit", away)
        clicked = await on.click(ASHA, "acknowledge", settle=False)
        form = await on.send(on.written(ASHA, "looking"), settle=False)
        typed = await on.type(ASHA, f"ack {incident}")
        monkeypatch.undo()

        assert (clicked.status_code, form.status_code) == (200, 200)
        not_recorded = "Not recorded: the store is out of reach, and the escalation goes on."
        [whisper] = on.whispers()
        for said in (whisper, typed, form.json()["errors"]["note"]):
            assert said.startswith(not_recorded)
        assert (await on.story.incident(incident))["status"] == "triggered"
