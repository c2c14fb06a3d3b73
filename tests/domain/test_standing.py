"""Where an incident stands, in a sentence, and what can still be answered."""

from datetime import timedelta

import pytest

from app.domain.classify import Severity
from app.domain.incident import Incident, LivePage, Mark, Status
from app.domain.standing import answers, standing
from tests.builders import NINE, an_incident
from tests.stories.town import town_rules

SUMMER = NINE.replace(month=7)
TAKEN = {"status": Status.ACKNOWLEDGED, "acknowledged_by": "asha", "acknowledged_at": NINE}


@pytest.mark.parametrize(
    ("incident", "said"),
    [
        (an_incident(), "triggered"),
        (an_incident(marks=(Mark.NO_RUNBOOK,)), "triggered"),
        (an_incident(marks=(Mark.SNOOZED,)), "triggered (snoozed)"),
        (an_incident(**TAKEN), "acknowledged by Asha at 09:00"),
        (an_incident(**TAKEN | {"acknowledged_at": SUMMER}), "acknowledged by Asha at 10:00"),
        (an_incident(**TAKEN, marks=(Mark.PARKED,)), "acknowledged by Asha at 09:00 (parked)"),
        (an_incident(**TAKEN | {"acknowledged_by": "grafana"}), "acknowledged by grafana at 09:00"),
        (an_incident(status=Status.RESOLVED, resolved_by="ben", resolved_at=NINE), "resolved by Ben at 09:00"),
        (an_incident(status=Status.RESOLVED), "resolved"),
    ],
)
def test_it_is_said_who_has_it_and_since_when(incident: Incident, said: str) -> None:
    assert standing(incident, town_rules()) == said


@pytest.mark.parametrize(
    ("incident", "possible"),
    [
        (an_incident(), ("acknowledge", "resolve", "second-line", "note")),
        (an_incident(**TAKEN), ("resolve", "second-line", "note")),
        (an_incident(**TAKEN, marks=(Mark.PARKED,)), ("acknowledge", "resolve", "second-line", "note")),
        (
            an_incident(**TAKEN, pages=(LivePage("k", "chen", "second_line", until=NINE + timedelta(hours=1)),)),
            ("acknowledge", "resolve", "second-line", "note"),
        ),
        (an_incident(status=Status.RESOLVED), ("note",)),
        (an_incident(severity=Severity.TRIAGE), ("hand", "promote", "mute", "resolve", "note")),
        (an_incident(severity=Severity.TRIAGE, status=Status.RESOLVED), ("note",)),
    ],
)
def test_answers_are_those_that_would_still_do_something(incident: Incident, possible: tuple[str, ...]) -> None:
    assert answers(incident) == possible
