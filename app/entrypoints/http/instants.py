"""Instants and lengths of time as API callers write them."""

from datetime import UTC, datetime, timedelta
from typing import Annotated

from pydantic import BeforeValidator, WithJsonSchema

from app.adapters.lengths import parse_length

EARLIEST = datetime(2000, 1, 1, tzinfo=UTC)
LATEST = datetime(2200, 1, 1, tzinfo=UTC)


def parse_instant(given: object) -> datetime:
    """ISO 8601; without an offset it is UTC. A plus sign that a query turned into a blank is understood."""
    if isinstance(given, datetime):
        return given
    if not isinstance(given, str):
        raise ValueError('must be an ISO 8601 text, such as "2026-11-23T09:00:00Z"')
    try:
        at = datetime.fromisoformat(given.strip().replace(" ", "+") if "T" in given else given.strip())
        at = at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)
    except (ValueError, OverflowError):
        raise ValueError('is not an ISO 8601 instant, such as "2026-11-23T09:00:00Z"') from None
    if not EARLIEST <= at <= LATEST:
        raise ValueError("must lie between 2000 and 2200")
    return at


def _parse_length(given: object) -> timedelta:
    if isinstance(given, timedelta):
        return given
    if not isinstance(given, str):
        raise ValueError('must be a text, such as "90m"')
    return parse_length(given)


Instant = Annotated[
    datetime,
    BeforeValidator(parse_instant),
    WithJsonSchema({"type": "string", "examples": ["2026-11-23T09:00:00Z"], "description": "ISO 8601"}),
]

Length = Annotated[
    timedelta,
    BeforeValidator(_parse_length),
    WithJsonSchema({"type": "string", "examples": ["90m"], "description": "Such as 90m, 2h or 1h 30m; at most a year"}),
]
