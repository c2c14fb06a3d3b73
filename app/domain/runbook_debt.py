"""A runbook that did not help is a debt of whoever owns it, until somebody has brought it up to date."""

from dataclasses import dataclass, replace
from datetime import datetime

from app.domain.postmortem import PostMortem
from app.domain.ruleset import Rules


@dataclass(frozen=True, slots=True)
class RunbookDebt:
    """`id` is the incident in which it did not help. `runbook` is a slug, a link, or empty where there was none.
    `owner` is a squad or a person, empty where nobody is known. It is open until `settled_at`."""

    id: str
    runbook: str
    owner: str
    title: str
    by: str
    opened_at: datetime
    settled_at: datetime | None = None
    settled_by: str = ""


def debt_of(before: PostMortem | None, after: PostMortem, rules: Rules) -> RunbookDebt | None:
    """The debt that this version opens; None when it opens none."""
    if after.runbook_helped is not False or (before and before.runbook_helped is False):
        return None
    facts = after.facts
    return RunbookDebt(
        after.id, facts.runbook, owner_of(facts.runbook, facts.squad, rules), facts.title, after.by, after.at
    )


def is_taken_back(before: PostMortem | None, after: PostMortem) -> bool:
    """Whether somebody has said that it helped after all."""
    return before is not None and before.runbook_helped is False and after.runbook_helped is True


def settled(debt: RunbookDebt, by: str, at: datetime) -> RunbookDebt:
    """The same once more when it is settled already."""
    return debt if debt.settled_at else replace(debt, settled_at=at, settled_by=by)


def owner_of(runbook: str, squad: str, rules: Rules) -> str:
    """Who owns a runbook: the squad or person in its front matter, else the incident's squad."""
    known = rules.library.by_slug.get(runbook)
    named = known.owner if known else ""
    return named if named in rules.squads or named in rules.people else squad
