"""`oncall-router triage`: the first responder's queue is looked at, and what waits there is decided on."""

from typing import Annotated

import typer

from app.entrypoints.cli.actions import act
from app.entrypoints.cli.durations import checked_duration, parse_instant
from app.entrypoints.cli.failures import Commands
from app.entrypoints.cli.ids import MOST_AT_ONCE
from app.entrypoints.cli.options import DEFAULT_URL, AsJson, By, IncidentId, Reason, Token, Url
from app.entrypoints.cli.printing import age, local, say, say_json, table
from app.entrypoints.cli.server import Answer, Fields, Server, rows, word

triage_app = typer.Typer(
    cls=Commands, no_args_is_help=True, help="What is no production alert: whose it is, or that it is nothing."
)

_NOTHING = {"queued": "Nothing waits in the triage queue.", "muted": "Nothing is muted."}


@triage_app.command(name="list")
def list_triage(
    state: Annotated[
        list[str] | None,
        typer.Option(help="queued, with_squad, muted or aside; may be repeated.", show_default="queued"),
    ] = None,
    squad: Annotated[str, typer.Option(help="Of this squad only.", show_default=False)] = "",
    source: Annotated[str, typer.Option(help="From this source only.", show_default=False)] = "",
    limit: Annotated[int, typer.Option(min=1, max=MOST_AT_ONCE, help="How many at most.")] = 50,
    cursor: Annotated[str, typer.Option(help="Where the page before ended.", show_default=False)] = "",
    url: Url = DEFAULT_URL,
    token: Token = "",
    as_json: AsJson = False,
) -> None:
    """List what waits for the first responder, oldest first, with its age and why it is there."""
    asked = state or []
    answer = Server(url, token).get("triage", state=asked, squad=squad, source=source, limit=limit, cursor=cursor)
    if as_json:
        say_json(answer.text)
        return
    _list(answer, asked)


@triage_app.command()
def hand(
    id: IncidentId,
    to: Annotated[str, typer.Option("--to", metavar="SQUAD", help="The squad whose it is.", show_default=False)],
    reason: Reason = "",
    by: By = "",
    url: Url = DEFAULT_URL,
    token: Token = "",
    as_json: AsJson = False,
) -> None:
    """Hand it to a squad, which is told in its channel and finds a ticket where it has a tracker."""
    act(Server(url, token), id, "hand", {"by": by, "squad": to, "reason": reason}, as_json)


@triage_app.command()
def promote(
    id: IncidentId,
    severity: Annotated[str, typer.Option(help="critical or high.", show_default=False)],
    reason: Reason = "",
    by: By = "",
    url: Url = DEFAULT_URL,
    token: Token = "",
    as_json: AsJson = False,
) -> None:
    """It is a production incident after all: routed and paged like any other, runbook or not."""
    act(Server(url, token), id, "promote", {"by": by, "severity": severity, "reason": reason}, as_json)


@triage_app.command()
def mute(
    id: IncidentId,
    length: Annotated[str, typer.Option("--for", help="How long, such as 7d.", show_default=False)] = "",
    until: Annotated[str, typer.Option(metavar="ISO", help="Until when.", show_default=False)] = "",
    for_good: Annotated[bool, typer.Option("--for-good", help="Until somebody closes it.")] = False,
    reason: Reason = "",
    by: By = "",
    url: Url = DEFAULT_URL,
    token: Token = "",
    as_json: AsJson = False,
) -> None:
    """Hear no more of it for a while, or for good. What gets worse is told all the same."""
    if bool(length) + bool(until) + for_good != 1:
        raise typer.BadParameter("say one of --for 7d, --until 2026-12-01T09:00 and --for-good")
    body: dict[str, object] = {
        "by": by,
        "for": checked_duration(length) if length else "",
        "until": parse_instant(until).isoformat() if until else "",
        "for_good": for_good,
        "reason": reason,
    }
    act(Server(url, token), id, "mute", body, as_json)


@triage_app.command()
def close(
    id: IncidentId, reason: Reason = "", by: By = "", url: Url = DEFAULT_URL, token: Token = "", as_json: AsJson = False
) -> None:
    """Nothing is to be done about it. If it is reported again later, it waits here again."""
    act(Server(url, token), id, "resolve", {"by": by, "reason": reason}, as_json)


def _list(answer: Answer, asked: list[str]) -> None:
    if not answer.items:
        say(_NOTHING.get(asked[0] if len(asked) == 1 else "" if asked else "queued", "There is nothing."))
        return
    say(table(("id", "age", "title", "squad", "source", "why", "count", "state", "links"), map(_row, answer.items)))
    if answer.fields.get("next"):
        say(f"There are more: --cursor {word(answer.fields['next'])}")


def _row(item: Fields) -> tuple[str, ...]:
    return (
        word(item["id"]),
        age(word(item["opened_at"])),
        word(item["title"]),
        word(item["squad"]),
        word(item["source"]),
        word(item["why"]).replace("_", " "),
        word(item["count"]),
        _state(item),
        "\n".join(word(link["href"]) for link in rows(item["links"])),
    )


def _state(item: Fields) -> str:
    if item["state"] == "muted":
        return f"muted until {local(word(item['muted_until']))}" if item["muted_until"] else "muted for good"
    state = word(item["state"]).replace("_", " ")
    return f"{state}, {word(item['acknowledged_by'])} has it" if item["acknowledged_by"] else state
