"""What the check of our own files finds, with file, line and key."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

import pytest

from app.domain.alert import Alert
from app.domain.calendar import Calendar
from app.domain.classify import OnMissingRunbook, Rule, Severity
from app.domain.complaint import NOWHERE, Complaint, Place
from app.domain.people import Person
from app.domain.policy import Chain, Policy, Step, Target, TargetKind
from app.domain.rota import Rota
from app.domain.ruleset import Rules
from app.domain.runbook import Library, Runbook
from app.service.check import check
from app.service.problem import Problem, Weight

FILE = "routing_rules.yaml"
LONDON = ZoneInfo("Europe/London")
NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
STEPS = {"payments-api-down": Runbook("payments-api-down", "Down", "1. Look.")}


def anything(alert: Alert) -> bool:
    return True


def a_rota(name: str, **changes: object) -> Rota:
    return replace(Rota(name, LONDON, ("asha",), date(2026, 1, 5), 0, time(9)), **changes)


def a_rule(**changes: object) -> Rule:
    return replace(Rule("rule 1", Place(FILE, 9), anything, severity=Severity.CRITICAL), **changes)


def some_rules(*rotas: Rota, told: tuple[str, ...] = (), **changes: object) -> Rules:
    """Rules whose critical policy tells the rotas `told`; `primary` is written in line 7."""
    targets = tuple(Target(TargetKind.ROTA, name) for name in told)
    chain = Chain("critical out of hours", (Step(targets),))
    people: Mapping[str, Person] = {"asha": Person("asha", "Asha", on_call_since=date(2026, 1, 1))}
    rules = Rules(
        version="1",
        zone=LONDON,
        on_missing_runbook=OnMissingRunbook.PAGE,
        last_resort="asha",
        default_calendar="office",
        calendars={"office": Calendar("office", LONDON, ((),) * 7)},
        people=people,
        squads={},
        rotas={rota.name: rota for rota in rotas},
        policies={"critical": Policy("critical", Chain("critical in hours", hold=True), chain)},
        ladders={},
        rules=(),
        sources={},
        library=Library({}, {}),
        places={"rotas.primary": Place(FILE, 7)},
    )
    return replace(rules, **changes)


def said(rules: Rules) -> list[str]:
    return [f"{problem.weight}: {problem}" for problem in check(rules, NOW)]


def test_sound_rules_have_no_problems() -> None:
    rules = some_rules(a_rota("primary"), told=("primary",), rules=(a_rule(runbook="https://wiki/x"),))

    assert check(rules, NOW) == ()


def test_a_rota_that_ends_within_ninety_days_is_an_error() -> None:
    rules = some_rules(a_rota("primary", ends=date(2026, 4, 1)), told=("primary",))

    assert check(rules, NOW) == (
        Problem(
            Complaint(
                place=Place(FILE, 7),
                key="rotas.primary",
                reason="nobody from Wed 01 Apr 2026 00:00 for the rest of 90 days "
                "(nobody in rota primary: it ended on 2026-04-01)",
            ),
            Weight.ERROR,
        ),
    )


def test_a_rota_that_begins_later_has_a_gap_until_then() -> None:
    rules = some_rules(a_rota("primary", starts=date(2026, 4, 1)), told=("primary",))

    (problem,) = check(rules, NOW)

    assert problem.complaint.reason.startswith("nobody from Mon 02 Mar 2026 12:00 until Mon 06 Apr 2026 09:00 (")


def test_neighbouring_gaps_are_one() -> None:
    unwilling = {"asha": Person("asha", "Asha", on_call_since=date(2026, 3, 30))}
    rules = some_rules(a_rota("primary", consent_required=True), told=("primary",), people=unwilling)

    (problem,) = check(rules, NOW)

    assert problem.complaint.reason.startswith("nobody from Mon 02 Mar 2026 12:00 until Mon 30 Mar 2026 09:00 (")


def test_gaps_of_a_shadow_and_of_a_rota_that_nobody_tells_are_normal() -> None:
    empty = (a_rota("shadow", members=(), shadowing=True), a_rota("spare", members=()))

    assert check(some_rules(*empty, told=("shadow",)), NOW) == ()


def test_a_primary_who_is_their_own_second_line_is_a_warning() -> None:
    rules = some_rules(a_rota("primary"), a_rota("second_line"), told=("primary", "second_line"))

    assert said(rules) == [
        "warning: rotas.second_line: asha holds primary too from Mon 02 Mar 2026 12:00 until Sun 31 May 2026 13:00",
    ]


@pytest.mark.parametrize(
    ("warning", "weight", "sentence"),
    [
        (
            Complaint(Place(FILE, 7), "has no contact method but the console", "people.ben"),
            Weight.WARNING,
            "routing_rules.yaml:7 people.ben: has no contact method but the console",
        ),
        (
            Complaint(Place(FILE, 9), "runbook api-down: no such file", "rules.runbook"),
            Weight.ERROR,
            "routing_rules.yaml:9 rules.runbook: runbook api-down: no such file",
        ),
        (
            Complaint(Place("runbooks/a.md"), "is larger than 256,000 bytes, so it is not read"),
            Weight.WARNING,
            "runbooks/a.md is larger than 256,000 bytes, so it is not read",
        ),
        (Complaint(NOWHERE, "runbooks: all gone"), Weight.WARNING, "runbooks: all gone"),
    ],
)
def test_what_the_loader_said_is_said_again_and_a_dead_runbook_is_an_error(
    warning: Complaint, weight: Weight, sentence: str
) -> None:
    (problem,) = check(some_rules(warnings=(warning,)), NOW)

    assert (problem, str(problem)) == (Problem(warning, weight), sentence)


@pytest.mark.parametrize("severity", [Severity.CRITICAL, Severity.HIGH])
def test_a_rule_without_any_way_to_a_runbook_is_a_warning(severity: Severity) -> None:
    rules = some_rules(rules=(a_rule(severity=severity),))

    assert said(rules) == [
        f"warning: routing_rules.yaml:9 rules: rule rule 1 is {severity} and names no runbook, "
        "and there is no local runbook: only an alert that brings its own pages"
    ]


@pytest.mark.parametrize(
    ("rule", "is_warned"),
    [
        (a_rule(alert_names=("PaymentsApiDown",)), False),
        (a_rule(alert_names=("Slow",)), False),
        (a_rule(alert_names=("OtherDown",)), True),
        (a_rule(alert_names=()), False),
        (a_rule(severity=Severity.TRIAGE), False),
        (a_rule(severity=None), False),
    ],
)
def test_an_alert_s_name_may_lead_to_a_runbook(rule: Rule, is_warned: bool) -> None:
    rules = some_rules(rules=(rule,), library=Library(STEPS, {"Slow": "payments-api-down"}))

    assert bool(check(rules, NOW)) is is_warned


def test_errors_come_before_warnings() -> None:
    rules = some_rules(
        a_rota("primary", members=()), told=("primary",), warnings=(Complaint(Place("a.yaml", 1), "y", "x"),)
    )

    assert [problem.weight for problem in check(rules, NOW)] == [Weight.ERROR, Weight.WARNING]
