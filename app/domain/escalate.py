"""Walking an escalation policy: starting a chain, telling its next step, holding, and the last resort."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from app.domain.classify import Severity
from app.domain.context import Context
from app.domain.incident import WAITING, AlertRow, Decision, Entry, Incident, Mark, Outcome, Status, Timer
from app.domain.message import MessageKind
from app.domain.notification import Notification, Why
from app.domain.people import Urgency
from app.domain.policy import Chain, Delay, Policy, Target, TargetKind
from app.domain.replacing import quick, replace
from app.domain.spoken import spoken
from app.domain.tell import LAST_RESORT, Recipient, Told, page_for, person_recipient, recipients_of, squad_recipient

FIRST_RESPONDER = "first_responder"
DEFAULT_WAIT = timedelta(hours=1)


@dataclass(slots=True)
class Change:
    """An incident on its way through one decision, with what has been said and written so far, and further keys of the
    store that lead to it from now on.

    It lives only inside a `step` and is built up in place; each method returns it, so that a sentence can be made.
    """

    incident: Incident
    notifications: list[Notification] = field(default_factory=list)
    timeline: list[Entry] = field(default_factory=list)
    keys: list[str] = field(default_factory=list)

    def becomes(self, incident: Incident) -> "Change":
        self.incident = incident
        return self

    def note(self, at: datetime, what: str, text: str, who: str = "router", channel: str = "") -> "Change":
        self.timeline.append(Entry(at, what, text, who, channel))
        return self

    def led_by(self, key: str) -> "Change":
        self.keys.append(key)
        return self

    def told(self, notifications: Iterable[Notification]) -> "Change":
        self.notifications.extend(notifications)
        return self

    def decision(self, outcome: Outcome, alerts: tuple[AlertRow, ...] = (), keys: tuple[str, ...] = ()) -> Decision:
        """What it has come to."""
        leads = (*self.keys, *keys)
        return Decision(self.incident, outcome, alerts, leads, tuple(self.notifications), tuple(self.timeline))


@quick
@dataclass(frozen=True, slots=True)
class Manner:
    """How a step is told: why now, as what kind of message, in which digest, with what remark, and when the next
    step comes if not as the policy says."""

    cause: str
    kind: MessageKind = MessageKind.PAGE
    digest: str = ""
    remark: str = ""
    next_after: Delay | None = None


def policy_of(incident: Incident, ctx: Context) -> Policy:
    """The incident's policy, or its severity's if a later rules file has dropped it."""
    return ctx.rules.policies.get(incident.policy) or ctx.rules.policies[incident.severity.value]


def chain_of(incident: Incident, in_hours: bool, ctx: Context) -> Chain:
    """The steps for those hours; triage has none."""
    if incident.severity is Severity.TRIAGE:
        return Chain("triage")
    return policy_of(incident, ctx).chain(in_hours)


def start_chain(change: Change, ctx: Context, manner: Manner) -> Change:
    """A fresh first pass of the chain that belongs to the hours of now; pages that have ended are dropped."""
    incident = change.incident
    in_hours, _ = ctx.hours(incident.calendar)
    fresh = replace(
        incident,
        status=Status.TRIGGERED,
        cycle=incident.cycle + 1,
        in_hours=in_hours,
        step=-1,
        passes=1,
        marks=tuple(mark for mark in incident.marks if mark not in WAITING and mark is not Mark.LAST_RESORT),
        pages=tuple(page for page in incident.pages if page.until is None or page.until > ctx.now),
        timers=incident.pending_look,
        quiet=incident.quiet if incident.pending_look else None,
        acknowledged_at=None,
        acknowledged_by=None,
        holder_role="",
    )
    change = change.becomes(fresh)
    if fresh.severity is Severity.TRIAGE:
        return _post_triage(change, ctx, manner)
    if policy_of(fresh, ctx).chain(in_hours).hold:
        return _hold(change, ctx, manner)
    return next_step(change, ctx, manner)


def _post_triage(change: Change, ctx: Context, manner: Manner) -> Change:
    """Once, to the squad's channel; without one, to the first responder, whose queue the open triage incidents are but
    for those that were handed to a squad."""
    if Mark.WITH_SQUAD not in change.incident.marks:
        change = change.note(ctx.now, "triaged", _whose_queue(ctx))
    squad = squad_recipient(change.incident.squad, ctx)
    if not isinstance(squad, str):
        return tell(change, ctx, Told((squad,), ()), "triage", "triage queue", manner)
    return post_to_first_responder(change.note(ctx.now, "nobody", squad), ctx, manner)


def post_to_first_responder(change: Change, ctx: Context, manner: Manner) -> Change:
    """Instead of a squad that cannot be told: once, and quietly."""
    targets = (Target(TargetKind.ROTA, FIRST_RESPONDER),) if FIRST_RESPONDER in ctx.rules.rotas else ()
    told = recipients_of(targets, change.incident, Urgency.QUIET, ctx)
    once = Told(tuple(replace(one, again=None, until=None) for one in told.recipients), told.notes)
    return tell(change, ctx, once, "triage", "triage queue", replace(manner, kind=MessageKind.POST))


def _whose_queue(ctx: Context) -> str:
    person = ctx.on_call(FIRST_RESPONDER).person if FIRST_RESPONDER in ctx.rules.rotas else None
    return f"in the triage queue of {person}, the first responder" if person else "in the triage queue"


def _hold(change: Change, ctx: Context, manner: Manner) -> Change:
    """Kept until the next working day starts; where none ever does, the in-hours chain is told now instead."""
    incident = change.incident
    morning = ctx.calendar(incident.calendar).next_day_start(ctx.now)
    if incident.in_hours or morning is None:
        return next_step(change.becomes(replace(incident, in_hours=True)), ctx, manner)
    held = replace(
        incident, marks=(*incident.marks, Mark.HELD), timers={**incident.pending_look, Timer.RELEASE: morning}
    )
    _, hours = ctx.hours(incident.calendar)
    return change.becomes(held).note(ctx.now, "held", f"held until {spoken(morning, ctx.rules.zone)}: {hours}")


def next_step(change: Change, ctx: Context, manner: Manner, wrap: bool = True) -> Change:
    """Tell the next step that has somebody; empty ones are passed at once. After the last pass, or when no step has
    anybody (or `wrap` forbids a further pass), the last resort."""
    policy = policy_of(change.incident, ctx)
    chain = policy.chain(change.incident.in_hours)
    for _ in chain.steps:
        moved = move_on(change.incident, chain, policy.repeat, wrap)
        if moved is None:
            break
        change = change.becomes(moved)
        told = recipients_of(chain.steps[moved.step].tell, moved, policy.urgency, ctx)
        where = f"policy {chain.name}, step {moved.step + 1} of {len(chain.steps)}, pass {moved.passes}"
        change = tell(change, ctx, told, f"{moved.passes}/{moved.step}", where, manner)
        if not told.is_nobody:
            return arm(change, ctx, manner)
    return last_resort(change, ctx, manner.cause)


def move_on(incident: Incident, chain: Chain, repeat: int, wrap: bool) -> Incident | None:
    """The incident at the next step, in the next pass after the last one; None when all passes are over."""
    if incident.step + 1 < len(chain.steps):
        return replace(incident, step=incident.step + 1)
    if wrap and incident.passes < repeat and chain.steps:
        return replace(incident, step=0, passes=incident.passes + 1)
    return None


def tell(change: Change, ctx: Context, told: Told, step: str, where: str, manner: Manner) -> Change:
    """Page every recipient; an earlier page of the same reader ends here: two ladders never run side by side."""
    for note in told.notes:
        change.note(ctx.now, "nobody", note)
    incident = change.incident
    pages = list(incident.pages)
    for recipient in told.recipients:
        why = _why(recipient, incident, where, manner.cause, ctx)
        page, live = page_for(recipient, incident, step, manner.kind, why, ctx, manner.digest, manner.remark)
        pages = [*(other for other in pages if other.reader != live.reader), live]
        change.notifications.append(page)
        change.note(ctx.now, page.kind.value, f"{recipient.reader} told as {recipient.role}: {manner.cause}; {where}")
    return change.becomes(replace(incident, pages=tuple(pages))) if told.recipients else change


def _why(recipient: Recipient, incident: Incident, where: str, cause: str, ctx: Context) -> Why:
    _, hours = ctx.hours(incident.calendar)
    return Why(
        role=recipient.role,
        rota=recipient.rota,
        rule=incident.reasons[0] if incident.reasons else "",
        calendar=hours,
        policy=where,
        cause=cause,
        rules_version=ctx.rules.version,
    )


def arm(change: Change, ctx: Context, manner: Manner) -> Change:
    """Set the timers that follow a step: the next step, and the change of hours where both hours have a chain."""
    incident = change.incident
    policy, chain = policy_of(incident, ctx), chain_of(incident, incident.in_hours, ctx)
    following = incident.step + 1
    delay = chain.steps[following if following < len(chain.steps) else -1].after
    timers = {**incident.pending_look, Timer.ESCALATE: _after(manner.next_after or delay, incident, ctx)}
    change_of_hours = ctx.next_change(incident.calendar)
    if change_of_hours and not policy.chain(not incident.in_hours).hold:
        timers[Timer.REROUTE] = change_of_hours
    return change.becomes(replace(incident, timers=timers))


def _after(delay: Delay, incident: Incident, ctx: Context) -> datetime:
    length = delay.length or DEFAULT_WAIT
    if delay.working:
        worked = ctx.calendar(incident.calendar).add_working(ctx.now, length)
        if worked is not None:
            return worked
    return ctx.now + length


def last_resort(change: Change, ctx: Context, cause: str) -> Change:
    """The end of a chain: the one contact that every rules file must name is told, and is the holder from here on."""
    incident = change.incident
    marks = incident.marks if Mark.LAST_RESORT in incident.marks else (*incident.marks, Mark.LAST_RESORT)
    timers = dict(incident.timers)
    timers.pop(Timer.ESCALATE, None)
    ended = change.becomes(replace(incident, timers=timers, marks=marks))
    return _with_reroute(call_last_resort(ended, ctx, cause), ctx)


def call_last_resort(change: Change, ctx: Context, cause: str) -> Change:
    """Tell the last resort beside whoever else is told, and leave the chain as it stands; once is enough."""
    incident = change.incident
    if any(page.role == LAST_RESORT for page in incident.pages):
        return change
    urgency = Urgency.QUIET if incident.severity is Severity.TRIAGE else policy_of(incident, ctx).urgency
    recipient = person_recipient(ctx.rules.last_resort, LAST_RESORT, urgency, ctx)
    if isinstance(recipient, str):
        return change.note(ctx.now, "nobody", f"the last resort cannot be told: {recipient}")
    called = change.becomes(replace(incident, cycle=incident.cycle + 1))
    manner = Manner(f"{cause}; nobody else could be told or answered")
    return tell(called, ctx, Told((recipient,), ()), "last", "last resort", manner)


def _with_reroute(change: Change, ctx: Context) -> Change:
    """A change of hours still routes an unanswered incident afresh."""
    incident = change.incident
    change_of_hours = ctx.next_change(incident.calendar)
    if incident.severity is Severity.TRIAGE or incident.status is not Status.TRIGGERED or change_of_hours is None:
        return change
    if policy_of(incident, ctx).chain(not incident.in_hours).hold:
        return change
    return change.becomes(replace(incident, timers={**incident.timers, Timer.REROUTE: change_of_hours}))
