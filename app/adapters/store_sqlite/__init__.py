"""The embedded store: one SQLite file, one connection, one thread that commits whatever requests have queued."""

from app.adapters.store_sqlite.store import SqliteStore

__all__ = ["SqliteStore"]
