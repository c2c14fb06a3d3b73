"""`oncall-router rota`: who holds one when, who skips weeks and who fills in, and who learns the role."""

from collections.abc import Callable, Sequence
from typing import Annotated

import typer

from app.entrypoints.cli.durations import parse_instant
from app.entrypoints.cli.failures import Commands
from app.entrypoints.cli.ids import listed_ids, whole_id
from app.entrypoints.cli.options import DEFAULT_URL, AsJson, By, Token, Url
from app.entrypoints.cli.printing import local, say, say_json, table
from app.entrypoints.cli.server import Answer, Fields, Server, fields, rows, word

rota_app = typer.Typer(cls=Commands, no_args_is_help=True, help="Who holds a rota when, and who learns it.")

Rota = Annotated[str, typer.Argument(metavar="ROTA", help="Which rota, such as primary.", show_default=False)]
Id = Annotated[str, typer.Argument(metavar="ID", help="Its id, or how it begins or ends.", show_default=False)]
First = Annotated[str, typer.Option("--since", metavar="DATE", help="The first day.", show_default=False)]
Back = Annotated[str, typer.Option("--until", metavar="DATE", help="The first day after it.", show_default=False)]
Begin = Annotated[str, typer.Option("--from", metavar="ISO", help="From when.", show_default=False)]
End = Annotated[str, typer.Option("--until", metavar="ISO", help="Until when.", show_default=False)]


@rota_app.command()
def shifts(
    rota: Rota,
    since: Begin = "",
    until: End = "",
    url: Url = DEFAULT_URL,
    token: Token = "",
    as_json: AsJson = False,
) -> None:
    """Show who holds it, for four weeks from now or in any stretch; the past is as it was."""
    answer = Server(url, token).get("rotas", rota, "shifts", **_stretch(since, until))
    if as_json:
        say_json(answer.text)
        return
    say(table(("who", "from", "until", "why"), map(_shift_row, answer.items)))


@rota_app.command()
def debts(
    rota: Rota,
    since: Begin = "",
    until: End = "",
    url: Url = DEFAULT_URL,
    token: Token = "",
    as_json: AsJson = False,
) -> None:
    """Show who has filled in for whom, and what is still owed."""
    answer = Server(url, token).get("rotas", rota, "debts", **_stretch(since, until))
    if as_json:
        say_json(answer.text)
        return
    if not answer.items:
        say("Nobody has filled in for anybody.")
        return
    say(table(("who", "filled in for", "from", "until"), map(_debt_row, answer.items)))
    for one in rows(answer.fields["owed"]):
        count = one["shifts"]
        say(f"{word(one['person'])} owes {word(one['to'])} {word(count)} shift{'' if count == 1 else 's'}")


@rota_app.command()
def skip(
    rota: Rota,
    since: First,
    until: Back,
    note: Annotated[str, typer.Option(help="Why.", show_default=False)] = "",
    person: Annotated[str, typer.Option(help="For somebody else: needs the scope manage.", show_default=False)] = "",
    by: By = "",
    url: Url = DEFAULT_URL,
    token: Token = "",
    as_json: AsJson = False,
) -> None:
    """Skip the shifts that begin in that time; the next in turn fills in."""
    body = {"rota": rota, "since": since, "until": until, "note": note, "person": person, "by": by}
    answer = Server(url, token).post("opt-outs", body=body)
    if as_json:
        say_json(answer.text)
        return
    made = fields(answer.fields["opt_out"])
    say(f"{_skipped(made)}. Back sooner: oncall-router rota back {word(made['id'])}")


@rota_app.command()
def back(id: Id, by: By = "", url: Url = DEFAULT_URL, token: Token = "", as_json: AsJson = False) -> None:
    """Have your turns again before the time."""
    server = Server(url, token)
    found = whole_id(id, lambda: listed_ids(server, "opt-outs"), "skipped weeks", "rota skipped")
    answer = server.post("opt-outs", found, "withdraw", body={"by": by})
    if as_json:
        say_json(answer.text)
        return
    say(f"{word(fields(answer.fields['opt_out'])['person'])} is back in turn from the next shift on.")


@rota_app.command()
def skipped(
    every: Annotated[bool, typer.Option("--all", help="Those too that are over.")] = False,
    url: Url = DEFAULT_URL,
    token: Token = "",
    as_json: AsJson = False,
) -> None:
    """List skipped weeks."""
    answer = Server(url, token).get("opt-outs", over="true" if every else "false")
    _say_list(answer, "Nobody skips a week.", ("id", "rota", "who", "from", "until", "note"), _skipped_row, as_json)


@rota_app.command()
def shadow(
    person: Annotated[str, typer.Argument(metavar="PERSON", help="Who learns it.", show_default=False)],
    since: First,
    until: Back,
    rota: Annotated[str, typer.Option("--in", help="The rota in which they shadow.")] = "shadow",
    becomes: Annotated[str, typer.Option(help="The rota in which they will have turns.")] = "primary",
    by: By = "",
    url: Url = DEFAULT_URL,
    token: Token = "",
    as_json: AsJson = False,
) -> None:
    """Begin to shadow: paged beside the primary, and without a turn until somebody says that they are ready."""
    body = {"person": person, "rota": rota, "becomes": becomes, "since": since, "until": until, "by": by}
    answer = Server(url, token).post("shadowings", body=body)
    if as_json:
        say_json(answer.text)
        return
    made = fields(answer.fields["shadowing"])
    say(f"{word(made['person'])} shadows from {word(made['since'])} until {word(made['until'])}.")
    say(f"When they are ready: oncall-router rota ready {word(made['id'])}")


@rota_app.command()
def ready(
    id: Id,
    since: Annotated[str, typer.Option(metavar="DATE", help="From which day on.", show_default="tomorrow")] = "",
    by: By = "",
    url: Url = DEFAULT_URL,
    token: Token = "",
    as_json: AsJson = False,
) -> None:
    """Say that a shadow is ready to have turns; their own consent must be there."""
    server = Server(url, token)
    found = whole_id(id, lambda: listed_ids(server, "shadowings"), "shadowing", "rota shadows")
    answer = server.post("shadowings", found, "ready", body={"since": since, "by": by})
    if as_json:
        say_json(answer.text)
        return
    said = fields(answer.fields["shadowing"])
    say(f"{word(said['person'])} has turns in rota {word(said['becomes'])} from {word(said['ready_from'])} on.")


@rota_app.command()
def shadows(url: Url = DEFAULT_URL, token: Token = "", as_json: AsJson = False) -> None:
    """List who shadows or has shadowed."""
    headings = ("id", "who", "in", "becomes", "from", "until", "ready")
    _say_list(Server(url, token).get("shadowings"), "Nobody shadows.", headings, _shadow_row, as_json)


def _say_list(
    answer: Answer, none: str, headings: Sequence[str], row: Callable[[Fields], tuple[str, ...]], as_json: bool
) -> None:
    if as_json:
        say_json(answer.text)
    else:
        say(table(headings, map(row, answer.items)) if answer.items else none)


def _stretch(since: str, until: str) -> dict[str, str]:
    given = {"since": since, "until": until}
    return {name: parse_instant(text).isoformat() for name, text in given.items() if text}


def _shift_row(one: Fields) -> tuple[str, ...]:
    return word(one["name"]) or "nobody", *_ends(one), word(one["why"])


def _debt_row(one: Fields) -> tuple[str, ...]:
    return word(one["person"]), word(one["instead_of"]), *_ends(one)


def _ends(one: Fields) -> tuple[str, str]:
    return local(word(one["since"])), local(word(one["until"]))


def _skipped(one: Fields) -> str:
    stretch = f"{word(one['since'])} and before {word(one['until'])}"
    return f"{word(one['person'])} skips the shifts of rota {word(one['rota'])} that begin from {stretch}"


def _skipped_row(one: Fields) -> tuple[str, ...]:
    return tuple(word(one[name]) for name in ("id", "rota", "person", "since", "until", "note"))


def _shadow_row(one: Fields) -> tuple[str, ...]:
    said = f"from {word(one['ready_from'])}, says {word(one['ready_by'])}" if one["ready_from"] else "not yet"
    return *(word(one[name]) for name in ("id", "person", "rota", "becomes", "since", "until")), said
