"""People are told of their shifts, once, whoever looks and whatever crashes."""

import asyncio
from datetime import timedelta
from pathlib import Path

import pytest

from app.domain.rota import Cover, DatedFacts
from app.service.shift_telling import ShiftTelling
from tests.stories.stage import BOTH_STORES, RULES, Stage, london, stage

pytestmark = [BOTH_STORES, pytest.mark.usefixtures("on_every_store")]

ROTA = RULES.replace("members: [asha], starts", "members: [dee, asha], starts")
"""Dee is primary from Monday 23 November 17:30 on."""


def another_worker(story: Stage) -> ShiftTelling:
    """One that has just been started and knows of nothing."""
    application = story.application
    return ShiftTelling(application.store, application.in_force, application.reached, application.clock)


async def look_until(story: Stage, until: str) -> list[str]:
    """Let a fresh worker look every ten minutes until then; what people got."""
    story.news()
    while story.clock.at <= london(until):
        await another_worker(story).round()
        await story.pass_time(timedelta(minutes=10))
    return story.news()


async def test_the_next_is_told_a_day_ahead_and_both_at_the_handover_each_once(tmp_path: Path) -> None:
    async with stage(tmp_path, "2026-11-22 16:00", ROTA) as story:
        assert await look_until(story, "2026-11-23 19:00") == [
            "Sun 17:30 notice dee",
            "Mon 17:30 notice asha",
            "Mon 17:30 notice dee",
        ]
        first = story.messages()[0]
        assert first.headline == "You are primary from Mon 23 Nov 17:30 GMT"
        assert first.notice
        assert "You have no telephone number in the rules file." in first.notice.lines


async def test_two_workers_that_look_at_once_tell_once(tmp_path: Path) -> None:
    async with stage(tmp_path, "2026-11-22 17:30", ROTA) as story:
        await asyncio.gather(*(another_worker(story).round() for _ in range(4)))
        await story.settle()

        assert story.news() == ["Sun 17:30 notice dee"]


async def test_whoever_covers_after_the_notice_is_told_too(tmp_path: Path) -> None:
    async with stage(tmp_path, "2026-11-23 10:00", ROTA) as story:
        await another_worker(story).round()
        await story.settle()
        assert story.news() == ["Mon 10:00 notice dee"]

        cover = Cover("primary", "chen", london("2026-11-23 17:30"), london("2026-11-24 08:00"))
        story.application.in_force.facts = DatedFacts((cover,))

        assert await look_until(story, "2026-11-23 17:40") == [
            "Mon 10:00 notice chen",
            "Mon 10:00 notice dee",
            "Mon 17:30 notice asha",
            "Mon 17:30 notice chen",
        ]


async def test_a_handover_that_nobody_watched_is_told_within_the_day(tmp_path: Path) -> None:
    async with stage(tmp_path, "2026-11-24 09:20", ROTA) as story:
        await another_worker(story).round()
        await story.settle()
        assert story.news() == ["Tue 09:20 notice asha", "Tue 09:20 notice dee"]


async def test_a_handover_of_the_day_before_is_told_to_nobody(tmp_path: Path) -> None:
    async with stage(tmp_path, "2026-11-24 18:00", ROTA) as story:
        assert await look_until(story, "2026-11-24 18:30") == []


async def test_rules_that_only_observe_tell_nobody_of_shifts(tmp_path: Path) -> None:
    async with stage(tmp_path, "2026-11-22 17:30", f"mode: observe\n{ROTA}") as story:
        assert await look_until(story, "2026-11-23 18:00") == []


async def test_rules_that_want_no_notices_get_none(tmp_path: Path) -> None:
    quiet = f"{ROTA}notices: {{before_shift: never, handover: false}}\n"
    async with stage(tmp_path, "2026-11-22 17:30", quiet) as story:
        assert await look_until(story, "2026-11-23 18:00") == []
