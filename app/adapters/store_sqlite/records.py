"""Small records by kind and id."""

import sqlite3
from collections.abc import Sequence
from datetime import datetime

from app.adapters.store_sqlite.rows import Row, Value, execute_rows, instant, ticks, ticks_or_none
from app.domain.errors import Conflict
from app.service.ports import Record

_COLUMNS = "SELECT kind, id, body, expires_at FROM records"
_AFTER = f"{_COLUMNS} WHERE (kind, id) > (?, ?) ORDER BY kind, id LIMIT ?"
_DROP_OLDEST = """DELETE FROM records WHERE kind = ?1 AND id <=
    (SELECT id FROM records WHERE kind = ?1 ORDER BY id DESC LIMIT 1 OFFSET ?2)"""


def get(connection: sqlite3.Connection, kind: str, id: str) -> Record | None:
    row = connection.execute(f"{_COLUMNS} WHERE kind = ? AND id = ?", (kind, id)).fetchone()
    return None if row is None else _record(row)


def page(connection: sqlite3.Connection, kind: str, limit: int, before: str) -> list[Record]:
    values: tuple[Value, ...] = (kind, before, limit) if before else (kind, limit)
    older = "AND id < ?" if before else ""
    rows = connection.execute(f"{_COLUMNS} WHERE kind = ? {older} ORDER BY id DESC LIMIT ?", values)
    return [_record(row) for row in rows]


def every(connection: sqlite3.Connection, after: tuple[str, str], limit: int) -> list[Record]:
    return [_record(row) for row in connection.execute(_AFTER, (*after, limit))]


def add(connection: sqlite3.Connection, record: Record, keep: int | None) -> bool:
    added = connection.execute(
        "INSERT INTO records (kind, id, body, expires_at) VALUES (?, ?, ?, ?) ON CONFLICT (kind, id) DO NOTHING",
        _row(record),
    )
    if added.rowcount and keep is not None:
        connection.execute(_DROP_OLDEST, (record.kind, keep))
    return bool(added.rowcount)


def put(connection: sqlite3.Connection, records: Sequence[Record]) -> None:
    execute_rows(connection, "REPLACE INTO records (kind, id, body, expires_at)", [_row(record) for record in records])


def refuse_known(connection: sqlite3.Connection, fresh: Sequence[Record]) -> None:
    """Raises `Conflict` when one of these exists already."""
    for record in fresh:
        if get(connection, record.kind, record.id):
            raise Conflict(f"somebody else was first: {record.kind} {record.id} is there already")


def delete(connection: sqlite3.Connection, kind: str, id: str) -> None:
    connection.execute("DELETE FROM records WHERE kind = ? AND id = ?", (kind, id))


def sweep(connection: sqlite3.Connection, now: datetime) -> int:
    return connection.execute("DELETE FROM records WHERE expires_at <= ?", (ticks(now),)).rowcount


def _row(record: Record) -> Row:
    return record.kind, record.id, record.body, ticks_or_none(record.expires_at)


def _record(row: tuple[str, str, str, int | None]) -> Record:
    kind, id, body, expires_at = row
    return Record(kind, id, body, instant(expires_at))
