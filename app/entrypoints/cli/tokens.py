"""`oncall-router token`: API tokens are made, listed and revoked."""

from typing import Annotated

import typer

from app.entrypoints.cli.failures import Commands
from app.entrypoints.cli.options import DEFAULT_URL, AsJson, Token, Url
from app.entrypoints.cli.printing import say, say_json, table
from app.entrypoints.cli.server import Fields, Server, word, words

token_app = typer.Typer(cls=Commands, no_args_is_help=True, help="Make, list and revoke API tokens.")


@token_app.command()
def create(
    name: Annotated[str, typer.Argument(help="What it is for, such as 'prometheus'.")],
    scope: Annotated[list[str], typer.Option(help="ingest, read, respond, manage or pay; may be repeated.")],
    person: Annotated[str, typer.Option(help="Whose it is: it then acts for them.", show_default=False)] = "",
    url: Url = DEFAULT_URL,
    token: Token = "",
    as_json: AsJson = False,
) -> None:
    """Make a token. Its secret is shown this once."""
    answer = Server(url, token).post("tokens", body={"name": name, "scopes": scope, "person": person})
    if as_json:
        say_json(answer.text)
        return
    made = answer.fields
    say(f"Token {word(made['id'])} for {word(made['name'])} ({words(made['scopes'])}). It is shown this once:")
    typer.echo(f"  {word(made['secret'])}")


@token_app.command(name="list")
def list_tokens(url: Url = DEFAULT_URL, token: Token = "", as_json: AsJson = False) -> None:
    """List the tokens, without their secrets."""
    answer = Server(url, token).get("tokens")
    if as_json:
        say_json(answer.text)
    elif not answer.items:
        say("No token is stored.")
    else:
        say(table(("id", "name", "scopes", "person"), map(_row, answer.items)))


@token_app.command()
def revoke(
    id: Annotated[str, typer.Argument(metavar="ID", help="Its id, as `token list` shows it.")],
    url: Url = DEFAULT_URL,
    token: Token = "",
    as_json: AsJson = False,
) -> None:
    """Revoke a token: from now on it opens nothing."""
    answer = Server(url, token).delete("tokens", id)
    if as_json:
        say_json(answer.text)
    else:
        say(f"Token {id} is revoked.")


def _row(token: Fields) -> tuple[str, ...]:
    return word(token["id"]), word(token["name"]), words(token["scopes"]), word(token["person"])
