"""Several replicas on one server: each thing is done by one of them, and they hear of each other's work."""

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest

from app.domain.errors import Conflict
from app.domain.incident import Decision, KnownKey, Outcome, Timer
from tests.adapters.store_redis.conftest import Stores
from tests.adapters.store_redis.until import until
from tests.builders import NINE, a_decision, a_notification, a_resolved_incident, an_id, an_incident
from tests.contracts.store_rig import LEASE
from tests.redis_servers import Server

pytestmark = pytest.mark.server


async def test_what_is_due_is_claimed_by_one_of_them(server: Server, stores: Stores) -> None:
    several = [await stores.open(server.url) for _ in range(3)]
    await several[0].commit([a_decision(incident=an_incident(id=an_id(n))) for n in range(60)])
    now = NINE.replace(hour=12)

    timers = await asyncio.gather(*(store.claim_due(now, LEASE, 7) for store in several * 4))
    rows = await asyncio.gather(*(store.claim_notifications(now, LEASE, 7) for store in several * 4))

    assert sorted(id for claimed in timers for id in claimed) == [an_id(n) for n in range(60)]
    assert sorted(row.incident for claimed in rows for row in claimed) == [an_id(n) for n in range(60)]


async def test_one_of_two_that_decide_the_same_incident_conflicts(server: Server, stores: Stores) -> None:
    one, two = await stores.open(server.url), await stores.open(server.url)
    await one.commit([a_decision()])

    outcomes = await asyncio.gather(
        *(store.commit([Decision(an_incident(version=2), Outcome.REPEATED)]) for store in (one, two)),
        return_exceptions=True,
    )

    assert sorted(type(outcome).__name__ for outcome in outcomes) == ["Conflict", "NoneType"]


async def test_one_of_two_that_open_an_incident_for_the_same_key_conflicts(server: Server, stores: Stores) -> None:
    one, two = await stores.open(server.url), await stores.open(server.url)
    key = a_decision().alerts[0].key
    await one.commit([a_decision()], seen={key: None})

    with pytest.raises(Conflict):
        await two.commit([a_decision(incident=an_incident(id=an_id(2)))], seen={key: None})

    known = (await two.load([key], [an_id(2)])).keys
    assert known == {key: KnownKey(an_id(), firing=True, episode=1)}


async def test_a_lease_that_ended_passes_the_row_on_and_the_late_one_does_not_overwrite(
    server: Server, stores: Stores
) -> None:
    late, quick = await stores.open(server.url), await stores.open(server.url)
    await late.commit([a_decision(incident=an_incident(timers={}))])
    (row,) = await late.claim_notifications(NINE, LEASE, limit=1)
    assert await quick.claim_notifications(NINE + LEASE - timedelta(microseconds=1), LEASE, limit=1) == []
    (same,) = await quick.claim_notifications(NINE + LEASE, LEASE, limit=1)
    await quick.settle([replace(same, remark="quick", due_at=NINE + timedelta(hours=1))])

    await late.settle([replace(row, remark="late", due_at=None)])

    assert [one.remark for one in await late.notifications(an_id())] == ["quick"]
    assert await late.next_due() == NINE + timedelta(hours=1)


async def test_who_settles_first_wins_also_while_another_has_the_lease(server: Server, stores: Stores) -> None:
    late, second = await stores.open(server.url), await stores.open(server.url)
    await late.commit([a_decision(incident=an_incident(timers={}))])
    (row,) = await late.claim_notifications(NINE, LEASE, limit=1)
    (same,) = await second.claim_notifications(NINE + LEASE, LEASE, limit=1)
    await late.settle([replace(row, remark="late", due_at=None)])

    await second.settle([replace(same, remark="second", due_at=NINE)])

    assert [one.remark for one in await late.notifications(an_id())] == ["late"]
    assert await late.next_due() is None


async def test_a_row_whose_incident_was_forgotten_stays_away(server: Server, stores: Stores) -> None:
    one, two = await stores.open(server.url), await stores.open(server.url)
    incident = a_resolved_incident(NINE)
    await one.commit([a_decision(incident=incident)])
    (row,) = await one.claim_notifications(NINE, LEASE, limit=1)
    await two.forget(NINE + LEASE, limit=1)

    await one.settle([replace(row, due_at=NINE)])

    assert await one.notifications(an_id()) == []
    assert await one.next_due() is None


async def test_a_commit_wakes_the_others_and_not_itself(server: Server, stores: Stores) -> None:
    mine: list[str] = []
    theirs: list[str] = []
    one = await stores.open(server.url, ring=lambda: mine.append("rung"))
    await stores.open(server.url, ring=lambda: theirs.append("rung"))
    await asyncio.sleep(0.2)

    await one.commit([a_decision()])

    assert await until(lambda: theirs == ["rung"], within=2) < 0.5
    assert mine == []


async def test_a_commit_that_leaves_nothing_to_do_yet_wakes_nobody(server: Server, stores: Stores) -> None:
    rung: list[str] = []
    one = await stores.open(server.url)
    await stores.open(server.url, ring=lambda: rung.append("rung"))
    await asyncio.sleep(0.2)
    later = one.clock.now() + timedelta(minutes=5)

    await one.commit([Decision(an_incident(timers={Timer.ESCALATE: later}), Outcome.OPENED)])
    await one.commit([Decision(an_incident(id=an_id(2), timers={}), Outcome.OPENED)])

    await asyncio.sleep(0.3)
    assert rung == []


async def test_wake_ups_are_heard_again_after_their_connection_was_lost(server: Server, stores: Stores) -> None:
    rung: list[str] = []
    one = await stores.open(server.url)
    await stores.open(server.url, ring=lambda: rung.append("rung"))
    await asyncio.sleep(0.2)
    with server.client() as client:
        client.execute_command("CLIENT", "KILL", "TYPE", "pubsub")

    for n in range(40):
        await one.commit([a_decision(incident=an_incident(id=an_id(n)))])
        await asyncio.sleep(0.1)
        if rung:
            break

    assert rung


async def test_two_deployments_share_a_server_without_seeing_each_other(server: Server, stores: Stores) -> None:
    ours, theirs = await stores.open(server.url), await stores.open(server.url)
    stores.deployment = f"{stores.deployment}-other"
    theirs = await stores.open(server.url)
    await ours.commit([a_decision(keys=("g/x/1",))])

    assert (await theirs.load(["g/x/1"], [an_id()])).incidents == {}
    assert await theirs.claim_due(NINE.replace(hour=12), LEASE, 5) == []


async def test_two_thousand_decisions_are_one_commit(server: Server, stores: Stores) -> None:
    store = await stores.open(server.url)
    decisions = [
        a_decision(
            incident=an_incident(id=an_id(n)),
            notifications=(a_notification(incident=an_id(n)), a_notification(incident=an_id(n), reader="ben")),
            keys=tuple(f"g/x/{n}/{each}" for each in range(3)),
        )
        for n in range(2000)
    ]

    await store.commit(decisions, seen={f"g/x/{n}/0": None for n in range(2000)})

    assert len((await store.load([f"g/x/{n}/2" for n in range(2000)], [])).incidents) == 2000
    noon = NINE.replace(hour=12)
    assert [len(await store.claim_due(noon, LEASE, 3000)) for _ in range(3)] == [1000, 1000, 0]
    assert [len(await store.claim_due(noon + LEASE, LEASE, 3000)) for _ in range(3)] == [1000, 1000, 0]
    rows = [row for _ in range(4) for row in await store.claim_notifications(NINE, LEASE, 5000)]
    await store.settle([replace(row, due_at=None) for row in rows])
    assert (await store.backlog(NINE)).notifications == 0


async def test_all_keys_are_in_one_slot_and_none_is_left_of_what_was_forgotten(server: Server, stores: Stores) -> None:
    store = await stores.open(server.url)
    incident = a_resolved_incident(NINE)
    await store.commit([a_decision(incident=incident, keys=("g/x/1",))])
    await store.forget(NINE + LEASE, limit=1)

    with server.client() as client:
        left = {key.decode() for key in client.scan_iter(match=f"*{stores.deployment}*")}
    tag = f"{{{stores.deployment}}}:"
    assert {key for key in left if not key.startswith(f"{tag}done:")} == {f"{tag}schema"}
