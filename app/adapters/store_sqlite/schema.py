"""The tables, and the scripts that lead from each version of them to the next."""

import sqlite3

from app.domain.errors import StoreRefused

APPLICATION_ID = 0x6F6E6361
"""Marks the file as ours ("onca"), so that somebody else's database is never written to."""

_FIRST = """
CREATE TABLE incidents (
    id INTEGER PRIMARY KEY,
    version INTEGER NOT NULL,
    status TEXT NOT NULL,
    severity TEXT NOT NULL,
    squad TEXT NOT NULL,
    source TEXT NOT NULL,
    due_at INTEGER,
    doc BLOB NOT NULL
) STRICT;
CREATE INDEX incidents_due ON incidents (due_at) WHERE due_at IS NOT NULL;
CREATE INDEX incidents_open ON incidents (id) WHERE status <> 'resolved';
CREATE INDEX incidents_squad ON incidents (squad);
CREATE INDEX incidents_source ON incidents (source);

CREATE TABLE keys (
    key TEXT PRIMARY KEY,
    incident INTEGER NOT NULL,
    firing INTEGER NOT NULL,
    episode INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE alerts (
    incident INTEGER NOT NULL,
    key TEXT NOT NULL,
    doc BLOB NOT NULL,
    UNIQUE (incident, key)
) STRICT;

CREATE TABLE timeline (
    incident INTEGER NOT NULL,
    version INTEGER NOT NULL,
    doc BLOB NOT NULL,
    PRIMARY KEY (incident, version)
) STRICT, WITHOUT ROWID;

CREATE TABLE outbox (
    id INTEGER PRIMARY KEY,
    incident INTEGER NOT NULL,
    key TEXT NOT NULL,
    due_at INTEGER,
    doc BLOB NOT NULL,
    UNIQUE (incident, key)
) STRICT;
CREATE INDEX outbox_due ON outbox (due_at) WHERE due_at IS NOT NULL;

CREATE TABLE records (
    kind TEXT NOT NULL,
    id TEXT NOT NULL,
    body TEXT NOT NULL,
    expires_at INTEGER,
    PRIMARY KEY (kind, id)
) STRICT, WITHOUT ROWID;
CREATE INDEX records_expiry ON records (expires_at) WHERE expires_at IS NOT NULL;
"""

_FORGETTING = """
ALTER TABLE incidents ADD COLUMN resolved_at INTEGER;
UPDATE incidents SET resolved_at =
        strftime('%s', substr(json_extract(CAST(doc AS TEXT), '$.resolved_at'), 1, 19)) * 1000000
        + substr(trim(substr(json_extract(CAST(doc AS TEXT), '$.resolved_at'), 20), '.Z') || '000000', 1, 6)
    WHERE status = 'resolved' AND json_valid(CAST(doc AS TEXT));
CREATE INDEX incidents_resolved ON incidents (resolved_at) WHERE resolved_at IS NOT NULL;
CREATE INDEX keys_incident ON keys (incident);
"""
"""Which incidents were resolved longest ago, and which keys lead to them."""

_SUPPRESSED = """
ALTER TABLE incidents ADD COLUMN suppressed INTEGER NOT NULL DEFAULT 0;
CREATE INDEX incidents_suppressed ON incidents (id) WHERE suppressed;
"""
"""Which incidents tell nobody, so that they are found when a silence ends; before this version none did."""

_NOTICES = """
CREATE TABLE notices (id INTEGER PRIMARY KEY, created_at INTEGER NOT NULL) STRICT;
CREATE INDEX notices_created ON notices (created_at);
"""
"""Under which ids the outbox holds rows that belong to no incident, and since when."""

MIGRATIONS = (_FIRST, _FORGETTING, _SUPPRESSED, _NOTICES)
"""Script n leads from schema n to schema n + 1; one that has been released is never edited."""

LEASES = """
CREATE TEMP TABLE incident_leases (id INTEGER PRIMARY KEY, until INTEGER NOT NULL);
CREATE TEMP TABLE outbox_leases (id INTEGER PRIMARY KEY, until INTEGER NOT NULL);
"""
"""Leases live in memory, inside the same transactions as the rest: whoever held them is gone when this process is."""


def migrate(connection: sqlite3.Connection) -> None:
    """Bring the file to the newest schema, each step in a transaction of its own."""
    for version in range(_schema_of(connection), len(MIGRATIONS)):
        connection.executescript(
            f"BEGIN IMMEDIATE; {MIGRATIONS[version]}"
            f"PRAGMA application_id = {APPLICATION_ID}; PRAGMA user_version = {version + 1}; COMMIT;"
        )


def refuse_foreign(connection: sqlite3.Connection, path: str) -> None:
    """Raise `StoreRefused` for a database that is not ours or is newer than this program."""
    (application,) = connection.execute("PRAGMA application_id").fetchone()
    (tables,) = connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
    if application != APPLICATION_ID and (application or tables):
        raise StoreRefused(f"{path} is a database of another program: name a file of its own for the store")
    if (schema := _schema_of(connection)) > len(MIGRATIONS):
        raise StoreRefused(
            f"{path} was written by a newer version (schema {schema}, this one knows {len(MIGRATIONS)}): "
            "run that version, or restore a copy from before the upgrade"
        )


def _schema_of(connection: sqlite3.Connection) -> int:
    version: int = connection.execute("PRAGMA user_version").fetchone()[0]
    return version
