"""The incidents: the open ones first, and of these first those that nobody has."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass

from fastapi import APIRouter, Response

from app.domain.classify import Severity
from app.domain.errors import NotFound, StoreUnavailable
from app.domain.incident import Incident, Status
from app.entrypoints.http.incidents import is_incident_id
from app.entrypoints.web.incident_acts import SAID
from app.entrypoints.web.incident_row import Row, row_of, tone_of
from app.entrypoints.web.page_route import PageRoute
from app.entrypoints.web.viewer import Page, Reading
from app.service.ports import IncidentQuery, Store, WorkingStore

router = APIRouter(route_class=PageRoute, include_in_schema=False)

PAGE = 40
PRODUCTION = frozenset({Severity.CRITICAL, Severity.HIGH})
OPEN = frozenset({Status.TRIGGERED, Status.ACKNOWLEDGED})
ORDER = ("unowned", "owned", "waiting", "resolved")
SEVEREST = tuple(Severity)


@dataclass(frozen=True, slots=True)
class Filter:
    """A way to look: its word in the address, its name, and which incidents it shows. `lists` are asked one by one, so
    that however many are acknowledged hide none that nobody has."""

    word: str
    label: str
    lists: tuple[IncidentQuery, ...]
    empty: str


FILTERS = {
    one.word: one
    for one in (
        Filter(
            "open",
            "Open",
            (
                IncidentQuery(frozenset({Status.TRIGGERED}), frozenset({Severity.CRITICAL})),
                IncidentQuery(frozenset({Status.TRIGGERED}), frozenset({Severity.HIGH})),
                IncidentQuery(frozenset({Status.ACKNOWLEDGED}), PRODUCTION),
            ),
            "Nothing is open. When something is, it shows up here by itself; raise an incident if you know of one.",
        ),
        Filter(
            "triage",
            "Triage",
            (IncidentQuery(OPEN, frozenset({Severity.TRIAGE})),),
            "The triage queue is empty: whatever came in has been handed over, promoted or closed.",
        ),
        Filter(
            "quiet",
            "Suppressed",
            (IncidentQuery(OPEN, suppressed=True),),
            "Nothing is kept quiet by a silence, a maintenance window or another incident.",
        ),
        Filter(
            "resolved",
            "Resolved",
            (IncidentQuery(frozenset({Status.RESOLVED})),),
            "Nothing has been resolved yet. What is stays here for as long as the settings keep it.",
        ),
        Filter("all", "All", (IncidentQuery(),), "No alert has come in yet. Point a monitoring tool at /webhooks/."),
    )
}


@router.api_route("/", methods=["GET", "HEAD"])
async def incidents(page: Reading, show: str = "open", before: str = "", did: str = "") -> Response:
    chosen = _filter(show)
    listed = await _listed(chosen, before, page)
    address = f"/live/incidents?show={chosen.word}&before={before}"
    return page.show(
        "incidents.html", filters=FILTERS.values(), chosen=chosen, listed=listed, live=address, said=SAID.get(did, "")
    )


@router.get("/live/incidents")
async def live_incidents(page: Reading, show: str = "open", before: str = "") -> Response:
    chosen = _filter(show)

    async def render() -> bytes:
        at = page.at(page.application.clock.now())
        return at.part("incident_list.html", chosen=chosen, listed=await _listed(chosen, before, at))

    return await page.live(f"incidents {chosen.word} {before}", render)


@dataclass(frozen=True, slots=True)
class Listed:
    """Rows in the order of need, how many of them nobody has, and the address of older ones, if there are any.
    `is_part`: the store is away, so these are only those that this replica took since."""

    rows: Sequence[Row]
    unowned: int
    older: str = ""
    is_part: bool = False


async def _listed(chosen: Filter, before: str, page: Page) -> Listed:
    """Raises `StoreUnavailable` where this replica holds nothing while the store is away."""
    try:
        return await _stored(chosen, before, page)
    except StoreUnavailable:
        outage = page.application.outage
        if outage is None:
            raise
        held = outage.held
        found = [one for one in held.every_incident() if any(_shows(query, one) for query in chosen.lists)]
        rows = await _rows(found[:PAGE], held, page)
        return Listed(rows, _unowned(rows), is_part=True)


async def _stored(chosen: Filter, before: str, page: Page) -> Listed:
    store = page.application.store
    before = before if is_incident_id(before) else ""
    pages = [await _page(query, before, store) for query in chosen.lists]
    found = [incident for incidents, _ in pages for incident in incidents]
    if chosen.word == "open":
        found = [one for one in found if not one.is_suppressed]
        found.sort(key=lambda one: (ORDER.index(tone_of(one)), SEVEREST.index(one.severity)))
    rows = await _rows(found, store, page)
    last = max((last for _, last in pages if last), default="")
    return Listed(rows, _unowned(rows), f"/?show={chosen.word}&before={last}" if last else "")


async def _rows(incidents: Sequence[Incident], store: WorkingStore, page: Page) -> list[Row]:
    """Of those that are over, how far their messages got is not shown."""
    ctx = page.application.in_force.context(page.now)
    still_open = [one.id for one in incidents if one.is_open]
    told = dict(zip(still_open, await asyncio.gather(*map(store.notifications, still_open)), strict=True))
    return [row_of(one, told.get(one.id, ()), ctx) for one in incidents]


def _unowned(rows: Sequence[Row]) -> int:
    return sum(row.tone == "unowned" for row in rows)


def _shows(query: IncidentQuery, incident: Incident) -> bool:
    return (
        (not query.statuses or incident.status in query.statuses)
        and (not query.severities or incident.severity in query.severities)
        and (not query.suppressed or incident.is_suppressed)
    )


async def _page(query: IncidentQuery, before: str, store: Store) -> tuple[Sequence[Incident], str]:
    """One page and, where more follow, the cursor for them."""
    found = await store.incidents(_from(query, before))
    return (found[:PAGE], found[PAGE - 1].id) if len(found) > PAGE else (found, "")


def _from(query: IncidentQuery, before: str) -> IncidentQuery:
    return IncidentQuery(query.statuses, query.severities, before=before, limit=PAGE + 1, suppressed=query.suppressed)


def _filter(word: str) -> Filter:
    """Raises `NotFound`."""
    if word not in FILTERS:
        raise NotFound(f"there is no list called {word[:40]!r}")
    return FILTERS[word]
