"""Silences of many replicas over one store: each knows of all, and a crash in between is mended by a timer."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from app.adapters.silence_forms import compile_matches, compile_week
from app.adapters.store_sqlite import SqliteStore
from app.domain.errors import Conflict, InvalidPayload, NotFound
from app.domain.incident import Incident, Outcome, Status
from app.domain.suppress import SILENCE_LOOK, Silence, SuppressedBy
from app.service import silences as module
from app.service.apply import Applier
from app.service.in_force import InForce
from app.service.ingest import Taken, ingest
from app.service.lanes import Lane
from app.service.ports import Store
from app.service.silences import KEPT, KIND, LATEST, LONGEST, Forms, Silences, Wanted
from app.service.tick import tick
from tests.builders import an_alert
from tests.stories.stage import VirtualClock, london
from tests.stories.town import town_rules

HOUR = timedelta(hours=1)
NIGHT = london("2026-11-22 03:00")


class Replica:
    """One process with all that silences need, over a store that others use too."""

    def __init__(self, store: Store, clock: VirtualClock, name: str) -> None:
        self.store, self.clock = store, clock
        self.in_force = InForce(town_rules(), clock.now())
        self.applier = Applier(store, self.in_force, clock, lambda: None)
        numbers = count(1)
        self.new_id = lambda: f"{name}{next(numbers):015x}"
        forms = Forms(compile_matches, compile_week)
        self.silences = Silences(store, self.in_force, self.applier, clock, forms, self.new_id)

    async def silence(self, length: timedelta = 2 * HOUR, **changes: Any) -> Silence:
        found = self.silences.new(wanted(self.clock, length, **changes))
        await self.silences.make(found)
        return found

    async def fire(self, key: str = "down", severity: str = "critical") -> Taken:
        alert = an_alert(dedup_key=key, severity=severity, group_key=key)
        (taken,) = await ingest([alert], self.in_force.rules, self.applier, self.new_id, Lane(alert.source))
        return taken

    async def incident(self, id: str) -> Incident:
        return (await self.store.load((), (id,))).incidents[id]


async def dies(self: Silences) -> int:
    raise RuntimeError("killed")


def wanted(clock: VirtualClock, length: timedelta = 2 * HOUR, **changes: Any) -> Wanted:
    fields: dict[str, Any] = {
        "kind": SuppressedBy.SILENCE,
        "matchers": ('service="payments"',),
        "starts_at": clock.at,
        "ends_at": clock.at + length,
        "by": "asha",
        "why": "database upgrade",
    }
    return Wanted(**fields | changes)


@asynccontextmanager
async def two(tmp_path: Path) -> AsyncIterator[tuple[Replica, Replica]]:
    store, clock = await SqliteStore.open(tmp_path / "oncall.db"), VirtualClock(NIGHT)
    here, there = Replica(store, clock, "a"), Replica(store, clock, "b")
    for one in (here, there):
        one.applier.start()
    yield here, there
    for one in (here, there):
        await one.applier.stop()
    await store.close()


async def test_one_replicas_silence_is_in_force_on_another_after_its_refresh(tmp_path: Path) -> None:
    async with two(tmp_path) as (here, there):
        await there.silences.refresh()
        made = await here.silence(every=("sun 02:00-04:00",), zone="Europe/London")
        assert there.in_force.silences == ()

        await there.silences.refresh()

        (found,) = there.in_force.silences
        assert (found.id, found.until(NIGHT)) == (made.id, NIGHT + HOUR)
        assert (await there.fire()).outcome is Outcome.SUPPRESSED


async def test_one_that_cannot_be_compiled_any_more_takes_no_other_with_it(tmp_path: Path) -> None:
    async with two(tmp_path) as (here, there):
        odd, good = await here.silence(), await here.silence(every=("sun 02:00-04:00",))
        record = await here.store.record(KIND, odd.id)
        assert record
        body = json.loads(record.body) | {"every": ["sun 02:00-02:00"]}
        await here.store.put_record(replace(record, body=json.dumps(body)))

        await there.silences.refresh()

        assert [one.id for one in there.in_force.silences] == [good.id]
        assert [one.id for one in await there.silences.listed(10)] == [good.id]


async def test_one_that_was_ended_elsewhere_is_no_longer_in_force_after_a_refresh(tmp_path: Path) -> None:
    async with two(tmp_path) as (here, there):
        made = await here.silence()
        await there.silences.refresh()

        ended, _ = await here.silences.end(made.id, "ben")
        await there.silences.refresh()

        assert (ended.ended_at, ended.ended_by) == (NIGHT, "ben")
        assert (here.in_force.silences, there.in_force.silences) == ((), ())


async def test_a_refresh_reads_them_only_when_one_has_changed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async with two(tmp_path) as (here, there):
        await here.silence()
        await there.silences.refresh()
        known = there.in_force.silences
        await here.store.put_record(module.Record(KIND, "f" * 16, "damaged"))

        await there.silences.refresh()

        assert there.in_force.silences is known


async def test_what_changes_while_they_are_read_is_seen_by_the_next_refresh(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with two(tmp_path) as (here, there):
        await here.silence()
        records = there.store.records

        async def then_another_is_made(*asked: Any) -> Any:
            found = await records(*asked)
            monkeypatch.undo()
            await here.silence(HOUR)
            return found

        monkeypatch.setattr(there.store, "records", then_another_is_made)

        await there.silences.refresh()
        assert len(there.in_force.silences) == 1
        await there.silences.refresh()

        assert len(there.in_force.silences) == 2


async def test_they_are_read_in_pages(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "PAGE", 2)
    async with two(tmp_path) as (here, there):
        made = [(await here.silence(hours * HOUR)).id for hours in (3, 1, 3, 1, 3)]
        here.clock.at += 2 * HOUR

        await there.silences.refresh()

        assert [one.id for one in there.in_force.silences] == made[::-2]
        assert [one.id for one in await here.silences.listed(2, over=False)] == [made[4], made[2]]
        assert [one.id for one in await here.silences.listed(2, made[2], over=False)] == [made[0]]
        assert [one.id for one in await here.silences.listed(4)] == made[:0:-1]


async def test_every_incident_that_is_quiet_is_looked_at_when_one_is_ended(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "PAGE", 2)
    async with two(tmp_path) as (here, _):
        made = await here.silence()
        ids = []
        for number in range(5):
            ids.append((await here.fire(f"down {number}")).incident)

        _, told = await here.silences.end(made.id, "ben")

        assert told == 5
        assert [(await here.incident(id)).pages != () for id in ids] == [True] * 5


async def test_what_got_worse_in_an_open_incident_is_told_when_the_silence_is_ended(tmp_path: Path) -> None:
    async with two(tmp_path) as (here, _):
        opened = await here.fire(severity="high")
        made = await here.silence()
        await here.fire(severity="critical")
        assert (await here.incident(opened.incident)).severity == "high"

        _, told = await here.silences.end(made.id, "ben")

        assert told == 1
        assert (await here.incident(opened.incident)).severity == "critical"


async def test_another_silence_keeps_it_quiet_when_one_is_ended(tmp_path: Path) -> None:
    async with two(tmp_path) as (here, _):
        first, second = await here.silence(3 * HOUR), await here.silence(2 * HOUR, why="restore test")
        taken = await here.fire()

        _, told = await here.silences.end(first.id, "ben")

        incident = await here.incident(taken.incident)
        assert told == 0
        assert incident.suppression is not None
        assert incident.suppression.reason == f"silence {second.id} by asha: restore test"
        assert incident.suppression.ends_at == second.ends_at


async def test_what_a_process_ended_and_died_over_is_told_by_the_timer(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with two(tmp_path) as (here, there):
        made = await here.silence(5 * HOUR)
        taken = await here.fire()
        await there.silences.refresh()

        with monkeypatch.context() as patched:
            patched.setattr(Silences, "look_again", dies)
            with pytest.raises(RuntimeError):
                await here.silences.end(made.id, "ben")
        await there.silences.refresh()
        there.clock.at += SILENCE_LOOK
        await tick(there.store, there.applier, there.clock)

        incident = await there.incident(taken.incident)
        assert (incident.status, incident.marks, incident.pages != ()) == (Status.TRIGGERED, (), True)


async def test_whoever_keeps_time_tells_people_of_one_that_was_ended_by_a_process_that_then_died(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with two(tmp_path) as (here, there):
        made = await here.silence()
        taken = await here.fire()
        await there.silences.follow()
        with monkeypatch.context() as patched:
            patched.setattr(Silences, "look_again", dies)
            with pytest.raises(RuntimeError):
                await here.silences.end(made.id, "ben")

        await there.silences.follow()

        incident = await there.incident(taken.incident)
        assert (incident.status, incident.marks, incident.pages != ()) == (Status.TRIGGERED, (), True)


async def test_ending_it_again_changes_nothing(tmp_path: Path) -> None:
    async with two(tmp_path) as (here, there):
        made = await here.silence()
        await here.silences.end(made.id, "ben")
        marker = await here.store.record(*LATEST)
        here.clock.at += HOUR

        again, told = await there.silences.end(made.id, "chen")

        assert (again.ended_at, again.ended_by, told) == (NIGHT, "ben", 0)
        assert await here.store.record(*LATEST) == marker


async def test_one_nobody_made_is_not_found(tmp_path: Path) -> None:
    async with two(tmp_path) as (here, _):
        with pytest.raises(NotFound):
            await here.silences.end("ffffffffffffffff", "ben")


async def test_it_is_forgotten_a_while_after_its_end(tmp_path: Path) -> None:
    async with two(tmp_path) as (here, _):
        made = await here.silence()

        await here.store.sweep(made.ends_at + KEPT - timedelta(seconds=1))
        assert len(await here.silences.listed(9)) == 1
        await here.store.sweep(made.ends_at + KEPT)

        assert await here.silences.listed(9) == []


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"ends_at": NIGHT}, "ends_at"),
        ({"starts_at": NIGHT - 2 * HOUR, "ends_at": NIGHT - HOUR}, "ends_at"),
        ({"starts_at": NIGHT + 2 * HOUR, "ends_at": NIGHT + HOUR}, "ends_at"),
        ({"ends_at": NIGHT + LONGEST + timedelta(seconds=1)}, "ends_at"),
        ({"zone": "Europe/Lodnon"}, "timezone"),
        ({"matchers": ("{}",)}, "matchers"),
        ({"every": ("daily",)}, "every"),
    ],
)
async def test_what_cannot_be_is_refused(tmp_path: Path, changes: dict[str, Any], field: str) -> None:
    async with two(tmp_path) as (here, _):
        with pytest.raises(InvalidPayload) as refused:
            here.silences.new(wanted(here.clock, **changes))

        assert refused.value.field == field


async def test_there_are_not_too_many_and_those_that_are_over_do_not_count(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "MOST", 2)
    async with two(tmp_path) as (here, _):
        await here.silence(HOUR)
        await here.silence(HOUR)

        with pytest.raises(Conflict, match="there are 2 silences that are not over"):
            here.silences.new(wanted(here.clock))

        here.clock.at += HOUR
        assert here.silences.new(wanted(here.clock)).starts_at == here.clock.at
