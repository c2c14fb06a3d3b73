"""People answer, over whichever channel: the same use case for all of them."""

from collections.abc import Callable
from difflib import get_close_matches

from app.domain.classify import Severity
from app.domain.errors import InvalidPayload
from app.domain.events import Action, Actor, Raise
from app.domain.route import route_raised
from app.domain.ruleset import Rules
from app.service.apply import Applied, Applier, Job


async def respond(incident: str, action: Action, rules: Rules, applier: Applier) -> Applied:
    """Do `action` to an incident.

    Raises `NotFound`, `IllegalTransition`, or `InvalidPayload` for a person or value that cannot be; then nothing has
    changed. Asked twice, the second answer is `already`.
    """
    must_be_person(action.by.id, "by", rules)
    return await _one(applier, Job(lambda _: action, id=incident, must_exist=True))


async def raise_by_person(
    by: Actor,
    title: str,
    description: str,
    severity: Severity,
    squad: str,
    rules: Rules,
    applier: Applier,
    new_id: Callable[[], str],
) -> Applied:
    """Open an incident that nobody foresaw; the runbook gate does not apply. `by` need not be in the rules file."""
    if squad and squad not in rules.squads:
        raise InvalidPayload(f"{_unknown(squad, 'squad', tuple(rules.squads))}", "squad")
    fresh = new_id()
    route = route_raised(severity, squad, fresh, rules)
    return await _one(applier, Job(lambda _: Raise(fresh, by, title, description, route)))


def must_be_person(name: str, field: str, rules: Rules) -> None:
    if name not in rules.people:
        raise InvalidPayload(_unknown(name, "person", tuple(rules.people)), field)


def _unknown(name: str, noun: str, known: tuple[str, ...]) -> str:
    close = get_close_matches(name, known, n=1)
    return f"no {noun} {name!r} in the rules file" + (f" (did you mean {close[0]!r}?)" if close else "")


async def _one(applier: Applier, job: Job) -> Applied:
    (result,) = await applier.submit([job])
    if result.error:
        raise result.error
    return result
