"""Somebody's own calendar says that they are away: they are asked in time, and it is listed until it is covered."""

from pathlib import Path
from typing import Any

import pytest
from pytest_httpserver import HTTPServer

from tests.stories.slack_stage import ASHA, BEN, CHEN, SLACK_RULES, slack_stage
from tests.stories.stage import Stage, stage
from tests.stories.test_cover import THREE, at, primary, said

pytestmark = [pytest.mark.server, pytest.mark.usefixtures("on_every_store")]

SECRET = "/ical/private-3f9ab2/basic.ics"
SUNDAY = "2026-11-22 12:00"
CALENDAR = """BEGIN:VCALENDAR
VERSION:2.0
PRODID:-//story//EN
BEGIN:VEVENT
UID:1@story
DTSTAMP:20261101T000000Z
DTSTART;VALUE=DATE:20261126
DTEND;VALUE=DATE:20261128
SUMMARY:Operation at the hospital
END:VEVENT
BEGIN:VEVENT
UID:2@story
DTSTAMP:20261101T000000Z
DTSTART:20261125T090000Z
DTEND:20261125T100000Z
STATUS:CANCELLED
SUMMARY:Dentist
END:VEVENT
END:VCALENDAR
""".replace("\n", "\r\n")


def with_calendar(rules: str, httpserver: HTTPServer) -> str:
    """Ben, whose week as primary is that of 23 November, has a calendar there."""
    return rules.replace("ben: {name: Ben,", f"ben: {{name: Ben, absences: '{httpserver.url_for(SECRET)}',")


async def look(stage: Stage) -> None:
    """What a worker does from time to time."""
    await stage.application.absences.look()
    await stage.application.cover_watch.tell()
    await stage.settle()


async def needed(stage: Stage) -> dict[str, Any]:
    reply = await stage.client.get("/api/v1/rotas/needs-cover")
    assert reply.status_code == 200, reply.text
    return dict(reply.json())


async def test_one_who_is_away_is_asked_once_and_it_is_listed_until_it_is_covered(
    tmp_path: Path, httpserver: HTTPServer
) -> None:
    httpserver.expect_request(SECRET).respond_with_data(CALENDAR)
    async with stage(tmp_path, SUNDAY, with_calendar(THREE, httpserver)) as town:
        for _ in range(2):
            await look(town)

        assert town.news() == ["Sun 12:00 notice ben"]
        assert len(httpserver.log) == 1
        assert (await needed(town))["items"] == [
            {
                "person": "ben",
                "rota": "primary",
                "since": "2026-11-26T00:00:00Z",
                "until": "2026-11-28T00:00:00Z",
            }
        ]
        stretch = {"since": at("2026-11-26 00:00"), "until": at("2026-11-28 00:00")}
        await said(town, "covers", rota="primary", person="dee", by="ben", **stretch)

        assert (await needed(town))["items"] == []
        kept = [record.body for record in await town.application.store.records("absences")]
        assert "hospital" not in str(kept)
        assert "hospital" not in str(town.messages())


async def test_rules_that_only_observe_ask_nobody_for_cover(tmp_path: Path, httpserver: HTTPServer) -> None:
    httpserver.expect_request(SECRET).respond_with_data(CALENDAR)
    async with stage(tmp_path, SUNDAY, "mode: observe\n" + with_calendar(THREE, httpserver)) as town:
        await look(town)

        assert town.news() == []
        assert len((await needed(town))["items"]) == 1


async def test_a_calendar_that_cannot_be_read_says_so_and_what_was_read_last_counts(
    tmp_path: Path, httpserver: HTTPServer
) -> None:
    httpserver.expect_ordered_request(SECRET).respond_with_data(CALENDAR)
    httpserver.expect_ordered_request(SECRET).respond_with_data("gone", status=410)
    httpserver.expect_ordered_request(SECRET).respond_with_data("<html>Sign in</html>")
    async with stage(tmp_path, SUNDAY, with_calendar(THREE, httpserver)) as town:
        await look(town)
        problems = []
        for hour in ("13:01", "14:01"):
            await town.go_to(f"2026-11-22 {hour}")
            await look(town)
            found = await needed(town)
            assert len(found["items"]) == 1
            problems += found["problems"]

        reasons = [problem["reason"] for problem in problems]
        assert reasons[0].startswith("the calendar cannot be had: it answers 410")
        assert "is not an iCalendar file" in reasons[1]
        assert "private-3f9ab2" not in str(reasons)
        assert problems[1]["read_at"] == "2026-11-22T12:00:00Z"


async def test_one_who_leaves_the_file_or_takes_the_address_out_is_forgotten(
    tmp_path: Path, httpserver: HTTPServer
) -> None:
    httpserver.expect_request(SECRET).respond_with_data(CALENDAR)
    async with stage(tmp_path, SUNDAY, with_calendar(THREE, httpserver)) as town:
        await look(town)
        (tmp_path / "routing_rules.yaml").write_text(THREE)
        await town.application.reload()

        await town.application.absences.look_now()

        assert await needed(town) == {"items": [], "problems": []}


async def test_an_offer_that_nobody_has_taken_is_said_the_day_before(tmp_path: Path) -> None:
    async with stage(tmp_path, SUNDAY, THREE) as town:
        await said(town, "cover-offers", rota="primary", shift="2026-11-30", by="dee")
        town.news()
        await town.go_to("2026-11-29 17:29")
        await look(town)
        assert town.news() == []
        await town.go_to("2026-11-29 17:30")

        for _ in range(2):
            await look(town)

        assert town.news() == ["Sun 17:30 notice dee"]
        assert town.messages()[-1].headline.startswith("Nobody has taken what you offered: rota primary, Mon 30 Nov")


async def test_an_offer_whose_shift_was_covered_without_a_yes_is_no_longer_theirs(tmp_path: Path) -> None:
    async with stage(tmp_path, SUNDAY, THREE) as town:
        await said(town, "cover-offers", rota="primary", shift="2026-11-30", by="dee")
        await said(town, "covers", rota="primary", shift="2026-11-30", by="ben")
        town.news()
        await town.go_to("2026-11-29 17:30")

        await look(town)

        assert town.news() == []


async def test_on_slack_one_button_asks_the_rota_and_another_takes_it(tmp_path: Path, httpserver: HTTPServer) -> None:
    httpserver.expect_request(SECRET).respond_with_data(CALENDAR)
    rules = SLACK_RULES.replace("quiet: [{send: [email]}]", "quiet: [{send: [slack]}]").replace(
        "members: [asha], starts", "members: [asha, ben, chen], starts"
    )
    async with slack_stage(tmp_path, httpserver, SUNDAY, with_calendar(rules, httpserver)) as on:
        await look(on.story)
        assert on.slack.buttons(BEN) == [["offer-cover", "open_incident"]]

        await on.click(BEN, "offer-cover")
        assert on.slack.buttons(ASHA) == on.slack.buttons(CHEN) == [["take-cover", "open_incident"]]
        await on.click(CHEN, "take-cover")
        await on.click(BEN, "offer-cover")

        assert [text.partition("\n")[0] for text in on.whispers()] == [
            "They are asked. It is yours until somebody says yes.",
            "It is in effect, and both of you are told.",
            "Nothing was changed: that is covered by now, or not yours",
        ]
        assert await primary(on.story, "2026-11-26 12:00") == "chen"
