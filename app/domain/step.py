"""The heart: one pure function from an incident and an event to a decision. The table is the documentation."""

from collections.abc import Callable
from typing import Any, get_args

from app.domain import on_action, on_alert, on_coordination, on_suppression, on_timer, on_triage
from app.domain.context import Context
from app.domain.errors import IllegalTransition
from app.domain.events import (
    Acknowledge,
    Action,
    AlertAcknowledged,
    AlertFired,
    AlertResolved,
    CallSecondLine,
    Escalate,
    Event,
    HandToSquad,
    Mute,
    Note,
    OpenTicket,
    Park,
    Promote,
    Raise,
    ReaderUnreachable,
    Reassign,
    Resolve,
    Snooze,
    StartCall,
    SuppressionChanged,
    TagSquads,
    TicketOpened,
    TimerDue,
    Unacknowledge,
)
from app.domain.incident import Decision, Incident, Status

Transition = Callable[[Any, Any, Context], Decision]

TRANSITIONS: dict[tuple[Status | None, type[Event]], Transition] = {
    (None, AlertFired): on_alert.open_incident,
    (None, AlertResolved): on_alert.nothing_open,
    (None, AlertAcknowledged): on_alert.nothing_open,
    (None, Raise): on_alert.raise_incident,
    (Status.TRIGGERED, AlertFired): on_alert.fired_again,
    (Status.TRIGGERED, AlertResolved): on_alert.source_resolved,
    (Status.TRIGGERED, AlertAcknowledged): on_alert.source_acknowledged,
    (Status.TRIGGERED, Acknowledge): on_action.acknowledge,
    (Status.TRIGGERED, Unacknowledge): on_action.already,
    (Status.TRIGGERED, Resolve): on_action.resolve_incident,
    (Status.TRIGGERED, Snooze): on_action.snooze,
    (Status.TRIGGERED, Reassign): on_action.reassign,
    (Status.TRIGGERED, Escalate): on_action.escalate,
    (Status.TRIGGERED, CallSecondLine): on_action.call_second_line,
    (Status.TRIGGERED, Note): on_action.note,
    (Status.TRIGGERED, TagSquads): on_coordination.tag_squads,
    (Status.TRIGGERED, OpenTicket): on_coordination.open_ticket,
    (Status.TRIGGERED, StartCall): on_coordination.start_call,
    (Status.TRIGGERED, HandToSquad): on_triage.hand_to_squad,
    (Status.TRIGGERED, Promote): on_triage.promote,
    (Status.TRIGGERED, Mute): on_triage.mute,
    (Status.TRIGGERED, TimerDue): on_timer.timer_due,
    (Status.TRIGGERED, SuppressionChanged): on_suppression.suppression_changed,
    (Status.TRIGGERED, ReaderUnreachable): on_timer.reader_unreachable,
    (Status.TRIGGERED, TicketOpened): on_coordination.ticket_opened,
    (Status.ACKNOWLEDGED, AlertFired): on_alert.fired_again,
    (Status.ACKNOWLEDGED, AlertResolved): on_alert.source_resolved,
    (Status.ACKNOWLEDGED, AlertAcknowledged): on_alert.source_acknowledged,
    (Status.ACKNOWLEDGED, Acknowledge): on_action.acknowledge_again,
    (Status.ACKNOWLEDGED, Unacknowledge): on_action.unacknowledge,
    (Status.ACKNOWLEDGED, Resolve): on_action.resolve_incident,
    (Status.ACKNOWLEDGED, Snooze): on_action.snooze,
    (Status.ACKNOWLEDGED, Reassign): on_action.reassign,
    (Status.ACKNOWLEDGED, Escalate): on_action.escalate,
    (Status.ACKNOWLEDGED, CallSecondLine): on_action.call_second_line,
    (Status.ACKNOWLEDGED, Park): on_action.park,
    (Status.ACKNOWLEDGED, Note): on_action.note,
    (Status.ACKNOWLEDGED, TagSquads): on_coordination.tag_squads,
    (Status.ACKNOWLEDGED, OpenTicket): on_coordination.open_ticket,
    (Status.ACKNOWLEDGED, StartCall): on_coordination.start_call,
    (Status.ACKNOWLEDGED, HandToSquad): on_triage.hand_to_squad,
    (Status.ACKNOWLEDGED, Promote): on_triage.promote,
    (Status.ACKNOWLEDGED, Mute): on_triage.mute,
    (Status.ACKNOWLEDGED, TimerDue): on_timer.timer_due,
    (Status.ACKNOWLEDGED, SuppressionChanged): on_suppression.suppression_changed,
    (Status.ACKNOWLEDGED, ReaderUnreachable): on_timer.reader_unreachable,
    (Status.ACKNOWLEDGED, TicketOpened): on_coordination.ticket_opened,
    (Status.RESOLVED, AlertFired): on_alert.fired_after_resolve,
    (Status.RESOLVED, AlertResolved): on_alert.nothing_open,
    (Status.RESOLVED, AlertAcknowledged): on_alert.nothing_open,
    (Status.RESOLVED, Resolve): on_action.already,
    (Status.RESOLVED, Note): on_action.note,
    (Status.RESOLVED, OpenTicket): on_coordination.open_ticket,
    (Status.RESOLVED, TimerDue): on_timer.timer_due,
    (Status.RESOLVED, SuppressionChanged): on_suppression.suppression_changed,
    (Status.RESOLVED, ReaderUnreachable): on_timer.reader_unreachable,
    (Status.RESOLVED, TicketOpened): on_coordination.ticket_opened,
}


def step(incident: Incident | None, event: Event, ctx: Context) -> Decision:
    """What `event` does to `incident` (None: there is none) at `ctx.now`.

    Raises `IllegalTransition` when the status does not allow it, and `InvalidPayload` when a value in the event
    cannot be; either way nothing has changed. The store's version is not touched here.
    """
    transition = TRANSITIONS.get((incident.status if incident else None, type(event)))
    if transition is None:
        raise IllegalTransition(_refusal(incident, event))
    return transition(incident, event, ctx)


def _refusal(incident: Incident | None, event: Event) -> str:
    verb = _verb(type(event))
    if incident is None:
        return f"{verb}: there is no such incident"
    allowed = sorted(_verb(kind) for status, kind in TRANSITIONS if status is incident.status and kind in _ASKABLE)
    return f"incident {incident.id} is {incident.status}: {verb} is not possible; possible now: {', '.join(allowed)}"


def _verb(kind: type[Event]) -> str:
    """The event's name as people say it: CallSecondLine is "second line"."""
    words = "".join(f" {letter.lower()}" if letter.isupper() else letter for letter in kind.__name__)
    return words.strip().removeprefix("call ")


_ASKABLE = frozenset(get_args(Action))
