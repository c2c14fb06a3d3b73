"""What a page says comes next is what then happens, if nobody does anything."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from app.adapters.rules_yaml import load_rules
from app.adapters.sources import SOURCES
from app.domain.classify import Severity
from app.domain.context import Context
from app.domain.events import Actor, Raise, TimerDue
from app.domain.foreseen import Foreseen, foreseen
from app.domain.incident import Incident, Timer
from app.domain.route import route_raised
from app.domain.ruleset import Rules
from app.domain.step import step
from tests.builders import an_id, an_incident
from tests.entrypoints.http.rig import RULES, RUNBOOK, SUNDAY_NIGHT

MONDAY = datetime(2026, 11, 23, 9, tzinfo=UTC)


@pytest.fixture
def rules(tmp_path: Path) -> Rules:
    file, runbooks = tmp_path / "routing_rules.yaml", tmp_path / "runbooks"
    file.write_text(RULES)
    runbooks.mkdir()
    (runbooks / "payments-api-down.md").write_text(RUNBOOK)
    return load_rules(file, runbooks, {name: source.severities for name, source in SOURCES.items()})


def raised(severity: Severity, rules: Rules, at: datetime = SUNDAY_NIGHT) -> Incident:
    route = route_raised(severity, "payments", an_id(), rules)
    decision = step(None, Raise(an_id(), Actor("asha", "api"), "It is down", "", route), Context(at, rules))
    assert decision.incident
    return decision.incident


def later(incident: Incident, rules: Rules) -> Incident:
    """As it is once its next timer was due."""
    due = incident.due_at
    assert due
    decision = step(incident, TimerDue(), Context(due, rules))
    assert decision.incident
    return decision.incident


def test_whoever_is_told_next_is_named_pass_after_pass_and_then_the_last_resort(rules: Rules) -> None:
    incident, said, happened = raised(Severity.CRITICAL, rules), [], []
    for _ in range(6):
        found = foreseen(incident, Context(incident.updated_at, rules))
        assert found
        incident = later(incident, rules)
        said.append(found.told)
        happened.append({page.role for page in incident.pages})

    assert said == [
        ("second line",),
        ("primary", "shadow"),
        ("second line",),
        ("primary", "shadow"),
        ("second line",),
        ("last resort",),
    ]
    for told, roles in zip(said, happened, strict=True):
        assert {role.replace("_", " ") for role in roles} >= set(told)


def test_a_step_that_has_nobody_is_passed_over(rules: Rules) -> None:
    gone = replace(rules.people["chen"], on_call_since=None)
    without = replace(rules, people={**rules.people, "chen": gone})

    found = foreseen(raised(Severity.CRITICAL, without), Context(SUNDAY_NIGHT, without))

    assert found == Foreseen(Timer.ESCALATE, SUNDAY_NIGHT + timedelta(hours=1), ("primary", "shadow"))


def test_what_is_held_is_told_in_the_morning_and_names_nobody(rules: Rules) -> None:
    found = foreseen(raised(Severity.HIGH, rules), Context(SUNDAY_NIGHT, rules))

    assert found == Foreseen(Timer.RELEASE, MONDAY)


def test_nothing_comes_of_what_waits_for_nothing(rules: Rules) -> None:
    assert foreseen(an_incident(timers={}), Context(SUNDAY_NIGHT, rules)) is None
