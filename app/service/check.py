"""Checking our own files before they are trusted: what would go wrong with these rules although they load."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from app.domain.classify import Rule, Severity
from app.domain.complaint import NOWHERE, Complaint
from app.domain.policy import TargetKind
from app.domain.rota import DatedFacts, OnCall, Rota, shifts
from app.domain.ruleset import Rules
from app.domain.runbook import Library, find_runbook
from app.service.problem import Problem, Weight, errors_first

AHEAD = timedelta(days=90)

_DEAD_RUNBOOKS = ("rules.runbook", "heartbeats.runbook")


def check(rules: Rules, at: datetime) -> tuple[Problem, ...]:
    """Everything that a person should look at, errors first."""
    return errors_first([*_said_by_the_loader(rules), *_gaps(rules, at), *_without_runbook(rules)])


def _said_by_the_loader(rules: Rules) -> Iterator[Problem]:
    for warning in rules.warnings:
        yield Problem(warning, Weight.ERROR if warning.key in _DEAD_RUNBOOKS else Weight.WARNING)


def _gaps(rules: Rules, at: datetime) -> Iterator[Problem]:
    """Times without anybody in a rota that a policy tells. An empty shadow slot is normal."""
    for name in _told(rules):
        rota, key = rules.rotas[name], f"rotas.{name}"
        if rota.shadowing:
            continue
        for gap in _joined(shifts(rota, rules.people, DatedFacts(), at, at + AHEAD)):
            yield Problem(Complaint(rules.places.get(key, NOWHERE), _gap(gap, rota, at), key))


def _told(rules: Rules) -> tuple[str, ...]:
    told = {
        target.name
        for policy in rules.policies.values()
        for chain in (policy.in_hours, policy.out_of_hours)
        for step in chain.steps
        for target in step.tell
        if target.kind is TargetKind.ROTA
    }
    return tuple(name for name in rules.rotas if name in told)


def _joined(stretches: tuple[OnCall, ...]) -> list[OnCall]:
    """The gaps among `stretches`, neighbours as one."""
    gaps: list[OnCall] = []
    for stretch in stretches:
        if stretch.person is not None:
            continue
        before = gaps[-1] if gaps else None
        if before and before.until is not None and before.until == stretch.since:
            gaps[-1] = OnCall(before.rota, None, before.since, stretch.until, before.why)
        else:
            gaps.append(stretch)
    return gaps


def _gap(gap: OnCall, rota: Rota, at: datetime) -> str:
    since = max(gap.since or at, at)
    until = f"until {_local(gap.until, rota)}" if gap.until and gap.until <= at + AHEAD else "for the rest of 90 days"
    return f"nobody from {_local(since, rota)} {until} ({gap.why})"


def _local(at: datetime, rota: Rota) -> str:
    return f"{at.astimezone(rota.zone):%a %d %b %Y %H:%M}"


def _without_runbook(rules: Rules) -> Iterator[Problem]:
    for rule in rules.rules:
        if rule.severity in (Severity.CRITICAL, Severity.HIGH) and not rule.runbook:
            lack = _lack(rule, rules.library)
            if lack:
                reason = f"rule {rule.name} is {rule.severity} and names no runbook, and {lack}"
                said = Complaint(rule.where, f"{reason}: only an alert that brings its own pages", "rules")
                yield Problem(said, Weight.WARNING)


def _lack(rule: Rule, library: Library) -> str:
    """Why the name of an alert cannot lead to a runbook; empty where it can, or might."""
    if not library.by_slug:
        return "there is no local runbook"
    without = [name for name in rule.alert_names if find_runbook((), name, library).ref is None]
    return f"no local runbook is for the alert {', '.join(without)}" if without else ""
