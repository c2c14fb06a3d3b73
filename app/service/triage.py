"""The triage queue as people look at it: open incidents of severity triage, oldest first, with where to look."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass

from app.domain.alert import Link
from app.domain.classify import Severity
from app.domain.incident import Incident, Status
from app.domain.triage import State, state_of
from app.service.ports import IncidentQuery, Store

OPEN = frozenset({Status.TRIGGERED, Status.ACKNOWLEDGED})
TRIAGE = frozenset({Severity.TRIAGE})
QUEUED = frozenset({State.QUEUED})
AT_ONCE = 200
MOST_ALERTS = 5
"""Alerts of one incident whose links are shown; of a group the others say the same."""

MOST_LINKS = 10


@dataclass(frozen=True, slots=True)
class Waiting:
    """One incident of the queue, with the links that its source sent along."""

    incident: Incident
    links: tuple[Link, ...]


async def waiting(
    store: Store,
    limit: int,
    after: str = "",
    states: frozenset[State] = QUEUED,
    squad: str = "",
    source: str = "",
) -> list[Incident]:
    """At most `limit` that are in one of these states, oldest first, from behind the id `after`."""
    found: list[Incident] = []
    while len(found) < limit:
        query = IncidentQuery(OPEN, TRIAGE, squad, source, limit=AT_ONCE, oldest_first=True, after=after)
        page = await store.incidents(query)
        found += [one for one in page if state_of(one) in states]
        if len(page) < AT_ONCE:
            break
        after = page[-1].id
    return found[:limit]


async def whole_queue(store: Store) -> list[Incident]:
    """Everything that waits, oldest first."""
    found: list[Incident] = []
    while True:
        page = await waiting(store, AT_ONCE, found[-1].id if found else "")
        found += page
        if len(page) < AT_ONCE:
            return found


async def with_links(incidents: Sequence[Incident], store: Store) -> list[Waiting]:
    return list(await asyncio.gather(*(_with_links(one, store) for one in incidents)))


async def _with_links(incident: Incident, store: Store) -> Waiting:
    rows = await store.alerts(incident.id, MOST_ALERTS)
    links = dict.fromkeys(link for row in rows for link in row.alert.links)
    return Waiting(incident, tuple(links)[:MOST_LINKS])
