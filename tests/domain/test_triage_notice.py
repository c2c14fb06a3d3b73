"""What is said when the triage queue changes hands, to each of those whom it concerns."""

import pytest

from app.domain.triage import backlog_of
from app.domain.triage_notice import Handover
from tests.builders import NINE, an_id, an_incident

NAMES = {"eve": "Eve", "dee": "Dee", "cto": "Cleo"}


def handover(before: str, after: str, waiting: int = 1) -> Handover:
    queue = [
        an_incident(id=an_id(n), source=f"tool{n}", opened_at=NINE.replace(minute=n), title=f"Bug {n}\nsmall")
        for n in range(waiting)
    ]
    return Handover(NINE.replace(hour=14), before, after, NAMES, backlog_of(queue, 3), "https://r.example.com")


@pytest.mark.parametrize(
    ("before", "after", "reader", "said"),
    [
        ("eve", "dee", "dee", "TRIAGE the queue is yours now, from Eve: 1 waits, the oldest for 5 h"),
        ("eve", "dee", "eve", "TRIAGE the queue has gone to Dee: 1 waits, the oldest for 5 h"),
        ("eve", "eve", "eve", "TRIAGE the queue stays yours: 1 waits, the oldest for 5 h"),
        ("", "dee", "dee", "TRIAGE the queue is yours now: 1 waits, the oldest for 5 h"),
        ("eve", "", "eve", "TRIAGE nobody is first responder, so nobody has the queue: 1 waits, the oldest for 5 h"),
        ("", "", "cto", "TRIAGE nobody is first responder, so nobody has the queue: 1 waits, the oldest for 5 h"),
    ],
)
def test_each_is_told_what_it_means_for_them(before: str, after: str, reader: str, said: str) -> None:
    assert handover(before, after).notice_for(reader).headline == said


def test_many_sources_and_incidents_are_counted_and_only_the_first_are_named() -> None:
    notice = handover("eve", "dee", 12).notice_for("dee")

    by_source, by_squad, oldest, *others = notice.lines
    assert by_source.endswith("others 4")
    assert (by_squad, notice.link) == ("by squad: payments 12", "https://r.example.com/triage")
    assert oldest == f"5 h: Bug 0 small (tool0, payments) https://r.example.com/incidents/{an_id(0)}"
    assert others[-1] == "and 9 more"


def test_it_concerns_each_person_once_and_whoever_has_it_now_first() -> None:
    assert [handover(*pair).people for pair in (("eve", "dee"), ("eve", "eve"), ("", "dee"), ("", ""))] == [
        ("dee", "eve"),
        ("eve",),
        ("dee",),
        (),
    ]
