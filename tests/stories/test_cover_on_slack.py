"""Cover from Slack: an offer has a button, and everything else is a line behind `/oncall cover`."""

from pathlib import Path

import pytest
from pytest_httpserver import HTTPServer

from tests.stories.slack_stage import ASHA, BEN, CHEN, SLACK_RULES, SlackStage, slack_stage
from tests.stories.test_cover import primary

pytestmark = pytest.mark.server

SUNDAY = "2026-11-22 12:00"
RULES = SLACK_RULES.replace("quiet: [{send: [email]}]", "quiet: [{send: [slack]}]").replace(
    "members: [asha], starts", "members: [asha, ben, chen], starts"
)
"""Asha's week as primary is the one of Monday 16 November 2026, then ben's, then chen's."""


IMPOSSIBLE = (
    ("cover", "Nothing is offered, and no cover is to come."),
    ("cover nonsense", "cover list: what is offered"),
    ("cover take primary", "Nothing was changed: say when, as in"),
    ("cover take primry tomorrow", "Nothing was changed: rota: no rota 'primry' in the rules file (did you mean"),
    ("cover take", "Nothing was changed: rota: no rota ''"),
    ("cover give primary ben", "Nothing was changed: say of which rota, to whom and when"),
    ("cover give primary <@U0WHO> tomorrow", "Nothing was changed: U0WHO is nobody in the rules file"),
    ("cover swap primary 2026-11-23", "Nothing was changed: say what of yours, with whom"),
    ("cover take primary 2026-11-24", "Nothing was changed: shift: no shift of rota primary begins on 2026-11-24"),
    ("cover accept 12345", "Nothing was changed: no such id ends with '12345'"),
    ("cover withdraw", "Nothing was changed: no such id ends with ''"),
)
"""What somebody types, and how the answer begins."""


async def holders(on: SlackStage, *moments: str) -> list[str | None]:
    return [await primary(on.story, one) for one in moments]


async def test_whoever_presses_the_button_of_an_offer_first_has_it(tmp_path: Path, httpserver: HTTPServer) -> None:
    async with slack_stage(tmp_path, httpserver, SUNDAY, RULES) as on:
        said = await on.type(ASHA, "cover offer primary tomorrow 08:00-12:00")
        assert said.startswith("They are asked. It is yours until somebody says yes.")
        assert on.slack.buttons(BEN) == on.slack.buttons(CHEN) == [["take-cover", "open_incident"]]
        late = on.clicked(CHEN, "take-cover")

        await on.click(BEN, "take-cover")
        await on.send(late)

        has, has_not = on.whispers()
        assert has.startswith("It is in effect, and both of you are told.")
        assert has_not == "Nothing was changed: ben has taken it already"
        assert await holders(on, "2026-11-23 08:00", "2026-11-23 12:00") == ["ben", "asha"]
        assert "Ben covers Asha in rota primary, Mon 23 Nov 08:00 GMT" in on.slack.shown(ASHA)[-1]


async def test_a_click_that_slack_sends_again_covers_once(tmp_path: Path, httpserver: HTTPServer) -> None:
    async with slack_stage(tmp_path, httpserver, SUNDAY, RULES) as on:
        await on.type(ASHA, "cover offer primary @ben tomorrow 08:00-12:00")
        assert on.slack.buttons(CHEN) == []
        click = on.clicked(BEN, "take-cover")

        await on.send(click)
        await on.send(click)

        first, again = on.whispers()
        assert first == again
        assert len((await on.story.application.rota_facts.kept()).covers) == 1


async def test_covers_are_given_taken_swapped_listed_and_withdrawn_in_a_line(
    tmp_path: Path, httpserver: HTTPServer
) -> None:
    async with slack_stage(tmp_path, httpserver, SUNDAY, RULES) as on:
        given = await on.type(ASHA, "cover give primary <@U0BEN|ben> 13:00-14:00")
        assert "Ben covers Asha in rota primary, Sun 22 Nov 13:00 GMT to Sun 22 Nov 14:00 GMT" in given
        await on.type(CHEN, "cover take primary tomorrow 23:00-01:00")
        await on.type(BEN, "cover swap primary 2026-11-30 chen 2026-12-21")
        swapped = await on.type(BEN, "cover swap primary 2026-11-23 chen 2026-11-30")
        assert swapped.startswith("It is in effect")
        listed = await on.type(BEN, "cover list")
        assert len(listed.splitlines()) == 5
        id = given.splitlines()[1].partition(" ")[0]

        withdrawn = await on.type(ASHA, f"cover withdraw {id[-6:]}")

        assert withdrawn.startswith("Withdrawn.")
        moments = ["2026-11-22 13:30", "2026-11-24 00:30", "2026-11-25 12:00", "2026-12-02 12:00"]
        assert await holders(on, *moments) == ["asha", "chen", "chen", "ben"]


async def test_what_cannot_be_is_answered_with_what_could(tmp_path: Path, httpserver: HTTPServer) -> None:
    async with slack_stage(tmp_path, httpserver, SUNDAY, RULES) as on:
        for typed, answer in IMPOSSIBLE:
            said = await on.type(ASHA, typed)

            assert said.startswith(answer), typed


async def test_who_is_nobody_in_the_rules_file_learns_it(tmp_path: Path, httpserver: HTTPServer) -> None:
    async with slack_stage(tmp_path, httpserver, SUNDAY, RULES) as on:
        for typed in ("cover list", "cover take primary tomorrow", "cover accept 1", "cover withdraw 1"):
            assert (await on.type("U0NOBODY", typed)).startswith("Nothing was changed: U0NOBODY is nobody")
