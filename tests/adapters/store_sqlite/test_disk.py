"""A disk that is full, fails or goes away: nothing is half-written, and all goes on when it is back."""

import asyncio
import resource
import signal
import sqlite3
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from app.adapters.store_sqlite import SqliteStore
from app.domain.errors import StoreUnavailable
from app.domain.incident import Decision, Outcome
from tests.adapters.store_sqlite.peek import a_large_incident, connection_of, ids_in, rows_in
from tests.builders import NINE, a_decision, a_notification, an_entry, an_id, an_incident


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[SqliteStore]:
    opened = await SqliteStore.open(tmp_path / "oncall.db")
    yield opened
    await opened.close()


def a_large_decision(number: int) -> Decision:
    incident = a_large_incident(id=an_id(number))
    return Decision(
        incident, Outcome.OPENED, timeline=(an_entry(),), notifications=(a_notification(incident=incident.id),)
    )


async def fill(store: SqliteStore, accepted: set[str]) -> None:
    """Commit until the store refuses; `accepted` gets the ids that it acknowledged."""
    for number in range(500):
        await store.commit([a_large_decision(number)])
        accepted.add(an_id(number))


async def test_a_full_disk_loses_nothing_accepted_and_recovers_by_itself(small_disk: Path) -> None:
    path = small_disk / "oncall.db"
    ballast = small_disk / "ballast"
    ballast.write_bytes(b"x" * 2_000_000)
    store = await SqliteStore.open(path)

    accepted: set[str] = set()

    with pytest.raises(StoreUnavailable, match="full") as refused:
        await fill(store, accepted)

    assert refused.value.retry_after > 0
    assert accepted
    assert await ids_in(store) == accepted
    claimed = await store.claim_notifications(NINE, NINE.replace(hour=10) - NINE, 500)
    assert {notification.incident for notification in claimed} == accepted
    ballast.unlink()
    await store.commit([a_large_decision(999)])
    await store.settle([a_notification(incident=an_id(999), remark="settled")])
    await store.close()
    again = await SqliteStore.open(path)
    assert await ids_in(again) == accepted | {an_id(999)}
    await again.close()
    for table in ("timeline", "outbox"):
        assert rows_in(path, table) == len(accepted) + 1


async def test_a_full_database_refuses_writes_and_answers_reads(store: SqliteStore) -> None:
    pages = connection_of(store).execute("PRAGMA page_count").fetchone()[0]
    connection_of(store).execute(f"PRAGMA max_page_count = {pages + 100}")

    accepted: set[str] = set()
    with pytest.raises(StoreUnavailable, match="full"):
        await fill(store, accepted)

    outcomes = await asyncio.gather(
        *(store.commit([a_large_decision(number)]) for number in range(900, 905)),
        ids_in(store),
        store.next_due(),
        return_exceptions=True,
    )
    assert [type(outcome) for outcome in outcomes[:5]] == [StoreUnavailable] * 5
    assert outcomes[5:] == [accepted, NINE]
    connection_of(store).execute("PRAGMA max_page_count = 1000000")
    await store.commit([a_large_decision(900)])
    assert await ids_in(store) == accepted | {an_id(900)}


@contextmanager
def no_file_longer_than(size: int) -> Iterator[None]:
    """Writes beyond it fail, as on a disk that breaks."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    ignored = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
        signal.signal(signal.SIGXFSZ, ignored)


async def test_a_failing_disk_is_an_error_of_that_moment_only(store: SqliteStore, tmp_path: Path) -> None:
    await store.commit([a_decision()])
    log = tmp_path / "oncall.db-wal"

    with no_file_longer_than(log.stat().st_size + 5000):
        with pytest.raises(StoreUnavailable, match="disk"):
            await store.commit([a_large_decision(2)])
        assert await ids_in(store) == {an_id(1)}

    await store.commit([a_large_decision(2)])
    assert await ids_in(store) == {an_id(1), an_id(2)}


async def test_a_store_that_cannot_be_written_says_so_and_recovers(store: SqliteStore) -> None:
    connection_of(store).execute("PRAGMA query_only = ON")
    with pytest.raises(StoreUnavailable, match="cannot be written"):
        await store.commit([a_decision()])
    connection_of(store).execute("PRAGMA query_only = OFF")

    await store.commit([a_decision()])

    assert await ids_in(store) == {an_id(1)}


async def test_another_program_that_writes_holds_it_up_for_a_moment_only(store: SqliteStore, tmp_path: Path) -> None:
    connection_of(store).execute("PRAGMA busy_timeout = 50")
    other = sqlite3.connect(tmp_path / "oncall.db", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    outcomes = await asyncio.gather(*(store.commit([a_decision()]) for _ in range(20)), return_exceptions=True)
    assert {str(outcome) for outcome in outcomes} == {
        "the store cannot be used, another program is writing to its file: stop that program"
    }
    other.execute("ROLLBACK")
    other.close()

    await store.commit([a_decision()])

    assert await ids_in(store) == {an_id(1)}


async def test_a_file_that_was_taken_away_accepts_nothing_more(store: SqliteStore, tmp_path: Path) -> None:
    await store.commit([a_decision()])
    (tmp_path / "oncall.db").rename(tmp_path / "elsewhere.db")

    with pytest.raises(StoreUnavailable, match="was removed or replaced while in use: restart the server"):
        await store.commit([a_decision(incident=an_incident(id=an_id(2)))])
