"""Facts with a date change what is to come, never who has held a rota."""

from datetime import date, datetime, timedelta

from app.domain.errors import InvalidPayload
from app.domain.rota import DatedFacts, held
from app.domain.ruleset import Rules

BEHIND = timedelta(days=8)
"""No date from today on reaches further back: a shift that began before it has begun on an earlier date."""


def keeps_the_past(before: DatedFacts, after: DatedFacts, rules: Rules, now: datetime) -> bool:
    """Whether every shift that has begun is held by the same people under both."""
    return all(
        [(one.person, one.since) for one in held(rota, rules.people, before, now - BEHIND, now)]
        == [(one.person, one.since) for one in held(rota, rules.people, after, now - BEHIND, now)]
        for rota in rules.rotas.values()
    )


def must_not_be_past(day: date, rules: Rules, now: datetime, field: str = "since") -> None:
    """Raises `InvalidPayload`."""
    today = now.astimezone(rules.zone).date()
    if day < today:
        raise InvalidPayload(f"is past: what was stays as it was; today is {today}", field)
