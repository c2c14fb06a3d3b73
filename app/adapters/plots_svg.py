"""Plots as SVG, drawn here: they need no script, are read out by their title and description, and follow the colour of
the text around them, light or dark."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from html import escape

WIDTH = 480
"""Narrow, so that it can be read on a phone too."""

_LEFT, _RIGHT, _TOP, _BOTTOM = 44, 12, 30, 26
_HEIGHT = 220
_ROW = 22
_NAMES = 130
_AMOUNTS = 130
_CHARACTERS = 18
_STEPS = (1, 2, 5)
_LINES = 4
_BASE = 10

_ALONE = (
    "<style>svg{color:#1f2328;background:#fff}"
    "@media (prefers-color-scheme:dark){svg{color:#e6edf3;background:#0d1117}}</style>"
)


@dataclass(frozen=True, slots=True)
class Value:
    """One figure of a plot: its name, how much, and how that is said. `faint`: it is drawn lighter."""

    name: str
    amount: float
    said: str
    faint: bool = False


def columns(id: str, title: str, values: Sequence[Value]) -> str:
    """One column for each value, from left to right. `id` is unique among the plots of a page."""
    top = _rounded_up(max((one.amount for one in values), default=0))
    space = (WIDTH - _LEFT - _RIGHT) / max(1, len(values))
    height = _HEIGHT - _TOP - _BOTTOM
    parts = list(_grid(top, height))
    every = -(-len(values) // 12)
    for number, one in enumerate(values):
        tall = height * one.amount / top
        x = _LEFT + number * space
        parts.append(_bar(x + space * 0.12, _TOP + height - tall, space * 0.76, tall, one))
        if number % every == 0:
            parts.append(_text(x + space / 2, _HEIGHT - 8, one.name, "middle"))
    return _svg(id, title, values, _HEIGHT, parts)


def rows(id: str, title: str, values: Sequence[Value]) -> str:
    """One bar for each value, from top to bottom, with its name before it and its amount behind it."""
    top = max((one.amount for one in values), default=0) or 1
    space = WIDTH - _NAMES - _AMOUNTS
    parts = []
    for number, one in enumerate(values):
        y = _TOP + number * _ROW
        wide = space * one.amount / top
        name = one.name if len(one.name) <= _CHARACTERS else f"{one.name[: _CHARACTERS - 1]}…"
        parts.append(_text(_NAMES - 6, y + 15, name, "end"))
        parts.append(_bar(_NAMES, y + 3, wide, _ROW - 6, one))
        parts.append(_text(_NAMES + wide + 6, y + 15, one.said, "start"))
    return _svg(id, title, values, _TOP + _ROW * max(1, len(values)) + 8, parts)


def alone(svg: str) -> str:
    """A plot as a file of its own, with colours for a light and a dark screen."""
    head, _, rest = svg.partition(">")
    return f"{head}>{_ALONE}{rest}"


def _svg(id: str, title: str, values: Sequence[Value], height: float, parts: Iterable[str]) -> str:
    described = "; ".join(f"{one.name}: {one.said}" for one in values) or "Nothing to show."
    name = escape(id)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" class="plot" role="img" viewBox="0 0 {WIDTH} {_number(height)}" '
        f'width="{WIDTH}" height="{_number(height)}" fill="currentColor" font-family="system-ui, sans-serif" '
        f'font-size="13" aria-labelledby="{name}-title {name}-desc">'
        f'<title id="{name}-title">{escape(title)}</title><desc id="{name}-desc">{escape(described)}</desc>'
        f"{_text(0, 16, title, 'start', bold=True)}{''.join(parts)}</svg>"
    )


def _grid(top: float, height: float) -> Iterable[str]:
    for number in range(_LINES + 1):
        y = _TOP + height - height * number / _LINES
        yield (
            f'<line x1="{_LEFT}" x2="{WIDTH - _RIGHT}" y1="{_number(y)}" y2="{_number(y)}" '
            f'stroke="currentColor" stroke-opacity="0.18"/>'
        )
        yield _text(_LEFT - 6, y + 4, _number(top * number / _LINES), "end")


def _bar(x: float, y: float, width: float, height: float, one: Value) -> str:
    return (
        f'<rect x="{_number(x)}" y="{_number(y)}" width="{_number(width)}" height="{_number(height)}" rx="2" '
        f'fill-opacity="{"0.4" if one.faint else "0.8"}"><title>{escape(f"{one.name}: {one.said}")}</title></rect>'
    )


def _text(x: float, y: float, text: str, anchor: str, bold: bool = False) -> str:
    weight = ' font-weight="600"' if bold else ""
    return f'<text x="{_number(x)}" y="{_number(y)}" text-anchor="{anchor}"{weight}>{escape(text)}</text>'


def _rounded_up(amount: float) -> float:
    """The least of 4, 8, 20, 40, 80, 200 … that is not below `amount`: each line of the grid is a whole number."""
    size = 1
    while True:
        for step in _STEPS:
            if step * size * _LINES >= amount:
                return step * size * _LINES
        size *= _BASE


def _number(value: float) -> str:
    """At most one decimal, and none that is zero: the same plot is the same text on every machine."""
    return f"{value:.1f}".removesuffix(".0")
