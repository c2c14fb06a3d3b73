"""`oncall-router replay`: what a tool sent and could not be read is put through after a fix."""

import json
from collections.abc import Iterator
from typing import Annotated

import typer

from app.entrypoints.cli.failures import Commands
from app.entrypoints.cli.ids import listed_ids, whole_id
from app.entrypoints.cli.options import DEFAULT_URL, AsJson, Token, Url
from app.entrypoints.cli.printing import facts, local, say, say_json, table
from app.entrypoints.cli.progress import progress
from app.entrypoints.cli.server import Fields, Server, fields, rows, word

replay_app = typer.Typer(cls=Commands, no_args_is_help=True, help="Look at refused bodies, and put them through.")

RefusedId = Annotated[
    str, typer.Argument(metavar="ID", help="Its id, or how only one's begins or ends.", show_default=False)
]
Source = Annotated[str, typer.Option("--source", help="What this source sent only.", show_default=False)]
PAGE = 200
AT_ONCE = 25
"""How many are put through with one request, so that it ends in time and the progress is seen."""


@replay_app.command(name="list")
def list_refused(
    source: Source = "",
    replayed: Annotated[
        bool | None, typer.Option("--replayed/--waiting", help="Those that were replayed, or were not.")
    ] = None,
    limit: Annotated[int, typer.Option(min=1, max=PAGE, help="How many at most.")] = 50,
    cursor: Annotated[str, typer.Option(help="Where the page before ended.", show_default=False)] = "",
    url: Url = DEFAULT_URL,
    token: Token = "",
    as_json: AsJson = False,
) -> None:
    """List refused bodies, newest first."""
    which = "" if replayed is None else str(replayed).lower()
    answer = Server(url, token).get("quarantine", source=source, replayed=which, limit=limit, cursor=cursor)
    if as_json:
        say_json(answer.text)
        return
    if not answer.items:
        say("There is none.")
        return
    say(table(("id", "received", "source", "why it was refused", "replayed"), map(_row, answer.items)))
    if answer.fields.get("next"):
        say(f"There is more: --cursor {word(answer.fields['next'])}")


@replay_app.command()
def show(id: RefusedId, url: Url = DEFAULT_URL, token: Token = "", as_json: AsJson = False) -> None:
    """Show one refused body."""
    server = Server(url, token)
    answer = server.get("quarantine", _find(id, server))
    if as_json:
        say_json(answer.text)
        return
    found = answer.fields
    known = [(name, word(found[name])) for name in ("id", "source", "reason", "method", "path", "size")]
    say(facts([*known, ("received", local(word(found["received_at"]))), ("replayed", _replayed(found))]), "")
    say(word(found["body"]))


@replay_app.command()
def one(id: RefusedId, url: Url = DEFAULT_URL, token: Token = "", as_json: AsJson = False) -> None:
    """Put one refused body through."""
    server = Server(url, token)
    whole = _find(id, server)
    answer = server.post("quarantine", whole, "replay")
    if as_json:
        say_json(answer.text)
    else:
        say(f"{whole}: {_outcomes(answer.fields)}")


@replay_app.command(name="all")
def every(source: Source = "", url: Url = DEFAULT_URL, token: Token = "", as_json: AsJson = False) -> None:
    """Put through what was refused and not replayed yet, oldest first. Exit code 1 if any is refused again."""
    done: list[Fields] = []
    for found in _put_through(Server(url, token), source):
        done += found
        if not as_json:
            say(*(f"{word(tried['id'])}: {_said(tried)}" for tried in found))
    if as_json:
        say_json(json.dumps(done))
    elif not done:
        say("Nothing waits to be replayed.")
    if any(tried["error"] for tried in done):
        raise typer.Exit(1)


@replay_app.command()
def dismiss(id: RefusedId, url: Url = DEFAULT_URL, token: Token = "", as_json: AsJson = False) -> None:
    """Drop one refused body: it needs no replay."""
    server = Server(url, token)
    whole = _find(id, server)
    answer = server.delete("quarantine", whole)
    if as_json:
        say_json(answer.text)
    else:
        say(f"{whole}: dropped")


def _find(given: str, server: Server) -> str:
    """The whole id of the one body in quarantine whose id begins or ends so."""
    return whole_id(given, lambda: listed_ids(server, "quarantine"), "refused body", "replay list")


def _put_through(server: Server, source: str) -> Iterator[list[Fields]]:
    """A request's worth at a time; how far it is shows where there is more than one."""
    done, cursor = 0, ""
    with progress() as told:
        while True:
            answer = server.post("quarantine", "replay", body={"source": source, "limit": AT_ONCE, "cursor": cursor})
            remaining, cursor = int(word(answer.fields["remaining"])), word(answer.fields["next"])
            done += len(answer.items)
            if remaining or done > AT_ONCE:
                told("replayed", done, done + remaining)
            yield answer.items
            if not cursor:
                return


def _row(refused: Fields) -> tuple[str, ...]:
    return (
        word(refused["id"]),
        local(word(refused["received_at"])),
        word(refused["source"]),
        word(refused["reason"]),
        _replayed(refused),
    )


def _replayed(refused: Fields) -> str:
    return "cannot be: only its beginning was kept" if refused["cut"] else local(word(refused["replayed"]))


def _said(tried: Fields) -> str:
    return f"still refused: {word(tried['error'])}" if tried["error"] else _outcomes(fields(tried["taken"]))


def _outcomes(taken: Fields) -> str:
    said = [f"{word(one['outcome'])} {word(one.get('incident'))}".strip() for one in rows(taken["outcomes"])]
    return f"{word(taken['accepted'])} alerts taken" + (f" ({', '.join(said)})" if said else "")
