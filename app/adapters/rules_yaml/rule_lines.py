"""The ordered rules of the file, with their matchers compiled."""

from collections.abc import Iterable

from app.adapters.matchers import Matcher, Operator, compile_matchers
from app.adapters.rules_yaml.matchers_in import read_matchers
from app.adapters.rules_yaml.names import Names
from app.adapters.rules_yaml.report import Report, quoted
from app.adapters.rules_yaml.shapes import FileShape, RuleShape
from app.domain.classify import Rule
from app.domain.complaint import Place

ALERT_NAME = "alertname"


def build_rules(file: FileShape, names: Names, report: Report) -> tuple[Rule, ...]:
    """In the file's order. A rule's name stands for it in pages and reports, so no two share one."""
    seen: dict[str, Place] = {}
    rules: list[Rule] = []
    for number, shape in enumerate(file.rules, start=1):
        name = shape.name or f"rule {number}"
        place = shape.at("name")
        if name in seen:
            report.refuse(place, f"a rule named {quoted(name)} is already in line {seen[name].line}")
        seen[name] = place
        rules.append(_rule(name, shape, names, report))
    return tuple(rules)


def _rule(name: str, shape: RuleShape, names: Names, report: Report) -> Rule:
    names.check("squads", shape.squad, shape.at("squad"))
    names.check("policies", shape.policy, shape.at("policy"))
    names.check("calendars", shape.calendar, shape.at("calendar"))
    if shape.squad and shape.squad_from:
        report.doubt(shape.at("squad_from"), "squad_from is never read, for squad is set too", "rules.squad_from")
    matchers = read_matchers(shape, "match", shape.match, "rules.match", report)
    return Rule(
        name=name,
        where=shape.at(),
        matches=compile_matchers(matchers),
        severity=shape.severity,
        squad=shape.squad,
        squad_from=shape.squad_from,
        runbook=shape.runbook,
        policy=shape.policy,
        calendar=shape.calendar,
        on_missing_runbook=shape.on_missing_runbook,
        group_by=bare_names(shape.group_by),
        resolve_with_source=shape.resolve_with_source,
        alert_names=_alert_names(matchers),
        matchers=tuple(shape.match),
    )


def _alert_names(matchers: tuple[Matcher, ...]) -> tuple[str, ...]:
    return tuple(
        matcher.value for matcher in matchers if matcher.name == ALERT_NAME and matcher.operator is Operator.EQUAL
    )


def bare_names(labels: Iterable[str]) -> tuple[str, ...]:
    """Names of values as an alert knows them, without saying where they stand."""
    return tuple(label.removeprefix("labels.").removeprefix("annotations.") for label in labels)
