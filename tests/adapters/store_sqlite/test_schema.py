"""Schemas follow each other without losing anything, and each query has its index."""

from pathlib import Path

import pytest

from app.adapters.store_sqlite import SqliteStore, schema
from app.adapters.store_sqlite.due import _BACKLOG, _DUE_INCIDENTS, _DUE_NOTIFICATIONS, _NEXT_DUE
from app.domain.errors import StoreRefused
from tests.adapters.store_sqlite.peek import connection_of, ids_in
from tests.builders import a_decision, an_id

LIST = "SELECT doc FROM incidents WHERE"


async def a_store_with_one_incident(path: Path) -> None:
    store = await SqliteStore.open(path)
    await store.commit([a_decision()])
    await store.close()


async def test_an_older_file_is_brought_up_to_date(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    await a_store_with_one_incident(tmp_path / "oncall.db")
    scripts = ("CREATE TABLE second (x INTEGER) STRICT;", "CREATE TABLE third (x INTEGER) STRICT;")
    monkeypatch.setattr(schema, "MIGRATIONS", (*schema.MIGRATIONS, *scripts))

    store = await SqliteStore.open(tmp_path / "oncall.db")

    assert connection_of(store).execute("PRAGMA user_version").fetchone() == (3,)
    assert connection_of(store).execute("SELECT count(*) FROM second, third").fetchone() == (0,)
    assert await ids_in(store) == {an_id()}
    await store.close()


async def test_a_migration_that_fails_changes_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    await a_store_with_one_incident(tmp_path / "oncall.db")
    with monkeypatch.context() as patched:
        patched.setattr(
            schema, "MIGRATIONS", (*schema.MIGRATIONS, "CREATE TABLE second (x INTEGER); DROP TABLE nobody;")
        )
        with pytest.raises(StoreRefused, match="no such table: nobody"):
            await SqliteStore.open(tmp_path / "oncall.db")

    store = await SqliteStore.open(tmp_path / "oncall.db")

    assert connection_of(store).execute("SELECT name FROM sqlite_master WHERE name = 'second'").fetchall() == []
    assert await ids_in(store) == {an_id()}
    await store.close()


@pytest.mark.parametrize(
    ("query", "values", "index"),
    [
        (_DUE_INCIDENTS, (1, 1), "incidents_due"),
        (_DUE_NOTIFICATIONS, (1, 1), "outbox_due"),
        (_NEXT_DUE, (), "incidents_due"),
        (_BACKLOG, (1,), "outbox_due"),
        (f"{LIST} status IN ('triggered') AND status <> 'resolved' ORDER BY id DESC", (), "incidents_open"),
        (f"{LIST} squad IN ('payments') ORDER BY id DESC", (), "incidents_squad"),
        (f"{LIST} source IN ('rollbar') ORDER BY id DESC", (), "incidents_source"),
    ],
)
async def test_no_query_sorts_or_reads_through_a_table(
    tmp_path: Path, query: str, values: tuple[int, ...], index: str
) -> None:
    store = await SqliteStore.open(tmp_path / "oncall.db")

    plan = " ".join(row[3] for row in connection_of(store).execute(f"EXPLAIN QUERY PLAN {query}", values))

    assert index in plan
    assert "TEMP B-TREE" not in plan
    assert "SCAN incidents " not in f"{plan} ".replace("SCAN incidents USING INDEX", "")
    assert "SCAN outbox " not in f"{plan} "
    await store.close()
