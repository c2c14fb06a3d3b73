"""The options that say which time a report is about."""

from typing import Annotated

import typer

from app.entrypoints.cli.durations import parse_instant

Month = Annotated[str, typer.Option(metavar="YYYY-MM", help="A month, such as 2026-11.", show_default=False)]
Week = Annotated[str, typer.Option(metavar="YYYY-Www", help="A week, such as 2026-W48.", show_default=False)]
Since = Annotated[str, typer.Option(metavar="ISO", help="From when, with --until.", show_default=False)]
Until = Annotated[str, typer.Option(metavar="ISO", help="Until when.", show_default=False)]


def asked(month: str, week: str, since: str, until: str, **more: str) -> dict[str, str]:
    """The query of a request; the server says what does not go together."""
    instants = {name: parse_instant(at).isoformat() if at else "" for name, at in (("since", since), ("until", until))}
    return {"month": month, "week": week, **instants, **more}
