"""A critical alert's way through the night and the day."""

from pathlib import Path

import pytest

from tests.stories.stage import RULES, alert, stage

pytestmark = pytest.mark.usefixtures("on_every_store")


async def test_a_critical_on_sunday_night_is_escalated_acknowledged_parked_and_handed_over(tmp_path: Path) -> None:
    async with stage(tmp_path, "2026-11-22 03:00") as story:
        incident = await story.fire_one(alert())
        assert story.news() == ["Sun 03:00 page asha", "Sun 03:00 page ben"]

        await story.go_to("2026-11-22 04:01")
        assert story.news() == [
            *(f"Sun 03:{minute} reminder {who}" for minute in (15, 30, 45) for who in ("asha", "ben")),
            "Sun 04:00 reminder asha",
            "Sun 04:00 reminder ben",
            "Sun 04:00 page chen",
        ]

        await story.go_to("2026-11-22 04:05")
        await story.act(incident, "acknowledge", by="chen")
        await story.go_to("2026-11-22 06:04")
        assert story.news() == []
        await story.go_to("2026-11-22 06:05")
        assert story.news() == ["Sun 06:05 stop chen"]
        parked = await story.incident(incident)
        assert (parked["status"], parked["marks"], parked["acknowledged_by"]) == ("acknowledged", ["parked"], "chen")

        await story.go_to("2026-11-23 08:59")
        assert story.news() == []
        await story.go_to("2026-11-23 09:00")
        assert story.news() == ["Mon 09:00 hand_over chen", "Mon 09:00 hand_over eve"]
        handed = await story.incident(incident)
        assert (handed["status"], handed["marks"]) == ("triggered", ["handed_over"])

        await story.go_to("2026-11-23 10:00")
        assert story.news()[-3:] == ["Mon 10:00 page chen", "Mon 10:00 reminder eve", "Mon 10:00 post payments"]


async def test_a_critical_in_hours_goes_to_the_first_responder_then_second_line_and_squad(tmp_path: Path) -> None:
    async with stage(tmp_path, "2026-11-23 11:00") as story:
        await story.fire_one(alert())

        await story.go_to("2026-11-23 12:00")

        news = story.news()
        assert news[0] == "Mon 11:00 page eve"
        assert news[-3:] == ["Mon 12:00 page chen", "Mon 12:00 reminder eve", "Mon 12:00 post payments"]


async def test_an_unacknowledged_critical_is_routed_afresh_when_the_hours_end(tmp_path: Path) -> None:
    async with stage(tmp_path, "2026-11-23 17:10") as story:
        await story.fire_one(alert())
        assert story.news() == ["Mon 17:10 page eve"]

        await story.go_to("2026-11-23 17:30")
        assert story.news() == ["Mon 17:25 reminder eve", "Mon 17:30 page asha", "Mon 17:30 page ben"]

        await story.go_to("2026-11-23 18:31")
        late = story.news()
        assert "Mon 18:30 page chen" in late
        assert not [line for line in late if line.endswith("eve")]


async def test_an_unacknowledged_critical_reaches_the_first_responder_when_the_hours_begin(tmp_path: Path) -> None:
    async with stage(tmp_path, "2026-11-23 08:40") as story:
        await story.fire_one(alert())

        await story.go_to("2026-11-23 09:10")

        assert story.news() == [
            "Mon 08:40 page asha",
            "Mon 08:40 page ben",
            "Mon 08:55 reminder asha",
            "Mon 08:55 reminder ben",
            "Mon 09:00 page eve",
            "Mon 09:10 reminder asha",
            "Mon 09:10 reminder ben",
        ]


async def test_after_three_passes_the_last_resort_is_told_and_stays_the_holder(tmp_path: Path) -> None:
    async with stage(tmp_path, "2026-11-21 20:00") as story:
        incident = await story.fire_one(alert())

        await story.go_to("2026-11-22 01:59")
        steps = [line for line in story.news() if " page " in line]
        assert steps == [
            *("Sat 20:00 page asha", "Sat 20:00 page ben", "Sat 21:00 page chen"),
            *("Sat 22:00 page asha", "Sat 22:00 page ben", "Sat 23:00 page chen"),
            *("Sun 00:00 page asha", "Sun 00:00 page ben", "Sun 01:00 page chen"),
        ]
        await story.go_to("2026-11-22 02:00")
        assert "Sun 02:00 page cto" in story.news()

        await story.go_to("2026-11-22 09:00")
        assert [line for line in story.news() if " page " in line] == []
        assert "last_resort" in (await story.incident(incident))["marks"]


async def test_acknowledged_shortly_before_the_working_day_it_is_handed_over_at_its_start(tmp_path: Path) -> None:
    async with stage(tmp_path, "2026-11-23 08:00") as story:
        incident = await story.fire_one(alert())
        await story.act(incident, "acknowledge", by="asha")
        story.news()

        await story.go_to("2026-11-23 09:00")

        assert story.news() == ["Mon 09:00 hand_over asha", "Mon 09:00 hand_over eve"]


async def test_the_nights_responder_takes_it_back_with_one_tap(tmp_path: Path) -> None:
    async with stage(tmp_path, "2026-11-23 08:00") as story:
        incident = await story.fire_one(alert())
        await story.act(incident, "acknowledge", by="asha")
        await story.go_to("2026-11-23 09:05")
        story.news()

        await story.act(incident, "acknowledge", by="asha")
        await story.go_to("2026-11-23 17:00")

        assert story.news() == []
        assert (await story.incident(incident))["acknowledged_by"] == "asha"


async def test_a_critical_acknowledged_in_hours_has_two_hours_from_their_end(tmp_path: Path) -> None:
    async with stage(tmp_path, "2026-11-23 16:00") as story:
        incident = await story.fire_one(alert())
        await story.act(incident, "acknowledge", by="eve")
        story.news()

        await story.go_to("2026-11-24 09:00")

        assert story.news() == ["Mon 19:30 stop eve", "Tue 09:00 hand_over eve"]


async def test_an_empty_slot_is_passed_at_once_and_the_record_says_why(tmp_path: Path) -> None:
    rules = RULES.replace("members: [asha], starts", "members: [eve], starts")
    async with stage(tmp_path, "2026-11-22 03:00", rules) as story:
        incident = await story.fire_one(alert())

        assert story.news() == ["Sun 03:00 page ben", "Sun 03:00 page chen"]
        assert any("nobody is primary" in line and "consent" in line for line in await story.timeline(incident))


async def test_when_nobody_can_be_reached_the_last_resort_is_told_at_once(tmp_path: Path) -> None:
    async with stage(tmp_path, "2026-11-22 03:00") as story:
        story.channel.dead |= {f"{who}@example.com" for who in ("asha", "ben", "chen")}

        incident = await story.fire_one(alert())

        assert story.news() == ["Sun 03:00 page cto"]
        assert any(
            "asha could not be reached: email: no such mailbox" in line for line in await story.timeline(incident)
        )


async def test_the_last_resort_is_tried_until_it_works(tmp_path: Path) -> None:
    async with stage(tmp_path, "2026-11-22 03:00") as story:
        story.channel.dead.add("*")
        await story.fire_one(alert())
        await story.go_to("2026-11-22 03:12")
        assert story.news() == []

        story.channel.dead.clear()
        await story.go_to("2026-11-22 03:20")

        assert story.news() == ["Sun 03:15 page cto"]


async def test_a_shadows_acknowledgement_is_recorded_and_stops_nothing_but_their_own_ladder(tmp_path: Path) -> None:
    async with stage(tmp_path, "2026-11-22 03:00") as story:
        incident = await story.fire_one(alert())
        assert "shadowing" in story.messages()[1].items[0].remark
        story.news()

        reply = await story.act(incident, "acknowledge", by="ben")

        assert reply["effect"] == "recorded"
        assert (await story.incident(incident))["status"] == "triggered"
        await story.go_to("2026-11-22 04:00")
        assert story.news() == [
            *(f"Sun 03:{minute} reminder asha" for minute in (15, 30, 45)),
            "Sun 04:00 reminder asha",
            "Sun 04:00 page chen",
        ]


async def test_second_line_is_called_in_beside_whoever_has_it(tmp_path: Path) -> None:
    async with stage(tmp_path, "2026-11-22 03:00") as story:
        incident = await story.fire_one(alert())
        await story.act(incident, "acknowledge", by="asha")
        story.news()

        await story.act(incident, "second-line", by="asha", reason="the database is corrupt")
        assert story.news() == ["Sun 03:00 page chen"]
        assert "the database is corrupt" in story.messages()[-1].items[0].why

        reply = await story.act(incident, "acknowledge", by="chen")
        assert reply["effect"] == "recorded"
        await story.go_to("2026-11-22 04:30")
        assert story.news() == []
        assert (await story.incident(incident))["acknowledged_by"] == "asha"


async def test_two_people_press_at_once_and_the_first_has_it(tmp_path: Path) -> None:
    async with stage(tmp_path, "2026-11-22 03:00") as story:
        incident = await story.fire_one(alert())

        first = await story.act(incident, "acknowledge", by="asha")
        second = await story.act(incident, "acknowledge", by="chen")

        assert (first["effect"], second["effect"]) == ("acknowledged", "already")
        assert (await story.incident(incident))["acknowledged_by"] == "asha"


async def test_a_helper_who_cannot_be_reached_costs_the_chain_nothing(tmp_path: Path) -> None:
    async with stage(tmp_path, "2026-11-23 22:00") as story:
        story.channel.dead.add("chen@example.com")
        held = await story.fire_one(alert(severity="high"))
        before = await story.incident(held)

        await story.act(held, "second-line", by="eve", reason="is this really nothing?")

        after = await story.incident(held)
        assert story.news() == ["Mon 22:00 page cto"]
        assert (after["marks"], after["timers"]) == (before["marks"], before["timers"])
        await story.go_to("2026-11-24 09:00")
        assert story.news()[-1] == "Tue 09:00 digest eve"


async def test_the_last_resort_can_be_called_in_again_after_having_joined(tmp_path: Path) -> None:
    async with stage(tmp_path, "2026-11-22 03:00") as story:
        story.channel.dead.add("chen@example.com")
        incident = await story.fire_one(alert())
        await story.act(incident, "acknowledge", by="asha")
        await story.act(incident, "second-line", by="asha")
        await story.act(incident, "acknowledge", by="cto")
        story.news()

        await story.act(incident, "second-line", by="asha")

        assert story.news() == ["Sun 03:00 page cto"]
