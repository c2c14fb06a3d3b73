"""`oncall-router cover`: part of a shift is taken, given, offered, swapped and withdrawn."""

from typing import Annotated

import typer

from app.entrypoints.cli.durations import checked_duration, parse_instant
from app.entrypoints.cli.failures import Commands
from app.entrypoints.cli.ids import listed_ids, whole_id
from app.entrypoints.cli.options import DEFAULT_URL, AsJson, By, Token, Url
from app.entrypoints.cli.printing import local, say, say_json, table
from app.entrypoints.cli.server import Answer, Fields, Server, fields, rows, word

cover_app = typer.Typer(cls=Commands, no_args_is_help=True, help="Hold part of somebody's shift, or ask for that.")

Rota = Annotated[str, typer.Argument(metavar="ROTA", help="Of which rota, such as primary.", show_default=False)]
Person = Annotated[str, typer.Argument(metavar="PERSON", help="Who, by id.", show_default=False)]
Id = Annotated[str, typer.Argument(metavar="ID", help="Its id, or how it begins or ends.", show_default=False)]
Shift = Annotated[
    str, typer.Option("--shift", metavar="DATE", help="The whole shift that begins on that date.", show_default=False)
]
Since = Annotated[str, typer.Option("--from", metavar="ISO", help="From when.", show_default="now")]
Until = Annotated[str, typer.Option(metavar="ISO", help="Until when.", show_default="the end of the shift")]
For = Annotated[str, typer.Option("--for", help="How long, such as 90m or 4h.", show_default=False)]
Note = Annotated[str, typer.Option("--note", help="Why, for those who are told.", show_default=False)]


@cover_app.command()
def take(
    rota: Rota,
    shift: Shift = "",
    since: Since = "",
    until: Until = "",
    length: For = "",
    note: Note = "",
    by: By = "",
    url: Url = DEFAULT_URL,
    token: Token = "",
    as_json: AsJson = False,
) -> None:
    """Hold it yourself, from now on or then; both sides are told."""
    body = {**_stretch(rota, shift, since, until, length), "note": note, "by": by}
    _say_agreed(Server(url, token).post("covers", body=body), as_json)


@cover_app.command()
def give(
    rota: Rota,
    person: Person,
    shift: Shift = "",
    since: Since = "",
    until: Until = "",
    length: For = "",
    note: Note = "",
    by: By = "",
    url: Url = DEFAULT_URL,
    token: Token = "",
    as_json: AsJson = False,
) -> None:
    """Give what you hold to somebody who has agreed; both sides are told."""
    body = {**_stretch(rota, shift, since, until, length), "person": person, "note": note, "by": by}
    _say_agreed(Server(url, token).post("covers", body=body), as_json)


@cover_app.command()
def offer(
    rota: Rota,
    shift: Shift = "",
    since: Since = "",
    until: Until = "",
    length: For = "",
    to: Annotated[str, typer.Option(help="Whom to ask.", show_default="everybody of the rota")] = "",
    note: Note = "",
    by: By = "",
    url: Url = DEFAULT_URL,
    token: Token = "",
    as_json: AsJson = False,
) -> None:
    """Ask for cover; the first to say yes has it, and until then it is yours."""
    body = {**_stretch(rota, shift, since, until, length), "to": to, "note": note, "by": by}
    answer = Server(url, token).post("cover-offers", body=body)
    if as_json:
        say_json(answer.text)
        return
    made = fields(answer.fields["offer"])
    say(f"Offered {_when(made)} to {word(made['to']) or 'everybody of the rota'}; it is yours until somebody says yes.")
    _say_untold(answer)
    say(f"Withdraw it: oncall-router cover withdraw {word(made['id'])}")


@cover_app.command()
def accept(id: Id, by: By = "", url: Url = DEFAULT_URL, token: Token = "", as_json: AsJson = False) -> None:
    """Say yes to an offer; the first has it."""
    server = Server(url, token)
    found = whole_id(id, lambda: listed_ids(server, "cover-offers"), "open offer", "cover list")
    _say_agreed(server.post("cover-offers", found, "accept", body={"by": by}), as_json)


@cover_app.command()
def swap(
    rota: Rota,
    mine: Annotated[str, typer.Argument(metavar="DATE", help="Your shift, by when it begins.", show_default=False)],
    person: Person,
    theirs: Annotated[str, typer.Argument(metavar="DATE", help="Their shift, likewise.", show_default=False)],
    note: Note = "",
    by: By = "",
    url: Url = DEFAULT_URL,
    token: Token = "",
    as_json: AsJson = False,
) -> None:
    """Swap two whole shifts, both or neither."""
    body = {
        "mine": {"rota": rota, "shift": mine},
        "other": person,
        "theirs": {"rota": rota, "shift": theirs},
        "note": note,
        "by": by,
    }
    _say_agreed(Server(url, token).post("covers", "swap", body=body), as_json)


@cover_app.command()
def withdraw(id: Id, by: By = "", url: Url = DEFAULT_URL, token: Token = "", as_json: AsJson = False) -> None:
    """Take an offer or a cover back; what was held of it stays as it was."""
    server = Server(url, token)
    offers = {word(one["id"]) for one in server.get("cover-offers", every="true").items}
    covers = listed_ids(server, "covers", over="false")
    found = whole_id(id, lambda: [*offers, *covers], "offer or cover", "cover list")
    answer = server.post("cover-offers" if found in offers else "covers", found, "withdraw", body={"by": by})
    if as_json:
        say_json(answer.text)
        return
    said = rows(answer.fields.get("items")) or [fields(answer.fields.get("offer"))]
    say(*(f"Withdrawn: {_line(one)}" for one in said))
    _say_untold(answer)


@cover_app.command(name="list")
def list_covers(
    rota: Annotated[str, typer.Option(help="Of one rota.", show_default=False)] = "",
    person: Annotated[str, typer.Option(help="Of one person, on either side.", show_default=False)] = "",
    every: Annotated[bool, typer.Option("--all", help="Those too that are over.")] = False,
    url: Url = DEFAULT_URL,
    token: Token = "",
    as_json: AsJson = False,
) -> None:
    """List covers, and what is offered; with --json the covers alone."""
    server = Server(url, token)
    covers = server.get("covers", rota=rota, person=person, over="true" if every else "false", limit=200)
    if as_json:
        say_json(covers.text)
        return
    offers = [one for one in server.get("cover-offers").items if rota in ("", one["rota"])]
    if offers:
        say(table(("id", "rota", "of", "asked", "from", "until", "note"), map(_offer_row, offers), "Offered"))
    if covers.items:
        headings = ("id", "rota", "who", "instead of", "from", "until", "state", "note")
        say(table(headings, map(_cover_row, covers.items), "Covers"))
    if not offers and not covers.items:
        say("Nothing is offered, and there is no cover.")


@cover_app.command()
def needed(url: Url = DEFAULT_URL, token: Token = "", as_json: AsJson = False) -> None:
    """List what people hold while their calendars say that they are away."""
    answer = Server(url, token).get("rotas", "needs-cover")
    if as_json:
        say_json(answer.text)
        return
    found = table(("who", "rota", "from", "until"), map(_needed_row, answer.items))
    say(found if answer.items else "Nobody is away from what they hold.")
    for one in rows(answer.fields["problems"]):
        say(f"{word(one['person'])}: {word(one['reason'])}; last read {local(word(one['read_at']))}")


def _stretch(rota: str, shift: str, since: str, until: str, length: str) -> dict[str, object]:
    return {
        "rota": rota,
        "shift": shift,
        "since": parse_instant(since).isoformat() if since else "",
        "until": parse_instant(until).isoformat() if until else "",
        "for": checked_duration(length) if length else "",
    }


def _say_agreed(answer: Answer, as_json: bool) -> None:
    if as_json:
        say_json(answer.text)
        return
    say(*(f"{_line(one)}  ({word(one['id'])})" for one in answer.items))
    say("It was so already." if answer.fields["effect"] == "already" else "In effect, and both sides are told.")
    _say_untold(answer)


def _say_untold(answer: Answer) -> None:
    untold = answer.fields.get("untold")
    for one in untold if isinstance(untold, list) else []:
        say(f"Not told: {word(one)}")


def _line(one: Fields) -> str:
    if "instead_of" not in one:
        return f"{word(one['person'])} offers {_when(one)}"
    return f"{word(one['person'])} covers {word(one['instead_of']) or 'a gap'} in {_when(one)}"


def _when(one: Fields) -> str:
    return f"rota {word(one['rota'])}, {local(word(one['since']))} to {local(word(one['until']))}"


def _offer_row(one: Fields) -> tuple[str, ...]:
    asked = word(one["to"]) or "everybody"
    return word(one["id"]), word(one["rota"]), word(one["person"]), asked, *_ends(one), word(one["note"])


def _cover_row(one: Fields) -> tuple[str, ...]:
    whom = word(one["instead_of"]) or "a gap"
    state = word(one["state"])
    return word(one["id"]), word(one["rota"]), word(one["person"]), whom, *_ends(one), state, word(one["note"])


def _needed_row(one: Fields) -> tuple[str, ...]:
    return word(one["person"]), word(one["rota"]), *_ends(one)


def _ends(one: Fields) -> tuple[str, str]:
    return local(word(one["since"])), local(word(one["until"]))
