"""Incidents as they are: the list in pages, one with all that belongs to it."""

from enum import StrEnum
from typing import Annotated

from fastapi import APIRouter, Path, Query

from app.domain.classify import Severity
from app.domain.errors import NotFound
from app.domain.incident import Incident, Status
from app.entrypoints.http.api_route import ApiRoute
from app.entrypoints.http.assembled import App
from app.entrypoints.http.auth import Reader
from app.entrypoints.http.cursors import Cursor, Limit, cursor_of, one_page, position
from app.entrypoints.http.documented import READING, refusals
from app.entrypoints.http.incident_views import (
    AlertPage,
    EntryView,
    IncidentPage,
    IncidentView,
    Notifications,
    Timeline,
    alert_view,
    incident_view,
    notification_view,
)
from app.service.ports import IncidentQuery, Store

router = APIRouter(prefix="/api/v1/incidents", tags=["incidents"], route_class=ApiRoute)

ID_LENGTH = 16
_DIGITS = frozenset("0123456789abcdef")

IncidentId = Annotated[str, Path(description="16 hexadecimal digits.", examples=["06bf80f9c0000001"])]
Named = Annotated[str, Query(max_length=500)]


class StatusWord(StrEnum):
    """`open` is triggered and acknowledged."""

    OPEN = "open"
    TRIGGERED = "triggered"
    ACKNOWLEDGED = "acknowledged"
    RESOLVED = "resolved"


@router.get("", summary="List incidents, newest first", responses=refusals(*READING, 422))
async def list_incidents(
    application: App,
    token: Reader,
    status: Annotated[list[StatusWord], Query(description="Repeat it for several; none means any.")] = [],  # noqa: B006
    severity: Annotated[list[Severity], Query(description="Repeat it for several; none means any.")] = [],  # noqa: B006
    squad: Named = "",
    source: Named = "",
    suppressed: Annotated[bool, Query(description="Only those that tell nobody because they are suppressed.")] = False,
    limit: Limit = 50,
    cursor: Cursor = "",
) -> IncidentPage:
    before = position(cursor, is_incident_id)
    query = IncidentQuery(_statuses(status), frozenset(severity), squad, source, before, limit + 1, suppressed)
    page, last = one_page(await application.store.incidents(query), limit)
    return IncidentPage(items=[incident_view(one) for one in page], next=cursor_of(last.id) if last else None)


@router.get("/{id}", summary="One incident", responses=refusals(*READING, 404))
async def get_incident(id: IncidentId, application: App, token: Reader) -> IncidentView:
    return incident_view(await incident_of(id, application.store))


@router.get("/{id}/timeline", summary="All that happened to it", responses=refusals(*READING, 404))
async def get_timeline(id: IncidentId, application: App, token: Reader) -> Timeline:
    await incident_of(id, application.store)
    return Timeline(items=[EntryView.model_validate(entry) for entry in await application.store.timeline(id)])


@router.get(
    "/{id}/notifications", summary="Who was told, how, why, and with what success", responses=refusals(*READING, 404)
)
async def get_notifications(id: IncidentId, application: App, token: Reader) -> Notifications:
    await incident_of(id, application.store)
    return Notifications(items=[notification_view(one) for one in await application.store.notifications(id)])


@router.get("/{id}/alerts", summary="The alerts under it, as they came", responses=refusals(*READING, 404, 422))
async def get_alerts(
    id: IncidentId, application: App, token: Reader, limit: Limit = 50, cursor: Cursor = ""
) -> AlertPage:
    incident = await incident_of(id, application.store)
    found = await application.store.alerts(id, limit + 1, position(cursor))
    page, last = one_page(found, limit)
    return AlertPage(items=[alert_view(row, incident) for row in page], next=cursor_of(last.key) if last else None)


def is_incident_id(id: str) -> bool:
    return len(id) == ID_LENGTH and _DIGITS.issuperset(id)


async def incident_of(id: str, store: Store) -> Incident:
    """Raises `NotFound`."""
    found = (await store.load((), (checked(id),))).incidents.get(id)
    if found is None:
        raise NotFound(f"there is no incident {id}")
    return found


def checked(id: str) -> str:
    """Raises `NotFound` for what cannot be the id of an incident; no store has to look at it then."""
    if not is_incident_id(id):
        raise NotFound(f"there is no incident {id[:40]!r}")
    return id


def _statuses(words: list[StatusWord]) -> frozenset[Status]:
    meant = [
        (Status.TRIGGERED, Status.ACKNOWLEDGED) if word is StatusWord.OPEN else (Status(word.value),) for word in words
    ]
    return frozenset(status for statuses in meant for status in statuses)
