"""High alerts wait for working hours; what is no production alert never pages."""

from pathlib import Path

import pytest

from tests.stories.stage import RULES, alert, stage

pytestmark = pytest.mark.usefixtures("on_every_store")


async def test_highs_at_night_are_held_and_come_as_one_digest_in_the_morning(tmp_path: Path) -> None:
    async with stage(tmp_path, "2026-11-23 22:00") as story:
        first = await story.fire(alert(severity="high"), group="g1")
        second = await story.fire(alert("CardsSlow", severity="high", service="cards"), group="g2")
        assert [reply["outcomes"][0]["outcome"] for reply in (first, second)] == ["held", "triaged"]
        third = await story.fire(alert(severity="high", region="eu"), group="g3")
        assert third["outcomes"][0]["outcome"] == "held"
        story.news()

        await story.go_to("2026-11-24 08:59")
        assert story.news() == []
        await story.go_to("2026-11-24 09:00")

        assert story.news() == ["Tue 09:00 digest eve"]
        items = story.messages()[-1].items
        assert {item.incident for item in items} == {first["incidents"][0], third["incidents"][0]}


async def test_a_high_escalates_after_one_working_hour_across_the_evening(tmp_path: Path) -> None:
    async with stage(tmp_path, "2026-11-23 17:00") as story:
        await story.fire_one(alert(severity="high"))
        assert story.news() == ["Mon 17:00 page eve"]

        await story.go_to("2026-11-24 09:29")
        assert story.news() == []
        await story.go_to("2026-11-24 09:30")

        assert story.news() == ["Tue 09:30 post payments"]


async def test_a_high_acknowledged_in_hours_is_parked_in_the_evening_and_handed_over(tmp_path: Path) -> None:
    async with stage(tmp_path, "2026-11-23 16:00") as story:
        incident = await story.fire_one(alert(severity="high"))
        await story.act(incident, "acknowledge", by="ben")
        story.news()

        await story.go_to("2026-11-23 17:30")
        assert (await story.incident(incident))["marks"] == ["parked"]
        assert story.news() == []
        await story.go_to("2026-11-24 09:00")

        assert story.news() == ["Tue 09:00 hand_over ben", "Tue 09:00 hand_over eve"]


async def test_on_a_bank_holiday_a_high_waits_for_the_next_working_day(tmp_path: Path) -> None:
    async with stage(tmp_path, "2026-12-25 11:00") as story:
        await story.fire_one(alert(severity="high"))

        await story.go_to("2026-12-29 09:00")

        assert story.news() == ["Tue 09:00 digest eve"]


async def test_on_a_bank_holiday_a_critical_pages_the_out_of_hours_chain(tmp_path: Path) -> None:
    async with stage(tmp_path, "2026-12-28 11:00") as story:
        await story.fire_one(alert())

        assert story.news() == ["Mon 11:00 page asha", "Mon 11:00 page ben"]
        assert "Boxing Day" in story.messages()[0].items[0].why


async def test_without_a_runbook_it_goes_to_the_squad_and_the_triage_queue(tmp_path: Path) -> None:
    async with stage(tmp_path, "2026-11-22 03:00", RULES.replace(", runbook: payments-api-down", "")) as story:
        reply = await story.fire(alert("NoBookAtAll"))

        incident = await story.incident(reply["incidents"][0])
        assert reply["outcomes"][0]["outcome"] == "triaged"
        assert (incident["severity"], incident["marks"]) == ("triage", ["no_runbook"])
        await story.go_to("2026-11-23 12:00")
        assert story.news() == ["Sun 03:00 post payments"]


async def test_without_a_runbook_it_pages_and_says_so_where_the_rules_want_that(tmp_path: Path) -> None:
    rules = RULES.replace(", runbook: payments-api-down", "").replace(
        "on_missing_runbook: triage", "on_missing_runbook: page"
    )
    async with stage(tmp_path, "2026-11-22 03:00", rules) as story:
        incident = await story.fire_one(alert("NoBookAtAll"))

        assert story.news() == ["Sun 03:00 page asha", "Sun 03:00 page ben"]
        assert "NO RUNBOOK" in story.messages()[0].items[0].remark
        assert (await story.incident(incident))["marks"] == ["no_runbook"]


async def test_a_worse_alert_raises_an_open_incident_and_pages(tmp_path: Path) -> None:
    async with stage(tmp_path, "2026-11-23 22:00") as story:
        incident = await story.fire_one(alert(severity="high"))
        assert story.news() == []

        reply = await story.fire(alert(severity="critical"))

        assert reply["incidents"] == [incident]
        assert story.news() == ["Mon 22:00 page asha", "Mon 22:00 page ben"]
        assert (await story.incident(incident))["severity"] == "critical"


async def test_nothing_pages_for_a_parked_incident_unless_it_gets_worse(tmp_path: Path) -> None:
    async with stage(tmp_path, "2026-11-23 16:00") as story:
        incident = await story.fire_one(alert(severity="high"))
        await story.act(incident, "acknowledge", by="ben")
        await story.act(incident, "park", by="ben", reason="needs the vendor")
        story.news()

        await story.go_to("2026-11-23 23:00")
        await story.fire(alert(severity="high"))
        assert story.news() == []
        await story.fire(alert(severity="critical"))

        assert story.news() == ["Mon 23:00 page asha", "Mon 23:00 page ben"]
