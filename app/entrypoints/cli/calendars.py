"""`oncall-router calendar`, `rota export` and `rota import`: shifts in people's own calendars, and back from them."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from app.entrypoints.cli.durations import parse_instant
from app.entrypoints.cli.failures import CommandFailed, Commands
from app.entrypoints.cli.options import DEFAULT_URL, AsJson, By, Token, Url
from app.entrypoints.cli.printing import local, say, say_json, table
from app.entrypoints.cli.server import Answer, Fields, Server, rows, word

calendar_app = typer.Typer(
    cls=Commands, no_args_is_help=True, help="Addresses that calendar applications subscribe to."
)


class Whose(StrEnum):
    PERSON = "person"
    ROTA = "rota"


Kind = Annotated[Whose, typer.Argument(help="Whose calendar it is.", show_default=False)]
Name = Annotated[str, typer.Argument(metavar="NAME", help="The person's id, or the rota's name.", show_default=False)]
Rota = Annotated[str, typer.Argument(metavar="ROTA", help="Which rota, such as primary.", show_default=False)]


@calendar_app.command()
def show(kind: Kind, name: Name, url: Url = DEFAULT_URL, token: Token = "", as_json: AsJson = False) -> None:
    """Show a calendar's address. Whoever knows it can read the calendar."""
    _say_address(Server(url, token).get("calendars", kind.value, name), as_json)


@calendar_app.command()
def renew(kind: Kind, name: Name, url: Url = DEFAULT_URL, token: Token = "", as_json: AsJson = False) -> None:
    """Give a calendar another address; the old one leads nowhere from then on."""
    _say_address(Server(url, token).post("calendars", kind.value, name, "renew"), as_json)


def export(
    rota: Rota,
    since: Annotated[str, typer.Option("--from", metavar="ISO", help="From when.", show_default="now")] = "",
    until: Annotated[str, typer.Option(metavar="ISO", help="Until when.", show_default="26 weeks later")] = "",
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="Write it into this file.", show_default=False)
    ] = None,
    url: Url = DEFAULT_URL,
    token: Token = "",
) -> None:
    """Write a rota's shifts as an iCalendar file."""
    query = {name: parse_instant(at).isoformat() for name, at in (("since", since), ("until", until)) if at}
    text = Server(url, token).text("rotas", rota, "calendar.ics", **query)
    if output is None:
        typer.echo(text, nl=False)
        return
    try:
        output.write_text(text, "utf-8", newline="")
    except OSError as error:
        raise CommandFailed(f"{output} cannot be written: {error.strerror}") from None
    say(f"Written to {output}")


def import_shifts(
    rota: Rota,
    file: Annotated[Path, typer.Argument(metavar="FILE", help="An iCalendar file.", show_default=False)],
    apply: Annotated[bool, typer.Option("--apply", help="Make the covers; without it they are only shown.")] = False,
    note: Annotated[str, typer.Option(help="Why, for everybody concerned.", show_default=False)] = "",
    by: By = "",
    url: Url = DEFAULT_URL,
    token: Token = "",
    as_json: AsJson = False,
) -> None:
    """Make a rota as a calendar has it: an entry that names somebody becomes a cover where another holds that time."""
    try:
        calendar = file.read_text("utf-8")
    except OSError as error:
        raise CommandFailed(f"{file} cannot be read: {error.strerror}") from None
    except ValueError:
        raise CommandFailed(f"{file} is not a text in UTF-8, as iCalendar files are") from None
    body: dict[str, object] = {"calendar": calendar, "apply": apply, "note": note, "by": by}
    answer = Server(url, token).post("rotas", rota, "import", body=body)
    if as_json:
        say_json(answer.text)
        return
    _say_import(answer.fields, apply)


def _say_import(found: Fields, is_made: bool) -> None:
    covers, problems = rows(found["covers"]), _texts(found["problems"])
    if covers:
        say(table(("who", "instead of", "from", "until"), map(_cover, covers)))
    for problem in problems:
        say(f"passed over: {problem}")
    if (more := int(word(found["passed_over"])) - len(problems)) > 0:
        say(f"passed over: {more} more")
    for reason in _texts(found["untold"]):
        say(f"not told: {reason}")
    made, as_it_is = "made" if is_made else "to make", word(found["as_it_is"])
    passed_over = word(found["passed_over"])
    say(f"Covers {made}: {len(covers)}. Entries that are so already: {as_it_is}; passed over: {passed_over}.")
    if covers and not is_made:
        say("Nothing was changed. To make them: the same again with --apply")


def _cover(one: Fields) -> tuple[str, ...]:
    holder = word(one["instead_of"]) or "nobody"
    return word(one["person"]), holder, local(word(one["since"])), local(word(one["until"]))


def _texts(value: object) -> list[str]:
    return [word(one) for one in value] if isinstance(value, list) else []


def _say_address(answer: Answer, as_json: bool) -> None:
    if as_json:
        say_json(answer.text)
        return
    say(word(answer.fields["url"]))
    if renewed := local(word(answer.fields["renewed_at"])):
        say(f"since {renewed}")
