"""Which alerts keep which others quiet while they fire."""

from app.adapters.matchers import Matcher, compile_matchers
from app.adapters.rules_yaml.matchers_in import read_matchers
from app.adapters.rules_yaml.report import Report, quoted
from app.adapters.rules_yaml.rule_lines import bare_names
from app.adapters.rules_yaml.shapes import FileShape, InhibitionShape
from app.domain.suppress import Inhibition


def build_inhibitions(file: FileShape, report: Report) -> tuple[Inhibition, ...]:
    """In the file's order. A name stands for what is inhibited in the store, so no two share one."""
    names: set[str] = set()
    found: list[Inhibition] = []
    for number, shape in enumerate(file.inhibit, start=1):
        name = shape.name or f"inhibition {number}"
        if name in names:
            report.refuse(shape.at("name"), f"an inhibition named {quoted(name)} stands above already", "inhibit.name")
        names.add(name)
        found.append(_inhibition(name, shape, report))
    return tuple(found)


def _inhibition(name: str, shape: InhibitionShape, report: Report) -> Inhibition:
    sides: dict[str, tuple[Matcher, ...]] = {}
    for side, texts in (("source", shape.source), ("target", shape.target)):
        sides[side] = read_matchers(shape, side, texts, f"inhibit.{side}", report)
        if not any(text.strip(" {}") for text in texts):
            report.refuse(shape.at(side), f"{side} holds no matcher, so it would mean every alert", f"inhibit.{side}")
    return Inhibition(
        name=name,
        where=shape.at(),
        source=compile_matchers(sides["source"]),
        target=compile_matchers(sides["target"]),
        equal=bare_names(shape.equal),
    )
