"""What the rules say of an alert: its severity, its squad, its runbook, and so its route."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from app.domain.alert import Alert
from app.domain.complaint import Place
from app.domain.replacing import quick


class Severity(StrEnum):
    """How bad it is; decided by the rules. Triage is not a production alert."""

    CRITICAL = "critical"
    HIGH = "high"
    TRIAGE = "triage"

    @property
    def rank(self) -> int:
        """Higher is worse."""
        return _RANKS[self]


_RANKS = {Severity.CRITICAL: 2, Severity.HIGH: 1, Severity.TRIAGE: 0}


class OnMissingRunbook(StrEnum):
    TRIAGE = "triage"
    PAGE = "page"


class Mode(StrEnum):
    """Whether people are told, or it is only recorded who would have been."""

    LIVE = "live"
    OBSERVE = "observe"


@dataclass(frozen=True, slots=True)
class Rule:
    """A line of routing_rules.yaml. `where` says which; `matches` is its compiled `matchers`.

    `squad_from` reads the squad's name off the alert ("labels.project"), through `Alert.value`. None everywhere means
    "as it would be without this rule". `group_by` names values of the alert that make the incident; empty: the
    sender's own group. `alert_names` are the only alert names that can match, where the matchers say so (empty: any).
    """

    name: str
    where: Place
    matches: Callable[[Alert], bool]
    severity: Severity | None = None
    squad: str | None = None
    squad_from: str | None = None
    runbook: str | None = None
    policy: str | None = None
    calendar: str | None = None
    on_missing_runbook: OnMissingRunbook | None = None
    group_by: tuple[str, ...] = ()
    resolve_with_source: bool = True
    alert_names: tuple[str, ...] = ()
    matchers: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class SourceSettings:
    """How one named source instance is to be read. `severities` maps the tool's own words, lower-cased.

    `rate_limit` is in alerts a minute. `options` are the source type's own settings (such as a generic mapping), as the
    file has them.
    """

    name: str
    type: str
    severities: Mapping[str, Severity]
    on_missing_runbook: OnMissingRunbook | None = None
    acknowledge: bool = False
    mode: Mode | None = None
    rate_limit: int | None = None
    options: Mapping[str, object] | None = None


@quick
@dataclass(frozen=True, slots=True)
class Classified:
    """What the rules decided for one alert, before the runbook gate; `reasons` say why, in order.

    `unmapped` says that neither a rule nor the source's mapping knew the severity.
    """

    severity: Severity
    squad: str
    rule: Rule | None
    reasons: tuple[str, ...]
    unmapped: bool = False


def classify(alert: Alert, rules: tuple[Rule, ...], source: SourceSettings, squads: Mapping[str, object]) -> Classified:
    """The first matching rule decides; else the source's own severity, mapped; unmapped is critical, flagged."""
    rule = next((rule for rule in rules if rule.matches(alert)), None)
    matched = f"rule {rule.name.removeprefix('rule ')} ({rule.where})" if rule else "no rule matched"
    severity, mapped, why = _severity(alert, rule, source)
    squad, squad_reasons = _squad(alert, rule, squads)
    return Classified(severity, squad, rule, (matched, why, *squad_reasons), unmapped=not mapped)


def _severity(alert: Alert, rule: Rule | None, source: SourceSettings) -> tuple[Severity, bool, str]:
    if rule and rule.severity:
        return rule.severity, True, f"severity {rule.severity} by the rule"
    word = alert.value("severity").strip()
    mapped = source.severities.get(word.lower())
    if mapped:
        return mapped, True, f"severity {mapped} from the source's own {word!r}"
    said = f"the source's {word!r} is not mapped" if word else "the source names no severity"
    return Severity.CRITICAL, False, f"severity critical because {said}"


def squad_label(rule: Rule | None) -> str:
    """The name under which an alert that `rule` decides says its squad, where the rule does not."""
    return _squad_from(rule).removeprefix("labels.").removeprefix("annotations.")


def _squad_from(rule: Rule | None) -> str:
    return rule.squad_from if rule and rule.squad_from else "squad"


def _squad(alert: Alert, rule: Rule | None, squads: Mapping[str, object]) -> tuple[str, tuple[str, ...]]:
    if rule and rule.squad:
        return rule.squad, (f"squad {rule.squad} by the rule",)
    named = alert.value(squad_label(rule))
    if named in squads:
        return named, (f"squad {named} from the alert's {_squad_from(rule)}",)
    return "", (f"no squad named {named!r}",) if named else ()
