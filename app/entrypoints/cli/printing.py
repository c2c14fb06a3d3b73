"""How things look on a terminal: tables, local times with their zone, ages; text from alerts can steer nothing."""

import os
import sys
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta, tzinfo
from typing import TYPE_CHECKING

import typer

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

WIDTH_OF_A_PIPE = 160
STYLES = {
    "critical": "bold red",
    "high": "bold yellow",
    "triage": "cyan",
    "triggered": "red",
    "acknowledged": "green",
    "resolved": "dim",
    "active": "green",
    "over": "dim",
}
_UNITS = ((86400, "d"), (3600, "h"), (60, "min"))


def inert(text: object) -> str:
    """Whatever could steer a terminal or turn text around is shown as a replacement character."""
    return "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in str(text))


def cell(text: object, style: str = "") -> "Text":
    """Text as it is: never read as markup."""
    from rich.text import Text

    return Text("\n".join(inert(line) for line in str(text).split("\n")), style=style)


def table(headings: Sequence[str], rows: Iterable[Sequence[object]], title: str = "") -> "Table":
    """A plain table; a cell that is one of our own words gets that word's colour."""
    from rich.box import SIMPLE_HEAD
    from rich.table import Table
    from rich.text import Text

    found = Table(box=SIMPLE_HEAD, title=cell(title) if title else None, title_justify="left", pad_edge=False)
    for heading in headings:
        found.add_column(heading, overflow="fold")
    for row in rows:
        found.add_row(*(one if isinstance(one, Text) else cell(one, STYLES.get(str(one), "")) for one in row))
    return found


def facts(pairs: Iterable[tuple[str, str]]) -> "Table":
    """Names and values below each other, without those that are empty."""
    from rich.table import Table

    found = Table.grid(padding=(0, 2))
    for name, value in pairs:
        if value:
            found.add_row(cell(name, "dim"), cell(value, STYLES.get(value, "")))
    return found


def say(*things: object) -> None:
    """Print texts and tables, in colour on a terminal only."""
    for thing in things:
        _console().print(cell(thing) if isinstance(thing, str) else thing, soft_wrap=isinstance(thing, str))


def say_json(text: str | bytes) -> None:
    """JSON untouched, for programs."""
    typer.echo(text)


def local(instant: str | datetime | None, zone: tzinfo | None = None) -> str:
    """A time as people here read it: `Sun 01 Feb 2026 03:00 GMT`; empty for none. Our own zone unless one is named."""
    at = parse(instant)
    return f"{at.astimezone(zone):%a %d %b %Y %H:%M %Z}" if at else ""


def age(instant: str | datetime | None, now: datetime | None = None) -> str:
    """How long ago, in one or two units: `12 min`, `3 h 05 min`, `2 d 4 h`; empty for no time."""
    at = parse(instant)
    return length((now or datetime.now(UTC)) - at) if at else ""


def length(span: timedelta) -> str:
    seconds = max(0, int(span.total_seconds()))
    for n, (size, unit) in enumerate(_UNITS):
        if seconds >= size:
            smaller = _UNITS[n + 1] if n + 1 < len(_UNITS) else None
            rest = seconds % size // smaller[0] if smaller else 0
            return f"{seconds // size} {unit}" + (f" {rest} {smaller[1]}" if smaller and rest else "")
    return f"{seconds} s"


def parse(instant: str | datetime | None) -> datetime | None:
    if isinstance(instant, datetime) or not instant:
        return instant or None
    try:
        return datetime.fromisoformat(instant)
    except ValueError:
        return None


def _console() -> "Console":
    from rich.console import Console

    fixed = sys.stdout.isatty() or "COLUMNS" in os.environ
    return Console(width=None if fixed else WIDTH_OF_A_PIPE, highlight=False, markup=False, emoji=False)
