"""One row that cannot be read holds up nobody else's."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import pytest

from app.adapters.store_memory import MemoryStore
from app.domain.errors import StoreUnavailable, Unconfirmed
from app.domain.incident import Incident, Status, Timer
from app.domain.message import Message
from app.domain.notification import Result, Sent
from app.service.apply import Applier
from app.service.dispatch import Dispatcher
from app.service.in_force import InForce
from app.service.ports import Loaded
from app.service.tick import tick
from tests.builders import NINE, a_notification, an_id, an_incident
from tests.stories.stage import VirtualClock
from tests.stories.town import town_rules

DAMAGED = an_id(1)


class DamagedStore(MemoryStore):
    """Refuses every read that touches one incident."""

    async def load(self, keys: Sequence[str], ids: Sequence[str]) -> Loaded:
        if DAMAGED in ids:
            raise StoreUnavailable("the row is damaged")
        return await super().load(keys, ids)


class Remembering:
    name = "email"

    def __init__(self) -> None:
        self.got: list[Message] = []

    async def send(self, message: Message) -> Result:
        self.got.append(message)
        return Sent()


def _two_incidents(**changes: object) -> dict[str, Incident]:
    return {an_id(number): an_incident(id=an_id(number), **changes) for number in (1, 2)}


async def test_a_damaged_incident_does_not_hold_up_the_timers_of_others() -> None:
    store = DamagedStore(_two_incidents(status=Status.ACKNOWLEDGED, acknowledged_by="asha", timers={Timer.STOP: NINE}))
    clock = VirtualClock(NINE + timedelta(hours=12))
    applier = Applier(store, InForce(town_rules(), NINE), clock, lambda: None)
    applier.start()

    with pytest.raises(StoreUnavailable):
        await tick(store, applier, clock)

    assert Timer.STOP not in store.incidents_by_id[an_id(2)].timers
    await applier.stop()


class GoneStore(MemoryStore):
    """Has lost an incident after its timer was claimed, as a failover may make it."""

    async def load(self, keys: Sequence[str], ids: Sequence[str]) -> Loaded:
        found = await super().load(keys, ids)
        return Loaded({id: one for id, one in found.incidents.items() if id != DAMAGED}, found.keys)


async def test_a_timer_whose_incident_is_gone_is_nobodys_trouble() -> None:
    store = GoneStore(_two_incidents(status=Status.ACKNOWLEDGED, acknowledged_by="asha", timers={Timer.STOP: NINE}))
    clock = VirtualClock(NINE + timedelta(hours=12))
    applier = Applier(store, InForce(town_rules(), NINE), clock, lambda: None)
    applier.start()

    assert await tick(store, applier, clock) == 2

    assert Timer.STOP not in store.incidents_by_id[an_id(2)].timers
    await applier.stop()


class LonelyStore(MemoryStore):
    """Has all that it is given, and nobody who confirms it."""

    loads = 0

    async def load(self, keys: Sequence[str], ids: Sequence[str]) -> Loaded:
        self.loads += 1
        return await super().load(keys, ids)

    async def commit(self, *what: Any) -> None:
        await super().commit(*what)
        raise Unconfirmed("it is stored, but 0 of 1 replicas have confirmed it", doubt="that one")


async def test_timers_that_nobody_confirms_are_handled_once_and_not_one_by_one_again() -> None:
    """Each of them would wait for the replicas that do not answer, and all that is due later behind them."""
    store = LonelyStore(_two_incidents(status=Status.ACKNOWLEDGED, acknowledged_by="asha", timers={Timer.STOP: NINE}))
    clock = VirtualClock(NINE + timedelta(hours=12))
    applier = Applier(store, InForce(town_rules(), NINE), clock, lambda: None)
    applier.start()

    assert await tick(store, applier, clock) == 2

    assert store.loads == 1
    assert all(Timer.STOP not in one.timers for one in store.incidents_by_id.values())
    await applier.stop()


async def test_a_damaged_incident_does_not_hold_up_the_pages_of_others() -> None:
    rows = [a_notification(key=f"{id}/x", incident=id, while_listed=False) for id in (DAMAGED, an_id(2))]
    store = DamagedStore(_two_incidents(), outbox={row.key: row for row in rows})
    clock, channel = VirtualClock(NINE + timedelta(minutes=1)), Remembering()
    in_force = InForce(town_rules(), NINE)
    applier = Applier(store, in_force, clock, lambda: None)
    channels = {planned.channel: channel for planned in rows[0].plan}
    dispatcher = Dispatcher(store, channels, in_force, applier, clock, lambda row: "")

    await dispatcher.send(await dispatcher.claim())

    assert {item.incident for message in channel.got for item in message.items} == {an_id(2)}
