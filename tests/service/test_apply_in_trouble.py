"""What the applier does when a request is broken, its caller goes away, or the store keeps nothing."""

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from types import MappingProxyType

import pytest

from app.adapters.store_memory import MemoryStore
from app.domain.errors import StoreUnavailable
from app.domain.events import Actor, Note
from app.domain.incident import Decision, KnownKey, Outcome
from app.service.apply import Applier
from app.service.in_force import InForce
from app.service.job import Applied, Job
from app.service.ports import Record
from tests.builders import NINE, an_id, an_incident
from tests.stories.stage import VirtualClock
from tests.stories.town import town_rules


@dataclass(slots=True)
class SlowStore(MemoryStore):
    """Commits when `gate` is open; keeps nothing while it is full."""

    full: bool = False
    commits: int = 0
    gate: asyncio.Event = field(default_factory=asyncio.Event)

    async def commit(
        self,
        decisions: Sequence[Decision],
        records: Sequence[Record] = (),
        seen: Mapping[str, KnownKey | None] = MappingProxyType({}),
    ) -> None:
        self.commits += 1
        await self.gate.wait()
        if self.full:
            raise StoreUnavailable("the disk is full")
        await MemoryStore.commit(self, decisions, records)


@asynccontextmanager
async def applying() -> AsyncIterator[tuple[Applier, SlowStore]]:
    store = SlowStore({an_id(number): an_incident(id=an_id(number)) for number in (1, 2, 3)})
    clock = VirtualClock(NINE + timedelta(minutes=1))
    applier = Applier(store, InForce(town_rules(), NINE), clock, lambda: None)
    applier.start()
    yield applier, store
    store.gate.set()
    await applier.stop()


def a_note(number: int, broken: bool = False) -> Job:
    def records(applied: Applied) -> Sequence[Record]:
        if broken:
            raise RuntimeError("planted")
        return ()

    event = Note(Actor("asha", "api"), f"note {number}")
    return Job(lambda _: event, id=an_id(number), must_exist=True, records=records)


def noted(store: SlowStore) -> set[str]:
    return {id for id, incident in store.incidents_by_id.items() if incident.version > 1}


async def test_a_request_that_breaks_takes_no_other_of_its_batch_with_it() -> None:
    async with applying() as (applier, store):
        store.gate.set()
        jobs = [a_note(1), a_note(2, broken=True), a_note(3)]

        results = await asyncio.gather(*(applier.submit([job]) for job in jobs), return_exceptions=True)

        assert [type(result) for result in results] == [list, RuntimeError, list]
        assert noted(store) == {an_id(1), an_id(3)}


async def test_a_full_store_refuses_the_whole_batch_in_one_try_and_the_next_goes_through() -> None:
    async with applying() as (applier, store):
        store.gate.set()
        store.full = True

        results = await asyncio.gather(*(applier.submit([a_note(n)]) for n in (1, 2, 3)), return_exceptions=True)

        assert [type(result) for result in results] == [StoreUnavailable] * 3
        assert store.commits == 1
        assert noted(store) == set()
        store.full = False
        (result,) = await applier.submit([a_note(1)])
        assert result.outcome is Outcome.DONE


async def test_a_caller_who_goes_away_in_the_middle_of_a_commit_stops_nothing() -> None:
    async with applying() as (applier, store):
        gone = asyncio.create_task(applier.submit([a_note(1)]))
        stays = asyncio.create_task(applier.submit([a_note(2)]))
        await asyncio.sleep(0)
        await asyncio.sleep(0.01)
        assert store.commits == 1
        gone.cancel()
        store.gate.set()

        (result,) = await stays

        assert result.outcome is Outcome.DONE
        with pytest.raises(asyncio.CancelledError):
            await gone
        assert noted(store) == {an_id(1), an_id(2)}


async def test_stopping_finishes_what_was_submitted() -> None:
    async with applying() as (applier, store):
        first = asyncio.create_task(applier.submit([a_note(1)]))
        await asyncio.sleep(0.01)
        second = asyncio.create_task(applier.submit([a_note(2)]))
        await asyncio.sleep(0.01)
        stopping = asyncio.create_task(applier.stop())
        await asyncio.sleep(0.01)
        store.gate.set()

        await stopping

        assert (await first)[0].outcome is Outcome.DONE
        assert (await second)[0].outcome is Outcome.DONE
        assert noted(store) == {an_id(1), an_id(2)}
