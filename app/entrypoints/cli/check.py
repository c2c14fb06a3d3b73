"""`oncall-router check`: our own files, before they are trusted."""

import json
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated

import typer

from app.domain.errors import InvalidRules
from app.entrypoints.cli.durations import parse_instant
from app.entrypoints.cli.options import AsJson, RulesFile, RunbooksFolder
from app.entrypoints.cli.printing import inert

if TYPE_CHECKING:
    from app.config import Settings
    from app.service.check import Problem

_COLOURS = {"error": typer.colors.RED, "warning": typer.colors.YELLOW}


def check(
    rules: RulesFile = None,
    runbooks: RunbooksFolder = None,
    at: Annotated[str, typer.Option(metavar="ISO", help="Look at the 90 days from here instead of from now.")] = "",
    as_json: AsJson = False,
) -> None:
    """Check rules, runbooks and 90 days of rotas. Exit code 1 when something is wrong."""
    from app.entrypoints.cli.settings import read_settings

    settings = read_settings(rules=rules, runbooks=runbooks)
    found = _problems(settings, at)
    if as_json:
        typer.echo(json.dumps([_plain(problem) for problem in found], indent=2))
    else:
        _show(found, settings)
    if any(problem.weight == "error" for problem in found):
        raise typer.Exit(1)


def _problems(settings: "Settings", at: str) -> "tuple[Problem, ...]":
    """What is wrong with the files; one that is refused is looked at no further."""
    from app.service.check import Problem
    from app.service.check import check as look
    from app.wiring import read_rules

    try:
        rules = read_rules(settings)
    except InvalidRules as refused:
        return tuple(map(Problem, refused.problems))
    return look(rules, parse_instant(at, rules.zone) if at else datetime.now(UTC))


def _plain(problem: "Problem") -> dict[str, object]:
    place, reason, key = problem.complaint
    return {
        "file": place.file,
        "line": place.line or None,
        "key": key,
        "reason": reason,
        "weight": problem.weight.value,
    }


def _show(found: "Sequence[Problem]", settings: "Settings") -> None:
    for problem in found:
        typer.secho(f"{problem.weight.value:8}", fg=_COLOURS[problem.weight.value], nl=False)
        typer.echo(inert(problem))
    errors = sum(problem.weight == "error" for problem in found)
    warnings = len(found) - errors
    if errors:
        typer.echo(f"{_count(errors, 'error')}, {_count(warnings, 'warning')}")
    else:
        typer.echo(f"{settings.rules} and {settings.runbooks}/ are in order ({_count(warnings, 'warning')})")


def _count(number: int, noun: str) -> str:
    return f"{number or 'no'} {noun}{'' if number == 1 else 's'}"
