"""The template that a post-mortem begins with: a file of the user's, or the one that comes with the package.

The file is the operator's own, yet it is kept from what it has no need of: it reaches no attribute that leads out of
the values that it is given, cannot make text out of proportion, and is cut off where its output gets too long.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import Any

from jinja2 import StrictUndefined, TemplateError, TemplateSyntaxError
from jinja2.exceptions import SecurityError
from jinja2.sandbox import ImmutableSandboxedEnvironment

from app.domain.errors import InvalidPayload
from app.domain.message import one_line
from app.domain.postmortem import check_parts
from app.domain.postmortem_import import Imported, read_markdown

LONGEST_TEMPLATE = 100_000
LONGEST_OUTPUT = 200_000
LARGEST_NUMBER = 1_000_000

_PADDING = frozenset({"center", "ljust", "rjust", "zfill", "expandtabs", "format", "format_map"})
_FILTERS = ("center", "format", "indent", "wordwrap", "pprint", "batch", "slice", "xmlattr")


_BROKEN = (
    InvalidPayload,
    OSError,
    ValueError,
    ArithmeticError,
    RuntimeError,
    LookupError,
    TypeError,
    AttributeError,
    TemplateError,
)
"""What a template may raise that is not as it should be."""


class TooLong(ValueError):
    """What a template makes is longer than a post-mortem may be."""


class _Sandbox(ImmutableSandboxedEnvironment):
    """Without the operations by which a few characters become very many."""

    intercepted_binops = frozenset({"*", "**", "%"})

    def call_binop(self, context: Any, operator: str, left: Any, right: Any) -> Any:
        numbers = isinstance(left, int | float) and isinstance(right, int | float)
        if not numbers or operator == "**" or max(abs(left), abs(right)) > LARGEST_NUMBER:
            raise SecurityError(f"{operator} is for small numbers only")
        return super().call_binop(context, operator, left, right)

    def wrap_str_format(self, value: Any) -> None:
        """Nothing is formatted by a pattern, whose widths know no bounds: so it is an attribute like any other."""

    def is_safe_attribute(self, obj: Any, attr: str, value: Any) -> bool:
        return attr not in _PADDING and super().is_safe_attribute(obj, attr, value)


@dataclass(frozen=True, slots=True)
class PostMortemTemplate:
    """`path` is the user's file; None: there is only ours. It is read each time, so that a change holds at once."""

    path: Path | None = None

    def begin(self, values: Mapping[str, object]) -> tuple[Imported, str]:
        """What a post-mortem begins with, and why the user's template could not be used (empty: it was, or there is
        none)."""
        if self.path is None:
            return _begun(_default(), values), ""
        try:
            return _begun(_read(self.path), values), ""
        except _BROKEN as error:
            return _begun(_default(), values), f"the template {self.path.name} could not be used: {_reason(error)}"


def _begun(template: str, values: Mapping[str, object]) -> Imported:
    """Raises one of `_BROKEN`, also for what no post-mortem could hold."""
    found = read_markdown(_rendered(template, values))
    check_parts(found.sections, f"{found.further or ''}{found.kept}", found.actions)
    return found


def _default() -> str:
    return files(__package__).joinpath("default.md.j2").read_text(encoding="utf-8")


def _read(path: Path) -> str:
    with path.open("rb") as file:
        raw = file.read(LONGEST_TEMPLATE + 1)
    if len(raw) > LONGEST_TEMPLATE:
        raise TooLong(f"it is larger than {LONGEST_TEMPLATE:,} bytes")
    return raw.decode("utf-8")


def _rendered(template: str, values: Mapping[str, object]) -> str:
    environment = _Sandbox(undefined=StrictUndefined, trim_blocks=True, keep_trailing_newline=True)
    for name in _FILTERS:
        environment.filters.pop(name, None)
    parts: list[str] = []
    left = LONGEST_OUTPUT
    for part in environment.from_string(template).generate(values):
        left -= len(part)
        if left < 0:
            raise TooLong(f"it makes more than {LONGEST_OUTPUT:,} characters")
        parts.append(part)
    return "".join(parts)


def _reason(error: Exception) -> str:
    """In one line, without anything of the file but the line's number."""
    if isinstance(error, TemplateSyntaxError):
        return f"line {error.lineno}: {one_line(error.message or 'it is not a template', 200)}"
    if isinstance(error, OSError):
        return one_line(error.strerror or "it cannot be read", 200)
    if isinstance(error, UnicodeDecodeError):
        return "it is not UTF-8 text"
    return one_line(str(error) or type(error).__name__, 200)
