"""Options that more than one command has, so that they are called the same everywhere."""

from pathlib import Path
from typing import Annotated

import typer

RulesFile = Annotated[
    Path | None,
    typer.Option("--rules", envvar="ONCALL_RULES", help="The rules file.", show_default="routing_rules.yaml"),
]
RunbooksFolder = Annotated[
    Path | None,
    typer.Option("--runbooks", envvar="ONCALL_RUNBOOKS", help="The folder of runbooks.", show_default="runbooks"),
]
AsJson = Annotated[bool, typer.Option("--json", help="JSON for programs instead of text for people.")]
