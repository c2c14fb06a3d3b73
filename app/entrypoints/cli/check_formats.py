"""How what a check finds is printed: for people, for programs, and as annotations on a pull request."""

import json
from collections.abc import Sequence
from enum import StrEnum

import typer

from app.entrypoints.cli.printing import inert
from app.service.problem import Problem, Weight

TITLE = "oncall-router"
_COLOURS = {Weight.ERROR: typer.colors.RED, Weight.WARNING: typer.colors.YELLOW}
_IN_DATA = {"%": "%25", "\r": "%0D", "\n": "%0A"}
_IN_PROPERTIES = {**_IN_DATA, ":": "%3A", ",": "%2C"}


class Format(StrEnum):
    TEXT = "text"
    JSON = "json"
    GITHUB = "github"


def show(found: Sequence[Problem], format_: Format, in_order: str) -> None:
    """Print all that was found; `in_order` says what is in order, empty where something is not."""
    match format_:
        case Format.JSON:
            typer.echo(json.dumps([_plain(problem) for problem in found], indent=2))
        case Format.GITHUB:
            for problem in found:
                typer.echo(_annotation(problem))
            typer.echo(_verdict(found, in_order))
        case Format.TEXT:
            for problem in found:
                typer.secho(f"{problem.weight.value:8}", fg=_COLOURS[problem.weight], nl=False)
                typer.echo(inert(problem))
            typer.echo(_verdict(found, in_order))


def _plain(problem: Problem) -> dict[str, object]:
    place, reason, key = problem.complaint
    return {
        "file": place.file,
        "line": place.line or None,
        "key": key,
        "reason": reason,
        "weight": problem.weight.value,
    }


def _annotation(problem: Problem) -> str:
    """A workflow command of GitHub Actions, which shows the message beside the line.

    https://docs.github.com/actions/reference/workflows-and-actions/workflow-commands; the escapes are those of
    actions/toolkit, packages/core/src/command.ts.
    """
    place, reason, key = problem.complaint
    title = f"{TITLE}: {key}" if key else TITLE
    given = {"file": place.file, "line": str(place.line or ""), "title": title}
    properties = ",".join(f"{name}={_escaped(value, _IN_PROPERTIES)}" for name, value in given.items() if value)
    return f"::{problem.weight.value} {properties}::{_escaped(reason, _IN_DATA)}"


def _escaped(text: str, escapes: dict[str, str]) -> str:
    return "".join(escapes.get(character) or inert(character) for character in text)


def _verdict(found: Sequence[Problem], in_order: str) -> str:
    errors = sum(problem.weight is Weight.ERROR for problem in found)
    warnings = count(len(found) - errors, "warning")
    return f"{inert(in_order)} ({warnings})" if in_order else f"{count(errors, 'error')}, {warnings}"


def count(number: int, noun: str) -> str:
    return f"{number or 'no'} {noun}{'' if number == 1 else 's'}"
