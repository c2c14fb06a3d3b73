"""Prints the README of the Helm chart: its tables are made of the comments in values.yaml that begin with "# --".

Run `python -m scripts.chart_readme > helm/oncall-router/README.md` after a change; a test compares.
"""

import json
import re
from collections.abc import Iterator
from io import StringIO
from pathlib import Path

from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap

ROOT = Path(__file__).resolve().parents[1]
CHART = ROOT / "helm" / "oncall-router"
INTRODUCTION = """\
# The oncall-router chart

Runs [oncall-router](../../README.md) on Kubernetes 1.30 or newer. [docs/kubernetes.md](../../docs/kubernetes.md) leads
from nothing to the first page; this is the list of all values. It is made from the comments in
[values.yaml](values.yaml) (`python -m scripts.chart_readme`).

| example | what it is |
|---|---|
"""
Row = tuple[str, str, str]


def readme() -> str:
    return "".join([INTRODUCTION, *map(_example, examples()), *_sections()])


def examples() -> list[Path]:
    return sorted((CHART / "examples").glob("*.yaml"))


def rows() -> list[Row]:
    """Key, default and description of every value that has a comment. Raises `ValueError` for one that has none."""
    text = (CHART / "values.yaml").read_text()
    values = YAML(typ="rt").load(text)
    return list(_rows(values, "", text.splitlines()))


def _rows(values: CommentedMap, path: str, lines: list[str]) -> Iterator[Row]:
    for key, value in values.items():
        name = f"{path}{key}"
        said = _comment(values.lc.key(key)[0], lines)
        if said:
            yield name, _default(value), said
        elif isinstance(value, CommentedMap) and value:
            yield from _rows(value, f"{name}.", lines)
        else:
            raise ValueError(f'values.yaml: {name} has no comment that begins with "# --"')


def _comment(line: int, lines: list[str]) -> str:
    """The block of comment lines right above a line (counted from 0), when it begins with the mark."""
    block: list[str] = []
    while line and (found := re.fullmatch(r"\s*# ?(.*)", lines[line - 1])):
        block.insert(0, found[1])
        line -= 1
    text = " ".join(block)
    return text.removeprefix("-- ") if text.startswith("-- ") else ""


def _default(value: object) -> str:
    if isinstance(value, str) and "\n" in value:
        return "see values.yaml"
    if isinstance(value, CommentedMap) and value:
        out = StringIO()
        plain = YAML(typ="safe", pure=True)
        plain.default_flow_style = True
        plain.width = 1000
        plain.dump(json.loads(json.dumps(value)), out)
        return f"`{out.getvalue().strip()}`"
    return f"`{json.dumps(value)}`" if value != "" else "empty"


def _example(file: Path) -> str:
    first = file.read_text().splitlines()[0].removeprefix("# ")
    return f"| [examples/{file.name}](examples/{file.name}) | {first} |\n"


def _sections() -> Iterator[str]:
    """A table for each top-level section; values that stand alone come first."""
    sections: dict[str, list[Row]] = {}
    for row in rows():
        sections.setdefault(row[0].partition(".")[0] if "." in row[0] else "", []).append(row)
    for section in sorted(sections, key=lambda name: name != ""):
        yield f"\n## {section or 'In general'}\n\n| value | default | what it is |\n|---|---|---|\n"
        yield from (
            f"| `{name}` | {default} | {said.replace('|', chr(92) + '|')} |\n"
            for name, default, said in sections[section]
        )


if __name__ == "__main__":
    print(readme(), end="")
