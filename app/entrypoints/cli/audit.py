"""`oncall-router audit`: who did what, and what is late."""

from typing import Annotated

import typer

from app.entrypoints.cli.options import DEFAULT_URL, AsJson, Token, Url
from app.entrypoints.cli.printing import local, say, say_json, table
from app.entrypoints.cli.server import Answer, Fields, Server, word


def audit(
    late: Annotated[bool, typer.Option("--late", help="Show what is due and late in the server instead.")] = False,
    limit: Annotated[int, typer.Option(min=1, max=200, help="How many at most.")] = 50,
    cursor: Annotated[str, typer.Option(help="Where the page before ended.", show_default=False)] = "",
    url: Url = DEFAULT_URL,
    token: Token = "",
    as_json: AsJson = False,
) -> None:
    """Show who did what, newest first; or with --late whether anything due is late."""
    server = Server(url, token)
    answer = server.get("self-audit") if late else server.get("audit", limit=limit, cursor=cursor)
    if as_json:
        say_json(answer.text)
    elif late:
        say(_lateness(answer.fields))
    else:
        _list(answer)


def _list(answer: Answer) -> None:
    if not answer.items:
        say("Nobody has done anything yet.")
        return
    say(table(("when", "who", "what", "to", "with token", "over", "note"), map(_row, answer.items)))
    if answer.fields.get("next"):
        say(f"There is more: --cursor {word(answer.fields['next'])}")


def _row(act: Fields) -> tuple[str, ...]:
    return (
        local(word(act["at"])),
        *(word(act[name]) for name in ("who", "what", "target", "token", "channel", "note")),
    )


def _lateness(found: Fields) -> str:
    """Such as: `On time: 2 timers due (0.1 s late), 0 messages due (0.0 s late)`."""
    verdict = "LATE" if found["is_late"] else "On time"
    parts = (
        f"{word(found[due])} {noun} due ({word(found[f'{due}_late'])} s late)"
        for due, noun in (("timers", "timers"), ("notifications", "messages"))
    )
    return f"{verdict}: {', '.join(parts)}"
