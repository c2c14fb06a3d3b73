"""Two appliers on one store, as two replicas have it: what one decided on is never overtaken by the other."""

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from datetime import timedelta
from itertools import count
from pathlib import Path
from types import MappingProxyType

import pytest

from app.adapters.store_memory import MemoryStore
from app.adapters.store_sqlite import SqliteStore
from app.domain.alert import Alert
from app.domain.errors import Conflict
from app.domain.incident import Decision, KnownKey, Outcome
from app.service import apply
from app.service.apply import Applier
from app.service.in_force import InForce
from app.service.ingest import job_for
from app.service.job import Job
from app.service.ports import IncidentQuery, Record
from tests.builders import NINE, an_alert, an_id
from tests.stories.stage import VirtualClock
from tests.stories.town import town_rules


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[SqliteStore]:
    opened = await SqliteStore.open(tmp_path / "oncall.db")
    yield opened
    await opened.close()


@pytest.fixture
async def appliers(store: SqliteStore) -> AsyncIterator[list[Applier]]:
    started = [
        Applier(store, InForce(town_rules(), NINE), VirtualClock(NINE + timedelta(minutes=1)), lambda: None)
        for _ in range(2)
    ]
    for applier in started:
        applier.start()
    yield started
    for applier in started:
        await applier.stop()


class Jobs:
    """Jobs with ids of their own, as each replica makes them."""

    def __init__(self) -> None:
        self._numbers = count(1)

    def __call__(self, alert: Alert) -> Job:
        return job_for(alert, town_rules(), lambda: an_id(next(self._numbers)))


async def test_two_replicas_that_see_one_new_alert_at_once_open_one_incident(
    store: SqliteStore, appliers: list[Applier]
) -> None:
    job = Jobs()

    results = await asyncio.gather(*(applier.submit([job(an_alert())]) for applier in appliers))

    assert [result.outcome for (result,) in results] == [Outcome.OPENED, Outcome.REPEATED]
    (incident,) = await store.incidents(IncidentQuery())
    assert (incident.version, incident.count, incident.alerts) == (2, 2, 1)


async def test_two_replicas_that_see_parts_of_one_new_group_at_once_open_one_incident(
    store: SqliteStore, appliers: list[Applier]
) -> None:
    job = Jobs()
    alerts = [an_alert(dedup_key=key, group_key="payments") for key in ("one", "two")]

    results = await asyncio.gather(
        *(applier.submit([job(alert)]) for applier, alert in zip(appliers, alerts, strict=True))
    )

    assert [result.outcome for (result,) in results] == [Outcome.OPENED, Outcome.GROUPED]
    (incident,) = await store.incidents(IncidentQuery())
    assert (incident.version, incident.alerts) == (2, 2)


class Contended(MemoryStore):
    """Somebody else is first so many times."""

    losses = 6

    async def commit(
        self,
        decisions: Sequence[Decision],
        records: Sequence[Record] = (),
        seen: Mapping[str, KnownKey | None] = MappingProxyType({}),
    ) -> None:
        if self.losses:
            self.losses -= 1
            raise Conflict("somebody else was first")
        await MemoryStore.commit(self, decisions, records)


class Chance:
    """Waits for nothing, and remembers how long it might have been."""

    def __init__(self) -> None:
        self.most: list[float] = []

    def uniform(self, least: float, most: float) -> float:
        self.most.append(most)
        return least


async def test_who_loses_again_and_again_waits_a_little_longer_each_time(monkeypatch: pytest.MonkeyPatch) -> None:
    chance = Chance()
    monkeypatch.setattr(apply, "_CHANCE", chance)
    applier = Applier(Contended(), InForce(town_rules(), NINE), VirtualClock(NINE), lambda: None)
    applier.start()

    (result,) = await applier.submit([Jobs()(an_alert())])

    await applier.stop()
    assert result.outcome is Outcome.OPENED
    assert chance.most == [0.002, 0.003, 0.004, 0.005, 0.006]
