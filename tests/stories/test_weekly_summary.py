"""The weekly summary: once a week in each squad's channel, by whichever worker looks first."""

from datetime import timedelta
from pathlib import Path

import pytest

from tests.stories.conftest import TWO_STORES
from tests.stories.stage import RULES, alert, stage

WEEKLY = RULES + 'reports: {weekly: "mon 09:30", weekly_to: [payments]}\n'


@pytest.mark.parametrize("on_every_store", TWO_STORES, indirect=True)
async def test_the_weekly_summary_comes_once(on_every_store: None, tmp_path: Path) -> None:
    async with stage(tmp_path, "2026-11-19 03:00", WEEKLY) as s:
        (id,) = (await s.fire(alert()))["incidents"]
        await s.act(id, "acknowledge", by="asha")
        await s.pass_time(timedelta(hours=1))
        await s.act(id, "resolve", by="asha")

        await s.go_to("2026-11-23 09:29")
        assert await s.application.weekly_report.look() == ()
        s.news()
        for at in ("2026-11-23 09:30", "2026-11-23 09:31", "2026-11-24 09:00"):
            await s.go_to(at)
            await s.application.weekly_report.look()
            s.application.weekly_report._told = None  # As another worker, or this one after a start, would look.
        await s.settle()

        assert s.news() == ["Mon 09:30 notice payments"]
        message = s.messages()[-1]
        assert message.headline == "Payments, week of 16 Nov to 22 Nov: 1 production incident, 2 pages"


async def test_the_first_summary_ever_does_not_come_a_day_late(tmp_path: Path) -> None:
    async with stage(tmp_path, "2026-11-24 09:31", WEEKLY) as s:
        assert await s.application.weekly_report.look() == ()
        await s.settle()

        assert s.news() == []


async def test_a_summary_that_was_due_while_no_worker_ran_comes_late_and_only_the_latest(tmp_path: Path) -> None:
    async with stage(tmp_path, "2026-11-09 09:30", WEEKLY) as s:
        await s.application.weekly_report.look()
        await s.settle()
        s.news()

        await s.go_to("2026-11-25 12:00")
        for _ in range(2):
            assert await s.application.weekly_report.look() == ()
            s.application.weekly_report._told = None
        await s.settle()

        assert s.news() == ["Wed 12:00 notice payments"]
        assert s.messages()[-1].headline.startswith("Payments, week of 16 Nov to 22 Nov")


async def test_rules_that_only_observe_send_no_summary(tmp_path: Path) -> None:
    async with stage(tmp_path, "2026-11-23 09:30", "mode: observe\n" + WEEKLY) as s:
        await s.application.weekly_report.look()
        await s.settle()

        assert s.news() == []
