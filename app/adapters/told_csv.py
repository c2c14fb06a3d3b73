"""A list of whom another pager told what and when, as a CSV file that people export or write themselves."""

import csv
from collections.abc import Callable, Mapping
from datetime import datetime
from io import StringIO

from app.domain.comparison import Telling
from app.domain.errors import InvalidPayload

REQUIRED = ("at", "person")
OPTIONAL = ("title", "dedup_key", "severity", "channel")
MOST = 100_000
"""Rows. All of them are held in memory."""


def read_told(text: str, people: Mapping[str, str], instant: Callable[[str], datetime]) -> list[Telling]:
    """One telling for each row, under a header that names at least `at` and `person`, in any order; other columns are
    passed over. `people` are our ids by every name that may stand in the file, in lower case; whoever is not among
    them keeps the name that the file gives. `instant` reads a time. Raises `InvalidPayload` that names the line."""
    reader = csv.DictReader(StringIO(text.removeprefix("\ufeff"), newline=""), skipinitialspace=True, strict=True)
    try:
        columns = {name.strip().lower(): name for name in reader.fieldnames or () if name}
        if missing := [name for name in REQUIRED if name not in columns]:
            raise InvalidPayload(f"the first line must name the columns {' and '.join(REQUIRED)}", missing[0])
        found: list[Telling] = []
        for row in reader:
            given = {name: (row.get(columns[name]) or "").strip() for name in (*REQUIRED, *OPTIONAL) if name in columns}
            if not any(given.values()):
                continue
            if len(found) == MOST:
                raise InvalidPayload(f"holds more than {MOST:,} rows: compare a shorter time")
            found.append(_telling(given, people, instant, reader.line_num))
    except csv.Error as error:
        raise InvalidPayload(f"cannot be read as CSV after line {reader.line_num}: {error}") from None
    return found


def _telling(
    given: Mapping[str, str], people: Mapping[str, str], instant: Callable[[str], datetime], line: int
) -> Telling:
    try:
        at = instant(given["at"])
    except ValueError as error:
        raise InvalidPayload(f"line {line}: {error}", "at") from None
    if not given["person"]:
        raise InvalidPayload(f"line {line}: says nobody", "person")
    return Telling(
        at=at,
        person=people.get(given["person"].lower(), given["person"]),
        title=given.get("title", ""),
        dedup_key=given.get("dedup_key", ""),
        severity=given.get("severity", ""),
        channels=(given["channel"],) if given.get("channel") else (),
    )
