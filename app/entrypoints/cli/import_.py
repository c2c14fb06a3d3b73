"""`oncall-router import`: a rules file from what another on-call system exports, and a report of what became of it."""

import json
import os
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Annotated

import typer

from app.domain.errors import InvalidRules
from app.entrypoints.cli.durations import parse_instant
from app.entrypoints.cli.failures import CommandFailed
from app.entrypoints.cli.options import AsJson, RunbooksFolder
from app.service.moving_over.exported import System

if TYPE_CHECKING:
    from app.service.moving_over.choosing import Choice
    from app.service.moving_over.draft import Draft
    from app.service.problem import Problem

_YEARS = range(2015, 2100)

FromSystem = Annotated[System, typer.Argument(metavar="SYSTEM", help=", ".join(System), show_default=False)]
ExportPath = Annotated[
    Path, typer.Argument(metavar="EXPORT", help="A JSON file, or a folder of them.", show_default=False)
]
Named = Annotated[
    list[str] | None, typer.Option(metavar="NAME", help="The escalation policy to carry; more become named policies.")
]
Schedules = Annotated[
    list[str] | None,
    typer.Option(metavar="NAME", help="Instead of a policy: the primary's schedule, then second line's."),
]


def import_(
    system: FromSystem,
    export: ExportPath,
    output: Annotated[Path, typer.Option(help="Where the rules file goes.")] = Path("routing_rules.yaml"),
    report: Annotated[Path | None, typer.Option(help="Write the report into this file too.")] = None,
    at: Annotated[str, typer.Option(metavar="ISO", help="When the export was made.", show_default="now")] = "",
    policy: Named = None,
    schedule: Schedules = None,
    last_resort: Annotated[str, typer.Option(metavar="PERSON", help="Told when nobody else answers.")] = "",
    runbooks: RunbooksFolder = None,
    force: Annotated[bool, typer.Option("--force", help="Replace files that are there.")] = False,
    as_json: AsJson = False,
) -> None:
    """Make a rules file from another system's export, and say what became of everything in it."""
    from app.adapters.moving_over import rules_text
    from app.entrypoints.cli.import_report import report_plain, report_text
    from app.service.moving_over.choosing import Choice

    _refuse_existing([output, *([report] if report else [])], force)
    when = parse_instant(at) if at else datetime.now(UTC)
    if when.year not in _YEARS:
        raise typer.BadParameter(f"--at {at} is not when an export was made")
    found = _draft(system, export, Choice(tuple(policy or ()), tuple(schedule or ()), last_resort), when)
    text = rules_text(found)
    problems = _checked(text, output.name, runbooks, when)
    said = report_text(found, problems, str(output))
    _write(output, text)
    if report:
        _write(report, said)
    plain = report_plain(found, problems, str(output))
    typer.echo(json.dumps(plain, indent=2) if as_json else f"{said}\n{output} is written, and loads.")


def _draft(system: System, export: Path, choice: "Choice", at: datetime) -> "Draft":
    from app.adapters.moving_over import READERS, read_documents
    from app.service.moving_over.draft import draft

    return draft(READERS[system](read_documents(export), at), choice, at)


def _checked(text: str, name: str, runbooks: Path | None, at: datetime) -> "Sequence[Problem]":
    """What is to be said of the file that will be; read as the server would read it, before it is one."""
    from app.entrypoints.cli.settings import read_settings
    from app.service.check import check
    from app.wired_rules import read_rules

    with TemporaryDirectory() as folder:
        draft = Path(folder, name)
        draft.write_text(text, "utf-8")
        try:
            rules = read_rules(read_settings(rules=draft, runbooks=runbooks))
        except InvalidRules as error:
            said = "nothing was written: the new file would be refused, which is a mistake of this command"
            raise CommandFailed(f"{said}\n{error}") from None
    return check(rules, at)


def _refuse_existing(files: Sequence[Path], force: bool) -> None:
    for file in files:
        if file.is_dir():
            raise CommandFailed(f"{file} is a folder: name a file")
        if file.exists() and not force:
            raise CommandFailed(f"{file} is there already: name another file, or say --force to replace it")


def _write(file: Path, text: str) -> None:
    """The whole file or, if that fails, what was there before."""
    beside = file.with_name(f".{file.name}.new")
    try:
        beside.write_text(text, "utf-8")
        os.replace(beside, file)
    except OSError as error:
        raise CommandFailed(f"{file} cannot be written: {error.strerror}") from None
