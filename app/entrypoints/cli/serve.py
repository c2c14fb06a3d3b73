"""`oncall-router serve`: one process that takes alerts, keeps the timers, and tells people."""

from typing import Annotated

import typer

from app.entrypoints.cli.options import RulesFile, RunbooksFolder


def serve(
    host: Annotated[
        str | None, typer.Option(envvar="ONCALL_HOST", help="Address to listen on.", show_default="127.0.0.1")
    ] = None,
    port: Annotated[
        int | None,
        typer.Option(envvar="ONCALL_PORT", help="Port to listen on; 0 takes a free one.", show_default="8080"),
    ] = None,
    rules: RulesFile = None,
    runbooks: RunbooksFolder = None,
    store: Annotated[
        str | None,
        typer.Option(
            envvar="ONCALL_STORE", help="Where everything durable lives.", show_default="sqlite:///var/oncall.db"
        ),
    ] = None,
) -> None:
    """Run the server: webhooks, API, timers and messages in one process."""
    from app.entrypoints.cli.running import run_server
    from app.entrypoints.cli.settings import read_settings
    from app.entrypoints.logs import set_up_logs

    settings = read_settings(host=host, port=port, rules=rules, runbooks=runbooks, store=store)
    set_up_logs(settings.log_level)
    run_server(settings)
