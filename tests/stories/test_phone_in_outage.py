"""The store is away: the telephone still rings, and a key still takes what this replica holds."""

from pathlib import Path

from tests.stories.outages import replica, switchable
from tests.stories.phone import ASHA, PHONES, SETTINGS, connected
from tests.stories.stage import alert

NIGHT = "2026-11-22 03:00"


async def test_a_key_takes_an_incident_of_the_outage_and_the_store_has_it_afterwards(tmp_path: Path) -> None:
    async with switchable(tmp_path) as switch, replica(tmp_path / "one", NIGHT, switch, PHONES, **SETTINGS) as story:
        phone = connected(story)
        switch.away = True
        await story.fire(alert())
        await story.go_to("2026-11-22 03:05")
        call = phone.calls_to(ASHA)[0]

        heard = await phone.pick_up(call)
        done = await phone.press(call, heard, "4")
        again = await phone.press(call, heard, "4")
        await story.go_to("2026-11-22 03:30")

        assert done.said == again.said == "You have it: PaymentsApiDown is firing. Goodbye."
        assert len(phone.calls_to(ASHA)) == 1
        switch.away = False
        await story.settle()
        [incident] = (await story.client.get("/api/v1/incidents")).json()["items"]
        assert (incident["status"], incident["acknowledged_by"]) == ("acknowledged", "asha")


async def test_what_cannot_be_recorded_is_said_to_be_so(tmp_path: Path) -> None:
    async with switchable(tmp_path) as switch, replica(tmp_path / "one", NIGHT, switch, PHONES, **SETTINGS) as story:
        phone = connected(story)
        incident = await story.fire_one(alert())
        await story.go_to("2026-11-22 03:05")
        call = phone.calls_to(ASHA)[0]
        heard = await phone.pick_up(call)
        switch.away = True

        text, done = await phone.text("4"), await phone.press(call, heard, "4")

        assert text == "NOT recorded, so nothing has changed. Open the link in the message, or call a colleague."
        assert "could not be recorded, so nothing has changed" in done.said
        switch.away = False
        assert (await story.incident(incident))["status"] == "triggered"
        assert (await phone.text("4")).startswith("You have it")
