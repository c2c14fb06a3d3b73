"""What can be looked at: one alert, lists and counts of a key's own, and what became of a request."""

import asyncio
from collections.abc import Callable
from typing import Annotated

from fastapi import APIRouter, Path, Request, Response

from app.domain.classify import SourceSettings
from app.domain.errors import NotFound
from app.domain.ruleset import Rules
from app.entrypoints.http.assembled import App
from app.entrypoints.http.opsgenie import documented
from app.entrypoints.http.opsgenie.face import ALERTS, face_of
from app.entrypoints.http.opsgenie.listing import Page, page_of
from app.entrypoints.http.opsgenie.naming import Identifier, IdentifierType, decoded, name_of, shown
from app.entrypoints.http.opsgenie.route import Looking, OpsgenieRoute, Reporting
from app.entrypoints.http.opsgenie.search import parse_query
from app.entrypoints.http.opsgenie.views import View, full_view, short_view, status_view
from app.entrypoints.http.replies import GuardedJson
from app.service.opsgenie.alerts import By, Known, find, listed
from app.service.opsgenie.requests import UNKNOWN, processed
from app.wiring import Application

AT_ONCE = 200
NOT_PROCESSED = {"X-Opsgenie-Errortype": "RequestNotProcessed"}

router = APIRouter(prefix=ALERTS, tags=["drop-in"], route_class=OpsgenieRoute)


@router.get("/requests/{requestId}", summary="Opsgenie Alert API: what became of a request", **documented.status())
async def get_request_status(
    request: Request,
    application: App,
    instance: Reporting,
    request_id: Annotated[str, Path(alias="requestId", examples=[documented.REQUEST])],
) -> Response:
    """Known for a day; never of what waits in the journal."""
    found = await processed(instance.name, decoded(request_id, "requestId"), application.store)
    if found is None:
        said = {"message": "The request is not processed yet, or is not known any more"}
        return GuardedJson(face_of(request).signed(dict(said)), 404, NOT_PROCESSED)
    return shown(request, status_view(found, instance.name))


@router.get("", summary="Opsgenie Alert API: list alerts", **documented.listing())
async def list_alerts(
    request: Request, application: App, instance: Looking, page: Page, query: documented.Search = ""
) -> Response:
    """The key's own ones, from its newest 5,000 incidents."""
    kept = await _kept(query, instance, application)
    views, paging = page_of(await _views(kept, short_view, application), page, request.url)
    return shown(request, views, paging=paging)


@router.get("/count", summary="Opsgenie Alert API: count alerts", **documented.counting())
async def count_alerts(
    request: Request, application: App, instance: Looking, query: documented.Search = ""
) -> Response:
    return shown(request, {"count": len(await _kept(query, instance, application))})


@router.get("/{identifier}", summary="Opsgenie Alert API: one alert", **documented.one())
async def get_alert(
    request: Request,
    application: App,
    instance: Looking,
    identifier: Identifier,
    identifier_type: IdentifierType = By.ID,
) -> Response:
    """By an alias: the latest alert that had it, open or not."""
    found = await find(name_of(instance, identifier, identifier_type), application.store)
    if found is None:
        raise NotFound(UNKNOWN)
    return shown(request, full_view(found, application.in_force.rules))


async def _kept(query: str, instance: SourceSettings, application: Application) -> list[Known]:
    """Those of the key's own that the query keeps, newest first."""
    keeps = parse_query(query)
    known = await listed(instance.name, application.store)
    if not query.strip():
        return known
    views = await _views(known, full_view, application)
    return [one for one, view in zip(known, views, strict=True) if keeps(view)]


async def _views(known: list[Known], view: Callable[[Known, Rules], View], application: Application) -> list[View]:
    """Some at a time, so that a long list keeps nobody waiting who has an alert to tell."""
    found: list[View] = []
    for start in range(0, len(known), AT_ONCE):
        found += [view(one, application.in_force.rules) for one in known[start : start + AT_ONCE]]
        await asyncio.sleep(0)
    return found
