"""`oncall-router check`: our own files, and the alerts that Prometheus would send, before they are trusted."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from app.entrypoints.cli.check_formats import Format, show
from app.entrypoints.cli.failures import CommandFailed
from app.entrypoints.cli.options import RulesFile, RunbooksFolder
from app.entrypoints.cli.printing import inert
from app.service.problem import Weight

if TYPE_CHECKING:
    from app.config import Settings

STDIN = "-"
PROBLEMS, UNREAD = 1, 2
"""Exit codes; 2 is also that of a command that is called wrongly."""


def check(
    paths: Annotated[
        list[Path] | None,
        typer.Argument(
            metavar="PATH",
            help="Prometheus rule files, PrometheusRule manifests, or folders with such; - reads stdin.",
        ),
    ] = None,
    rules: RulesFile = None,
    runbooks: RunbooksFolder = None,
    source: Annotated[
        str, typer.Option(help="The source instance, of type alertmanager, that the alerts would come by.")
    ] = "alertmanager",
    follow_links: Annotated[
        bool, typer.Option("--follow-links", help="Ask whether the pages that runbook links lead to are there.")
    ] = False,
    at: Annotated[str, typer.Option(metavar="ISO", help="Look at the 90 days from here instead of from now.")] = "",
    strict: Annotated[bool, typer.Option("--strict", help="Let warnings fail the check too.")] = False,
    verbose: Annotated[bool, typer.Option("--verbose", help="Say which files were passed over, and why.")] = False,
    format_: Annotated[Format, typer.Option("--format", help="For people, for programs, or as annotations.")] = (
        Format.TEXT
    ),
    as_json: Annotated[bool, typer.Option("--json", help="The same as --format json.")] = False,
) -> None:
    """Check rules, runbooks, 90 days of rotas, and the alerting rules in PATHs.

    Exit code 0: all in order. 1: something is wrong. 2: called wrongly, or a file could not be read.
    """
    if as_json and format_ is Format.GITHUB:
        raise typer.BadParameter("--json and --format github: choose one")
    for path in paths or []:
        if str(path) != STDIN and not path.exists():
            raise typer.BadParameter(f"{inert(path)} is not there", param_hint="PATH")
    from app.entrypoints.cli.checking import look

    seen = look(_settings(rules, runbooks), paths or [], source, at, follow_links)
    if verbose:
        for file in seen.passed_over:
            typer.echo(inert(f"passed over {file.file}: {file.passed_over}"), err=True)
    fails = any(strict or problem.weight is Weight.ERROR for problem in seen.problems)
    show(seen.problems, Format.JSON if as_json else format_, "" if fails else seen.in_order)
    if fails:
        raise typer.Exit(UNREAD if seen.is_unread else PROBLEMS)


def _settings(rules: Path | None, runbooks: Path | None) -> "Settings":
    """A setting that cannot be is a wrong call, not a problem of the files."""
    from app.entrypoints.cli.settings import read_settings

    try:
        return read_settings(rules=rules, runbooks=runbooks)
    except CommandFailed as error:
        raise typer.BadParameter(str(error)) from None
