"""What a first responder does with what is no production alert: hand it to a squad, promote it, or mute it."""

from app.domain.classify import Severity
from app.domain.context import Context
from app.domain.errors import IllegalTransition, InvalidPayload
from app.domain.escalate import Change, Manner, post_to_first_responder, start_chain, tell
from app.domain.events import HandToSquad, Mute, Promote
from app.domain.incident import Decision, Incident, Mark, Outcome, Timer
from app.domain.on_action import acted, already, awake, back_in_play, resolved
from app.domain.people import Urgency
from app.domain.replacing import replace
from app.domain.rerouted import told_holder
from app.domain.ruleset import Rules
from app.domain.spoken import spoken
from app.domain.tell import Told, squad_recipient
from app.domain.ticketing import with_ticket

MUTE_IS_OVER = "the mute is over"


def hand_to_squad(incident: Incident, event: HandToSquad, ctx: Context) -> Decision:
    """It stays open as the squad's, which is told in its channel and finds a ticket where it has a tracker; whoever
    had it has it no longer."""
    _only_in_triage(incident, "handed to a squad")
    if Mark.WITH_SQUAD in incident.marks and incident.squad == event.squad:
        return already(incident, event, ctx)
    squad = squad_recipient(event.squad, ctx)
    if isinstance(squad, str):
        raise InvalidPayload(squad, "squad")
    cause = _because(f"handed to squad {event.squad} by {event.by.id}", event.reason)
    theirs = replace(back_in_play(incident, ctx), squad=event.squad)
    change = acted(_marked(theirs, Mark.WITH_SQUAD), ctx, "handed_to_squad", cause, event.by)
    change = tell(change, ctx, Told((squad,), ()), "handed", "triage queue", Manner(cause))
    if ctx.rules.squads[event.squad].tickets:
        change = with_ticket(change, event.squad, ctx, cause)
    notices = told_holder(incident, change.incident, cause, Urgency.QUIET, ctx, by=event.by.id)
    return change.told(notices).decision(Outcome.DONE)


def promote(incident: Incident, event: Promote, ctx: Context) -> Decision:
    """A production incident from here on, routed and paged like any other of that severity. The runbook gate does not
    apply: a person has decided."""
    if event.severity is Severity.TRIAGE:
        raise InvalidPayload("must be critical or high", "severity")
    if event.severity is incident.severity:
        return already(incident, event, ctx)
    if event.severity.rank < incident.severity.rank:
        raise IllegalTransition(f"incident {incident.id} is {incident.severity} already, which is worse")
    cause = _because(f"promoted to {event.severity} by {event.by.id}", event.reason)
    policy = _policy(incident, event.severity, ctx.rules)
    graver = replace(incident, severity=event.severity, policy=policy, reasons=(*incident.reasons, cause))
    change = acted(_marked(graver, Mark.PROMOTED), ctx, "promoted", cause, event.by)
    change = start_chain(change, ctx, Manner(cause))
    notices = told_holder(incident, change.incident, cause, Urgency.URGENT, ctx, by=event.by.id)
    return change.told(notices).decision(Outcome.DONE)


def mute(incident: Incident, event: Mute, ctx: Context) -> Decision:
    """Kept open and counted, and nobody hears of it: for a source that says it is over and then fires again would
    otherwise be something new each time. What is worse is told all the same."""
    _only_in_triage(incident, "muted")
    if event.until is not None and event.until <= ctx.now:
        raise InvalidPayload("must lie in the future", "until")
    if Mark.MUTED in incident.marks and incident.timers.get(Timer.UNMUTE) == event.until:
        return already(incident, event, ctx)
    ends = {} if event.until is None else {Timer.UNMUTE: event.until}
    how_long = f"until {spoken(event.until, ctx.rules.zone)}" if event.until else "for good"
    timers = {**incident.pending_look, **ends}
    muted = replace(incident, pages=(), marks=(*awake(incident), Mark.MUTED), timers=timers)
    text = _because(f"muted {how_long} by {event.by.id}", event.reason)
    return acted(muted, ctx, "muted", text, event.by).decision(Outcome.DONE)


def unmute(change: Change, ctx: Context) -> Change:
    """Back into the queue, told anew; or closed, where its source has said meanwhile that all of it is over."""
    incident = change.incident
    if incident.alerts and not incident.firing and incident.resolve_with_source:
        return resolved(change, incident.source, "source", f"all its alerts were resolved, and {MUTE_IS_OVER}", ctx)
    return start_chain(change.note(ctx.now, "unmuted", MUTE_IS_OVER), ctx, Manner(MUTE_IS_OVER))


def squad_unheard(change: Change, ctx: Context, cause: str) -> Change:
    """Nobody in the squad has heard of it, so it is the first responder's again, who is told."""
    incident = change.incident
    back = replace(incident, marks=tuple(mark for mark in incident.marks if mark is not Mark.WITH_SQUAD))
    return post_to_first_responder(change.becomes(back), ctx, Manner(cause))


def _policy(incident: Incident, severity: Severity, rules: Rules) -> str:
    """That of the rule which decided on it, if that names one and is still there, else the severity's."""
    rule = next((one for one in rules.rules if incident.rule and one.name == incident.rule), None)
    policy = rules.policy_for(rule, severity)
    return policy.name if policy else ""


def _marked(incident: Incident, mark: Mark) -> Incident:
    return incident if mark in incident.marks else replace(incident, marks=(*incident.marks, mark))


def _because(text: str, reason: str) -> str:
    return f"{text}: {reason}" if reason else text


def _only_in_triage(incident: Incident, verb: str) -> None:
    if incident.severity is not Severity.TRIAGE:
        raise IllegalTransition(
            f"incident {incident.id} is {incident.severity}, and only what is in triage can be {verb}"
        )
