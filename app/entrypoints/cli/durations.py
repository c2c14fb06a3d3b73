"""Lengths of time and instants as they are typed: `72h`, `90m`, `1h30m`, `2026-02-01T03:00+00:00`."""

import re
from datetime import UTC, datetime, timedelta, tzinfo

import typer

LONGEST = timedelta(days=366)
_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days", "w": "weeks"}
_LENGTH = re.compile(r"(?:\d{1,6}[smhdw]){1,5}")
_AMOUNT = re.compile(r"(\d+)([smhdw])")


def parse_duration(text: str) -> timedelta:
    """Raises a usage error that shows the right form."""
    written = text.strip().lower()
    if not _LENGTH.fullmatch(written):
        raise typer.BadParameter(f"{text!r} is not a length of time; write it as 72h, 90m or 1h30m")
    found = sum((timedelta(**{_UNITS[unit]: int(n)}) for n, unit in _AMOUNT.findall(written)), timedelta(0))
    if found > LONGEST:
        raise typer.BadParameter(f"{text!r} is longer than {LONGEST.days} days")
    return found


def parse_instant(text: str, zone: tzinfo | None = None) -> datetime:
    """An aware UTC instant; a time without an offset is in `zone` (the machine's own when None)."""
    try:
        found = datetime.fromisoformat(text.strip())
    except ValueError:
        raise typer.BadParameter(f"{text!r} is not an instant; write it as 2026-02-01T03:00+00:00") from None
    if found.tzinfo is None and zone is not None:
        found = found.replace(tzinfo=zone)
    try:
        return found.astimezone(UTC)
    except OverflowError:
        raise typer.BadParameter(f"{text!r} lies outside the calendar") from None
