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

DEFAULT_URL = "http://127.0.0.1:8080"
Url = Annotated[str, typer.Option("--url", envvar="ONCALL_URL", help="The server.")]
Token = Annotated[
    str, typer.Option("--token", envvar="ONCALL_TOKEN", help="An API token.", show_default=False, show_envvar=True)
]
By = Annotated[
    str, typer.Option("--by", envvar="ONCALL_PERSON", help="Who acts; a person's own token knows.", show_default=False)
]
IncidentId = Annotated[
    str, typer.Argument(metavar="ID", help="An incident's id, or how an open one's begins or ends.", show_default=False)
]
Reason = Annotated[str, typer.Option("--reason", help="Why, for the timeline.", show_default=False)]
