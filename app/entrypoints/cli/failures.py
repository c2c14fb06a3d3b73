"""How a command ends when it cannot do what was asked: a line or two for a person, and exit code 1; no traceback."""

from typing import Any

import typer
from typer.core import TyperGroup

from app.domain.errors import AppError
from app.entrypoints.cli.printing import inert


class CommandFailed(AppError):
    """What went wrong and what to do next, in one line."""


class Commands(TyperGroup):
    """The commands, any of which may raise an `AppError`."""

    def invoke(self, ctx: Any) -> Any:
        try:
            return super().invoke(ctx)
        except AppError as error:
            for line in str(error).splitlines():
                typer.echo(inert(line), err=True)
            raise typer.Exit(1) from None
