"""`oncall-router check`: our own files, before they are trusted."""

import json
import re
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Annotated

import typer

from app.domain.errors import InvalidRules
from app.entrypoints.cli.durations import parse_instant
from app.entrypoints.cli.options import AsJson, RulesFile, RunbooksFolder
from app.service.check import Problem, Weight

_REFUSED = re.compile(r"(?P<where>\S+\.\w+(?::\d+)?) (?:(?P<key>[\w.@-]+): )?(?P<reason>.+)", re.DOTALL)


def check(
    rules: RulesFile = None,
    runbooks: RunbooksFolder = None,
    at: Annotated[str, typer.Option(metavar="ISO", help="Look at the 90 days from here instead of from now.")] = "",
    as_json: AsJson = False,
) -> None:
    """Check the rules file, the runbooks, and the rotas for gaps in the next 90 days. Exit code 1 if anything is wrong."""
    from app.entrypoints.cli.settings import read_settings

    settings = read_settings(rules=rules, runbooks=runbooks)
    found = _problems(settings.rules, settings.runbooks, at)
    if as_json:
        typer.echo(json.dumps([_plain(problem) for problem in found], indent=2))
    else:
        _show(found, str(settings.rules), str(settings.runbooks))
    if any(problem.weight is Weight.ERROR for problem in found):
        raise typer.Exit(1)
