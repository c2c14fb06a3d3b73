"""`oncall-router test-page` and `readiness`: whether a page would reach people."""

from collections.abc import Iterable
from time import monotonic, sleep
from typing import Annotated

import typer

from app.domain.people import Urgency
from app.entrypoints.cli.failures import CommandFailed
from app.entrypoints.cli.options import DEFAULT_URL, AsJson, By, Token, Url
from app.entrypoints.cli.printing import local, say, say_json, table
from app.entrypoints.cli.progress import progress
from app.entrypoints.cli.server import Answer, Fields, Server, rows, word

LOOK_SECONDS = 1.0
ARRIVED = frozenset({"sent", "delivered"})


def send_test_page(
    person: Annotated[str, typer.Argument(help="Their id in the rules file.", show_default=False)],
    urgency: Annotated[
        Urgency, typer.Option(help="urgent: by every method; quiet: by those of their quiet ladder.")
    ] = Urgency.URGENT,
    patience: Annotated[int, typer.Option("--wait", min=0, max=600, help="Seconds to wait for the outcome.")] = 120,
    by: By = "",
    url: Url = DEFAULT_URL,
    token: Token = "",
    as_json: AsJson = False,
) -> None:
    """Send somebody a test page, as loud as a real one, and show what became of it on each of their methods."""
    server = Server(url, token)
    begun = server.post("people", person, "test-page", body={"urgency": urgency.value, "by": by})
    found = _awaited(server, begun, patience)
    if as_json:
        say_json(found.text)
    else:
        name = word(found.fields["person"])
        say(
            table(
                ("method", "address", "state", "when", "confirmed", "why not"),
                map(_row, found.items),
                f"Test page for {name}",
            )
        )
        say(*_advice(found))
    if not any(word(one["state"]) in ARRIVED for one in found.items):
        raise CommandFailed(f"nothing has reached {person} yet")


def readiness(
    lacking: Annotated[bool, typer.Option("--lacking", help="Only people who lack something.")] = False,
    url: Url = DEFAULT_URL,
    token: Token = "",
    as_json: AsJson = False,
) -> None:
    """Show who could be reached if a page went out now, whoever is on call soonest first."""
    answer = Server(url, token).get("people", "readiness")
    if as_json:
        say_json(answer.text)
        return
    shown = [one for one in answer.items if not (lacking and one["ready"])]
    if not shown:
        say("Everybody can be reached in every way that the rules file names, and has said so.")
        return
    say(table(("person", "on call", "methods", "lacks"), map(_person, shown)))
    say("Whoever lacks a test: oncall-router test-page PERSON")


def _awaited(server: Server, begun: Answer, patience: int) -> Answer:
    """The test as it is once nothing more is awaited, or when patience is over."""
    until, found, id = monotonic() + patience, begun, word(begun.fields["id"])
    with progress() as told:
        while not found.fields["done"] and monotonic() < until:
            sleep(min(LOOK_SECONDS, max(0.0, until - monotonic())))
            found = server.get("test-pages", id)
            told("methods", sum(_is_over(one) for one in found.items), len(found.items))
    return found


def _is_over(method: Fields) -> bool:
    return word(method["state"]) != "pending"


def _advice(found: Answer) -> Iterable[str]:
    if any(not one["verified_at"] for one in found.items):
        yield "Confirm each by the link in it (or any key in the call): readiness shows what has been confirmed."
    if not found.fields["done"]:
        yield f"Something is still awaited: GET /api/v1/test-pages/{word(found.fields['id'])}"


def _row(method: Fields) -> tuple[str, ...]:
    names = ("channel", "address", "state")
    times = (local(word(method[name])) for name in ("at", "verified_at"))
    return *(word(method[name]) for name in names), *times, word(method["reason"])


def _person(one: Fields) -> tuple[str, ...]:
    said = one["said"]
    lacks = "\n".join(word(text) for text in said) if isinstance(said, list) else ""
    return f"{word(one['name'])} ({word(one['person'])})", _on_call(one), "\n".join(_methods(one)), lacks or "nothing"


def _on_call(one: Fields) -> str:
    role = word(one["role"]).replace("_", " ")
    if not role:
        return "not in 8 weeks"
    return f"{role}, now" if one["when"] == "now" else f"{role} from {local(word(one['since']))}"


def _methods(one: Fields) -> list[str]:
    return [f"{word(method['channel'])}: {_state(method)}" for method in rows(one["methods"])]


def _state(method: Fields) -> str:
    if method["stopped"]:
        return "has answered STOP"
    if method["failed_at"]:
        return f"failed {local(word(method['failed_at']))}: {word(method['failed_why'])}"
    if method["verified_at"]:
        return f"confirmed {local(word(method['verified_at']))}"
    return f"tested {local(word(method['tested_at']))}, not confirmed" if method["tested_at"] else "never tested"
