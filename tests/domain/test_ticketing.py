"""Tickets and calls: each is made once, stands in the incident from then on, and a ticket that fails is said aloud."""

from datetime import timedelta

import pytest

from app.domain.context import Context
from app.domain.digest import Due, bundle, compose
from app.domain.errors import IllegalTransition, InvalidPayload
from app.domain.events import Actor, AlertFired, OpenTicket, ReaderUnreachable, StartCall, TicketOpened
from app.domain.incident import Decision, Incident, Outcome, Status, Ticket
from app.domain.message import MessageKind
from app.domain.notification import NotificationState, Planned, Retry
from app.domain.replacing import replace
from app.domain.route import route_alert
from app.domain.sending import begin, record
from app.domain.step import step
from app.domain.storm import pace
from tests.builders import NINE, a_resolved_incident, an_alert, an_id, an_incident
from tests.stories.stage import RULES
from tests.stories.town import town_rules

ASHA = Actor("asha", "api")
URL = "https://github.com/example/payments/issues/7"
ROOM = "https://meet.example.com/payments"
CTX = Context(
    NINE,
    town_rules(
        RULES.replace(
            "payments: {name: Payments, email: payments@example.com, members: [asha, ben]}",
            "payments: {name: Payments, email: payments@example.com, tickets: {github: example/payments}}\n"
            "  web: {name: Web, email: web@example.com}",
        )
    ),
)


def after(decision: Decision) -> Incident:
    assert decision.incident is not None
    return decision.incident


def asked(incident: Incident | None = None) -> tuple[Incident, str]:
    """An incident of which a ticket was asked for, and the key of the row that opens it."""
    decision = step(incident or an_incident(), OpenTicket(ASHA), CTX)
    return after(decision), decision.notifications[0].key


@pytest.mark.parametrize("status", Status)
def test_a_ticket_is_asked_for_of_the_squads_own_tracker_whatever_the_status(status: Status) -> None:
    decision = step(an_incident(status=status), OpenTicket(ASHA), CTX)

    [row] = decision.notifications
    assert (row.kind, row.reader, row.squad, row.once) == (MessageKind.TICKET, "payments", True, True)
    assert row.plan == (Planned("github", "example/payments", 0),)
    assert after(decision).tickets == (Ticket("payments"),)
    assert [(entry.what, entry.text) for entry in decision.timeline] == [
        ("ticket", "asked for, in the tracker of payments")
    ]


def test_a_ticket_that_is_asked_for_again_is_not_opened_again() -> None:
    incident, _ = asked()
    opened = after(step(incident, TicketOpened("payments", URL), CTX))

    outcomes = [step(one, OpenTicket(ASHA, "payments"), CTX).outcome for one in (incident, opened)]

    assert outcomes == [Outcome.ALREADY, Outcome.ALREADY]


@pytest.mark.parametrize(
    ("squad", "own", "said"),
    [
        ("web", "payments", "squad web has no tracker"),
        ("wbe", "payments", "squad wbe is not in the rules file"),
        ("", "", "the incident has no squad"),
    ],
)
def test_a_squad_without_a_tracker_is_refused(squad: str, own: str, said: str) -> None:
    with pytest.raises(InvalidPayload, match=said):
        step(an_incident(squad=own), OpenTicket(ASHA, squad), CTX)


def test_an_opened_ticket_stands_in_the_incident_and_in_every_later_message() -> None:
    incident, _ = asked()

    decision = step(incident, TicketOpened("payments", URL), CTX)

    assert (after(decision).tickets, after(decision).ticket) == ((Ticket("payments", URL),), URL)
    assert decision.timeline[0].text == f"opened for payments: {URL}"
    assert ("ticket", URL) in facts_of(after(decision))
    assert step(after(decision), TicketOpened("payments", URL), CTX).outcome is Outcome.ALREADY


def test_a_ticket_that_cannot_be_opened_is_told_to_the_squad_and_may_be_asked_for_again() -> None:
    incident, key = asked()

    failed = step(incident, ReaderUnreachable(key, "payments", "github: answered 404"), CTX)

    assert failed.timeline[0].text == "could not be opened for payments: github: answered 404"
    [told] = failed.notifications
    assert (told.kind, told.reader, told.plan[0].channel) == (MessageKind.NOTICE, "payments", "email")
    assert told.remark == "A ticket could not be opened for payments: github: answered 404. Open one by hand."
    again, new_key = asked(after(failed))
    assert again.tickets == (Ticket("payments"),)
    assert new_key != key


def test_a_tracker_may_be_away_for_hours() -> None:
    row = begin(step(an_incident(), OpenTicket(ASHA), CTX).notifications[0])

    while row.due_at is not None:
        last = row.due_at
        row = record(row, {0: Retry("github answered 503")}, row.due_at)

    assert row.state is NotificationState.FAILED
    assert timedelta(hours=5) < last - NINE < timedelta(hours=9)


def test_however_many_tickets_are_due_each_is_one_of_its_own() -> None:
    rows = [begin(step(an_incident(id=an_id(n)), OpenTicket(ASHA), CTX).notifications[0]) for n in range(1, 10)]
    dues = [Due(row, 0, an_incident(id=row.incident)) for row in rows]

    paced = pace(dues, {}, 5, CTX.rules.limits.storm_window, NINE)

    assert len(paced.now) == 9
    assert [len(one.dues) for one in bundle(paced.now, 5)] == [1] * 9


def test_there_is_one_call_while_an_incident_is_open() -> None:
    decision = step(an_incident(), StartCall(ASHA, ROOM, "standing room, for Zoom is not set up"), CTX)

    assert after(decision).call == ROOM
    assert decision.timeline[0].text == f"{ROOM} (standing room, for Zoom is not set up)"
    assert ("call", ROOM) in facts_of(after(decision), MessageKind.PAGE)
    assert ("call", ROOM) not in facts_of(after(decision)), "a tracker may be open to everybody"
    assert step(after(decision), StartCall(ASHA, "https://other.example.com"), CTX).outcome is Outcome.ALREADY


def test_an_incident_that_is_over_has_no_call_and_once_it_opens_again_may_have_a_new_one() -> None:
    over = a_resolved_incident(NINE, call=ROOM, tickets=(Ticket("payments", URL),))
    with pytest.raises(IllegalTransition):
        step(over, StartCall(ASHA, ROOM), CTX)

    alert = an_alert()
    opened = after(step(over, AlertFired(alert, route_alert(alert, CTX.rules), an_id(2)), CTX))

    assert (opened.id, opened.call, opened.ticket) == (over.id, "", URL)


def facts_of(incident: Incident, kind: MessageKind = MessageKind.TICKET) -> tuple[tuple[str, str], ...]:
    """What a message about it says now."""
    row = begin(replace(step(an_incident(), OpenTicket(ASHA), CTX).notifications[0], kind=kind))
    return compose(bundle([Due(row, 0, incident)], 5)[0], CTX.rules, lambda _: "").items[0].facts()
