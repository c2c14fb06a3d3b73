"""The command line. What a command needs is imported when it runs, so that `--help` answers at once."""

from collections.abc import Callable

import typer

from app.entrypoints.cli import actions, incidents, people, rules
from app.entrypoints.cli.action_items import action_app, debt_app
from app.entrypoints.cli.audit import audit
from app.entrypoints.cli.calendars import calendar_app, export, import_shifts
from app.entrypoints.cli.check import check
from app.entrypoints.cli.consents import consent_app
from app.entrypoints.cli.cover import cover_app
from app.entrypoints.cli.failures import Commands
from app.entrypoints.cli.heartbeats import heartbeats
from app.entrypoints.cli.import_ import import_
from app.entrypoints.cli.migrate import migrate
from app.entrypoints.cli.observed import observed
from app.entrypoints.cli.pay import pay_app
from app.entrypoints.cli.postmortems import postmortem_app
from app.entrypoints.cli.replay import replay_app
from app.entrypoints.cli.replicas import replicas
from app.entrypoints.cli.report import report
from app.entrypoints.cli.rota_outlook import fairness, gaps, places
from app.entrypoints.cli.rotas import rota_app
from app.entrypoints.cli.schema import schema
from app.entrypoints.cli.serve import serve, worker
from app.entrypoints.cli.sign_in import sign_in
from app.entrypoints.cli.silences import silence_app
from app.entrypoints.cli.simulate import simulate
from app.entrypoints.cli.tokens import token_app
from app.entrypoints.cli.triage import triage_app
from app.entrypoints.cli.who import who

LOOKING = "Looking, on a server"
ACTING = "Acting on an incident"
ADMINISTERING = "Running a server"
ROTAS = "Who is on call"
QUIETING = "Telling nobody"
LEARNING = "Afterwards"

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
        "readiness": people.readiness,
        "incidents": incidents.incidents,
        "show": incidents.show,
        "rules": rules.rules,
        "heartbeats": heartbeats,
    },
    ACTING: {
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
        "ticket": actions.ticket,
        "call": actions.call,
    },
    ROTAS: {"gaps": gaps, "fairness": fairness},
    "Reaching people": {"test-page": people.send_test_page},
    QUIETING: {"observed": observed},
    LEARNING: {"report": report},
    ADMINISTERING: {
        "sign-in": sign_in,
        "replicas": replicas,
        "audit": audit,
        "reload": rules.reload,
        "migrate": migrate,
    },
}
for panel, commands in COMMANDS.items():
    for name, command in commands.items():
        app.command(name, rich_help_panel=panel)(command)
rota_app.command("places")(places)
rota_app.command("export")(export)
rota_app.command("import")(import_shifts)
app.add_typer(cover_app, name="cover", rich_help_panel=ROTAS)
app.add_typer(rota_app, name="rota", rich_help_panel=ROTAS)
app.add_typer(consent_app, name="consent", rich_help_panel=ROTAS)
app.add_typer(calendar_app, name="calendar", rich_help_panel=ROTAS)
app.add_typer(triage_app, name="triage", rich_help_panel=ACTING)
app.add_typer(silence_app, name="silence", rich_help_panel=QUIETING)
app.add_typer(postmortem_app, name="postmortem", rich_help_panel=LEARNING)
app.add_typer(action_app, name="action", rich_help_panel=LEARNING)
app.add_typer(debt_app, name="runbook-debt", rich_help_panel=LEARNING)
app.add_typer(pay_app, name="pay", rich_help_panel=LEARNING)
app.add_typer(token_app, name="token", rich_help_panel=ADMINISTERING)
app.add_typer(replay_app, name="replay", rich_help_panel=ADMINISTERING)


def main() -> None:
    app()
