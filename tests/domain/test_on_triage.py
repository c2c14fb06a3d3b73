"""The triage queue, decided: handing over, promoting and muting, and what a source's reports do to each afterwards."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from app.domain.classify import Severity
from app.domain.context import Context
from app.domain.errors import IllegalTransition, InvalidPayload
from app.domain.events import (
    Acknowledge,
    Actor,
    AlertFired,
    AlertResolved,
    Event,
    HandToSquad,
    Mute,
    Promote,
    ReaderUnreachable,
    Resolve,
    TimerDue,
)
from app.domain.incident import Incident, KnownKey, Mark, Outcome, Status, Timer
from app.domain.message import MessageKind
from app.domain.route import route_alert
from app.domain.step import step
from app.domain.triage import State, backlog_of, cause_of, state_of
from tests.builders import NINE, an_alert, an_id, an_incident
from tests.stories.stage import RULES
from tests.stories.town import town_rules

EVE = Actor("eve", "slack")
HOUR = timedelta(hours=1)
WEEK = timedelta(weeks=1)
WEB_AND_SHOP = """squads:
  web: {name: Web, email: web@example.com}
  shop: {name: Shop, email: shop@example.com, tickets: {github: example/shop}}
"""
SQUADS = town_rules(RULES.replace("squads:\n", WEB_AND_SHOP))


def a_bug(**changes: Any) -> Incident:
    """Waits in the queue since nine, of squad payments, and fires."""
    fields: dict[str, Any] = {"severity": Severity.TRIAGE, "policy": "", "timers": {}, "fired_at": NINE}
    return an_incident(**fields | changes)


class Bug:
    """One incident through a row of events."""

    def __init__(self, incident: Incident) -> None:
        self.incident = incident
        self.told: list[str] = []
        self.outcome = Outcome.IGNORED

    def at(self, now: datetime, event: Event) -> "Bug":
        decision = step(self.incident, event, Context(now, SQUADS))
        self.incident, self.outcome = decision.incident or self.incident, decision.outcome
        self.told = [f"{row.kind} {row.reader}" for row in decision.notifications]
        return self

    def fires(self, now: datetime, severity: str = "warning", title: str = "Payments API is down") -> "Bug":
        alert = an_alert(severity=severity, title=title)
        known = KnownKey(self.incident.id, self.incident.firing > 0, self.incident.episode)
        return self.at(now, AlertFired(alert, route_alert(alert, SQUADS), an_id(9), known))

    def is_over(self, now: datetime) -> "Bug":
        return self.at(now, AlertResolved(an_alert(), KnownKey(self.incident.id, True, self.incident.episode)))


def test_what_is_handed_to_a_squad_is_told_there_and_leaves_the_queue_open() -> None:
    bug = Bug(a_bug(status=Status.ACKNOWLEDGED, acknowledged_by="ben", holder_role="first_responder"))

    bug.at(NINE + HOUR, HandToSquad(EVE, "web", "their release"))

    assert bug.told == ["post web", "notice ben"]
    assert (bug.incident.squad, bug.incident.status, bug.incident.acknowledged_by) == ("web", Status.TRIGGERED, None)
    assert (bug.incident.is_open, state_of(bug.incident)) == (True, State.WITH_SQUAD)


def test_a_squad_with_a_tracker_finds_a_ticket_there_and_one_that_has_it_no_second() -> None:
    bug = Bug(a_bug()).at(NINE, HandToSquad(EVE, "shop", "their release"))

    assert bug.told == ["post shop", "ticket shop"]
    assert bug.at(NINE, HandToSquad(EVE, "web")).told == ["post web"]
    assert bug.at(NINE, HandToSquad(EVE, "shop")).told == ["post shop"]


def test_who_hands_over_what_they_had_is_not_told_of_it() -> None:
    bug = Bug(a_bug(status=Status.ACKNOWLEDGED, acknowledged_by="eve"))

    assert bug.at(NINE, HandToSquad(EVE, "web")).told == ["post web"]


def test_handed_over_again_to_the_same_squad_changes_nothing_and_to_another_tells_that() -> None:
    bug = Bug(a_bug()).at(NINE, HandToSquad(EVE, "payments"))

    again = bug.at(NINE + HOUR, HandToSquad(EVE, "payments"))
    assert (again.outcome, again.told) == (Outcome.ALREADY, [])
    assert bug.at(NINE + HOUR, HandToSquad(EVE, "web")).told == ["post web"]


def test_a_squad_that_nobody_would_hear_of_is_refused() -> None:
    with pytest.raises(InvalidPayload, match="squad nowhere is not in the rules file"):
        Bug(a_bug()).at(NINE, HandToSquad(EVE, "nowhere"))


def test_what_the_squad_could_not_be_told_is_back_in_the_queue_and_the_first_responder_is_told() -> None:
    bug = Bug(a_bug()).at(NINE, HandToSquad(EVE, "web"))
    [page] = bug.incident.pages

    bug.at(NINE + HOUR, ReaderUnreachable(page.key, "web", "slack: no such channel"))

    assert bug.told == ["post eve"]
    assert state_of(bug.incident) is State.QUEUED


def test_it_stays_the_squads_it_was_handed_to_whatever_its_source_says() -> None:
    bug = Bug(a_bug()).at(NINE, HandToSquad(EVE, "web")).is_over(NINE + HOUR)

    bug.fires(NINE + HOUR + timedelta(minutes=5))

    assert bug.told == ["post web"]
    assert (bug.incident.squad, state_of(bug.incident)) == ("web", State.WITH_SQUAD)


@pytest.mark.parametrize(
    ("at", "severity", "told", "timer"),
    [
        (NINE, Severity.CRITICAL, ["page eve"], Timer.ESCALATE),
        (NINE, Severity.HIGH, ["page eve"], Timer.ESCALATE),
        (NINE - 6 * HOUR, Severity.CRITICAL, ["page asha", "page ben"], Timer.ESCALATE),
        (NINE - 6 * HOUR, Severity.HIGH, [], Timer.RELEASE),
    ],
)
def test_what_is_promoted_is_paged_as_that_severity_is_at_that_hour(
    at: datetime, severity: Severity, told: list[str], timer: Timer
) -> None:
    bug = Bug(a_bug(marks=(Mark.NO_RUNBOOK,))).at(at + timedelta(days=7), Promote(EVE, severity, "customers call"))

    assert bug.told == told
    assert timer in bug.incident.timers
    assert (bug.incident.severity, bug.incident.policy, state_of(bug.incident)) == (severity, severity.value, None)
    assert bug.incident.reasons[-1] == f"promoted to {severity} by eve: customers call"


def test_promoted_twice_pages_once_and_never_for_less() -> None:
    bug = Bug(a_bug()).at(NINE, Promote(EVE, Severity.CRITICAL))

    assert bug.at(NINE, Promote(EVE, Severity.CRITICAL)).outcome is Outcome.ALREADY
    with pytest.raises(IllegalTransition, match="is critical already, which is worse"):
        bug.at(NINE, Promote(EVE, Severity.HIGH))
    with pytest.raises(InvalidPayload, match="must be critical or high"):
        bug.at(NINE, Promote(EVE, Severity.TRIAGE))


def test_what_a_person_has_promoted_still_pages_when_it_fires_again_soon() -> None:
    bug = Bug(a_bug()).at(NINE, Promote(EVE, Severity.CRITICAL)).is_over(NINE + HOUR)

    bug.fires(NINE + HOUR + timedelta(minutes=5))

    assert bug.told == ["page eve"]
    assert (bug.incident.severity, bug.incident.policy) == (Severity.CRITICAL, "critical")


def test_what_is_muted_counts_on_in_silence_also_after_its_source_said_that_it_was_over() -> None:
    bug = Bug(a_bug()).at(NINE, Mute(EVE, NINE + WEEK, "known"))

    assert bug.fires(NINE + HOUR).told == []
    assert bug.is_over(NINE + 2 * HOUR).told == []
    assert (bug.incident.is_open, bug.incident.firing, state_of(bug.incident)) == (True, 0, State.MUTED)
    assert bug.fires(NINE + 3 * HOUR).told == []
    assert (bug.incident.count, bug.incident.firing, bug.incident.alerts) == (3, 1, 1)


def test_when_the_mute_is_over_what_still_fires_is_told_and_waits_again() -> None:
    bug = Bug(a_bug()).at(NINE, Mute(EVE, NINE + WEEK))

    bug.at(NINE + WEEK, TimerDue())

    assert bug.told == ["post payments"]
    assert (state_of(bug.incident), dict(bug.incident.timers)) == (State.QUEUED, {})


def test_when_the_mute_is_over_what_was_over_meanwhile_is_closed_and_tells_nobody() -> None:
    bug = Bug(a_bug()).at(NINE, Mute(EVE, NINE + WEEK)).is_over(NINE + HOUR)

    bug.at(NINE + WEEK, TimerDue())

    assert (bug.incident.status, bug.incident.resolved_by, bug.told) == (Status.RESOLVED, "alertmanager", [])


def test_what_is_muted_for_good_has_no_end_but_can_be_closed() -> None:
    bug = Bug(a_bug()).at(NINE, Mute(EVE))

    assert bug.incident.due_at is None
    assert bug.at(NINE + WEEK, Resolve(EVE)).incident.marks == ()


@pytest.mark.parametrize("until", [NINE + WEEK, None])
def test_what_is_muted_and_gets_worse_is_told(until: datetime | None) -> None:
    bug = Bug(a_bug()).at(NINE, Mute(EVE, until))

    bug.fires(NINE + HOUR, "critical")

    assert bug.told == ["page eve"]
    assert Mark.MUTED not in bug.incident.marks
    assert Timer.UNMUTE not in bug.incident.timers


def test_the_same_mute_again_changes_nothing_and_another_replaces_it() -> None:
    bug = Bug(a_bug()).at(NINE, Mute(EVE, NINE + HOUR))

    assert bug.at(NINE, Mute(EVE, NINE + HOUR)).outcome is Outcome.ALREADY
    assert dict(bug.at(NINE, Mute(EVE, NINE + WEEK)).incident.timers) == {Timer.UNMUTE: NINE + WEEK}
    assert dict(bug.at(NINE, Mute(EVE)).incident.timers) == {}
    assert bug.at(NINE + HOUR, Acknowledge(EVE)).incident.marks == (), "taken up again"


def test_a_mute_that_is_over_before_it_begins_is_refused() -> None:
    with pytest.raises(InvalidPayload, match="must lie in the future"):
        Bug(a_bug()).at(NINE, Mute(EVE, NINE))


@pytest.mark.parametrize("event", [HandToSquad(EVE, "web"), Mute(EVE)])
def test_a_production_incident_is_neither_handed_away_nor_muted(event: Event) -> None:
    with pytest.raises(IllegalTransition, match="is critical, and only what is in triage can be"):
        Bug(an_incident()).at(NINE, event)


@pytest.mark.parametrize(
    ("mark", "state"),
    [
        (Mark.NO_RUNBOOK, State.QUEUED),
        (Mark.SNOOZED, State.ASIDE),
        (Mark.SUPPRESSED, State.ASIDE),
        (Mark.OBSERVED, State.ASIDE),
        (Mark.MUTED, State.MUTED),
        (Mark.WITH_SQUAD, State.WITH_SQUAD),
    ],
)
def test_only_what_waits_for_a_decision_is_in_the_queue(mark: Mark, state: State) -> None:
    assert state_of(a_bug(marks=(mark,))) is state


@pytest.mark.parametrize("incident", [an_incident(), a_bug(status=Status.RESOLVED)])
def test_what_is_over_or_pages_is_no_matter_of_triage(incident: Incident) -> None:
    assert state_of(incident) is None


def test_a_queue_is_told_in_figures() -> None:
    queue = [
        a_bug(id=an_id(3), opened_at=NINE + HOUR, source="rollbar", squad=""),
        a_bug(id=an_id(1), opened_at=NINE, marks=(Mark.NO_RUNBOOK,)),
        a_bug(id=an_id(2), opened_at=NINE + 2 * HOUR, source="rollbar", marks=(Mark.RAISED_BY_PERSON,)),
    ]

    found = backlog_of(queue, 2)

    assert (found.count, [one.id for one in found.oldest]) == (3, [an_id(1), an_id(3)])
    assert found.sources == (("rollbar", 2), ("alertmanager", 1))
    assert (found.squads, found.without_runbook) == ((("payments", 2), ("", 1)), 1)
    assert [cause_of(one) for one in queue] == ["severity", "missing_runbook", "raised"]


def test_posts_of_triage_are_told_once_and_ask_for_nobody() -> None:
    decision = step(a_bug(), HandToSquad(EVE, "web"), Context(NINE, SQUADS))

    [row] = decision.notifications
    assert (row.kind, row.once, row.why.sentence()) == (
        MessageKind.POST,
        True,
        "handed to squad web by eve; squad; in hours (office, Mon 09:00-17:30); triage queue",
    )
