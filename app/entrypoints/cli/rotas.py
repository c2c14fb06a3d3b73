"""`oncall-router rota`: who holds one when, who skips weeks and who fills in, and who learns the role."""

import typer

from app.entrypoints.cli.failures import Commands

rota_app = typer.Typer(cls=Commands, no_args_is_help=True, help="Who holds a rota when, and who learns it.")
