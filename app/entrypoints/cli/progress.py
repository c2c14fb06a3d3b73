"""How far something long has come: a bar on a terminal, else a line for each tenth; on stderr."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import typer

Told = Callable[[str, int, int], None]
"""Hears how many of how many are done of what."""


@contextmanager
def progress() -> Iterator[Told]:
    if sys.stderr.isatty():
        with _bars() as told:
            yield told
    else:
        yield _lines()


@contextmanager
def _bars() -> Iterator[Told]:
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeRemainingColumn

    columns = TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn()
    tasks: dict[str, TaskID] = {}
    with Progress(*columns, console=Console(stderr=True)) as shown:

        def told(what: str, done: int, total: int) -> None:
            if what not in tasks:
                tasks[what] = shown.add_task(what, total=total)
            shown.update(tasks[what], completed=done, total=total)

        yield told


def _lines() -> Told:
    tenths: dict[str, int] = {}

    def told(what: str, done: int, total: int) -> None:
        tenth = done * 10 // max(total, 1)
        if tenth != tenths.get(what):
            tenths[what] = tenth
            typer.echo(f"{what}: {done} of {total}", err=True)

    return told
