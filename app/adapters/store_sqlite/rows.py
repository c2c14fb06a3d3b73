"""Many rows in one statement.

Each step of a statement lets go of Python's global lock and has to win it back from a busy event loop, which may take
longer than the step: a hundred rows written by three statements wait three times, and documents that are read come as
the lines of one value. Numbers of rows are powers of two, so that few statements are prepared.
"""

import sqlite3
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from functools import cache
from itertools import chain
from typing import Any

AT_ONCE = 128
STATEMENTS = 256
"""How many prepared statements a connection keeps: every shape below in every size."""

Value = str | int | bytes | None
Row = Sequence[Value]

LINES = "SELECT CAST(group_concat(doc, x'0a') AS BLOB) FROM"
"""Documents as the lines of one value, in the order of what they are selected from."""

_HALF = 1 << 63
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


def execute_rows(connection: sqlite3.Connection, before: str, rows: Sequence[Row], after: str = "") -> None:
    """Run `before VALUES (…), (…) after` over all rows."""
    start = 0
    while left := len(rows) - start:
        size = min(AT_ONCE, 1 << (left.bit_length() - 1))
        _run(connection, before, rows[start : start + size], after)
        start += size


def select_rows(connection: sqlite3.Connection, before: str, rows: Sequence[Row], after: str = "") -> list[Any]:
    """What `before VALUES (…), (…) after` finds over all rows, which may be repeated to make up a number."""
    found: list[Any] = []
    for start in range(0, len(rows), AT_ONCE):
        part = rows[start : start + AT_ONCE]
        size = 1 << (len(part) - 1).bit_length()
        found += _run(connection, before, [*part, *[part[-1]] * (size - len(part))], after).fetchall()
    return found


def _run(connection: sqlite3.Connection, before: str, rows: Sequence[Row], after: str) -> sqlite3.Cursor:
    statement = _statement(before, len(rows), len(rows[0]), after)
    return connection.execute(statement, tuple(chain.from_iterable(rows)))


@cache
def _statement(before: str, rows: int, columns: int, after: str) -> str:
    row = f"({','.join('?' * columns)})"
    return f"{before} VALUES {','.join([row] * rows)} {after}"


def read_lines(connection: sqlite3.Connection, query: str, values: Row) -> bytes:
    """The documents that `query` selects, in its order, as lines."""
    found = connection.execute(f"{LINES} ({query})", values).fetchone()
    return found[0] or b""


def select_lines(connection: sqlite3.Connection, before: str, rows: Sequence[Row], after: str) -> bytes:
    """The same for a `before` that begins with `LINES`, over all rows, in no particular order."""
    return b"\n".join(part for (part,) in select_rows(connection, before, rows, after) if part)


ID_DIGITS = 16


def number_of(id: str) -> int | None:
    """An incident's id as the signed key of its row, in the same order; None for a text that can be nobody's id."""
    try:
        number = int(id, 16) - _HALF
    except ValueError:
        return None
    return number if len(id) == ID_DIGITS and id_of(number) == id else None


def required_number(id: str) -> int:
    """The same for an id that we made ourselves; anything else is a fault of the caller."""
    number = number_of(id)
    if number is None:
        raise ValueError(f"incident id {id!r} is not 16 hexadecimal digits")
    return number


def id_of(number: int) -> str:
    return f"{number + _HALF:016x}"


def ticks(at: datetime) -> int:
    """An instant as whole microseconds since 1970, exactly."""
    return (at - _EPOCH) // _MICROSECOND


def ticks_or_none(at: datetime | None) -> int | None:
    return None if at is None else ticks(at)


def instant(ticks: int | None) -> datetime | None:
    return None if ticks is None else _EPOCH + timedelta(microseconds=ticks)
