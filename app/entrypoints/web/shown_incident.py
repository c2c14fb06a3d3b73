"""Which incident a link leads to: one that is held for the time of an outage, or what has become of it in the store."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass

from app.domain.errors import NotFound
from app.domain.incident import Entry, Incident
from app.domain.moved import moved_key
from app.domain.notification import Notification
from app.entrypoints.http.incidents import checked
from app.service.ports import Store
from app.wiring import Application


@dataclass(frozen=True, slots=True)
class Shown:
    """An incident with what has been said and written about it."""

    incident: Incident
    notifications: Sequence[Notification]
    timeline: Sequence[Entry]


async def shown_incident(id: str, application: Application) -> Shown:
    """Raises `NotFound`, or `StoreUnavailable` when the store is away and this replica does not hold it."""
    held = application.outage.held if application.outage else None
    if held and (incident := held.incident(id)):
        return Shown(incident, await held.notifications(id), await held.timeline(id))
    store = application.store
    incident = await stored_incident(id, store)
    notifications, timeline = await asyncio.gather(store.notifications(incident.id), store.timeline(incident.id))
    return Shown(incident, notifications, timeline)


async def stored_incident(id: str, store: Store) -> Incident:
    """The incident of that id; else the one that an incident of an outage turned out to be."""
    key = moved_key(checked(id))
    loaded = await store.load((key,), (id,))
    known = loaded.keys.get(key)
    found = loaded.incidents.get(id) or (loaded.incidents.get(known.incident) if known else None)
    if found is None:
        raise NotFound(f"there is no incident {id}")
    return found
