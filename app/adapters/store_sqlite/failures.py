"""What SQLite's errors mean to whoever has to act on them."""

import sqlite3

from app.domain.errors import StoreUnavailable

_MEANINGS = {
    sqlite3.SQLITE_FULL: "its disk is full: make room, it goes on by itself",
    sqlite3.SQLITE_READONLY: "its file cannot be written: make the file and its folder writable",
    sqlite3.SQLITE_IOERR: "its disk fails to read or write: check the disk",
    sqlite3.SQLITE_CANTOPEN: "its files cannot be opened: check the folder and its permissions",
    sqlite3.SQLITE_BUSY: "another program is writing to its file: stop that program",
    sqlite3.SQLITE_CORRUPT: "its file is damaged: stop the server and restore a copy",
    sqlite3.SQLITE_NOTADB: "its file is damaged: stop the server and restore a copy",
    sqlite3.SQLITE_NOMEM: "there is no memory left: give the process more",
}


def unavailable(error: Exception) -> Exception:
    """The error as `StoreUnavailable` when the disk or the file is the cause; a fault of ours stays what it is."""
    meaning = meaning_of(error)
    return error if meaning is None else StoreUnavailable(f"the store cannot be used, {meaning}")


def meaning_of(error: Exception) -> str | None:
    """What the error asks a person to do; None when it is none of SQLite's about its file."""
    code = getattr(error, "sqlite_errorcode", None)
    return _MEANINGS.get(code & 0xFF) if isinstance(error, sqlite3.Error) and code is not None else None
