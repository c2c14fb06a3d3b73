"""What falls due: one instant, one incident, its timers in a fixed order; a stale one changes nothing."""

from collections.abc import Callable
from datetime import tzinfo

from app.domain.classify import Severity
from app.domain.context import Context
from app.domain.escalate import Change, Manner, call_last_resort, next_step, policy_of, start_chain
from app.domain.events import ReaderUnreachable, TimerDue
from app.domain.incident import WAITING, Decision, Incident, Mark, Outcome, Status, Timer
from app.domain.message import MessageKind
from app.domain.on_action import parked
from app.domain.on_observed import tell_live, went_live
from app.domain.on_suppression import look_again
from app.domain.on_triage import squad_unheard, unmute
from app.domain.people import Urgency
from app.domain.policy import Delay
from app.domain.replacing import replace
from app.domain.spoken import spoken
from app.domain.tell import SQUAD, is_tag, notice_for
from app.domain.ticketing import is_ticket, ticket_failed
from app.domain.working_time import after_acknowledging

MORNING = "morning"


def timer_due(incident: Incident, event: TimerDue, ctx: Context) -> Decision:
    """Handle every timer that is due now, each kind once."""
    change = Change(incident)
    if went_live(incident, ctx):
        change = tell_live(change, ctx)
    for timer in Timer:
        due = change.incident.timers.get(timer)
        if due is not None and due <= ctx.now:
            change = HANDLERS[timer](change, ctx)
    if change.incident is incident:
        return Decision(None, Outcome.IGNORED)
    return change.becomes(replace(change.incident, updated_at=ctx.now)).decision(Outcome.DONE)


def reader_unreachable(incident: Incident, event: ReaderUnreachable, ctx: Context) -> Decision:
    """Somebody who was paged cannot be reached at all: if nobody else has been paged, the next step comes at once; what
    a squad was to look at is the first responder's. Of a squad that was called in, whoever called it is to know; of a
    tracker, the squad."""
    if is_ticket(event.key):
        return ticket_failed(incident, event, ctx)
    page = incident.page(event.key)
    text = f"{event.reader} could not be reached: {event.reason}"
    if page is None and is_tag(event.key):
        return Change(replace(incident, updated_at=ctx.now)).note(ctx.now, "nobody", text).decision(Outcome.DONE)
    if page is None:
        return Decision(None, Outcome.IGNORED)
    others = tuple(other for other in incident.pages if other.key != event.key)
    change = Change(replace(incident, pages=others, updated_at=ctx.now)).note(ctx.now, "nobody", text)
    cause = f"{event.reader} could not be reached"
    if incident.severity is Severity.TRIAGE:
        change = squad_unheard(change, ctx, cause) if page.role == SQUAD else change
    elif all(other.shadowing for other in others):
        change = _next_human(change, ctx, cause)
    return change.decision(Outcome.DONE)


def _next_human(change: Change, ctx: Context, cause: str) -> Change:
    """The next step of a chain that is under way; beside a holder, or while it waits, only a helper was lost."""
    incident = change.incident
    if incident.status is Status.TRIGGERED and not WAITING.intersection(incident.marks):
        return next_step(change, ctx, Manner(cause), wrap=False)
    return call_last_resort(change, ctx, cause)


def _unsnooze(change: Change, ctx: Context) -> Change:
    return start_chain(change.note(ctx.now, "woke", "the snooze is over"), ctx, Manner("the snooze is over"))


def _release(change: Change, ctx: Context) -> Change:
    manner = Manner("held until the working day", MessageKind.DIGEST, digest=MORNING)
    return start_chain(change.note(ctx.now, "released", "the working day has started"), ctx, manner)


def _reroute(change: Change, ctx: Context) -> Change:
    _, hours = ctx.hours(change.incident.calendar)
    return start_chain(change.note(ctx.now, "rerouted", hours), ctx, Manner("the hours changed and nobody has it"))


def _escalate(change: Change, ctx: Context) -> Change:
    """The next step; a chain whose policy holds things out of hours waits for the morning."""
    incident = change.incident
    in_hours, _ = ctx.hours(incident.calendar)
    morning = ctx.calendar(incident.calendar).next_day_start(ctx.now)
    if not in_hours and morning and policy_of(incident, ctx).chain(in_hours).hold:
        return change.becomes(replace(incident, timers={**incident.timers, Timer.ESCALATE: morning}))
    return next_step(change, ctx, Manner("nobody acknowledged the step before"))


def _stop(change: Change, ctx: Context) -> Change:
    """Two hours of best effort are over: told to stop, and parked. Not in working hours, where they start anew."""
    incident = change.incident
    if ctx.hours(incident.calendar)[0]:
        return _set_again(change, ctx)
    holder = (incident.acknowledged_by or "", incident.holder_role)
    text = f"best effort is over: {holder[0]} may stop"
    told = notice_for(holder, incident, MessageKind.STOP, text, Urgency.URGENT, ctx, remark="Stop now and rest.")
    stopped = change.told(told).note(ctx.now, "stop", text)
    return parked(stopped, ctx).note(ctx.now, "parked", "until the next working day")


def _park(change: Change, ctx: Context) -> Change:
    if ctx.hours(change.incident.calendar)[0]:
        return _set_again(change, ctx)
    return parked(change, ctx).note(ctx.now, "parked", "the working day is over")


def _set_again(change: Change, ctx: Context) -> Change:
    incident = change.incident
    return change.becomes(replace(incident, timers={**incident.pending_look, **after_acknowledging(incident, ctx)}))


def _hand_over(change: Change, ctx: Context) -> Change:
    """To the first responder with a summary; the night's responder is told and can take it back."""
    before = change.incident
    holder, limits = (before.acknowledged_by or "", before.holder_role), ctx.rules.limits
    manner = Manner(
        "handed over at the start of the working day",
        MessageKind.HAND_OVER,
        digest=MORNING,
        remark=_summary(before, ctx.rules.zone),
        next_after=Delay(limits.hand_over_step, working=True),
    )
    change = start_chain(change.note(ctx.now, "hand_over", _summary(before, ctx.rules.zone)), ctx, manner)
    after = change.incident
    change = change.becomes(replace(after, marks=(*_once(after.marks), Mark.HANDED_OVER)))
    if any(page.reader == holder[0] for page in after.pages):
        return change
    cause = "handed over at the start of the working day; acknowledge to take it back if you are in the middle of it"
    return change.told(notice_for(holder, change.incident, MessageKind.HAND_OVER, cause, Urgency.QUIET, ctx))


def _once(marks: tuple[Mark, ...]) -> tuple[Mark, ...]:
    return tuple(mark for mark in marks if mark is not Mark.HANDED_OVER)


def _summary(incident: Incident, zone: tzinfo) -> str:
    taken = f", acknowledged {spoken(incident.acknowledged_at, zone)}" if incident.acknowledged_at else ""
    state = ", parked" if Mark.PARKED in incident.marks else ""
    return (
        f"From {incident.acknowledged_by}: open since {spoken(incident.opened_at, zone)}{taken}{state}; "
        f"{incident.count} reports, {incident.firing} alerts still firing."
    )


HANDLERS: dict[Timer, Callable[[Change, Context], Change]] = {
    Timer.UNSUPPRESS: look_again,
    Timer.UNSNOOZE: _unsnooze,
    Timer.UNMUTE: unmute,
    Timer.RELEASE: _release,
    Timer.HAND_OVER: _hand_over,
    Timer.REROUTE: _reroute,
    Timer.STOP: _stop,
    Timer.PARK: _park,
    Timer.ESCALATE: _escalate,
}
