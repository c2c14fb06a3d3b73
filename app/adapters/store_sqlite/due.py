"""What is due: claimed under leases that live in memory, counted, and looked ahead to."""

import sqlite3
from datetime import datetime, timedelta

from app.adapters import codec
from app.adapters.store_sqlite.rows import execute_rows, id_of, instant, ticks
from app.domain.errors import StoreUnavailable
from app.domain.notification import Notification
from app.service.ports import Backlog

_DUE_INCIDENTS = """SELECT group_concat(id) FROM (SELECT id FROM incidents
    WHERE due_at <= ? AND id NOT IN (SELECT id FROM incident_leases) ORDER BY due_at, id LIMIT ?)"""
_DUE_NOTIFICATIONS = """SELECT group_concat(id), CAST(group_concat(doc, x'0a') AS BLOB) FROM (SELECT id, doc FROM outbox
    WHERE due_at <= ? AND id NOT IN (SELECT id FROM outbox_leases) ORDER BY due_at, id LIMIT ?)"""
_BACKLOG = """SELECT
    (SELECT count(*) FROM incidents WHERE due_at <= ?1), (SELECT min(due_at) FROM incidents WHERE due_at <= ?1),
    (SELECT count(*) FROM outbox WHERE due_at <= ?1), (SELECT min(due_at) FROM outbox WHERE due_at <= ?1)"""
_NEXT_DUE = """SELECT min(at) FROM (
    SELECT (SELECT due_at FROM incidents WHERE due_at IS NOT NULL
        AND id NOT IN (SELECT id FROM incident_leases)
        ORDER BY due_at LIMIT 1) AS at
    UNION ALL
    SELECT (SELECT due_at FROM outbox WHERE due_at IS NOT NULL
        AND id NOT IN (SELECT id FROM outbox_leases)
        ORDER BY due_at LIMIT 1)
    UNION ALL SELECT min(until) FROM incident_leases
    UNION ALL SELECT min(until) FROM outbox_leases)"""


def claim_incidents(connection: sqlite3.Connection, now: datetime, lease: timedelta, limit: int) -> list[str]:
    connection.execute("DELETE FROM incident_leases WHERE until <= ?", (ticks(now),))
    (found,) = connection.execute(_DUE_INCIDENTS, (ticks(now), limit)).fetchone()
    numbers = _numbers(found)
    until = ticks(now + lease)
    execute_rows(connection, "INSERT INTO incident_leases (id, until)", [(number, until) for number in numbers])
    return [id_of(number) for number in numbers]


def claim_notifications(
    connection: sqlite3.Connection, now: datetime, lease: timedelta, limit: int
) -> list[Notification]:
    connection.execute("DELETE FROM outbox_leases WHERE until <= ?", (ticks(now),))
    found, documents = connection.execute(_DUE_NOTIFICATIONS, (ticks(now), limit)).fetchone()
    until = ticks(now + lease)
    execute_rows(connection, "INSERT INTO outbox_leases (id, until)", [(number, until) for number in _numbers(found)])
    return _readable(documents or b"")


def backlog(connection: sqlite3.Connection, now: datetime) -> Backlog:
    timers, oldest_timer, notifications, oldest_notification = connection.execute(_BACKLOG, (ticks(now),)).fetchone()
    return Backlog(timers, instant(oldest_timer), notifications, instant(oldest_notification))


def next_due(connection: sqlite3.Connection) -> datetime | None:
    return instant(connection.execute(_NEXT_DUE).fetchone()[0])


def _numbers(found: str | None) -> list[int]:
    return [int(number) for number in found.split(",")] if found else []


def _readable(documents: bytes) -> list[Notification]:
    """All but damaged ones, which must not hold up the rest: their leases run out, and the backlog shows them late."""
    try:
        return codec.NOTIFICATION.lines(documents)
    except StoreUnavailable:
        return [read for line in documents.split(b"\n") for read in _attempt(line)]


def _attempt(document: bytes) -> list[Notification]:
    try:
        return [codec.NOTIFICATION.one(document)]
    except StoreUnavailable:
        return []
