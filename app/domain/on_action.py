"""What people do to an incident, over whichever channel; each is idempotent, and an illegal one changes nothing."""

from app.domain.classify import Severity
from app.domain.context import Context
from app.domain.errors import IllegalTransition, InvalidPayload
from app.domain.escalate import Change, Manner, arm, call_last_resort, chain_of, next_step, policy_of, start_chain, tell
from app.domain.events import (
    Acknowledge,
    Actor,
    CallSecondLine,
    Escalate,
    Note,
    Park,
    Reassign,
    Resolve,
    Snooze,
    Unacknowledge,
)
from app.domain.incident import WAITING, Decision, Incident, Mark, Outcome, Status, Timer
from app.domain.message import MessageKind
from app.domain.people import Urgency
from app.domain.policy import Target, TargetKind
from app.domain.replacing import replace
from app.domain.spoken import spoken
from app.domain.tell import Told, notice_for, person_recipient, recipients_of
from app.domain.working_time import after_acknowledging, until_hand_over

SECOND_LINE = "second_line"


def acknowledge(incident: Incident, event: Acknowledge, ctx: Context) -> Decision:
    """Somebody has it. A shadow's is recorded and ends the shadow's own ladder only."""
    own = tuple(page for page in incident.pages if page.reader == event.by.id)
    if own and all(page.shadowing for page in own) and not ctx.rules.limits.shadow_counts:
        text = "acknowledged while shadowing, which stops nothing"
        return _without_pages_of(incident, event.by, "acknowledgement_recorded", text, ctx)
    change = acknowledged(Change(incident), event.by.id, event.by.channel, ctx)
    return change.decision(Outcome.ACKNOWLEDGED)


def acknowledge_again(incident: Incident, event: Acknowledge, ctx: Context) -> Decision:
    """On one that somebody has: taking up a parked or snoozed one, answering a call for help, or nothing at all."""
    if WAITING.intersection(incident.marks):
        return acknowledged(Change(incident), event.by.id, event.by.channel, ctx).decision(Outcome.ACKNOWLEDGED)
    if any(page.reader == event.by.id for page in incident.pages):
        return _without_pages_of(incident, event.by, "helping", f"has joined {incident.acknowledged_by}", ctx)
    return already(incident, event, ctx)


def acknowledged(change: Change, who: str, channel: str, ctx: Context) -> Change:
    """The incident is `who`'s: everything pending stops, and the two hours or the end of the day are set."""
    incident = change.incident
    taken = replace(
        incident,
        status=Status.ACKNOWLEDGED,
        acknowledged_at=ctx.now,
        acknowledged_by=who,
        holder_role=_role_of(who, incident, ctx),
        pages=(),
        marks=awake(incident),
        timers={**incident.pending_look, **after_acknowledging(incident, ctx)},
        updated_at=ctx.now,
    )
    return change.becomes(taken).note(ctx.now, "acknowledged", f"{who} has it", who, channel)


def unacknowledge(incident: Incident, event: Unacknowledge, ctx: Context) -> Decision:
    """Given back: the chain starts again from its first step."""
    cause = f"{event.by.id} gave it back"
    change = acted(incident, ctx, "unacknowledged", cause, event.by)
    return start_chain(change, ctx, Manner(cause)).decision(Outcome.DONE)


def resolve_incident(incident: Incident, event: Resolve, ctx: Context) -> Decision:
    change = resolved(Change(incident), event.by.id, event.by.channel, event.reason, ctx)
    return change.decision(Outcome.RESOLVED)


def resolved(change: Change, who: str, channel: str, reason: str, ctx: Context) -> Change:
    """Over: nothing is pending any more, and whoever has it or was paged for it is told (not the one who did it)."""
    incident = change.incident
    over = replace(
        incident,
        status=Status.RESOLVED,
        resolved_at=ctx.now,
        resolved_by=who,
        pages=(),
        timers={},
        marks=awake(incident),
        updated_at=ctx.now,
    )
    text = f"resolved by {who}" + (f": {reason}" if reason else "")
    change = change.becomes(over).note(ctx.now, "resolved", text, who, channel)
    for holder in _holders(incident, who):
        change = change.told(notice_for(holder, over, MessageKind.RESOLVED, text, Urgency.QUIET, ctx))
    return change


def snooze(incident: Incident, event: Snooze, ctx: Context) -> Decision:
    """Quiet until an instant; then it starts again from the first step."""
    if event.until <= ctx.now:
        raise InvalidPayload("must lie in the future", "until")
    timers = {**incident.pending_look, Timer.UNSNOOZE: event.until}
    asleep = replace(incident, pages=(), marks=(*awake(incident), Mark.SNOOZED), timers=timers)
    text = f"snoozed until {spoken(event.until, ctx.rules.zone)}"
    return acted(asleep, ctx, "snoozed", text, event.by).decision(Outcome.DONE)


def reassign(incident: Incident, event: Reassign, ctx: Context) -> Decision:
    """Given to one person, who is paged; without an answer the chain goes on with its next step."""
    urgency = Urgency.QUIET if incident.severity is Severity.TRIAGE else policy_of(incident, ctx).urgency
    recipient = person_recipient(event.to, "assignee", urgency, ctx)
    if isinstance(recipient, str):
        raise InvalidPayload(recipient, "to")
    cause = f"given to {event.to} by {event.by.id}"
    change = acted(back_in_play(incident, ctx), ctx, "reassigned", cause, event.by)
    change = tell(change, ctx, Told((recipient,), ()), "reassigned", "reassigned", Manner(cause))
    before = (incident.acknowledged_by or "", incident.holder_role)
    if before[0] not in (event.to, event.by.id):
        change = change.told(notice_for(before, change.incident, MessageKind.NOTICE, cause, Urgency.QUIET, ctx))
    if incident.severity is not Severity.TRIAGE:
        change = arm(change, ctx, Manner(cause))
    return change.decision(Outcome.DONE)


def escalate(incident: Incident, event: Escalate, ctx: Context) -> Decision:
    """The next step at once; also of one that somebody has, who thereby no longer has it."""
    _refuse_triage(incident, "escalated")
    cause = f"escalated by {event.by.id}" + (f": {event.reason}" if event.reason else "")
    change = acted(back_in_play(incident, ctx), ctx, "escalated", cause, event.by)
    return next_step(change, ctx, Manner(cause)).decision(Outcome.DONE)


def call_second_line(incident: Incident, event: CallSecondLine, ctx: Context) -> Decision:
    """Second line is paged beside whoever has it; if there is none, the last resort."""
    if any(page.role == SECOND_LINE for page in incident.pages):
        return _with_reason(incident, event, ctx)
    cause = f"called in by {event.by.id}" + (f": {event.reason}" if event.reason else "")
    change = acted(replace(incident, cycle=incident.cycle + 1), ctx, "second_line", cause, event.by)
    targets = (Target(TargetKind.ROTA, SECOND_LINE),) if SECOND_LINE in ctx.rules.rotas else ()
    told = recipients_of(targets, incident, Urgency.URGENT, ctx)
    change = tell(change, ctx, told, SECOND_LINE, "second line on request", Manner(cause))
    if told.is_nobody:
        change = call_last_resort(change, ctx, cause)
    return change.decision(Outcome.DONE)


def _with_reason(incident: Incident, event: CallSecondLine, ctx: Context) -> Decision:
    """Second line is being paged already; a reason given with a further call is written down."""
    if not event.reason:
        return already(incident, event, ctx)
    return acted(incident, ctx, "second_line", event.reason, event.by).decision(Outcome.RECORDED)


def park(incident: Incident, event: Park, ctx: Context) -> Decision:
    """Left until the next working day; still acknowledged."""
    if Mark.PARKED in incident.marks:
        return already(incident, event, ctx)
    change = acted(incident, ctx, "parked", event.reason or "best effort is over", event.by)
    return parked(change, ctx).decision(Outcome.DONE)


def parked(change: Change, ctx: Context) -> Change:
    """Nobody is paged for it until the working day starts, unless it gets worse."""
    incident = change.incident
    marks = (*awake(incident), Mark.PARKED)
    timers = {**incident.pending_look, **until_hand_over(incident, ctx)}
    return change.becomes(replace(incident, pages=(), marks=marks, timers=timers))


def note(incident: Incident, event: Note, ctx: Context) -> Decision:
    return acted(incident, ctx, "note", event.text, event.by).decision(Outcome.DONE)


def already(incident: Incident, event: object, ctx: Context) -> Decision:
    """It is as was asked for: nothing is written."""
    return Decision(None, Outcome.ALREADY)


def acted(incident: Incident, ctx: Context, what: str, text: str, by: Actor) -> Change:
    """The incident with a line of its timeline that says who did what."""
    return Change(replace(incident, updated_at=ctx.now)).note(ctx.now, what, text, by.id, by.channel)


def awake(incident: Incident) -> tuple[Mark, ...]:
    """Its marks, without those that say what it waits for."""
    return tuple(mark for mark in incident.marks if mark not in WAITING)


def _role_of(who: str, incident: Incident, ctx: Context) -> str:
    """The role in which they were paged, or had it before, else one that they hold now; empty for somebody else."""
    paged = next((page.role for page in incident.pages if page.reader == who), "")
    before = incident.holder_role if incident.acknowledged_by == who else ""
    return paged or before or next((name for name in ctx.rules.rotas if ctx.on_call(name).person == who), "")


def back_in_play(incident: Incident, ctx: Context) -> Incident:
    """Triggered again where its chain stands, with nobody being paged and nobody having it."""
    in_hours, _ = ctx.hours(incident.calendar)
    return replace(
        incident,
        status=Status.TRIGGERED,
        cycle=incident.cycle + 1,
        in_hours=in_hours or chain_of(incident, in_hours, ctx).hold,
        marks=awake(incident),
        pages=(),
        timers=incident.pending_look,
        acknowledged_at=None,
        acknowledged_by=None,
        holder_role="",
    )


def _without_pages_of(incident: Incident, by: Actor, what: str, text: str, ctx: Context) -> Decision:
    pages = tuple(page for page in incident.pages if page.reader != by.id)
    change = acted(replace(incident, pages=pages), ctx, what, f"{by.id} {text}", by)
    return change.decision(Outcome.RECORDED)


def _holders(incident: Incident, who: str) -> tuple[tuple[str, str], ...]:
    """Who has it, else everybody whom a live page tells of it, each with their role."""
    if incident.acknowledged_by:
        holders = {incident.acknowledged_by: incident.holder_role}
    else:
        holders = {page.reader: page.role for page in incident.pages}
    return tuple((holder, role) for holder, role in holders.items() if holder != who)


def _refuse_triage(incident: Incident, verb: str) -> None:
    if incident.severity is Severity.TRIAGE:
        raise IllegalTransition(f"incident {incident.id} is in triage and cannot be {verb}; promote it first")
