"""Figures as tables, for the terminal and for the docs: a line for each, or a grid where they have columns."""

from collections.abc import Iterator
from itertools import groupby

from rich.table import Table

from bench.figures import Figure

_COLOURS = {"ok": "green", "MISSED": "bold red", "not yet": "yellow", "": ""}


def tables(figures: list[Figure]) -> Iterator[Table]:
    """One for all plain figures that follow each other, and one for each grid."""
    for is_grid, group in _parts(figures):
        yield _grid(group) if is_grid else _lines(group)


def markdown(figures: list[Figure]) -> str:
    """The same, to be pasted into docs/benchmarks.md."""
    return "\n\n".join(_grid_text(group) if is_grid else _lines_text(group) for is_grid, group in _parts(figures))


def _parts(figures: list[Figure]) -> Iterator[tuple[bool, list[Figure]]]:
    """Grids of one name belong together, wherever their rows were found."""
    plain = [one for one in figures if not one.column]
    if plain:
        yield False, plain
    grids: dict[str, list[Figure]] = {}
    for one in figures:
        if one.column:
            grids.setdefault(one.group, []).append(one)
    for group in grids.values():
        yield True, group


def _lines(figures: list[Figure]) -> Table:
    table = Table(title="oncall-router")
    for name, justify in (("", "left"), ("median", "right"), ("rounds", "right"), ("target", "left"), ("", "left")):
        table.add_column(name, justify=justify)  # type: ignore[arg-type]
    for name, group in groupby(figures, lambda one: one.group):
        table.add_section()
        table.add_row(f"[bold]{name}[/]")
        for figure in group:
            verdict = f"[{_COLOURS[figure.verdict]}]{figure.verdict}[/]" if figure.verdict else ""
            table.add_row(f"  {figure.name}", figure.shown(), figure.spread(), str(figure.target), verdict)
    return table


def _lines_text(figures: list[Figure]) -> str:
    rows = [["figure", "median", "rounds", "target", "verdict"], ["---"] * 5]
    for one in figures:
        rows.append([f"{one.group}: {one.name}", one.shown(), one.spread(), str(one.target), one.verdict])
    return "\n".join(_row(cells) for cells in rows)


def _grid(group: list[Figure]) -> Table:
    header, *rows = _cells(group)
    table = Table(title=group[0].group)
    for number, name in enumerate(header):
        table.add_column(name, justify="right" if number else "left")
    for cells in rows:
        table.add_row(*cells)
    return table


def _grid_text(group: list[Figure]) -> str:
    header, *rows = _cells(group)
    lines = [_row(header), _row(["---"] * len(header)), *(_row(cells) for cells in rows)]
    return f"**{group[0].group}**\n\n" + "\n".join(lines)


def _cells(group: list[Figure]) -> list[list[str]]:
    """A header and the rows; only the first column says how far the rounds were apart."""
    columns = list(dict.fromkeys(one.column for one in group))
    found = {(one.name, one.column): one for one in group}
    rows = [["", *columns]]
    for name in dict.fromkeys(one.name for one in group):
        figures = [found.get((name, column)) for column in columns]
        cells = [one.shown() if one else "" for one in figures]
        if figures[0] and figures[0].spread():
            cells[0] += f" ({figures[0].spread()})"
        rows.append([name, *cells])
    return rows


def _row(cells: list[str]) -> str:
    return f"| {' | '.join(cells)} |"
