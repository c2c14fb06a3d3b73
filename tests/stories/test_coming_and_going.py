"""Repeats, groups, resolving, firing again, snoozing, and what people raise themselves."""

from pathlib import Path

import pytest

from tests.stories.stage import alert, stage

pytestmark = pytest.mark.usefixtures("on_every_store")


async def test_the_same_alert_a_thousand_times_is_one_incident_one_page_and_an_exact_count(tmp_path: Path) -> None:
    async with stage(tmp_path, "2026-11-22 03:00") as story:
        incident = await story.fire_one(alert())
        for _ in range(9):
            reply = await story.fire(*[alert()] * 111)
            assert {outcome["outcome"] for outcome in reply["outcomes"]} == {"repeated"}

        assert story.news() == ["Sun 03:00 page asha", "Sun 03:00 page ben"]
        seen = await story.incident(incident)
        assert (seen["count"], seen["alerts"], seen["firing"]) == (1000, 1, 1)


async def test_alerts_of_one_group_are_one_incident_that_resolves_with_the_last_of_them(tmp_path: Path) -> None:
    async with stage(tmp_path, "2026-11-22 03:00") as story:
        reply = await story.fire(alert(pod="a"), alert(pod="b"))
        assert [one["outcome"] for one in reply["outcomes"]] == ["opened", "grouped"]
        (incident,) = reply["incidents"]
        await story.act(incident, "acknowledge", by="asha")
        story.news()

        await story.fire(alert(pod="a", status="resolved"))
        assert (await story.incident(incident))["status"] == "acknowledged"
        await story.fire(alert(pod="b", status="resolved"))

        assert (await story.incident(incident))["status"] == "resolved"
        assert story.news() == ["Sun 03:00 resolved asha"]


async def test_firing_again_within_ten_minutes_reopens_from_the_first_step(tmp_path: Path) -> None:
    async with stage(tmp_path, "2026-11-22 03:00") as story:
        incident = await story.fire_one(alert())
        await story.act(incident, "acknowledge", by="asha")
        await story.act(incident, "resolve", by="asha")
        await story.go_to("2026-11-22 03:10")
        story.news()

        reply = await story.fire(alert())

        assert reply["outcomes"] == [{"outcome": "opened", "incident": incident}]
        assert story.news() == ["Sun 03:10 page asha", "Sun 03:10 page ben"]


async def test_firing_again_later_is_a_new_incident(tmp_path: Path) -> None:
    async with stage(tmp_path, "2026-11-22 03:00") as story:
        incident = await story.fire_one(alert())
        await story.fire(alert(status="resolved"))
        await story.go_to("2026-11-22 03:11")

        assert await story.fire_one(alert()) != incident


async def test_a_resolve_for_nothing_is_ignored_and_delivered_twice_changes_nothing(tmp_path: Path) -> None:
    async with stage(tmp_path, "2026-11-22 03:00") as story:
        unknown = await story.fire(alert("NeverSeen", status="resolved"))
        assert unknown["outcomes"] == [{"outcome": "ignored"}]

        incident = await story.fire_one(alert())
        await story.fire(alert(status="resolved"))
        again = await story.fire(alert(status="resolved"))

        assert again["outcomes"][0]["outcome"] == "ignored"
        assert (await story.incident(incident))["status"] == "resolved"


async def test_the_end_of_a_snooze_starts_again_from_the_first_step(tmp_path: Path) -> None:
    async with stage(tmp_path, "2026-11-22 03:00") as story:
        incident = await story.fire_one(alert())
        story.news()
        await story.act(incident, "snooze", by="asha", until="2026-11-22T04:30:00Z")

        await story.go_to("2026-11-22 04:29")
        assert story.news() == []
        await story.go_to("2026-11-22 04:30")

        assert story.news() == ["Sun 04:30 page asha", "Sun 04:30 page ben"]


async def test_what_a_person_raises_passes_no_gate_and_is_handled_like_any_other(tmp_path: Path) -> None:
    async with stage(tmp_path, "2026-11-22 03:00") as story:
        incident = await story.raise_by(by="support desk", title="Customers cannot pay", squad="payments")

        assert story.news() == ["Sun 03:00 page asha", "Sun 03:00 page ben"]
        assert (await story.incident(incident))["marks"] == ["raised_by_person"]
        await story.go_to("2026-11-22 04:00")
        assert "Sun 04:00 page chen" in story.news()


async def test_given_to_somebody_else_only_they_are_paged_and_the_chain_goes_on(tmp_path: Path) -> None:
    async with stage(tmp_path, "2026-11-22 03:00") as story:
        incident = await story.fire_one(alert())
        await story.act(incident, "acknowledge", by="asha")
        story.news()

        await story.act(incident, "reassign", by="asha", to="dee")
        assert story.news() == ["Sun 03:00 page dee"]
        await story.go_to("2026-11-22 04:00")

        assert "Sun 04:00 page chen" in story.news()


async def test_escalate_now_tells_the_next_step_at_once(tmp_path: Path) -> None:
    async with stage(tmp_path, "2026-11-22 03:00") as story:
        incident = await story.fire_one(alert())
        story.news()

        await story.act(incident, "escalate", by="asha", reason="out of my depth")

        assert story.news() == ["Sun 03:00 page chen"]


async def test_an_hour_is_sixty_minutes_when_the_clocks_go_forward(tmp_path: Path) -> None:
    async with stage(tmp_path, "2026-03-29 00:30") as story:
        await story.fire_one(alert())

        await story.go_to("2026-03-29 02:30")

        assert "Sun 02:30 page chen" in story.news()


async def test_an_hour_is_sixty_minutes_when_the_clocks_go_back(tmp_path: Path) -> None:
    async with stage(tmp_path, "2026-10-25 01:30") as story:
        await story.fire_one(alert())

        await story.go_to("2026-10-25 02:00")

        pages = [(at, message.address) for at, message in story.channel.got if message.kind == "page"]
        assert (pages[-1][1], (pages[-1][0] - pages[0][0]).total_seconds()) == ("chen@example.com", 3600)


async def test_the_morning_after_the_clocks_change_starts_at_nine_on_the_wall(tmp_path: Path) -> None:
    async with stage(tmp_path, "2026-10-23 22:00") as story:
        await story.fire_one(alert(severity="high"))

        await story.go_to("2026-10-26 09:30")

        assert story.news() == ["Mon 09:00 digest eve"]
