"""`oncall-router replay`: what a tool sent and could not be read is put through after a fix."""

import json
from typing import Annotated

import typer

from app.entrypoints.cli.failures import CommandFailed, Commands
from app.entrypoints.cli.options import DEFAULT_URL, AsJson, Token, Url
from app.entrypoints.cli.printing import facts, local, say, say_json, table
from app.entrypoints.cli.server import Answer, Fields, Server, rows, word

replay_app = typer.Typer(cls=Commands, no_args_is_help=True, help="Look at refused bodies, and put them through.")

RefusedId = Annotated[str, typer.Argument(metavar="ID", help="Its id, as `replay list` shows it.")]
PAGE = 200


@replay_app.command(name="list")
def list_refused(
    limit: Annotated[int, typer.Option(min=1, max=PAGE, help="How many at most.")] = 50,
    cursor: Annotated[str, typer.Option(help="Where the page before ended.", show_default=False)] = "",
    url: Url = DEFAULT_URL,
    token: Token = "",
    as_json: AsJson = False,
) -> None:
    """List refused bodies, newest first."""
    answer = Server(url, token).get("quarantine", limit=limit, cursor=cursor)
    if as_json:
        say_json(answer.text)
        return
    if not answer.items:
        say("Nothing was refused.")
        return
    say(table(("id", "received", "source", "why it was refused", "replayed"), map(_row, answer.items)))
    if answer.fields.get("next"):
        say(f"There is more: --cursor {word(answer.fields['next'])}")


@replay_app.command()
def show(id: RefusedId, url: Url = DEFAULT_URL, token: Token = "", as_json: AsJson = False) -> None:
    """Show one refused body."""
    answer = Server(url, token).get("quarantine", id)
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
    answer = _put_through(Server(url, token), id)
    if as_json:
        say_json(answer.text)
    else:
        say(f"{id}: {_outcomes(answer)}")


@replay_app.command(name="all")
def every(url: Url = DEFAULT_URL, token: Token = "", as_json: AsJson = False) -> None:
    """Put through what was refused and not replayed yet, oldest first. Exit code 1 if any is refused again."""
    server = Server(url, token)
    done: list[object] = []
    refused = 0
    for id in reversed(_waiting(server)):
        try:
            answer = _put_through(server, id)
        except CommandFailed as failed:
            refused += 1
            done.append({"id": id, "error": str(failed)})
            said = f"still refused: {failed}"
        else:
            done.append({"id": id, **answer.fields})
            said = _outcomes(answer)
        if not as_json:
            say(f"{id}: {said}")
    if as_json:
        say_json(json.dumps(done))
    elif not done:
        say("Nothing waits to be replayed.")
    if refused:
        raise typer.Exit(1)


def _put_through(server: Server, id: str) -> Answer:
    return server.post("quarantine", id, "replay")


def _waiting(server: Server) -> list[str]:
    """Newest first."""
    ids: list[str] = []
    cursor = ""
    while True:
        page = server.get("quarantine", limit=PAGE, cursor=cursor)
        ids += [word(one["id"]) for one in page.items if not one["replayed"] and not one["cut"]]
        cursor = word(page.fields.get("next"))
        if not cursor:
            return ids


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


def _outcomes(answer: Answer) -> str:
    said = [f"{word(one['outcome'])} {word(one.get('incident'))}".strip() for one in rows(answer.fields["outcomes"])]
    return f"{word(answer.fields['accepted'])} alerts taken" + (f" ({', '.join(said)})" if said else "")
