"""Many callers, one thread: they share commits, and nothing else."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from app.adapters.store_sqlite import SqliteStore
from app.domain.errors import StoreUnavailable
from app.domain.incident import Decision
from app.service.ports import IncidentQuery, Record
from tests.adapters.store_sqlite.peek import connection_of, ids_in, rows_in
from tests.builders import NINE, a_decision, an_id, an_incident


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[SqliteStore]:
    opened = await SqliteStore.open(tmp_path / "oncall.db")
    yield opened
    await opened.close()


def a_new(number: int) -> Decision:
    return a_decision(incident=an_incident(id=an_id(number)))


async def test_concurrent_commits_share_transactions(store: SqliteStore) -> None:
    statements: list[str] = []
    connection_of(store).set_trace_callback(statements.append)

    await asyncio.gather(*(store.commit([a_new(number)]) for number in range(200)))

    assert statements.count("COMMIT") == store.transactions
    assert 1 <= store.transactions <= 10
    assert len(await ids_in(store)) == 200


async def test_reads_alone_commit_nothing(store: SqliteStore) -> None:
    await store.commit([a_new(1)])
    before = store.transactions

    await store.load([], [an_id(1)])
    await store.claim_due(NINE.replace(hour=12), NINE - NINE, 5)
    await store.incidents(IncidentQuery())

    assert store.transactions == before


async def test_a_read_sees_what_was_queued_before_it(store: SqliteStore) -> None:
    _, loaded = await asyncio.gather(store.commit([a_new(1)]), store.load([], [an_id(1)]))

    assert set(loaded.incidents) == {an_id(1)}


async def test_a_faulty_call_is_answered_with_its_fault_and_harms_no_other(store: SqliteStore) -> None:
    faulty = a_decision(incident=an_incident(id="not an id"))
    unwritable = Record("kind", "id", body=object())  # type: ignore[arg-type]

    outcomes = await asyncio.gather(
        store.commit([a_new(1)]),
        store.commit([a_new(2)], [unwritable]),
        store.commit([faulty]),
        store.commit([a_new(3)]),
        return_exceptions=True,
    )

    assert [outcome is None for outcome in outcomes] == [True, False, False, True]
    assert not any(isinstance(outcome, StoreUnavailable) for outcome in outcomes)
    assert await ids_in(store) == {an_id(1), an_id(3)}


async def test_a_cancelled_call_is_applied_whole_or_not_at_all(store: SqliteStore, tmp_path: Path) -> None:
    calls = [asyncio.ensure_future(store.commit([a_new(number)])) for number in range(50)]
    await asyncio.sleep(0)
    for call in calls[::2]:
        call.cancel()

    outcomes = await asyncio.gather(*calls, return_exceptions=True)

    assert [type(outcome) for outcome in outcomes[::2]] == [asyncio.CancelledError] * 25
    kept = await ids_in(store)
    assert {an_id(number) for number in range(1, 50, 2)} <= kept
    for table in ("timeline", "alerts", "outbox"):
        assert rows_in(tmp_path / "oncall.db", table) == len(kept)
    await store.commit([a_new(99)])


async def test_closing_carries_out_what_is_queued(store: SqliteStore, tmp_path: Path) -> None:
    calls = [asyncio.ensure_future(store.commit([a_new(number)])) for number in range(500)]
    await asyncio.sleep(0)

    await store.close()

    assert await asyncio.gather(*calls) == [None] * 500
    assert rows_in(tmp_path / "oncall.db", "incidents") == 500


async def test_a_store_whose_loop_has_gone_can_be_opened_again(tmp_path: Path) -> None:
    path = tmp_path / "abandoned.db"

    def use_and_abandon() -> None:
        async def use() -> SqliteStore:
            store = await SqliteStore.open(path)
            asyncio.ensure_future(store.commit([a_new(1)]))  # noqa: RUF006 (nobody waits for it: that is the point)
            await asyncio.sleep(0)
            return store

        store = asyncio.run(use())
        asyncio.run(store.close())

    await asyncio.to_thread(use_and_abandon)

    again = await SqliteStore.open(path)
    assert await ids_in(again) == {an_id(1)}
    await again.close()
