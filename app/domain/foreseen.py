"""What will happen to an incident if nobody does anything: for people who look at it."""

from dataclasses import dataclass
from datetime import datetime

from app.domain.classify import Severity
from app.domain.context import Context
from app.domain.escalate import chain_of, move_on, policy_of
from app.domain.incident import Incident, Timer
from app.domain.policy import Target, TargetKind
from app.domain.tell import recipients_of


@dataclass(frozen=True, slots=True)
class Foreseen:
    """The earliest of its timers, and for the next step of the chain who is told, in the words of the rules file."""

    timer: Timer
    at: datetime
    told: tuple[str, ...] = ()


def foreseen(incident: Incident, ctx: Context) -> Foreseen | None:
    """None for what waits for nothing."""
    if not incident.timers:
        return None
    order = list(Timer)
    timer = min(incident.timers, key=lambda one: (incident.timers[one], order.index(one)))
    told = _told_next(incident, ctx) if timer is Timer.ESCALATE and incident.severity is not Severity.TRIAGE else ()
    return Foreseen(timer, incident.timers[timer], told)


def _told_next(incident: Incident, ctx: Context) -> tuple[str, ...]:
    """The next step that has somebody, as things are now; else the last resort."""
    policy, chain = policy_of(incident, ctx), chain_of(incident, incident.in_hours, ctx)
    moved = move_on(incident, chain, policy.repeat, wrap=True)
    for _ in chain.steps:
        if moved is None:
            break
        targets = chain.steps[moved.step].tell
        if not recipients_of(targets, moved, policy.urgency, ctx).is_nobody:
            return tuple(_spoken(target, incident, ctx) for target in targets)
        moved = move_on(moved, chain, policy.repeat, wrap=True)
    return ("last resort",)


def _spoken(target: Target, incident: Incident, ctx: Context) -> str:
    match target.kind:
        case TargetKind.ROTA:
            return target.name.replace("_", " ")
        case TargetKind.SQUAD:
            squad = ctx.rules.squads.get(target.name or incident.squad)
            return squad.name if squad else "the squad"
        case TargetKind.PERSON:
            person = ctx.rules.people.get(target.name)
            return person.name if person else target.name
