"""Which incidents get a post-mortem, whose it is, and what it knows before anybody writes."""

from datetime import timedelta
from typing import Any

import pytest

from app.domain.classify import Severity
from app.domain.incident import Entry, Incident, Mark, Status
from app.domain.message import MessageKind
from app.domain.notification import Notification
from app.domain.postmortem import MOST_MOMENTS
from app.domain.postmortem_draft import facts_of, is_reviewed, owner_of
from tests.builders import NINE, a_notification, a_resolved_incident, an_entry

KNOWN = frozenset({"asha", "ben", "chen", "eve"})
TEN = NINE + timedelta(hours=1)


def over(**changes: Any) -> Incident:
    return a_resolved_incident(TEN, **{"resolved_by": "alertmanager", **changes})


def acknowledged(who: str, minutes: int = 2) -> Entry:
    return an_entry(at=NINE + timedelta(minutes=minutes), what="acknowledged", text=f"{who} has it", who=who)


@pytest.mark.parametrize(
    ("incident", "entries", "rows", "expected"),
    [
        (over(), (), (a_notification(),), True),
        (over(severity=Severity.HIGH), (), (), True),
        (over(severity=Severity.TRIAGE), (), (a_notification(),), False),
        (over(status=Status.ACKNOWLEDGED), (), (a_notification(),), False),
        (over(marks=(Mark.OBSERVED,)), (), (a_notification(),), False),
        (over(), (an_entry(what="suppressed"),), (), False),
        (over(), (an_entry(what="suppressed"),), (a_notification(),), True),
        (over(acknowledged_by="asha"), (an_entry(what="suppressed"),), (), True),
    ],
)
def test_each_critical_or_high_that_people_could_hear_of_gets_one(
    incident: Incident, entries: tuple[Entry, ...], rows: tuple[Notification, ...], expected: bool
) -> None:
    assert is_reviewed(incident, entries, rows) is expected


FIRST_PAGE = a_notification(reader="eve", created_at=NINE)
SHADOW_BEFORE = a_notification(reader="ben", role="shadow", created_at=NINE - timedelta(minutes=1))
POST = a_notification(reader="payments", squad=True, kind=MessageKind.POST)


@pytest.mark.parametrize(
    ("incident", "entries", "rows", "owner"),
    [
        (over(acknowledged_by="eve"), (acknowledged("asha"), acknowledged("eve", 400)), (FIRST_PAGE,), "asha"),
        (over(), (acknowledged("someone who left"), acknowledged("ben", 9)), (), "ben"),
        (over(resolved_by="chen"), (), (FIRST_PAGE,), "chen"),
        (over(), (), (SHADOW_BEFORE, POST, FIRST_PAGE), "eve"),
        (over(), (), (POST,), ""),
    ],
)
def test_the_owner_is_who_responded_else_who_was_paged(
    incident: Incident, entries: tuple[Entry, ...], rows: tuple[Notification, ...], owner: str
) -> None:
    assert owner_of(incident, entries, rows, KNOWN) == owner


def test_people_times_and_timeline_are_filled_in() -> None:
    entries = (an_entry(who="alertmanager"), acknowledged("asha"), acknowledged("eve", 30))
    told = (a_notification(reader="ben"), a_notification(reader="asha"), POST)

    facts = facts_of(over(title="down\n" * 3, count=7, version=9), entries, told, KNOWN)

    assert (facts.title, facts.count, facts.incident_version) == ("down down down", 7, 9)
    assert (facts.opened_at, facts.acknowledged_at, facts.resolved_at) == (NINE, NINE + timedelta(minutes=2), TEN)
    assert facts.people == ("asha", "eve", "ben")
    assert [(one.who, one.what) for one in facts.timeline] == [
        ("alertmanager", "opened"),
        ("asha", "acknowledged"),
        ("eve", "acknowledged"),
    ]


def test_of_a_very_long_timeline_the_beginning_and_the_end_are_kept() -> None:
    entries = [an_entry(text=str(n)) for n in range(MOST_MOMENTS + 5)]

    found = facts_of(over(), entries, (), KNOWN).timeline

    assert [found[0].text, found[-1].text, len(found)] == ["0", str(MOST_MOMENTS + 4), MOST_MOMENTS + 1]
    assert found[MOST_MOMENTS // 2].text == "5 more entries are in the incident's timeline"
