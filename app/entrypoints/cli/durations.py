"""Lengths of time and instants as they are typed: `72h`, `90m`, `1h30m`, `2026-02-01T03:00+00:00`."""

from datetime import UTC, datetime, timedelta, tzinfo

import typer


def parse_duration(text: str) -> timedelta:
    """Raises a usage error that shows the right form."""
    from app.adapters.lengths import parse_length

    try:
        return parse_length(text)
    except ValueError as error:
        raise typer.BadParameter(str(error)) from None


def checked_duration(text: str) -> str:
    """The same as it was typed, for a server that reads it likewise."""
    parse_duration(text)
    return text


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
