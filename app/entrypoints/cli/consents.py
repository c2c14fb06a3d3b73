"""`oncall-router consent`: who agrees to be on call out of hours, since when, and until when."""

from typing import Annotated

import typer

from app.entrypoints.cli.failures import Commands
from app.entrypoints.cli.options import DEFAULT_URL, AsJson, By, Token, Url
from app.entrypoints.cli.printing import local, say, say_json, table
from app.entrypoints.cli.server import Answer, Fields, Server, fields, rows, word

consent_app = typer.Typer(cls=Commands, no_args_is_help=True, help="Agree to be on call out of hours, or no longer.")

Day = Annotated[
    str,
    typer.Option(
        "--since", metavar="DATE", help="From which day on.", show_default="as soon as no shift changes hands"
    ),
]
Whose = Annotated[str, typer.Option("--person", help="For somebody else: needs the scope manage.", show_default=False)]


@consent_app.command()
def give(
    since: Day = "",
    person: Whose = "",
    by: By = "",
    url: Url = DEFAULT_URL,
    token: Token = "",
    as_json: AsJson = False,
) -> None:
    """Agree to be on call out of hours."""
    _say(Server(url, token).post("consents", body={"person": person, "since": since, "by": by}), as_json)


@consent_app.command()
def withdraw(
    since: Day = "",
    person: Whose = "",
    by: By = "",
    url: Url = DEFAULT_URL,
    token: Token = "",
    as_json: AsJson = False,
) -> None:
    """Agree no longer, also where the rules file says so; a shift that has begun stays yours."""
    _say(Server(url, token).post("consents", "withdraw", body={"person": person, "since": since, "by": by}), as_json)


@consent_app.command(name="list")
def list_consents(url: Url = DEFAULT_URL, token: Token = "", as_json: AsJson = False) -> None:
    """List who agrees today, and what each has said."""
    answer = Server(url, token).get("consents")
    if as_json:
        say_json(answer.text)
        return
    say(table(("person", "on call", "said"), map(_row, answer.items)))


def _say(answer: Answer, as_json: bool) -> None:
    if as_json:
        say_json(answer.text)
        return
    said = fields(answer.fields["consent"])
    opening = "It was so already: " if answer.fields["effect"] == "already" else ""
    say(f"{opening}{_words(said)}")


def _row(one: Fields) -> tuple[str, ...]:
    said = "\n".join(f"{_words(word_)}; said {local(word(word_['at']))}" for word_ in rows(one["said"]))
    return word(one["person"]), "agrees" if one["agrees"] else "no", said


def _words(said: Fields) -> str:
    agrees = "agrees to be on call" if said["given"] else "does not agree to be on call"
    return f"{word(said['person'])} {agrees} from {word(said['since'])} on"
