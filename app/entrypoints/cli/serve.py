"""`oncall-router serve` and `worker`: the processes that take alerts, keep the timers, and tell people."""

from pathlib import Path
from typing import Annotated

import typer

from app.entrypoints.cli.options import RulesFile, RunbooksFolder

Host = Annotated[str | None, typer.Option(envvar="ONCALL_HOST", help="Address to listen on.", show_default="127.0.0.1")]
Port = Annotated[
    int | None, typer.Option(envvar="ONCALL_PORT", help="Port to listen on; 0 takes a free one.", show_default="8080")
]
StoreUrl = Annotated[
    str | None,
    typer.Option(envvar="ONCALL_STORE", help="Where everything durable lives.", show_default="sqlite:///var/oncall.db"),
]
RoleName = Annotated[
    str | None,
    typer.Option(envvar="ONCALL_ROLE", help="api, worker, or all; split roles need Redis.", show_default="all"),
]


def serve(
    host: Host = None,
    port: Port = None,
    rules: RulesFile = None,
    runbooks: RunbooksFolder = None,
    store: StoreUrl = None,
    role: RoleName = None,
) -> None:
    """Run the server: webhooks and API (role api), timers and messages (role worker), or all of it in one process."""
    _run(host, port, rules, runbooks, store, role)


def worker(
    host: Host = None,
    port: Port = None,
    rules: RulesFile = None,
    runbooks: RunbooksFolder = None,
    store: StoreUrl = None,
) -> None:
    """Run timers and messages only: the same as serve --role worker. It listens for probes and metrics."""
    _run(host, port, rules, runbooks, store, "worker")


def _run(
    host: str | None, port: int | None, rules: Path | None, runbooks: Path | None, store: str | None, role: str | None
) -> None:
    from app.entrypoints.cli.running import run_server
    from app.entrypoints.cli.settings import read_settings
    from app.entrypoints.logs import set_up_logs

    settings = read_settings(host=host, port=port, rules=rules, runbooks=runbooks, store=store, role=role)
    set_up_logs(settings.log_level)
    run_server(settings)
