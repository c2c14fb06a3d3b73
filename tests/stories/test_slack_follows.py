"""What was posted on Slack stays true: it changes with its incident, whoever changed that, and whatever broke."""

from datetime import timedelta
from pathlib import Path

import pytest
from pytest_httpserver import HTTPServer

from app.domain.message import Message
from app.domain.notification import Result
from tests.stories.slack_stage import ASHA, BEN, CARD_ROOM, CHEN, slack_stage
from tests.stories.stage import alert

pytestmark = [pytest.mark.server, pytest.mark.usefixtures("on_every_store")]

DEAD_FOR = timedelta(seconds=60)
ALL = ["acknowledge", "resolve", "second-line", "note", "open_incident"]


async def test_a_page_changes_in_place_when_somebody_has_it_and_when_it_is_over(
    tmp_path: Path, httpserver: HTTPServer
) -> None:
    async with slack_stage(tmp_path, httpserver, "2026-11-22 03:00") as on:
        incident = await on.story.fire_one(alert())
        assert on.slack.buttons(ASHA) == [ALL]
        assert "*status*  triggered" in on.slack.shown(ASHA)[0]

        await on.story.go_to("2026-11-22 03:04")
        await on.story.act(incident, "acknowledge", by="asha")

        for reader in (ASHA, BEN):
            page, reply = on.slack.shown(reader)
            assert page.startswith("*ACKNOWLEDGED CRITICAL PaymentsApiDown is firing*")
            assert "*status*  acknowledged by Asha at 03:04" in page
            assert reply == "03:04 acknowledged: asha has it (asha, api)"
            assert on.slack.buttons(reader) == [["resolve", "second-line", "note", "open_incident"]]

        await on.story.go_to("2026-11-22 03:30")
        await on.story.act(incident, "resolve", by="asha", reason="restarted")

        page, *replies = on.slack.shown(ASHA)
        assert page.startswith("*RESOLVED CRITICAL")
        assert "*status*  resolved by Asha at 03:30" in page
        assert on.slack.buttons(ASHA) == [["note", "open_incident"]]
        assert replies[-1] == "03:30 resolved: resolved by asha: restarted (asha, api)"
        assert on.story.news() == []


async def test_every_message_about_it_changes_and_only_the_first_has_the_thread(
    tmp_path: Path, httpserver: HTTPServer
) -> None:
    async with slack_stage(tmp_path, httpserver, "2026-11-22 03:00") as on:
        incident = await on.story.fire_one(alert())
        await on.story.go_to("2026-11-22 03:21")
        assert on.slack.buttons(ASHA) == [ALL, ALL]

        await on.story.act(incident, "acknowledge", by="asha")

        answered = ["resolve", "second-line", "note", "open_incident"]
        assert on.slack.buttons(ASHA) == [answered, answered]
        roots = {body["thread_ts"] for (place, _), body in on.slack.posted.items() if "thread_ts" in body}
        assert len(roots) == 2, "one for Asha and one for Ben"


async def test_a_message_of_an_incident_that_fires_again_asks_again(tmp_path: Path, httpserver: HTTPServer) -> None:
    async with slack_stage(tmp_path, httpserver, "2026-11-22 03:00") as on:
        incident = await on.story.fire_one(alert())
        await on.story.act(incident, "resolve", by="asha")

        await on.story.go_to("2026-11-22 03:05")
        await on.story.fire(alert())

        assert on.slack.buttons(ASHA) == [ALL, ALL]
        assert all("*status*  triggered" in text for text in on.slack.shown(ASHA) if text.startswith("*CRITICAL"))


async def test_a_repeat_and_an_alert_that_joins_change_no_message(tmp_path: Path, httpserver: HTTPServer) -> None:
    async with slack_stage(tmp_path, httpserver, "2026-11-22 03:00") as on:
        await on.story.fire(alert())

        await on.story.fire(alert())
        await on.story.fire(alert(instance="b"))

        assert on.slack.updates == []


async def test_while_slack_is_down_the_next_method_is_used_at_once_and_messages_change_later(
    tmp_path: Path, httpserver: HTTPServer
) -> None:
    async with slack_stage(tmp_path, httpserver, "2026-11-22 03:00") as on:
        incident = await on.story.fire_one(alert())
        assert on.story.news() == []

        on.slack.status = 503
        (other,) = (await on.story.fire(alert("Other"), group="g2"))["incidents"]
        assert on.story.news() == ["Sun 03:00 page asha", "Sun 03:00 page ben"]

        await on.story.go_to("2026-11-22 03:02")
        await on.story.act(incident, "acknowledge", by="asha")
        await on.story.act(other, "acknowledge", by="asha")
        await on.story.go_to("2026-11-22 04:00")
        assert on.slack.buttons(ASHA) == [ALL]
        assert on.story.news() == []

        on.slack.status = 200
        await on.story.go_to("2026-11-22 04:06")
        page, reply = on.slack.shown(ASHA)
        assert "acknowledged by Asha at 03:02" in page
        assert reply == "03:02 acknowledged: asha has it (asha, api)"


async def test_what_happened_while_slack_was_down_is_one_change_and_one_reply(
    tmp_path: Path, httpserver: HTTPServer
) -> None:
    async with slack_stage(tmp_path, httpserver, "2026-11-22 03:00") as on:
        incident = await on.story.fire_one(alert())
        on.slack.status = 503
        await on.story.act(incident, "acknowledge", by="asha")
        for number in range(30):
            await on.story.act(incident, "note", by="asha", text=f"note {number}")
        on.slack.status = 200

        await on.story.go_to("2026-11-22 03:01")

        _, reply = on.slack.shown(ASHA)
        lines = reply.splitlines()
        assert lines[0] == "… 11 more: see the timeline"
        assert [line for line in lines if "note 29" in line]
        assert len(lines) == 21


async def test_a_change_that_a_process_died_with_is_shown_by_the_next(tmp_path: Path, httpserver: HTTPServer) -> None:
    async with slack_stage(tmp_path, httpserver, "2026-11-22 03:00") as on:
        incident = await on.story.fire_one(alert())
        await on.story.client.post(f"/api/v1/incidents/{incident}/acknowledge", json={"by": "asha"})
        store, clock = on.story.application.store, on.story.clock
        died = await store.claim_notifications(clock.now(), DEAD_FOR, 100)
        assert [row.kind for row in died] == ["update"]
        await on.story.settle()
        assert on.slack.updates == []

        await on.story.go_to("2026-11-22 03:02")

        assert "acknowledged by Asha" in on.slack.shown(ASHA)[0]


async def test_a_page_that_was_on_its_way_when_somebody_took_it_is_corrected(
    tmp_path: Path, httpserver: HTTPServer
) -> None:
    async with slack_stage(tmp_path, httpserver, "2026-11-22 03:00") as on:
        real = on.story.application.dispatcher.channels["slack"]

        class Overtaken:
            """Slack, but while a page is on its way to it somebody answers."""

            name = "slack"
            update, reply = real.update, real.reply

            async def send(self, message: Message) -> Result:
                incident = message.items[0].incident
                await on.story.client.post(f"/api/v1/incidents/{incident}/acknowledge", json={"by": "chen"})
                return await real.send(message)

        on.story.application.dispatcher.channels = {"slack": Overtaken(), "email": on.story.channel}
        await on.story.fire(alert())

        await on.story.go_to("2026-11-22 03:01")

        for reader in (ASHA, BEN):
            assert "acknowledged by Chen" in on.slack.shown(reader)[0]


async def test_the_latest_state_has_the_last_word_whoever_shows_it(tmp_path: Path, httpserver: HTTPServer) -> None:
    async with slack_stage(tmp_path, httpserver, "2026-11-22 03:00") as on:
        incident = await on.story.fire_one(alert())
        real = on.story.application.dispatcher.channels["slack"]

        class Slow:
            """Slack, but while a change is on its way to it another replica has shown a later one."""

            name = "slack"
            send, reply = real.send, real.reply

            async def update(self, reference: str, message: Message) -> Result:
                if message.items[0].status == "acknowledged":
                    await on.story.client.post(f"/api/v1/incidents/{incident}/resolve", json={"by": "asha"})
                return await real.update(reference, message)

        on.story.application.dispatcher.channels = {"slack": Slow(), "email": on.story.channel}
        await on.story.client.post(f"/api/v1/incidents/{incident}/acknowledge", json={"by": "asha"})
        claimed = await on.story.application.dispatcher.claim()

        await on.story.application.dispatcher.send(claimed)

        assert on.slack.shown(ASHA)[0].startswith("*RESOLVED")


async def test_a_message_that_somebody_deleted_is_given_up_and_the_others_change(
    tmp_path: Path, httpserver: HTTPServer
) -> None:
    async with slack_stage(tmp_path, httpserver, "2026-11-22 03:00") as on:
        incident = await on.story.fire_one(alert())
        gone = next(place for place in on.slack.posted if place[0] == "D0BEN")
        del on.slack.posted[gone]

        await on.story.act(incident, "acknowledge", by="asha")

        assert "acknowledged by Asha" in on.slack.shown(ASHA)[0]
        rows = await on.story.application.store.notifications(incident)
        [row] = [row for row in rows if row.kind == "update"]
        assert (row.state, sorted(send.state for send in row.sends)) == ("done", ["failed", "sent"])


async def test_a_storm_told_as_one_message_is_a_picture_of_its_moment(tmp_path: Path, httpserver: HTTPServer) -> None:
    async with slack_stage(tmp_path, httpserver, "2026-11-22 03:00") as on:
        for number in range(8):
            await on.story.post(alert(f"Alert{number}"), group=f"g{number}")
        await on.story.settle()
        assert on.slack.buttons(ASHA) == [[]]
        incident = (await on.story.client.get("/api/v1/incidents")).json()["items"][0]["id"]

        await on.story.act(incident, "acknowledge", by="asha")

        assert on.slack.updates == []


async def test_a_squads_post_has_buttons_and_changes_too(tmp_path: Path, httpserver: HTTPServer) -> None:
    async with slack_stage(tmp_path, httpserver, "2026-11-23 11:00") as on:
        incident = await on.story.fire_one(alert())
        await on.story.go_to("2026-11-23 12:01")
        assert on.slack.buttons(CARD_ROOM) == [["acknowledge", "resolve", "second-line", "note"]]

        await on.story.act(incident, "acknowledge", by="chen")

        assert "acknowledged by Chen at 12:01" in on.slack.shown(CARD_ROOM)[0]
        assert "acknowledged by Chen at 12:01" in on.slack.shown(CHEN)[0]
