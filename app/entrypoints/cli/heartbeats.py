"""`oncall-router heartbeats`: what should be heard of, and whether it is."""

from datetime import timedelta

from app.entrypoints.cli.options import DEFAULT_URL, AsJson, Token, Url
from app.entrypoints.cli.printing import age, length, local, say, say_json, table
from app.entrypoints.cli.server import Fields, Server, word

COLUMNS = ("heartbeat", "state", "every", "last ping", "quiet from", "incident")


def heartbeats(url: Url = DEFAULT_URL, token: Token = "", as_json: AsJson = False) -> None:
    """Show every heartbeat: how it stands, when it was last heard of, and when its silence becomes an alert."""
    answer = Server(url, token).get("heartbeats")
    if as_json:
        say_json(answer.text)
    elif answer.items:
        say(table(COLUMNS, map(_row, answer.items)))
    else:
        say("No heartbeat is defined: see `heartbeats:` in the rules file.")


def _row(one: Fields) -> tuple[str, ...]:
    last = word(one["last_ping"])
    heard = f"{local(last)} ({age(last)} ago)" if last else "never"
    every = length(timedelta(seconds=float(word(one["every"]))))
    return word(one["name"]), word(one["state"]), every, heard, local(word(one["deadline"])), word(one["incident"])
