"""Clocks that jump and steps that break, in the whole app on a virtual clock: no page is lost, and no loop spins."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from app.domain.context import Context
from app.domain.events import AlertFired, TimerDue
from app.domain.incident import Decision, Incident
from app.domain.step import TRANSITIONS
from app.entrypoints.worker import Worker
from tests.stories.stage import RULES, Stage, alert, london, stage

pytestmark = pytest.mark.server

PATIENCE = 30.0
"""Seconds, for a machine that is busy with other tests."""

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
SUNDAY = "2026-11-22 03:00"
ALONE = RULES + "limits: {storm: 1000, storm_window: 0s}\n"


@asynccontextmanager
async def looping(tmp_path: Path, at: str, rules: str = RULES) -> AsyncIterator[tuple[Stage, "Rounds"]]:
    """A stage whose loops run by themselves, fifty times a second."""
    async with stage(tmp_path, at, rules, poll_seconds=0.02) as s:
        rounds = Rounds(s)
        worker = Worker(s.application)
        worker.start()
        try:
            yield s, rounds
        finally:
            rounds.undo()
            await worker.stop()


class Rounds:
    """How often the loops look at the store, and how often one of them has failed."""

    def __init__(self, s: Stage) -> None:
        self._stage = s
        self.looks = 0
        store: Any = s.application.store
        claim = store.claim_due

        async def counted(*arguments: Any) -> Any:
            self.looks += 1
            return await claim(*arguments)

        self._patched = pytest.MonkeyPatch()
        self._patched.setattr(type(store), "claim_due", lambda _, *arguments: counted(*arguments))
        self.undo = self._patched.undo

    def failures(self, loop: str) -> int:
        figure = self._stage.application.metrics.registry.get_sample_value("oncall_loop_errors_total", {"loop": loop})
        return int(figure or 0)


async def until(s: Stage, *news: str) -> None:
    """Let the loops run until people have got these, in whatever order, and nothing else."""
    got: list[str] = []
    async with asyncio.timeout(PATIENCE):
        while Counter(got) != Counter(news):
            got += s.news()
            assert not Counter(got) - Counter(news), got
            await asyncio.sleep(0.01)
    await asyncio.sleep(0.1)
    assert s.news() == []


async def test_pages_survive_a_clock_that_steps_back_an_hour(tmp_path: Path) -> None:
    async with stage(tmp_path, SUNDAY) as s:
        await s.fire(alert("First"), group="first")
        assert s.news() == ["Sun 03:00 page asha", "Sun 03:00 page ben"]

        s.clock.at -= HOUR
        await s.fire(alert("Second"), group="second")

        assert s.news() == ["Sun 02:00 page asha", "Sun 02:00 page ben"]
        await s.go_to("2026-11-22 03:00")
        reminders = [f"Sun 02:{minute} reminder {who}" for minute in (15, 30, 45) for who in ("asha", "ben")]
        assert s.news() == [*reminders, "Sun 03:00 reminder asha", "Sun 03:00 reminder ben", "Sun 03:00 page chen"]
        await s.go_to("2026-11-22 04:00")
        second_line = [message for message in s.messages() if message.address.startswith("chen")]
        assert {item.title for message in second_line for item in message.items} == {
            "First is firing",
            "Second is firing",
        }


async def test_a_page_that_was_not_sent_yet_when_the_clock_stepped_back_is_sent_when_it_is_due_again(
    tmp_path: Path,
) -> None:
    async with stage(tmp_path, SUNDAY) as s:
        reply = await s.client.post("/webhooks/alertmanager", json=a_group("First"))
        assert reply.status_code == 202

        s.clock.at -= HOUR
        await s.settle()

        assert s.news() == []
        await s.go_to("2026-11-22 03:00")
        assert s.news() == ["Sun 03:00 page asha", "Sun 03:00 page ben"]


async def test_the_loops_neither_spin_nor_fail_when_the_clock_jumps(tmp_path: Path) -> None:
    async with looping(tmp_path, SUNDAY) as (s, rounds):
        await s.client.post("/webhooks/alertmanager", json=a_group("First"))
        await until(s, "Sun 03:00 page asha", "Sun 03:00 page ben")
        s.clock.at -= HOUR
        before = rounds.looks
        await s.client.post("/webhooks/alertmanager", json=a_group("Second"))
        await until(s, "Sun 02:00 page asha", "Sun 02:00 page ben")
        await asyncio.sleep(0.4)
        assert rounds.looks - before < 60

        s.clock.at += DAY
        s.channel.got.clear()
        before = rounds.looks
        await asyncio.sleep(0.6)

        assert rounds.looks - before < 60
        told = {message.address for _, message in s.channel.got}
        assert "chen@example.com" in told
        counts = Counter(message.key for _, message in s.channel.got)
        assert set(counts.values()) == {1}
        assert [rounds.failures(loop) for loop in ("tick", "dispatch", "audit", "sweep")] == [0, 0, 0, 0]


async def test_a_clock_that_jumps_a_day_takes_each_step_that_is_due_once(tmp_path: Path) -> None:
    async with stage(tmp_path, SUNDAY) as s:
        incident = await s.fire_one(alert())
        s.news()

        s.clock.at += DAY
        await s.settle()

        assert [line for line in s.news() if "page" in line] == ["Mon 03:00 page chen"]
        assert (await s.incident(incident))["status"] == "triggered"
        await s.act(incident, "acknowledge", by="chen")
        await s.go_to("2026-11-23 08:59")
        assert not [line for line in s.news() if "page" in line]


def a_group(name: str) -> dict[str, object]:
    return {"version": "4", "groupKey": name, "status": "firing", "alerts": [alert(name)]}


@contextmanager
def broken(title: str, kind: type[TimerDue] | type[AlertFired]) -> Iterator[None]:
    """Each transition of this event raises for the one incident, or alert, of that title."""
    patched = pytest.MonkeyPatch()
    for key, transition in list(TRANSITIONS.items()):
        if key[1] is kind:
            patched.setitem(TRANSITIONS, key, _breaking(transition, title))
    yield
    patched.undo()


def _breaking(transition: Any, title: str) -> Any:
    def break_or_pass(incident: Incident | None, event: Any, ctx: Context) -> Decision:
        about = incident.title if incident else event.alert.title
        if about == title:
            raise RuntimeError("planted")
        decision: Decision = transition(incident, event, ctx)
        return decision

    return break_or_pass


async def test_an_incident_whose_step_breaks_stops_no_other(tmp_path: Path) -> None:
    async with looping(tmp_path, SUNDAY, ALONE) as (s, rounds):
        for name in ("First", "Broken", "Third"):
            await s.client.post("/webhooks/alertmanager", json=a_group(name))
        await until(s, *(["Sun 03:00 page asha", "Sun 03:00 page ben"] * 3))
        with broken("Broken is firing", TimerDue):
            s.clock.at = london("2026-11-22 04:00")
            await told(s, "chen", {"First is firing", "Third is firing"})
            looks = rounds.looks
            await asyncio.sleep(0.5)
            assert rounds.failures("tick") == 1
            assert rounds.looks - looks < 60

            s.clock.at += timedelta(seconds=31)
            await asyncio.sleep(0.2)
            assert rounds.failures("tick") == 2

        s.clock.at += timedelta(seconds=31)
        await told(s, "chen", {"First is firing", "Broken is firing", "Third is firing"})


async def told(s: Stage, who: str, titles: set[str]) -> None:
    """Until that person has been paged for exactly these."""
    got: set[str] = set()
    async with asyncio.timeout(PATIENCE):
        while got != titles:
            await asyncio.sleep(0.01)
            mine = [message for message in s.messages() if message.address.startswith(who)]
            got = {item.title for message in mine for item in message.items}
            assert got <= titles


async def test_an_alert_whose_step_breaks_takes_no_other_with_it(tmp_path: Path) -> None:
    """It is refused, so that its sender sends it again; the others of its body, and of its batch, are kept."""
    async with stage(tmp_path, SUNDAY, ALONE) as s:
        with broken("Broken is firing", AlertFired):
            both = await asyncio.gather(
                s.client.post("/webhooks/generic", json=[{"title": "First"}, {"title": "Broken is firing"}]),
                s.client.post("/webhooks/generic", json={"title": "Third"}),
            )
        assert [reply.status_code for reply in both] == [500, 202]
        again = await s.client.post("/webhooks/generic", json=[{"title": "First"}, {"title": "Broken is firing"}])
        assert [one["outcome"] for one in again.json()["outcomes"]] == ["repeated", "triaged"]


async def test_a_digest_is_told_although_a_timer_that_feeds_it_is_broken(tmp_path: Path) -> None:
    async with stage(tmp_path, "2026-11-20 22:00", ALONE) as s:
        for name in ("First", "Broken", "Third"):
            await s.fire(alert(name, severity="high"), group=name)
        assert s.news() == []
        with broken("Broken is firing", TimerDue):
            s.clock.at = london("2026-11-23 09:00")
            failures = 0
            for _ in range(40):
                failures += await fails_to_settle(s)
                s.clock.at += timedelta(seconds=1)
            assert failures == 2

        (digest,) = [message for message in s.messages() if message.address.startswith("eve")]
        assert {item.title for item in digest.items} == {"First is firing", "Third is firing"}
        assert s.news()[0].startswith("Mon 09:00")


async def fails_to_settle(s: Stage) -> bool:
    """As the loops do: what breaks a round of one holds up no round of the other."""
    try:
        await s.settle()
    except RuntimeError:
        await s.application.dispatcher.send(await s.application.dispatcher.claim())
        return True
    return False
