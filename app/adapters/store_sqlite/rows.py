"""Many rows in one statement.

Each step of a statement lets go of Python's global lock and has to win it back from a busy event loop; a hundred rows
in two steps wait twice, not a hundred times. Numbers of rows are powers of two, so that few statements are prepared.
"""

import sqlite3
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from functools import cache
from itertools import chain
from typing import Any

AT_ONCE = 64
STATEMENTS = 256
"""How many prepared statements a connection keeps: every shape below in every size."""

Value = str | int | bytes | None
Row = Sequence[Value]

_HALF = 1 << 63
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


def execute_rows(connection: sqlite3.Connection, before: str, rows: Sequence[Row], after: str = "") -> None:
    """Run `before VALUES (…), (…) after` over all rows."""
    for part in _parts(rows):
        connection.execute(_statement(before, len(part), len(part[0]), after), tuple(chain.from_iterable(part)))


def select_rows(
    connection: sqlite3.Connection, before: str, rows: Sequence[Row], after: str = ""
) -> list[tuple[Any, ...]]:
    """What `before VALUES (…), (…) after` finds over all rows, in no particular order."""
    found: list[tuple[Any, ...]] = []
    for part in _parts(rows):
        statement = _statement(before, len(part), len(part[0]), after)
        found += connection.execute(statement, tuple(chain.from_iterable(part))).fetchall()
    return found


def number_of(id: str) -> int | None:
    """An incident's id as the signed key of its row, in the same order; None for a text that can be nobody's id."""
    try:
        number = int(id, 16) - _HALF
    except ValueError:
        return None
    return number if id_of(number) == id else None


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


@cache
def _statement(before: str, rows: int, columns: int, after: str) -> str:
    row = f"({','.join('?' * columns)})"
    return f"{before} VALUES {','.join([row] * rows)} {after}"


def _parts(rows: Sequence[Row]) -> Iterator[Sequence[Row]]:
    start = 0
    while left := len(rows) - start:
        size = min(AT_ONCE, 1 << (left.bit_length() - 1))
        yield rows[start : start + size]
        start += size
