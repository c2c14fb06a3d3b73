"""Schemas follow each other without losing anything, and each query has its index."""

import sqlite3
from datetime import timedelta
from pathlib import Path

import pytest

from app.adapters import codec
from app.adapters.store_sqlite import SqliteStore, schema
from app.adapters.store_sqlite.due import _BACKLOG, _DUE_INCIDENTS, _DUE_NOTIFICATIONS, _NEXT_DUE
from app.adapters.store_sqlite.incidents import _UNSEEN, _UNSEEN_END
from app.adapters.store_sqlite.outbox import _NEW, _REPLACE
from app.adapters.store_sqlite.records import _AFTER as _EVERY
from app.adapters.store_sqlite.rows import instant, required_number
from app.adapters.store_sqlite.whole import _AFTER, _KEYS, _RESOLVED_LONGEST_AGO
from app.domain.errors import StoreRefused
from app.domain.incident import Status
from tests.adapters.store_sqlite.peek import connection_of, ids_in
from tests.builders import NINE, a_decision, an_id, an_incident

LIST = "SELECT doc FROM incidents WHERE"
OLD_ROW = """INSERT INTO incidents (id, version, status, severity, squad, source, doc)
    VALUES (?, 1, ?, 'critical', '', 'alertmanager', ?)"""


async def a_store_with_one_incident(path: Path) -> None:
    store = await SqliteStore.open(path)
    await store.commit([a_decision()])
    await store.close()


async def test_an_older_file_is_brought_up_to_date(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    await a_store_with_one_incident(tmp_path / "oncall.db")
    scripts = ("CREATE TABLE second (x INTEGER) STRICT;", "CREATE TABLE third (x INTEGER) STRICT;")
    monkeypatch.setattr(schema, "MIGRATIONS", (*schema.MIGRATIONS, *scripts))

    store = await SqliteStore.open(tmp_path / "oncall.db")

    assert connection_of(store).execute("PRAGMA user_version").fetchone() == (len(schema.MIGRATIONS),)
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


async def test_a_file_from_before_incidents_were_forgotten_is_forgotten_from_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    old = sqlite3.connect(tmp_path / "oncall.db", isolation_level=None)
    monkeypatch.setattr(schema, "MIGRATIONS", schema.MIGRATIONS[:1])
    schema.migrate(old)
    monkeypatch.undo()
    resolved = {
        1: NINE,
        2: NINE + timedelta(microseconds=120),
        3: NINE + timedelta(microseconds=120_000),
        4: NINE + timedelta(seconds=1),
        5: None,
    }
    for number, at in resolved.items():
        incident = an_incident(id=an_id(number), status=Status.RESOLVED if at else Status.TRIGGERED, resolved_at=at)
        old.execute(OLD_ROW, (required_number(incident.id), incident.status.value, codec.encode(incident)))
        old.execute("INSERT INTO keys VALUES (?, ?, 0, 1)", (f"a/x/{number}", required_number(incident.id)))
    old.execute(OLD_ROW, (required_number(an_id(6)), "resolved", b"damaged"))
    old.close()

    store = await SqliteStore.open(tmp_path / "oncall.db")

    column = connection_of(store).execute("SELECT resolved_at FROM incidents ORDER BY id").fetchall()
    assert [instant(ticks) for (ticks,) in column] == [*resolved.values(), None]
    assert await store.forget(NINE + timedelta(seconds=1), limit=9) == 3
    assert set((await store.load([f"a/x/{number}" for number in resolved], [])).keys) == {"a/x/4", "a/x/5"}
    await store.close()


@pytest.mark.parametrize(
    ("query", "values", "index"),
    [
        (_DUE_INCIDENTS, (1, 1), "incidents_due"),
        (_DUE_NOTIFICATIONS, (1, 1), "outbox_due"),
        (_NEXT_DUE, (), "incidents_due"),
        (_BACKLOG, (1,), "outbox_due"),
        (_RESOLVED_LONGEST_AGO, (1, 1), "incidents_resolved"),
        (_AFTER, (1, 1), "INTEGER PRIMARY KEY"),
        (_KEYS, (1,), "keys_incident"),
        ("DELETE FROM keys WHERE incident IN (VALUES (1), (2))", (), "keys_incident"),
        (f"{_NEW} VALUES (1, 'a', 1, x'') {_REPLACE}", (), "sqlite_autoindex_outbox_1"),
        (f"{_UNSEEN} VALUES ('a', 1, 1, 1), ('b', 2, 1, 1) {_UNSEEN_END}", (), "PRIMARY KEY (key=?)"),
        (_EVERY, ("a", "b", 1), "PRIMARY KEY ((kind,id)>(?,?))"),
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
    assert "SCAN keys" not in plan
    await store.close()
