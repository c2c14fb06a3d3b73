"""The first responder decides on Slack what becomes of what is no production alert."""

from pathlib import Path
from typing import Any

import pytest
from pytest_httpserver import HTTPServer

from tests.stories.slack_stage import ASHA, CARD_ROOM, SLACK_RULES, WEB_ROOM, SlackStage, slack_stage
from tests.stories.stage import alert

pytestmark = [pytest.mark.server, pytest.mark.usefixtures("on_every_store")]

NOON = "2026-11-24 12:00"
RULES = SLACK_RULES.replace("members: [eve]", "members: [asha]").replace(
    "quiet: [{send: [email]}", "quiet: [{send: [slack]}"
)
BUTTONS = ["hand", "promote", "mute", "resolve", "note"]
BUG: dict[str, str] = {"severity": "warning"}


async def opened(on: SlackStage, answer: str) -> dict[str, Any]:
    """The form that Asha gets by that button below the post in her squad's channel."""
    await on.send(on.clicked(ASHA, answer, room=CARD_ROOM))
    return on.slack.views[-1]


async def where(on: SlackStage, incident: str) -> tuple[str, str, list[str]]:
    found = await on.story.incident(incident)
    return found["severity"], found["squad"], found["marks"]


async def test_a_post_of_triage_asks_whose_it_is_and_not_who_has_it(tmp_path: Path, httpserver: HTTPServer) -> None:
    async with slack_stage(tmp_path, httpserver, NOON, RULES) as on:
        await on.story.fire(alert(**BUG))
        await on.story.fire(alert("NobodysBug", service="cards"), group="g2")

        assert on.slack.buttons(CARD_ROOM) == [BUTTONS]
        assert on.slack.buttons(ASHA) == [[*BUTTONS, "open_incident"]], "no squad, so the first responder"
        labels = [one["text"]["text"] for one in on.slack.taken[0]["blocks"][-1]["elements"]]
        assert labels == ["Hand to squad", "Promote", "Mute", "Close", "Note"]


async def test_it_is_handed_to_a_squad_that_is_chosen_in_a_form(tmp_path: Path, httpserver: HTTPServer) -> None:
    async with slack_stage(tmp_path, httpserver, NOON, RULES) as on:
        incident = await on.story.fire_one(alert(**BUG))

        view = await opened(on, "hand")
        await on.send(on.filled(ASHA, squad="web", reason="their release"))
        await on.rest()

        options = view["blocks"][0]["element"]["options"]
        assert [one["value"] for one in options] == ["payments", "silent", "web"]
        assert await where(on, incident) == ("triage", "web", ["with_squad"])
        assert on.whispers()[0].startswith("It is theirs now, and they are told in their channel.")
        assert "handed to squad web by asha: their release" in on.slack.shown(WEB_ROOM)[0]
        assert on.slack.buttons(WEB_ROOM) == [BUTTONS]


async def test_it_is_promoted_in_a_form_and_pages(tmp_path: Path, httpserver: HTTPServer) -> None:
    async with slack_stage(tmp_path, httpserver, "2026-11-22 03:00", RULES) as on:
        incident = await on.story.fire_one(alert(**BUG))

        await opened(on, "promote")
        await on.send(on.filled(ASHA, severity="critical", reason="nobody can pay"))
        await on.rest()

        assert (await on.story.incident(incident))["severity"] == "critical"
        assert on.slack.buttons(ASHA) == [["acknowledge", "resolve", "second-line", "note", "open_incident"]]


@pytest.mark.parametrize(("chosen", "until"), [("a week", "2026-12-01T12:00:00Z"), ("for good", None)])
async def test_it_is_muted_for_a_time_that_is_chosen_in_a_form(
    tmp_path: Path, httpserver: HTTPServer, chosen: str, until: str | None
) -> None:
    async with slack_stage(tmp_path, httpserver, NOON, RULES) as on:
        incident = await on.story.fire_one(alert(**BUG))

        await opened(on, "mute")
        await on.send(on.filled(ASHA, length=chosen))
        await on.rest()

        assert await where(on, incident) == ("triage", "payments", ["muted"])
        assert (await on.story.incident(incident))["timers"].get("unmute") == until
        assert "triggered (muted)" in on.slack.shown(CARD_ROOM)[0]


async def test_it_is_closed_by_a_button_alone(tmp_path: Path, httpserver: HTTPServer) -> None:
    async with slack_stage(tmp_path, httpserver, NOON, RULES) as on:
        incident = await on.story.fire_one(alert(**BUG))

        await on.send(on.clicked(ASHA, "resolve", room=CARD_ROOM))

        assert (await on.story.incident(incident))["resolved_by"] == "asha"
        assert on.slack.buttons(CARD_ROOM) == [["note"]]


@pytest.mark.parametrize(
    ("button", "answers", "complaint"),
    [
        ("hand", {}, {"squad": "Choose one of the list."}),
        ("promote", {"severity": "triage"}, {"severity": "Choose one of the list."}),
        ("mute", {"length": "an age"}, {"length": "Choose one of the list."}),
    ],
)
async def test_a_form_says_at_its_field_what_is_missing_and_nothing_changes(
    tmp_path: Path, httpserver: HTTPServer, button: str, answers: dict[str, str], complaint: dict[str, str]
) -> None:
    async with slack_stage(tmp_path, httpserver, NOON, RULES) as on:
        incident = await on.story.fire_one(alert(**BUG))
        before = await on.story.incident(incident)

        await opened(on, button)
        reply = await on.send(on.filled(ASHA, **answers))

        assert reply.json() == {"response_action": "errors", "errors": complaint}
        assert await on.story.incident(incident) == before


async def test_a_squad_that_is_gone_by_now_is_said_at_its_field(tmp_path: Path, httpserver: HTTPServer) -> None:
    async with slack_stage(tmp_path, httpserver, NOON, RULES) as on:
        await on.story.fire_one(alert(**BUG))

        await opened(on, "hand")
        reply = await on.send(on.filled(ASHA, squad="wep"))

        [(field, said)] = reply.json()["errors"].items()
        assert (field, "did you mean 'web'?" in said) == ("squad", True)


async def test_the_queue_is_listed_and_decided_on_by_command(tmp_path: Path, httpserver: HTTPServer) -> None:
    async with slack_stage(tmp_path, httpserver, NOON, RULES) as on:
        ids = [await on.story.fire_one(alert(f"Bug{n}", service="cards")) for n in range(1)]
        for n in range(1, 4):
            ids += (await on.story.fire(alert(f"Bug{n}", service="cards"), group=f"g{n}1"))["incidents"]
        await on.story.go_to("2026-11-26 12:00")

        listed = (await on.type(ASHA, "triage")).splitlines()
        said = [
            await on.type(ASHA, f"triage hand {ids[0]} web their release"),
            await on.type(ASHA, f"triage promote {ids[1]} high it is worse"),
            await on.type(ASHA, f"triage mute {ids[2]} 7d known"),
            await on.type(ASHA, f"triage close {ids[3]} noise"),
        ]

        assert listed[0] == f"{ids[0]} 2 days: Bug0 is firing (alertmanager, missing runbook; 1 reports)"
        assert len(listed) == 4
        assert [text.partition(".")[0] for text in said] == [
            "It is theirs now, and they are told in their channel",
            "It is a production incident now, and people are told as of any other",
            "You hear no more of it until then, unless it gets worse",
            "Resolved",
        ]
        assert await on.type(ASHA, "triage") == "Nothing waits in the triage queue."


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("triage eat 1234", "there is no 'eat'; there is hand, promote, mute, close"),
        ("triage hand", "say which incident"),
        ("triage hand {id}", "say which squad"),
        ("triage hand {id} wep", "did you mean 'web'?"),
        ("triage promote {id} worst", "'worst' is neither critical nor high"),
        ("triage mute {id} soon", "is not a length of time"),
    ],
)
async def test_what_cannot_be_typed_is_said_with_what_can(
    tmp_path: Path, httpserver: HTTPServer, typed: str, said: str
) -> None:
    async with slack_stage(tmp_path, httpserver, NOON, RULES) as on:
        incident = await on.story.fire_one(alert(**BUG))

        assert said in await on.type(ASHA, typed.format(id=incident))
