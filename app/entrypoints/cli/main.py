"""The command line. What a command needs is imported when it runs, so that `--help` answers at once."""

import typer

from app.entrypoints.cli.failures import Commands
from app.entrypoints.cli.serve import serve

app = typer.Typer(
    name="oncall-router",
    cls=Commands,
    help="Stands between monitoring tools and people: every alert reaches the right person, at the right hour.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)

app.command()(serve)


@app.callback()
def _root() -> None:
    pass

def main() -> None:
    app()
