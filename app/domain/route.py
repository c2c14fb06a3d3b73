"""The route of an alert: what the rules and the runbook gate decided, and which incident it belongs to."""

from dataclasses import dataclass

from app.domain.alert import Alert
from app.domain.classify import Classified, OnMissingRunbook, Rule, Severity, SourceSettings, classify
from app.domain.incident import Mark
from app.domain.replacing import quick
from app.domain.ruleset import Rules
from app.domain.runbook import RunbookFound, find_runbook


@quick
@dataclass(frozen=True, slots=True)
class Route:
    """`dedup_key` is the incident's; `grouped`: it is not simply the alert's own. `policy` is empty for triage."""

    severity: Severity
    squad: str
    rule: str
    runbook: str
    calendar: str
    policy: str
    dedup_key: str
    grouped: bool
    resolve_with_source: bool = True
    marks: tuple[Mark, ...] = ()
    reasons: tuple[str, ...] = ()


def route_alert(alert: Alert, rules: Rules) -> Route:
    """Classify, pass the runbook gate, and name the incident."""
    source = rules.sources[alert.source]
    found = classify(alert, rules.rules, source, rules.squads)
    severity, runbook, marks, reasons = _gate(alert, found, rules, source)
    dedup_key, grouped = _incident_key(alert, found, severity, rules)
    policy = rules.policy_for(found.rule, severity)
    return Route(
        severity=severity,
        squad=found.squad,
        rule=_name(found.rule),
        runbook=runbook,
        calendar=rules.calendar_for(found.rule, found.squad).name,
        policy=policy.name if policy else "",
        dedup_key=dedup_key,
        grouped=grouped,
        resolve_with_source=found.rule.resolve_with_source if found.rule else True,
        marks=(*marks, *_observed(alert.source, rules)),
        reasons=(*found.reasons, *reasons, *alert.flags),
    )


def route_raised(severity: Severity, squad: str, key: str, rules: Rules) -> Route:
    """The route of what a person raises: nobody foresaw it, so no rule and no gate apply."""
    policy = rules.policy_for(None, severity)
    return Route(
        severity=severity,
        squad=squad,
        rule="",
        runbook="",
        calendar=rules.calendar_for(None, squad).name,
        policy=policy.name if policy else "",
        dedup_key=key,
        grouped=False,
        marks=(Mark.RAISED_BY_PERSON, *_observed("", rules)),
        reasons=("raised by a person",),
    )


def _observed(source: str, rules: Rules) -> tuple[Mark, ...]:
    return (Mark.OBSERVED,) if rules.is_observed(source) else ()


def _gate(
    alert: Alert, found: Classified, rules: Rules, source: SourceSettings
) -> tuple[Severity, str, tuple[Mark, ...], tuple[str, ...]]:
    unmapped = (Mark.UNMAPPED_SEVERITY,) if found.unmapped else ()
    runbook = runbook_of(alert, found.rule, rules)
    if runbook.ref is not None or found.severity is Severity.TRIAGE:
        return found.severity, runbook.ref or "", unmapped, runbook.notes
    marks = (*unmapped, Mark.NO_RUNBOOK)
    if _on_missing(found.rule, source, rules) is OnMissingRunbook.PAGE:
        return found.severity, "", marks, (*runbook.notes, "NO RUNBOOK: paged all the same, as the rules say")
    said = f"no runbook: {found.severity} is not a production alert without one, so it goes to triage"
    return Severity.TRIAGE, "", marks, (*runbook.notes, said)


def runbook_of(alert: Alert, rule: Rule | None, rules: Rules) -> RunbookFound:
    """The runbook that counts for an alert which `rule` decides: the rule's, the alert's own, or one for its name."""
    references = ((rule.runbook, *alert.runbooks)) if rule and rule.runbook else alert.runbooks
    return find_runbook(references, alert.labels.get("alertname") or alert.title, rules.library)


def _on_missing(rule: Rule | None, source: SourceSettings, rules: Rules) -> OnMissingRunbook:
    return (rule.on_missing_runbook if rule else None) or source.on_missing_runbook or rules.on_missing_runbook


def _incident_key(alert: Alert, found: Classified, severity: Severity, rules: Rules) -> tuple[str, bool]:
    """The rule's `group_by`, else the sender's group together with the route it takes, else the alert's own key.

    Critical and high alerts of a group share an incident, so that a worse one raises it; triage never mixes with them.
    """
    rule = found.rule
    if rule and rule.group_by:
        values = ",".join(f"{name}={alert.value(name)}" for name in rule.group_by)
        return f"{_name(rule)}{{{values}}}", True
    if not alert.group_key:
        return alert.dedup_key, False
    kind = "triage" if severity is Severity.TRIAGE else "production"
    calendar, policy = rules.calendar_for(rule, found.squad).name, (rule.policy if rule else None) or ""
    route = "/".join(part for part in (kind, found.squad, calendar, policy) if part)
    return f"{alert.group_key} → {route}", True


def _name(rule: Rule | None) -> str:
    return rule.name if rule else ""
