"""What somebody does over the telephone, by text or by key: the same use case as everywhere, answered in a sentence."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

from app.domain.errors import IllegalTransition, InvalidPayload, NotFound
from app.domain.events import Acknowledge, Action, Actor, CallSecondLine, Resolve
from app.domain.incident import Incident, Outcome, Status
from app.domain.message import one_line
from app.domain.ruleset import Rules
from app.domain.text_answer import Verb
from app.service.apply import Applier
from app.service.audit_log import Act, AuditLog
from app.service.in_force import InForce
from app.service.job import Applied
from app.service.ports import Record, Store
from app.service.respond import respond

TITLE = 80
CHANNELS = frozenset({"sms", "voice"})

Keep = Callable[[str], Sequence[Record]]
"""The records that keep an answer, for the commit of what it tells of."""

Held = Callable[[Act, Action], Awaitable[Applied | None]]
"""Does it to an incident that is held for the time of an outage; None when it is not held."""


def people_with(number: str, rules: Rules) -> tuple[str, ...]:
    """Everybody who is reached at this number by text or call."""
    return tuple(
        person.id
        for person in rules.people.values()
        if any(method.channel in CHANNELS and method.address == number for method in person.methods)
    )


def standing(incident: Incident, person: str, rules: Rules) -> str:
    """Where an incident stands, to somebody who has just done something about it."""
    title = one_line(incident.title, TITLE)
    match incident.status:
        case Status.RESOLVED:
            return f"{title} was resolved by {_name(incident.resolved_by, person, rules)}."
        case Status.ACKNOWLEDGED if incident.acknowledged_by == person:
            return f"You have it: {title}."
        case Status.ACKNOWLEDGED:
            return f"{_name(incident.acknowledged_by, person, rules)} has it: {title}."
        case Status.TRIGGERED:
            return f"Noted, and it still waits for somebody to take it: {title}."


@dataclass(frozen=True, slots=True)
class ByPhone:
    """`held` does it to what is held in an outage."""

    store: Store
    in_force: InForce
    applier: Applier
    audit_log: AuditLog
    held: Held | None = None

    async def act(self, verb: Verb, incident: str, person: str, channel: str, keep: Keep) -> str:
        """Do it once, log it and keep the answer in the commit that does it; what is not possible now changes nothing.

        Raises `StoreUnavailable` when it cannot be recorded.
        """
        rules, action = self.in_force.rules, _action(verb, Actor(person, channel))
        act = Act(f"incident.{verb}", incident, person, "", channel)

        def records(applied: Applied) -> Sequence[Record]:
            kept = keep(_said(verb, applied, person, rules))
            return kept if applied.outcome is Outcome.ALREADY else (self.audit_log.record(act), *kept)

        try:
            applied = await self.held(act, action) if self.held else None
            applied = applied or await respond(incident, action, rules, self.applier, records)
        except (IllegalTransition, InvalidPayload, NotFound):
            found = (await self.store.load((), (incident,))).incidents.get(incident)
            return standing(found, person, rules) if found else "That incident is not there any more."
        return _said(verb, applied, person, rules)


def _action(verb: Verb, by: Actor) -> Action:
    match verb:
        case Verb.ACKNOWLEDGE:
            return Acknowledge(by)
        case Verb.RESOLVE:
            return Resolve(by)
        case Verb.SECOND_LINE:
            return CallSecondLine(by)


def _said(verb: Verb, applied: Applied, person: str, rules: Rules) -> str:
    if applied.incident is None:
        return "Nothing has changed."
    if verb is Verb.SECOND_LINE:
        return f"Second line is being called: {one_line(applied.incident.title, TITLE)}."
    return standing(applied.incident, person, rules)


def _name(who: str | None, person: str, rules: Rules) -> str:
    if who == person:
        return "you"
    known = rules.people.get(who or "")
    return one_line(known.name if known else who or "somebody", TITLE)
