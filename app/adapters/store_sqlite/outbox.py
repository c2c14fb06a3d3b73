"""The outbox's rows: written once by a commit, replaced by whoever claimed them."""

import sqlite3
from collections.abc import Callable, Sequence

from app.adapters import codec
from app.adapters.store_sqlite.rows import (
    Row,
    execute_rows,
    number_of,
    read_lines,
    required_number,
    ticks,
    ticks_or_none,
)
from app.domain.notification import Notification

_OF_INCIDENT = "SELECT doc FROM outbox WHERE incident = ? ORDER BY key"
_UNCLAIMED = """SELECT doc FROM outbox
    WHERE incident = ? AND key = ? AND id NOT IN (SELECT id FROM outbox_leases)"""
_NOTICES = "SELECT doc FROM outbox JOIN notices ON notices.id = outbox.incident ORDER BY notices.id LIMIT ?"
_NOTICES_AFTER = """SELECT doc FROM outbox JOIN notices ON notices.id = outbox.incident
    WHERE notices.id > ? ORDER BY notices.id LIMIT ?"""
_ADD = "INSERT INTO outbox (incident, key, due_at, doc)"
_UNLESS_THERE = "ON CONFLICT (incident, key) DO NOTHING"
_NEW = "WITH new (incident, key, due_at, doc) AS ("
_REPLACE = """) UPDATE outbox SET due_at = new.due_at, doc = new.doc
    FROM new WHERE outbox.incident = new.incident AND outbox.key = new.key"""
_SETTLED = "DELETE FROM outbox_leases WHERE id IN (SELECT outbox.id FROM ("
_UNLEASE = """) AS settled CROSS JOIN outbox
    ON outbox.incident = settled.column1 AND outbox.key = settled.column2)"""


def add(connection: sqlite3.Connection, notifications: Sequence[Notification]) -> None:
    """Store those whose key is new."""
    execute_rows(connection, _ADD, [_row(notification) for notification in notifications], _UNLESS_THERE)


def add_notices(connection: sqlite3.Connection, notices: Sequence[Notification]) -> None:
    """The same for rows that belong to no incident, whose ids are kept too."""
    ids = [(required_number(one.incident), ticks(one.created_at)) for one in notices]
    execute_rows(connection, "INSERT OR IGNORE INTO notices (id, created_at)", ids)
    add(connection, notices)


def notices(connection: sqlite3.Connection, after: str, limit: int) -> list[Notification]:
    values = (number_of(after), limit) if after else (limit,)
    return codec.NOTIFICATION.lines(read_lines(connection, _NOTICES_AFTER if after else _NOTICES, values))


def settle(connection: sqlite3.Connection, notifications: Sequence[Notification]) -> None:
    """Only this process claims here, so whoever settles a row has claimed it; one that is gone stays gone."""
    rows = [_row(notification) for notification in notifications]
    execute_rows(connection, _NEW, rows, _REPLACE)
    execute_rows(connection, _SETTLED, [row[:2] for row in rows], _UNLEASE)


def amend(
    connection: sqlite3.Connection, incident: str, key: str, change: Callable[[Notification], Notification]
) -> bool:
    found = connection.execute(_UNCLAIMED, (number_of(incident), key)).fetchone()
    if found is None:
        return False
    settle(connection, [change(codec.NOTIFICATION.one(found[0]))])
    return True


def of_incident(connection: sqlite3.Connection, incident: str) -> list[Notification]:
    documents = read_lines(connection, _OF_INCIDENT, (number_of(incident),))
    return codec.NOTIFICATION.lines(documents)


def _row(notification: Notification) -> Row:
    return (
        required_number(notification.incident),
        notification.key,
        ticks_or_none(notification.due_at),
        codec.encode(notification),
    )
