"""One way is as good as another: an answer by any stops all others, and a provider that fails costs only itself."""

import asyncio
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from pytest_httpserver import HTTPServer

from tests.stories.every_way import every_way
from tests.stories.phone import ASHA, CHEN
from tests.stories.stage import BOTH_STORES, Stage, alert

pytestmark = [pytest.mark.server, BOTH_STORES, pytest.mark.usefixtures("on_every_store")]

NIGHT = "2026-11-22 03:00"
TITLE = "PaymentsApiDown is firing"


@pytest.mark.parametrize(
    ("way", "after", "told"),
    [
        ("api", 2, {"slack": 2, "sms": 0, "voice": 0, "email": 0}),
        ("link", 2, {"slack": 2, "sms": 0, "voice": 0, "email": 0}),
        ("button", 2, {"slack": 2, "sms": 0, "voice": 0, "email": 0}),
        ("command", 2, {"slack": 2, "sms": 0, "voice": 0, "email": 0}),
        ("text", 4, {"slack": 2, "sms": 1, "voice": 0, "email": 0}),
        ("key", 6, {"slack": 2, "sms": 1, "voice": 1, "email": 2}),
    ],
)
async def test_an_acknowledgement_by_any_way_stops_what_is_pending_on_every_other(
    tmp_path: Path, httpserver: HTTPServer, way: str, after: int, told: dict[str, int]
) -> None:
    async with every_way(tmp_path, httpserver, NIGHT) as town:
        incident = await town.story.fire_one(alert())
        for text in town.phone.texts_to(ASHA):
            await town.phone.status(text, "delivered")
        await town.story.pass_time(timedelta(minutes=after))

        await town.answer(way, incident)
        await town.story.go_to("2026-11-22 04:30")

        assert (await town.story.incident(incident))["acknowledged_by"] == "asha"
        assert town.told() == told
        assert "acknowledged by Asha" in town.on_slack.slack.shown("U0BEN")[0]


async def test_of_two_who_answer_at_once_in_different_ways_one_has_it_and_the_other_is_told_who(
    tmp_path: Path, httpserver: HTTPServer
) -> None:
    async with every_way(tmp_path, httpserver, NIGHT) as town:
        incident = await town.story.fire_one(alert())
        await town.story.act(incident, "second-line", by="asha")
        await town.story.pass_time(timedelta(minutes=4))
        code = town.phone.code(incident, "chen")

        _, said = await asyncio.gather(
            town.on_slack.click("U0ASHA", "acknowledge", settle=False), town.phone.text(f"4 {code}", CHEN)
        )
        await town.story.settle()

        has_it = (await town.story.incident(incident))["acknowledged_by"]
        [whisper] = town.on_slack.whispers()
        assert (whisper.partition(".")[0], said) == {
            "asha": ("You have it", f"Asha has it: {TITLE}."),
            "chen": ("It was so already, and nothing has changed", f"You have it: {TITLE}."),
        }[has_it]


@pytest.mark.parametrize("way", ["link", "button", "command", "text", "key"])
async def test_an_answer_by_any_way_after_it_is_over_changes_nothing(
    tmp_path: Path, httpserver: HTTPServer, way: str
) -> None:
    async with every_way(tmp_path, httpserver, NIGHT) as town:
        incident = await town.story.fire_one(alert())
        await town.story.pass_time(timedelta(minutes=6))
        await town.story.act(incident, "resolve", by="chen")
        before, told = await town.story.incident(incident), town.told()

        await town.answer(way, incident)

        assert (await town.story.incident(incident), town.told()) == (before, told)


async def test_with_slack_down_at_three_in_the_morning_a_text_message_goes_at_once(
    tmp_path: Path, httpserver: HTTPServer
) -> None:
    async with every_way(tmp_path, httpserver, NIGHT) as town:
        town.on_slack.slack.status = 503

        incident = await town.story.fire_one(alert())

        assert len(town.phone.texts_to(ASHA)) == 1
        slack, sms = (await sends(town.story, incident))[:2]
        assert (slack["channel"], slack["state"], slack["reason"]) == ("slack", "pending", "slack answered 503")
        assert (sms["channel"], sms["state"]) == ("sms", "sent")

        await town.story.pass_time(timedelta(minutes=1))
        earlier = (await sends(town.story, incident))[0]["earlier"]
        assert [one["reason"] for one in earlier] == ["slack answered 503"] * 3


async def test_a_provider_that_asks_to_wait_holds_back_no_other(tmp_path: Path, httpserver: HTTPServer) -> None:
    async with every_way(tmp_path, httpserver, NIGHT) as town:
        town.on_slack.slack.status, town.on_slack.slack.headers = 429, {"retry-after": "600"}

        await town.story.fire(alert())
        await town.story.pass_time(timedelta(seconds=30))
        await town.story.fire(alert("Other"), group="g2")
        assert [len(town.phone.texts_to(ASHA)), town.story.news()] == [2, ["Sun 03:00 page ben", "Sun 03:00 page ben"]]

        town.on_slack.slack.status = 200
        await town.story.go_to("2026-11-22 03:09")
        assert town.told()["slack"] == 0
        await town.story.go_to("2026-11-22 03:11")
        assert town.told()["slack"] == 4


async def test_with_everything_down_the_last_resort_is_told_as_soon_as_anything_works_and_the_record_says_why(
    tmp_path: Path, httpserver: HTTPServer
) -> None:
    async with every_way(tmp_path, httpserver, NIGHT) as town:
        town.on_slack.slack.status = town.phone.twilio.status = 503
        town.story.channel.dead.add("*")

        incident = await town.story.fire_one(alert())
        await town.story.go_to("2026-11-22 03:30")
        assert town.told() == {"slack": 0, "sms": 0, "voice": 0, "email": 0}
        said = await town.story.timeline(incident)
        for who in ("asha", "ben", "chen"):
            assert [line for line in said if line.startswith(f"{who} could not be reached: ")]
        assert [line for line in said if "last resort" in line]

        town.story.channel.dead.clear()
        await town.story.pass_time(timedelta(minutes=6))
        assert [line.split()[2:] for line in town.story.news()] == [["page", "cto"]]


async def sends(story: Stage, incident: str, person: str = "asha") -> list[dict[str, Any]]:
    """Every attempt to tell a person, as the API shows it."""
    reply = await story.client.get(f"/api/v1/incidents/{incident}/notifications")
    return [send for row in reply.json()["items"] if row["reader"] == person for send in row["sends"]]
