"""Incidents of a stretch of time with all that they left behind, read page by page: never all of history at once."""

from collections.abc import AsyncIterator
from datetime import datetime, timedelta

from app.domain.incident import Incident
from app.service.ports import IncidentQuery, Store, Trail

PAGE = 200
SLACK = timedelta(days=1)
"""How far an id may lie from the instant at which its incident was opened: what was accepted while the store was away
is opened when it is back."""

_SEQUENCE_BITS = 22
_EPOCH_MS = 1_577_836_800_000
_GREATEST = (1 << 64) - 1


def first_id(at: datetime) -> str:
    """The least id that is given out at `at`: ids are 41 bits of milliseconds since 2020 and 22 more."""
    number = (int(at.timestamp() * 1000) - _EPOCH_MS) << _SEQUENCE_BITS
    return f"{min(max(number, 0), _GREATEST):016x}"


async def opened_between(
    store: Store, since: datetime, until: datetime, squad: str = ""
) -> AsyncIterator[tuple[Incident, Trail]]:
    """Those that were opened from `since` to before `until`, newest first."""
    last = first_id(since - SLACK)
    async for page in _pages(store, first_id(until + SLACK), squad):
        wanted = [one for one in page if since <= one.opened_at < until]
        for incident, trail in zip(wanted, await store.trails([one.id for one in wanted]), strict=True):
            yield incident, trail
        if page[-1].id < last:
            return


async def touched_between(store: Store, since: datetime, until: datetime) -> AsyncIterator[tuple[Incident, Trail]]:
    """Those to which anything happened from `since` on and that were opened before `until`, newest first, however long
    ago they were opened."""
    async for page in _pages(store, first_id(until + SLACK), ""):
        wanted = [one for one in page if one.opened_at < until and one.updated_at >= since]
        for incident, trail in zip(wanted, await store.trails([one.id for one in wanted]), strict=True):
            yield incident, trail


async def _pages(store: Store, before: str, squad: str) -> AsyncIterator[list[Incident]]:
    while True:
        page = list(await store.incidents(IncidentQuery(squad=squad, before=before, limit=PAGE)))
        if page:
            yield page
        if len(page) < PAGE:
            return
        before = page[-1].id
