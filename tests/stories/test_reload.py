"""Rules and runbooks change under a running router."""

from pathlib import Path

import pytest

from tests.stories.stage import RULES, alert, stage

pytestmark = pytest.mark.usefixtures("on_every_store")


async def test_a_broken_file_is_refused_and_the_last_good_one_keeps_paging(tmp_path: Path) -> None:
    async with stage(tmp_path, "2026-11-22 03:00") as story:
        (tmp_path / "routing_rules.yaml").write_text(RULES.replace("tell: [second_line]", "tell: [secnd_line]"))

        assert not await story.application.reload()

        (problem,) = story.application.in_force.refusal
        assert problem.place.file == "routing_rules.yaml"
        assert 'rota "secnd_line" is not defined (did you mean "second_line"?)' in problem.reason
        await story.fire_one(alert())
        assert story.news() == ["Sun 03:00 page asha", "Sun 03:00 page ben"]


async def test_a_good_file_takes_over_from_the_next_alert_on(tmp_path: Path) -> None:
    async with stage(tmp_path, "2026-11-22 03:00") as story:
        before = story.application.in_force.rules.version
        (tmp_path / "routing_rules.yaml").write_text(RULES.replace("members: [asha], starts", "members: [dee], starts"))

        assert await story.application.reload()

        assert story.application.in_force.rules.version != before
        await story.fire_one(alert())
        assert story.news() == ["Sun 03:00 page ben", "Sun 03:00 page dee"]
        kept = await story.application.store.records("rules")
        assert len(kept) == 2


async def test_a_runbook_that_changes_is_another_version_of_the_rules(tmp_path: Path) -> None:
    async with stage(tmp_path, "2026-11-22 03:00") as story:
        (tmp_path / "runbooks" / "payments-api-down.md").write_text("# Payments\n\n## Steps\n\n1. Restart it.\n")

        assert await story.application.reload()

        assert "Restart it" in story.application.in_force.rules.library.by_slug["payments-api-down"].steps


async def test_runbooks_that_have_all_gone_are_refused_lest_pages_stop(tmp_path: Path) -> None:
    async with stage(tmp_path, "2026-11-22 03:00") as story:
        (tmp_path / "runbooks" / "payments-api-down.md").unlink()

        assert not await story.application.reload()

        assert "runbooks is empty or gone" in story.application.in_force.refusal[0].reason
        await story.fire_one(alert())
        assert story.news() == ["Sun 03:00 page asha", "Sun 03:00 page ben"]
