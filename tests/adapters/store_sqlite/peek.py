"""Looks and reaches round the store, for tests that need its file to fail."""

import sqlite3
from pathlib import Path

from app.adapters.store_sqlite import SqliteStore
from app.domain.incident import Incident
from app.service.ports import IncidentQuery
from tests.builders import an_incident


def connection_of(store: SqliteStore) -> sqlite3.Connection:
    """The store's own connection: to be touched only while no call is under way."""
    return store._thread._file.connection


def rows_in(path: Path, table: str) -> int:
    """Counted by a connection of its own."""
    connection = sqlite3.connect(path)
    try:
        count: int = connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0]  # noqa: S608
        return count
    finally:
        connection.close()


def a_large_incident(**changes: object) -> Incident:
    """Some twenty pages of it."""
    return an_incident(description="x" * 80_000, **changes)


async def ids_in(store: SqliteStore) -> set[str]:
    return {incident.id for incident in await store.incidents(IncidentQuery(limit=100_000))}
