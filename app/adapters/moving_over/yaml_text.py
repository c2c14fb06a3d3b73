"""Writing YAML that a person wants to read: short things on a line, long ones below each other, quotes where needed."""

import re
import textwrap
from collections.abc import Mapping, Sequence

WIDTH = 118
_PLAIN = re.compile(r"[^\W_][\w.@/-]*( [\w.@/-]+)*")
_MEANS_SOMETHING = frozenset({"null", "true", "false", "yes", "no", "on", "off", "y", "n"})

Value = str | Sequence[str]


def scalar(text: str) -> str:
    """The text, in double quotes where YAML would read it as something else."""
    if _PLAIN.fullmatch(text) and text.lower() not in _MEANS_SOMETHING:
        return text
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def flow(value: Value) -> str:
    return scalar(value) if isinstance(value, str) else f"[{', '.join(scalar(one) for one in value)}]"


def entry(name: str, pairs: Mapping[str, Value], indent: int = 2) -> list[str]:
    """`name: {key: value, …}` on one line if it fits, else a key a line."""
    margin = " " * indent
    short = f"{margin}{scalar(name)}: {{{', '.join(f'{key}: {flow(value)}' for key, value in pairs.items())}}}"
    if len(short) <= WIDTH:
        return [short]
    lines = [f"{margin}{scalar(name)}:"]
    for key, value in pairs.items():
        lines += _wrapped(f"{margin}  {key}: {flow(value)}", indent + 4)
    return lines


def _wrapped(line: str, indent: int) -> list[str]:
    """A list that is too long goes on in the next line; a text is left as it is, however long."""
    if len(line) <= WIDTH or not line.endswith("]"):
        return [line]
    return textwrap.wrap(
        line,
        WIDTH,
        subsequent_indent=" " * indent,
        break_long_words=False,
        break_on_hyphens=False,
        drop_whitespace=True,
    )


def comment(text: str, indent: int = 0) -> list[str]:
    """Lines that begin with `#`."""
    margin = f"{' ' * indent}# "
    return textwrap.wrap(
        text, WIDTH, initial_indent=margin, subsequent_indent=margin, break_long_words=False, break_on_hyphens=False
    )


def heading(text: str) -> list[str]:
    return ["", f"# -- {text} ".ljust(WIDTH + 2, "-"), ""]
