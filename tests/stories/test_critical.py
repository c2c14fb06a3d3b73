"""A critical alert's way through the night and the day."""

from pathlib import Path

from tests.stories.stage import alert, stage


async def test_a_critical_on_sunday_night_is_escalated_acknowledged_parked_and_handed_over(tmp_path: Path) -> None:
    async with stage(tmp_path, "2026-11-22 03:00") as story:
        reply = await story.fire(alert())

        (incident,) = reply["incidents"]
        assert reply["outcomes"] == [{"outcome": "opened", "incident": incident}]
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
        assert story.news()[-2:] == ["Mon 10:00 post payments", "Mon 10:00 page chen"][::-1]
