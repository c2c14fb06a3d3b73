"""`oncall-router sign-in`: a link to open in a browser, which then stays signed in."""

from typing import Annotated

import typer

from app.entrypoints.cli.options import DEFAULT_URL, AsJson, Token, Url
from app.entrypoints.cli.printing import say, say_json
from app.entrypoints.cli.server import Server, word, words


def sign_in(
    person: Annotated[
        str, typer.Option(help="Whose it is; else the reader says who they are.", show_default=False)
    ] = "",
    scope: Annotated[
        list[str],
        typer.Option(help="ingest, read, respond, manage or pay; may be repeated.", show_default="read, respond"),
    ] = [],  # noqa: B006
    url: Url = DEFAULT_URL,
    token: Token = "",
    as_json: AsJson = False,
) -> None:
    """Make a link that signs a browser in, once, within an hour. Needs a token that may manage."""
    answer = Server(url, token).post("sign-in-links", body={"person": person, "scopes": scope})
    if as_json:
        say_json(answer.text)
        return
    made = answer.fields
    whose = word(made["person"]) or "whoever opens it"
    say(f"Open this in a browser, once, within an hour. It signs in {whose} ({words(made['scopes'])}):")
    typer.echo(f"  {word(made['url'])}")
