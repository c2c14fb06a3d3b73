"""One of two replicas is cut off from the store for a while: what it says afterwards is old news by then."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from app.adapters.store_sqlite import SqliteStore
from tests.stories.outages import Switch, replica
from tests.stories.stage import Stage, alert, london


@dataclass(slots=True)
class Two:
    """`cut` is the replica whose way to the store is closed by its switch."""

    switch: Switch
    cut: Stage
    other: Stage

    def at(self, time: str) -> None:
        for one in (self.cut, self.other):
            one.clock.at = london(f"2026-11-22 {time}")

    async def together_again(self) -> list[tuple[str, str]]:
        """The cut one is back, at 05:40: every incident's id and status, newest first."""
        self.at("05:40")
        self.switch.away = False
        await self.cut.settle()
        found = (await self.other.client.get("/api/v1/incidents?status=triggered&status=resolved")).json()["items"]
        return [(one["id"], one["status"]) for one in found]


@asynccontextmanager
async def two(tmp_path: Path) -> AsyncIterator[Two]:
    """Two replicas on one store, at 03:00 in the night."""
    store = await SqliteStore.open(tmp_path / "oncall.db")
    switch = Switch(store)
    night = "2026-11-22 03:00"
    async with (
        replica(tmp_path / "cut", night, switch) as cut,
        replica(tmp_path / "other", night, Switch(store)) as other,
    ):
        yield Two(switch, cut, other)
    await store.close()


async def test_a_resolve_that_waited_does_not_end_what_was_said_to_fire_since(tmp_path: Path) -> None:
    async with two(tmp_path) as both:
        incident = await both.other.fire_one(alert())
        both.switch.away = True
        assert (await both.cut.fire(alert(status="resolved")))["journalled"] == 1
        both.at("03:10")
        await both.other.fire(alert())

        assert await both.together_again() == [(incident, "triggered")]
        said = await both.other.timeline(incident)
        assert any(text.endswith("said to be over before something was last said to fire") for text in said)


async def test_a_resolve_that_waited_does_not_end_a_later_incident(tmp_path: Path) -> None:
    async with two(tmp_path) as both:
        first = await both.other.fire_one(alert())
        both.switch.away = True
        for one in (both.cut, both.other):
            await one.fire(alert(status="resolved"))
        both.at("05:00")
        second = await both.other.fire_one(alert())

        assert await both.together_again() == [(second, "triggered"), (first, "resolved")]


async def test_a_resolve_that_waited_ends_what_was_not_heard_of_since(tmp_path: Path) -> None:
    async with two(tmp_path) as both:
        incident = await both.other.fire_one(alert())
        both.switch.away = True
        both.at("03:10")
        await both.cut.fire(alert(status="resolved"))
        both.at("04:30")
        await both.other.settle()

        assert await both.together_again() == [(incident, "resolved")]


async def test_a_repeat_that_waited_does_not_open_again_what_was_resolved_since(tmp_path: Path) -> None:
    async with two(tmp_path) as both:
        high = alert("Slow", severity="high")
        incident = (await both.other.fire(high, group="slow"))["incidents"][0]
        both.switch.away = True
        both.at("05:33")
        assert (await both.cut.fire(high, group="slow"))["journalled"] == 1
        both.at("05:35")
        await both.other.fire({**high, "status": "resolved"}, group="slow")

        assert await both.together_again() == [(incident, "resolved")]
