"""Opening the file: ours, whole, new enough, and nobody else's at the moment, or refused with what to do."""

import fcntl
import os
import sqlite3
from pathlib import Path

from app.adapters.store_sqlite.failures import meaning_of
from app.adapters.store_sqlite.rows import STATEMENTS
from app.adapters.store_sqlite.schema import LEASES, migrate, refuse_foreign
from app.domain.errors import StoreRefused, StoreUnavailable

_OLDEST_SQLITE = (3, 37)
"""The first with STRICT tables."""

_SETTINGS = """
PRAGMA busy_timeout = 2000;
PRAGMA journal_mode = WAL;
PRAGMA synchronous = FULL;
PRAGMA cache_size = -16384;
PRAGMA mmap_size = 0;
PRAGMA temp_store = MEMORY;
PRAGMA secure_delete = OFF;
PRAGMA trusted_schema = OFF;
PRAGMA journal_size_limit = 67108864;
"""
"""FULL: a COMMIT that has returned is on disk. No memory map: a disk that fails must be an error here, not a signal."""

_HEADER = 100
"""Bytes at the start of every database."""

_CHECKED_UP_TO = 256 * 1024 * 1024
"""A larger file is not read through at start, which would take seconds; damage is then found where it is met."""


class OpenFile:
    """A connection, and the lock that makes it the only one of its kind."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._lock = _lock(path)
        try:
            self.connection = _connect(path)
        except BaseException:
            os.close(self._lock)
            raise
        self._identity = _identity(path)

    def check(self) -> None:
        """Raise `StoreUnavailable` when the file was taken away: commits to it would be lost with it."""
        if _identity(self.path) != self._identity:
            raise StoreUnavailable(f"{self.path} was removed or replaced while in use: restart the server")

    def close(self) -> None:
        try:
            self.connection.close()
        finally:
            os.close(self._lock)


def open_file(path: Path) -> OpenFile:
    """Raises `StoreRefused` with what to do about it."""
    if sqlite3.sqlite_version_info < _OLDEST_SQLITE:
        raise StoreRefused(f"SQLite {sqlite3.sqlite_version} is too old: install Python with SQLite 3.37 or newer")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        return OpenFile(path.resolve())
    except OSError as error:
        raise StoreRefused(
            f"{path} cannot be opened ({error.strerror}): make its folder writable, or name another file"
        ) from error
    except sqlite3.Error as error:
        raise StoreRefused(f"{path} cannot be opened ({error}): {meaning_of(error) or 'restore a copy'}") from error


def _lock(path: Path) -> int:
    """The lock goes with the process, however it ends. A file of its own, for SQLite's locks must not be disturbed."""
    beside = path.with_name(path.name + ".lock")
    descriptor = os.open(beside, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(descriptor)
        raise StoreRefused(
            f"{path} is in use by another server: stop that one first, "
            "or name another file (several servers at once need Redis)"
        ) from None
    return descriptor


def _connect(path: Path) -> sqlite3.Connection:
    os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))  # It holds phone numbers: nobody else may read it.
    if 0 < path.stat().st_size < _HEADER:
        raise StoreRefused(_damaged(path, "its header is cut off"))  # SQLite would take it for a new one.
    connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False, cached_statements=STATEMENTS)
    try:
        refuse_foreign(connection, str(path))
        connection.executescript(_SETTINGS)
        migrate(connection)
        _refuse_damaged(connection, path)
        connection.executescript(LEASES)
    except BaseException:
        connection.close()
        raise
    return connection


def _refuse_damaged(connection: sqlite3.Connection, path: Path) -> None:
    if path.stat().st_size > _CHECKED_UP_TO:
        return
    (found,) = connection.execute("PRAGMA quick_check(1)").fetchone()
    if found != "ok":
        raise StoreRefused(_damaged(path, found))


def _damaged(path: Path, reason: str) -> str:
    return f"{path} is damaged ({reason}): restore a copy, or move it away to begin with an empty one"


def _identity(path: Path) -> tuple[int, int] | None:
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_dev, found.st_ino
