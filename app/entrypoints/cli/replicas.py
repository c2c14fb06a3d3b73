"""`oncall-router replicas`: every process of the deployment, and which rules it has in force."""

from app.entrypoints.cli.options import DEFAULT_URL, AsJson, Token, Url
from app.entrypoints.cli.printing import age, say, say_json, table
from app.entrypoints.cli.server import Fields, Server, word


def replicas(url: Url = DEFAULT_URL, token: Token = "", as_json: AsJson = False) -> None:
    """Show every process on the store: its role, the rules it has in force, and what waits in its journal."""
    answer = Server(url, token).get("replicas")
    if as_json:
        say_json(answer.text)
        return
    say(table(("replica", "role", "rules", "problems", "journal", "up for"), map(_row, answer.items)))
    if not answer.fields["agree"]:
        say("They have DIFFERENT rules in force: look again in a few seconds, then see whether a file is refused.")


def _row(one: Fields) -> tuple[str, ...]:
    numbers = (word(one[name]) for name in ("rules", "refused", "journalled"))
    return word(one["name"]), word(one["role"]), *numbers, age(word(one["started_at"]))
