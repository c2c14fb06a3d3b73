"""The command line. What a command needs is imported when it runs, so that `--help` answers at once."""

from collections.abc import Callable

import typer

from app.entrypoints.cli import actions, incidents, rules
from app.entrypoints.cli.audit import audit
from app.entrypoints.cli.check import check
from app.entrypoints.cli.failures import Commands
from app.entrypoints.cli.heartbeats import heartbeats
from app.entrypoints.cli.import_ import import_
from app.entrypoints.cli.migrate import migrate
from app.entrypoints.cli.observed import observed
from app.entrypoints.cli.pay import pay_app
from app.entrypoints.cli.replay import replay_app
from app.entrypoints.cli.replicas import replicas
from app.entrypoints.cli.report import report
from app.entrypoints.cli.schema import schema
from app.entrypoints.cli.serve import serve, worker
from app.entrypoints.cli.silences import silence_app
from app.entrypoints.cli.simulate import simulate
from app.entrypoints.cli.tokens import token_app
from app.entrypoints.cli.who import who

LOOKING = "Looking, on a server"
ADMINISTERING = "Running a server"
QUIETING = "Telling nobody"

app = typer.Typer(
    name="oncall-router",
    cls=Commands,
    help="Stands between monitoring tools and people: every alert reaches the right person, at the right hour.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)

COMMANDS: dict[str, dict[str, Callable[..., None]]] = {
    "Here, on this machine": {
        "serve": serve,
        "worker": worker,
        "check": check,
        "simulate": simulate,
        "import": import_,
        "schema": schema,
    },
    LOOKING: {
        "who": who,
        "incidents": incidents.incidents,
        "show": incidents.show,
        "rules": rules.rules,
        "heartbeats": heartbeats,
        "report": report,
    },
    "Acting on an incident": {
        "raise": actions.raise_incident,
        "ack": actions.ack,
        "unack": actions.unack,
        "resolve": actions.resolve,
        "snooze": actions.snooze,
        "reassign": actions.reassign,
        "escalate": actions.escalate,
        "second-line": actions.second_line,
        "park": actions.park,
        "note": actions.note,
        "tag": actions.tag,
    },
    QUIETING: {"observed": observed},
    ADMINISTERING: {"replicas": replicas, "audit": audit, "reload": rules.reload, "migrate": migrate},
}
for panel, commands in COMMANDS.items():
    for name, command in commands.items():
        app.command(name, rich_help_panel=panel)(command)
app.add_typer(pay_app, name="pay", rich_help_panel=LOOKING)
app.add_typer(silence_app, name="silence", rich_help_panel=QUIETING)
app.add_typer(token_app, name="token", rich_help_panel=ADMINISTERING)
app.add_typer(replay_app, name="replay", rich_help_panel=ADMINISTERING)


def main() -> None:
    app()
