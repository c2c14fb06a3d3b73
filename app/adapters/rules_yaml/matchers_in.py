"""Matchers as the file writes them, wherever it does: each refusal names its own line."""

from collections.abc import Sequence

from app.adapters.matchers import InvalidMatcher, Matcher, compile_matchers, parse_matchers
from app.adapters.rules_yaml.located import Shape
from app.adapters.rules_yaml.report import Report


def read_matchers(shape: Shape, field: str, texts: Sequence[str], key: str, report: Report) -> tuple[Matcher, ...]:
    """Those of `shape.field` that can be read; each is compiled here once by itself."""
    found: list[Matcher] = []
    for number, text in enumerate(texts):
        try:
            matchers = parse_matchers(text)
            compile_matchers(matchers)
            found.extend(matchers)
        except InvalidMatcher as error:
            report.refuse(shape.at(field, number), str(error), key)
    return tuple(found)
