"""People answer, over whichever channel: the same use case for all of them."""

from collections.abc import Callable

from app.domain.classify import Severity
from app.domain.context import Context
from app.domain.errors import IllegalTransition, InvalidPayload
from app.domain.events import Action, Actor, HandToSquad, Raise, Reassign, TagSquads
from app.domain.incident import Incident, Outcome
from app.domain.route import route_raised
from app.domain.ruleset import Rules
from app.domain.step import step
from app.domain.unknown import unknown
from app.service.apply import Applier
from app.service.job import Applied, Job, Records

SOURCE = "source"
"""The channel of a monitoring tool that acts with its own key, on an incident of its own."""


async def respond(
    incident: str, action: Action, rules: Rules, applier: Applier, records: Records | None = None
) -> Applied:
    """Do `action` to an incident, and keep `records` of it in the same commit.

    Raises `NotFound`, `IllegalTransition`, or `InvalidPayload` for a person or value that cannot be; then nothing has
    changed. Asked twice, the second answer is `already`.
    """
    if action.by.channel != SOURCE or action.by.id not in rules.sources:
        must_be_person(action.by.id, "by", rules)
    if isinstance(action, Reassign):
        must_be_person(action.to, "to", rules)
    if isinstance(action, TagSquads):
        for squad in action.squads:
            must_be_squad(squad, "squads", rules)
    if isinstance(action, HandToSquad):
        must_be_squad(action.squad, "squad", rules)
    return await _one(applier, Job(lambda _: action, id=incident, must_exist=True, records=records))


def would_change(incident: Incident, action: Action, ctx: Context) -> bool:
    """Whether the action would do anything now: what a button is shown for."""
    try:
        return step(incident, action, ctx).outcome is not Outcome.ALREADY
    except (IllegalTransition, InvalidPayload):
        return False


async def raise_by_person(
    by: Actor,
    title: str,
    description: str,
    severity: Severity,
    squad: str,
    rules: Rules,
    applier: Applier,
    new_id: Callable[[], str],
    records: Records | None = None,
) -> Applied:
    """Open an incident that nobody foresaw; the runbook gate does not apply. `by` need not be in the rules file."""
    if squad:
        must_be_squad(squad, "squad", rules)
    fresh = new_id()
    route = route_raised(severity, squad, fresh, rules)
    return await _one(applier, Job(lambda _: Raise(fresh, by, title, description, route), records=records))


def must_be_person(name: str, field: str, rules: Rules) -> None:
    if name not in rules.people:
        raise InvalidPayload(unknown("person", name, rules.people), field)


def must_be_squad(name: str, field: str, rules: Rules) -> None:
    if name not in rules.squads:
        raise InvalidPayload(unknown("squad", name, rules.squads), field)


async def _one(applier: Applier, job: Job) -> Applied:
    (result,) = await applier.submit([job])
    if result.error:
        raise result.error
    return result
