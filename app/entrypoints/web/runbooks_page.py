"""Runbooks: what there is, what it is for, when it was last needed, and which are owed."""

import asyncio
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from fastapi import APIRouter, Response

from app.domain.errors import NotFound
from app.domain.incident import Incident, Mark
from app.domain.ruleset import Rules
from app.domain.runbook import Runbook
from app.domain.runbook_debt import RunbookDebt
from app.entrypoints.web.page_route import PageRoute
from app.entrypoints.web.runbook_html import runbook_html
from app.entrypoints.web.viewer import CHANNEL, Page, Reading, Responding
from app.entrypoints.web.wording import line, name_of, squad_name
from app.service.audit_log import Act
from app.service.ports import IncidentQuery
from app.service.runbook_debts import debt_record, debts, settled_debt
from app.service.tokens import Scope

router = APIRouter(prefix="/runbooks", route_class=PageRoute, include_in_schema=False)

LATEST = 500
"""How many of the newest incidents are looked at for who needed which runbook, and who had none."""

MOST = 100
SHOWN = 10


@dataclass(frozen=True, slots=True)
class Row:
    """A runbook in the list. `rules` are those that name it; `used` counts the latest incidents that needed it."""

    slug: str
    title: str
    owner: str
    alerts: str
    rules: str
    has_steps: bool
    used: int
    last: Incident | None
    owed: bool


@dataclass(frozen=True, slots=True)
class Owed:
    """A runbook that did not help, until it is settled."""

    id: str
    runbook: str
    is_here: bool
    owner: str
    title: str
    by: str
    since: datetime


@dataclass(frozen=True, slots=True)
class Missing:
    """What came without a runbook, the latest of it, and how often."""

    title: str
    squad: str
    count: int
    last: Incident


@router.api_route("", methods=["GET", "HEAD"])
async def runbooks(page: Reading, did: str = "") -> Response:
    found, owed = await _latest(page), await _owed(page)
    library = page.rules.library.by_slug
    rows = [_row(library[slug], found, owed, page.rules) for slug in sorted(library)]
    return page.show(
        "runbooks.html",
        rows=rows,
        owed=owed,
        missing=_missing(found, page.rules),
        latest=LATEST,
        may_settle=page.viewer.may(Scope.RESPOND),
        said="It is off the list." if did == "settled" else "",
    )


@router.api_route("/{slug}", methods=["GET", "HEAD"])
async def runbook(slug: str, page: Reading) -> Response:
    known = page.rules.library.by_slug.get(slug)
    if known is None:
        raise NotFound(f"there is no runbook {slug[:80]!r}")
    found, owed = await _latest(page), await _owed(page)
    return page.show(
        "runbook.html",
        row=_row(known, found, owed, page.rules),
        html=await asyncio.to_thread(runbook_html, known.text),
        incidents=[(one.id, line(one.title), one.opened_at) for one in found if one.runbook == slug][:SHOWN],
        owed=[one for one in owed if one.runbook == slug],
        may_settle=page.viewer.may(Scope.RESPOND),
        said="",
    )


@router.post("/debts/{id}/settle")
async def settle(id: str, page: Responding) -> Response:
    store, by = page.application.store, page.viewer.actor.id
    debt = await settled_debt(id, by, page.now, store)
    logged = page.application.audit_log.record(Act("runbook-debt.settle", id, by, "", CHANNEL))
    await store.commit((), (debt_record(debt), logged))
    return page.go("/runbooks?did=settled")


async def _latest(page: Page) -> Sequence[Incident]:
    return await page.application.store.incidents(IncidentQuery(limit=LATEST))


async def _owed(page: Page) -> list[Owed]:
    return [_debt(one, page.rules) for one in await debts(page.application.store, MOST)]


def _debt(one: RunbookDebt, rules: Rules) -> Owed:
    owner = squad_name(one.owner, rules) if one.owner in rules.squads else name_of(one.owner, rules)
    is_here = one.runbook in rules.library.by_slug
    return Owed(one.id, one.runbook, is_here, owner, line(one.title), name_of(one.by, rules), one.opened_at)


def _row(one: Runbook, found: Sequence[Incident], owed: Sequence[Owed], rules: Rules) -> Row:
    used = [incident for incident in found if incident.runbook == one.slug]
    named = [rule.name or str(rule.where) for rule in rules.rules if rule.runbook == one.slug]
    return Row(
        slug=one.slug,
        title=line(one.title),
        owner=squad_name(one.owner, rules) if one.owner in rules.squads else line(one.owner),
        alerts=line(", ".join(one.alerts)),
        rules=line(", ".join(named)),
        has_steps=bool(one.steps.strip()),
        used=len(used),
        last=used[0] if used else None,
        owed=any(debt.runbook == one.slug for debt in owed),
    )


def _missing(found: Sequence[Incident], rules: Rules) -> list[Missing]:
    """The most frequent first."""
    without = [one for one in found if Mark.NO_RUNBOOK in one.marks]
    counts = Counter((one.squad, one.title) for one in without)
    last = {(one.squad, one.title): one for one in reversed(without)}
    return [
        Missing(line(title), squad_name(squad, rules), count, last[squad, title])
        for (squad, title), count in counts.most_common(MOST)
    ]
