"""Checking our own files before they are trusted: what would go wrong with these rules although they load."""

from collections.abc import Iterator, Sequence
from datetime import datetime

from app.domain.classify import Rule, Severity
from app.domain.complaint import NOWHERE, Complaint
from app.domain.paging_roles import Hours
from app.domain.rota import DatedFacts, Rota
from app.domain.rota_gaps import AHEAD, DoubleBooking, Gap, Outlook, outlook
from app.domain.ruleset import Rules
from app.domain.runbook import Library, find_runbook
from app.service.problem import Problem, Weight, errors_first

_DEAD_RUNBOOKS = ("rules.runbook", "heartbeats.runbook")


def check(rules: Rules, at: datetime) -> tuple[Problem, ...]:
    """Everything that a person should look at, errors first."""
    ahead = outlook(rules, DatedFacts(), at, at + AHEAD)
    of_rotas = (*_gaps(rules, ahead), *_double_bookings(rules, ahead))
    return errors_first([*_said_by_the_loader(rules), *of_rotas, *_without_runbook(rules)])


def _said_by_the_loader(rules: Rules) -> Iterator[Problem]:
    for warning in rules.warnings:
        yield Problem(warning, Weight.ERROR if warning.key in _DEAD_RUNBOOKS else Weight.WARNING)


def _gaps(rules: Rules, ahead: Outlook) -> Iterator[Problem]:
    for gap in ahead.gaps:
        key = f"rotas.{gap.rota}"
        yield Problem(Complaint(rules.places.get(key, NOWHERE), _gap(gap, rules.rotas[gap.rota], ahead), key))


def _gap(gap: Gap, rota: Rota, ahead: Outlook) -> str:
    until = f"until {_local(gap.until, rota)}" if gap.until < ahead.until else "for the rest of 90 days"
    return f"nobody from {_local(gap.since, rota)} {until} ({gap.why})"


def _double_bookings(rules: Rules, ahead: Outlook) -> Iterator[Problem]:
    """Of each two rotas the first time that one person holds both out of hours, where each should back the other; in
    hours there are usually others about."""
    by_rotas: dict[tuple[str, str], list[DoubleBooking]] = {}
    for booking in ahead.double_bookings:
        if booking.hours is Hours.OUT:
            by_rotas.setdefault(booking.rotas, []).append(booking)
    for (one, other), bookings in by_rotas.items():
        key = f"rotas.{other}"
        reason = _twice(one, bookings, rules.rotas[other])
        yield Problem(Complaint(rules.places.get(key, NOWHERE), reason, key), Weight.WARNING)


def _twice(other: str, bookings: Sequence[DoubleBooking], rota: Rota) -> str:
    first = bookings[0]
    often = f" (the first of {len(bookings)} times in 90 days)" if len(bookings) > 1 else ""
    return f"{first.person} holds {other} too from {_local(first.since, rota)} until {_local(first.until, rota)}{often}"


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
