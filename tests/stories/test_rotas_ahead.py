"""The weeks ahead: a gap is told while there is time to fill it, and a calendar makes the rota as it should be."""

from datetime import timedelta
from pathlib import Path

import pytest

from app.service.gap_watch import GapWatch
from tests.stories.stage import RULES, Stage, stage

pytestmark = pytest.mark.usefixtures("on_every_store")

ONE = "members: [asha], starts: 2026-01-05"
ENDS = RULES.replace(ONE, "members: [asha, ben], starts: 2026-01-05, ends: 2026-11-28")


async def look(story: Stage, watch: GapWatch | None = None) -> list[str]:
    """Who has been told of what, after one look at the week ahead."""
    watch = watch or story.application.gap_watch
    before = len(story.channel.got)
    await watch.tell(watch.look())
    await story.settle()
    return sorted(f"{message.reader}: {message.headline}" for _, message in story.channel.got[before:])


def another(story: Stage) -> GapWatch:
    """As a second process has it, or this one after it was started again."""
    watch = story.application.gap_watch
    return GapWatch(watch.store, watch.in_force, watch.clock)


async def test_a_gap_is_told_a_week_ahead_once_to_all_who_could_fill_it(tmp_path: Path) -> None:
    async with stage(tmp_path, "2026-11-20 12:00", ENDS) as story:
        early = await look(story)
        story.clock.at += timedelta(days=2)
        told = await look(story)
        again = [*await look(story), *await look(story, another(story))]

        gap = "Nobody is primary from Sat 2026-11-28 00:00 on, for months"
        assert early == []
        assert told == [f"Asha: {gap}", f"Ben: {gap}"]
        assert again == []


async def test_a_gap_that_is_there_is_told_again_each_week(tmp_path: Path) -> None:
    async with stage(tmp_path, "2026-12-01 12:00", ENDS) as story:
        first = await look(story)
        story.clock.at += timedelta(days=3)
        same_week = await look(story, another(story))
        story.clock.at += timedelta(days=4)
        next_week = await look(story)

        assert [len(first), len(same_week), len(next_week)] == [2, 0, 2]
        assert first[0].startswith("Asha: Nobody is primary from now on, for months")


async def test_rules_that_only_observe_tell_nobody_of_gaps(tmp_path: Path) -> None:
    async with stage(tmp_path, "2026-12-01 12:00", "mode: observe\n" + ENDS) as story:
        assert await look(story) == []


async def test_the_last_resort_is_told_of_a_gap_that_nobody_can_be_asked_to_fill(tmp_path: Path) -> None:
    empty = RULES.replace("members: [asha], starts", "members: [], starts")
    async with stage(tmp_path, "2026-12-01 12:00", empty) as story:
        assert [line.partition(":")[0] for line in await look(story)] == ["Cleo"]


async def test_a_gap_that_is_covered_in_time_is_told_to_nobody(tmp_path: Path) -> None:
    weekend = (
        "BEGIN:VCALENDAR\nBEGIN:VEVENT\nDTSTART;VALUE=DATE:20261128\nDTEND;VALUE=DATE:20261206\nSUMMARY:Chen\n"
        "END:VEVENT\nEND:VCALENDAR\n"
    )
    async with stage(tmp_path, "2026-11-22 12:00", ENDS) as story:
        body = {"calendar": weekend, "apply": True, "by": "cto"}
        reply = await story.client.post("/api/v1/rotas/primary/import", json=body)
        await story.settle()

        assert reply.status_code == 200, reply.text
        assert story.news() == ["Sun 12:00 notice chen"]
        assert await look(story) == []
