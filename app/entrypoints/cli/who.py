"""`oncall-router who`: who is on call, now or at any instant, and why."""

from typing import Annotated

import typer

from app.entrypoints.cli.durations import parse_instant
from app.entrypoints.cli.options import DEFAULT_URL, AsJson, Token, Url
from app.entrypoints.cli.printing import local, say, say_json, table
from app.entrypoints.cli.server import Fields, Server, word


def who(
    at: Annotated[str, typer.Option(metavar="ISO", help="Another instant than now.", show_default=False)] = "",
    url: Url = DEFAULT_URL,
    token: Token = "",
    as_json: AsJson = False,
) -> None:
    """Show who is on call."""
    answer = Server(url, token).get("oncall", at=parse_instant(at).isoformat() if at else "")
    if as_json:
        say_json(answer.text)
        return
    say(table(("role", "who", "until", "why"), map(_row, answer.items), f"On call at {_local(answer.fields['at'])}"))


def _row(holder: Fields) -> tuple[str, ...]:
    person, name = word(holder["person"]), word(holder["name"])
    shown = f"{name} ({person})" if person and name not in ("", person) else person or "nobody"
    return word(holder["rota"]).replace("_", " "), shown, _local(holder["until"]), word(holder["why"])


def _local(instant: object) -> str:
    return local(word(instant))
