"""An answer that is lost on the way: the call takes effect once, and what is not known is said."""

import asyncio
import time

import pytest

from app.domain.errors import Conflict, StoreUnavailable
from app.domain.incident import Decision, Outcome
from app.service.ports import Record
from tests.adapters.store_redis.conftest import Stores
from tests.adapters.store_redis.until import until
from tests.builders import NINE, a_decision, a_notification, an_entry, an_id, an_incident
from tests.contracts.store_rig import LEASE
from tests.redis_servers import Server
from tests.tcp_proxy import Mode, TcpProxy

pytestmark = pytest.mark.server

EVAL = (b"EVAL\r\n", b"EVALSHA\r\n")
BOUND = 4.6
"""Seconds after which every call has ended."""


async def test_a_commit_whose_answer_was_lost_is_sent_again_and_counts_once(
    proxy: TcpProxy, stores: Stores, valkey: Server
) -> None:
    store, other = await stores.open(proxy.url), await stores.open(valkey.url)
    await store.commit([a_decision()])
    proxy.cut_reply_to(*EVAL)

    await store.commit([Decision(an_incident(version=2), Outcome.REPEATED, timeline=(an_entry(what="second"),))])

    assert proxy.cuts == 1
    assert [entry.what for entry in await other.timeline(an_id())] == ["opened", "second"]


async def test_a_conflict_whose_answer_was_lost_is_a_conflict_still(proxy: TcpProxy, stores: Stores) -> None:
    store = await stores.open(proxy.url)
    await store.commit([a_decision()])
    proxy.cut_reply_to(*EVAL)

    with pytest.raises(Conflict):
        await store.commit([a_decision()])


async def test_a_claim_whose_answer_was_lost_is_answered_as_it_was_then(proxy: TcpProxy, stores: Stores) -> None:
    store = await stores.open(proxy.url)
    await store.commit([a_decision(incident=an_incident(id=an_id(n))) for n in range(3)])
    now = NINE.replace(hour=12)
    proxy.cut_reply_to(*EVAL)

    assert await store.claim_due(now, LEASE, limit=2) == [an_id(0), an_id(1)]
    assert await store.claim_due(now, LEASE, limit=2) == [an_id(2)]
    proxy.cut_reply_to(*EVAL)
    assert [row.incident for row in await store.claim_notifications(now, LEASE, limit=5)] == [
        an_id(n) for n in range(3)
    ]
    assert proxy.cuts == 2


async def test_adding_a_record_whose_answer_was_lost_says_that_it_was_added(proxy: TcpProxy, stores: Stores) -> None:
    store = await stores.open(proxy.url)
    proxy.cut_reply_to(*EVAL)

    assert await store.add_record(Record("tokens", "1", "{}"))
    assert not await store.add_record(Record("tokens", "1", "{}"))
    assert proxy.cuts == 1


async def test_a_commit_that_gets_no_answer_at_all_is_in_doubt_and_the_doubt_can_be_cleared_up(
    proxy: TcpProxy, stores: Stores, valkey: Server
) -> None:
    store, other = await stores.open(proxy.url), await stores.open(valkey.url)
    await store.commit([a_decision()])
    proxy.cut_reply_to(*EVAL, then=Mode.REFUSE)

    with pytest.raises(StoreUnavailable) as caught:
        await store.commit([a_decision(incident=an_incident(id=an_id(2)))])

    assert caught.value.doubt
    assert await other.applied(caught.value.doubt)
    proxy.mode = Mode.PASS
    await until(lambda: store.is_up)
    assert await store.applied(caught.value.doubt)
    assert set((await store.load([], [an_id(2)])).incidents) == {an_id(2)}
    with valkey.client() as client:
        assert client.pttl(f"{{{stores.deployment}}}:done:{caught.value.doubt}") > 6 * 24 * 60 * 60 * 1000


async def test_a_commit_that_never_arrived_is_in_doubt_and_was_not_applied(
    proxy: TcpProxy, stores: Stores, valkey: Server
) -> None:
    store, other = await stores.open(proxy.url), await stores.open(valkey.url)
    proxy.mode = Mode.BLACK_HOLE
    begun = time.monotonic()

    with pytest.raises(StoreUnavailable) as caught:
        await store.commit([a_decision()])

    assert time.monotonic() - begun < BOUND
    assert not await other.applied(caught.value.doubt)


async def test_what_answers_nothing_is_found_out_within_the_bound_and_then_at_once(
    proxy: TcpProxy, stores: Stores
) -> None:
    store = await stores.open(proxy.url)
    proxy.mode = Mode.BLACK_HOLE

    async def timed(call: object) -> float:
        begun = time.monotonic()
        with pytest.raises(StoreUnavailable):
            await call  # type: ignore[misc]
        return time.monotonic() - begun

    first = await asyncio.gather(*(timed(store.load([], [an_id()])) for _ in range(40)))
    assert max(first) < BOUND
    assert await timed(store.commit([a_decision()])) < 0.1
    assert not store.is_up

    proxy.mode = Mode.PASS
    assert await until(lambda: store.is_up) < 5
    await store.commit([a_decision()])


async def test_a_slow_connection_loses_and_doubles_nothing(proxy: TcpProxy, stores: Stores) -> None:
    store = await stores.open(proxy.url)
    proxy.mode, proxy.latency = Mode.SLOW, 0.2

    await asyncio.gather(*(store.commit([a_decision(incident=an_incident(id=an_id(n)))]) for n in range(20)))

    assert len((await store.load([], [an_id(n) for n in range(20)])).incidents) == 20
    assert store.is_up


async def test_settling_after_a_lost_answer_leaves_the_first_outcome(proxy: TcpProxy, stores: Stores) -> None:
    store = await stores.open(proxy.url)
    row = a_notification()
    await store.commit([a_decision(notifications=(row,))])
    (claimed,) = await store.claim_notifications(NINE, LEASE, limit=1)
    proxy.cut_reply_to(*EVAL)

    await store.settle([a_notification(due_at=None, remark="sent")])

    assert claimed == row
    assert [one.remark for one in await store.notifications(an_id())] == ["sent"]
