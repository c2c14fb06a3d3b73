"""`oncall-router action` and `runbook-debt`: what is to be done after incidents, and what has become of it."""

from collections.abc import Mapping
from typing import Annotated

import typer

from app.entrypoints.cli.failures import Commands
from app.entrypoints.cli.ids import listed_ids, whole_id
from app.entrypoints.cli.options import DEFAULT_URL, AsJson, By, Token, Url
from app.entrypoints.cli.postmortems import After, Most, OfSquad, Overdue, Owner, PostMortemId
from app.entrypoints.cli.printing import local, say, say_json, table
from app.entrypoints.cli.server import Answer, Fields, Server, word

action_app = typer.Typer(cls=Commands, no_args_is_help=True, help="What is to be done after incidents, and by whom.")
debt_app = typer.Typer(cls=Commands, no_args_is_help=True, help="Runbooks that did not help.")

ActionId = Annotated[
    str, typer.Argument(metavar="ID", help="Its id, or how only one's begins or ends.", show_default=False)
]
Ticket = Annotated[bool, typer.Option("--ticket", help="Open a ticket of it in the squad's tracker.")]
Due = Annotated[str, typer.Option("--due", metavar="DATE", help="By when, as 2026-12-24.", show_default=False)]


@action_app.command(name="list")
def list_actions(
    state: Annotated[str, typer.Option(help="open, done or dropped.")] = "open",
    every: Annotated[bool, typer.Option("--all", help="Whatever has become of them.")] = False,
    owner: Owner = "",
    squad: OfSquad = "",
    overdue: Overdue = False,
    limit: Most = 50,
    cursor: After = "",
    url: Url = DEFAULT_URL,
    token: Token = "",
    as_json: AsJson = False,
) -> None:
    """List action items of all incidents, newest first; those that are open unless --all."""
    asked = {"state": "" if every else state, "owner": owner, "squad": squad, "overdue": "true" if overdue else ""}
    answer = Server(url, token).get("actions", limit=limit, cursor=cursor, **asked)
    if as_json:
        say_json(answer.text)
        return
    if not answer.items:
        say("There is none.")
        return
    say(table(("id", "state", "kind", "what", "owner", "due", "after"), map(_row, answer.items)))
    if answer.fields.get("next"):
        say(f"There are more: --cursor {word(answer.fields['next'])}")


@action_app.command()
def add(
    id: PostMortemId,
    text: Annotated[str, typer.Argument(help="What is to be done.", show_default=False)],
    kind: Annotated[str, typer.Option(help="new_alert, updated_runbook, code_change or other.")] = "other",
    owner: Annotated[str, typer.Option(help="Who does it.", show_default=False)] = "",
    due: Due = "",
    ticket: Ticket = False,
    by: By = "",
    url: Url = DEFAULT_URL,
    token: Token = "",
    as_json: AsJson = False,
) -> None:
    """Add an action item to an incident's post-mortem."""
    server = Server(url, token)
    whole = whole_id(id, lambda: listed_ids(server, "postmortems"), "post-mortem", "postmortem list")
    body = {"text": text, "kind": kind, "owner": owner, "due": due, "ticket": ticket, "by": by}
    answer = server.post("postmortems", whole, "actions", body=body)
    if as_json:
        say_json(answer.text)
        return
    actions = answer.fields["actions"]
    added = actions[-1] if isinstance(actions, list) else {}
    say(f"{word(added['id'])} {word(added['text'])}", f"Once it is done: oncall-router action done {word(added['id'])}")


@action_app.command()
def done(id: ActionId, by: By = "", url: Url = DEFAULT_URL, token: Token = "", as_json: AsJson = False) -> None:
    """It is done."""
    _change(id, {"state": "done", "by": by}, Server(url, token), as_json)


@action_app.command()
def drop(id: ActionId, by: By = "", url: Url = DEFAULT_URL, token: Token = "", as_json: AsJson = False) -> None:
    """It will not be done."""
    _change(id, {"state": "dropped", "by": by}, Server(url, token), as_json)


@action_app.command()
def change(
    id: ActionId,
    reopen: Annotated[bool, typer.Option("--reopen", help="It is open again.")] = False,
    text: Annotated[str, typer.Option(help="What is to be done.", show_default=False)] = "",
    owner: Annotated[str, typer.Option(help="Who does it.", show_default=False)] = "",
    due: Due = "",
    ticket: Ticket = False,
    by: By = "",
    url: Url = DEFAULT_URL,
    token: Token = "",
    as_json: AsJson = False,
) -> None:
    """Give it to somebody else, put it off, say it better, or open it again."""
    state = "open" if reopen else ""
    body = {"state": state, "text": text, "owner": owner, "due": due, "ticket": ticket, "by": by}
    _change(id, body, Server(url, token), as_json)


@debt_app.command(name="list")
def list_debts(
    every: Annotated[bool, typer.Option("--all", help="Those too that are up to date again.")] = False,
    limit: Most = 50,
    cursor: After = "",
    url: Url = DEFAULT_URL,
    token: Token = "",
    as_json: AsJson = False,
) -> None:
    """List the runbooks that did not help and are still to be brought up to date."""
    answer = Server(url, token).get("runbook-debts", settled="true" if every else "", limit=limit, cursor=cursor)
    if as_json:
        say_json(answer.text)
        return
    if not answer.items:
        say("No runbook is owed.")
        return
    say(table(("incident", "runbook", "owner", "in", "since", "settled"), map(_debt_row, answer.items)))
    if answer.fields.get("next"):
        say(f"There are more: --cursor {word(answer.fields['next'])}")


@debt_app.command()
def settle(id: PostMortemId, by: By = "", url: Url = DEFAULT_URL, token: Token = "", as_json: AsJson = False) -> None:
    """The runbook is up to date now."""
    server = Server(url, token)
    whole = whole_id(id, lambda: listed_ids(server, "runbook-debts"), "runbook debt", "runbook-debt list")
    answer = server.post("runbook-debts", whole, "settle", body={"by": by})
    if as_json:
        say_json(answer.text)
        return
    debt = answer.fields
    say(f"{word(debt['runbook']) or 'The runbook'} is up to date, says {word(debt['settled_by'])}.")


def _change(id: str, body: Mapping[str, object], server: Server, as_json: bool) -> None:
    whole = whole_id(id, lambda: listed_ids(server, "actions"), "action item", "action list")
    _say(server.post("actions", whole, body=body), as_json)


def _say(answer: Answer, as_json: bool) -> None:
    if as_json:
        say_json(answer.text)
        return
    one = answer.fields
    owner, due = word(one["owner"]) or "nobody", word(one["due"]) or "no date"
    say(f"{word(one['id'])} {word(one['text'])}: {word(one['state'])}, {owner}, {due}")


def _row(one: Fields) -> tuple[str, ...]:
    ticket = word(one["ticket"] or one["ticket_problem"])
    return (
        word(one["id"]),
        word(one["state"]),
        word(one["kind"]).replace("_", " "),
        f"{word(one['text'])}\n{ticket}" if ticket else word(one["text"]),
        word(one["owner"]) or "nobody",
        word(one["due"]),
        word(one["title"]),
    )


def _debt_row(one: Fields) -> tuple[str, ...]:
    settled = f"{local(word(one['settled_at']))} by {word(one['settled_by'])}" if one["settled_at"] else ""
    return (
        word(one["id"]),
        word(one["runbook"]) or "none",
        word(one["owner"]) or "nobody",
        word(one["title"]),
        local(word(one["opened_at"])),
        settled,
    )
