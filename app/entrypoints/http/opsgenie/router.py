"""The routes of Opsgenie's Alert API v2: reports, looks, and one table for all that is done to one alert."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, replace
from time import perf_counter
from typing import Annotated
from urllib.parse import unquote

from fastapi import APIRouter, Path, Query, Request, Response

from app.adapters.sources.body import clean
from app.adapters.sources.opsgenie import action_path
from app.domain.classify import SourceSettings
from app.domain.errors import InvalidPayload, NotFound
from app.entrypoints.http.assembled import App
from app.entrypoints.http.opsgenie import deeds, documented
from app.entrypoints.http.opsgenie.deeds import Deed, Said
from app.entrypoints.http.opsgenie.face import PREFIX, face_of
from app.entrypoints.http.opsgenie.listing import Page, page_of
from app.entrypoints.http.opsgenie.route import Acting, Looking, OpsgenieRoute, Reporting, fields_of, media_or, sent
from app.entrypoints.http.opsgenie.search import parse_query
from app.entrypoints.http.opsgenie.views import full_view, short_view, status_view
from app.entrypoints.http.replies import GuardedJson
from app.entrypoints.http.webhooks import count
from app.service.opsgenie.alerts import By, Named, find, is_firing, listed, rows_of
from app.service.opsgenie.desk import Asked, Desk
from app.service.opsgenie.requests import UNKNOWN, processed
from app.service.ports import Alerts
from app.service.ports import Request as PlainRequest
from app.wiring import Application

NOT_PROCESSED = {"X-Opsgenie-Errortype": "RequestNotProcessed"}

router = APIRouter(prefix=PREFIX, tags=["drop-in"], route_class=OpsgenieRoute)

Identifier = Annotated[
    str, Path(description="What `identifierType` says it is, percent-encoded.", examples=["payments-api-down"])
]
IdentifierType = Annotated[
    str, Query(alias="identifierType", description="`id`, `alias` or `tiny` (the id as a decimal number).")
]


@router.post("", summary="Opsgenie Alert API: create an alert", **documented.creating())
async def create_alert(request: Request, application: App, instance: Reporting) -> Response:
    """An alert like any other. While one of that alias is open, it is a repeat."""
    start, plain = perf_counter(), await sent(request)
    parsed = await _read(plain, instance, application)
    said = Said(fields_of(plain), {}, application.in_force.rules, plain.received_at)
    taken = await _desk(application).report(parsed, "Create", face_of(request).id, said.remark())
    count(instance.name, taken, perf_counter() - start, application.metrics)
    return _accepted(request)


@router.get("/requests/{requestId}", summary="Opsgenie Alert API: what became of a request", **documented.status())
async def get_request_status(
    request: Request,
    application: App,
    instance: Reporting,
    request_id: Annotated[str, Path(alias="requestId", examples=[documented.REQUEST])],
) -> Response:
    """Known for a day; never of what waits in the journal."""
    found = await processed(instance.name, _decoded(request_id, "requestId"), application.store)
    if found is None:
        said = {"message": "The request is not processed yet, or is not known any more"}
        return GuardedJson(face_of(request).signed(dict(said)), 404, NOT_PROCESSED)
    return _shown(request, status_view(found, instance.name))


@router.get("", summary="Opsgenie Alert API: list alerts", **documented.listing())
async def list_alerts(
    request: Request, application: App, instance: Looking, page: Page, query: documented.Search = ""
) -> Response:
    """The key's own ones, from its newest 5,000 incidents."""
    keeps, rules = parse_query(query), application.in_force.rules
    views = [short_view(one, rules) for one in await listed(instance.name, application.store)]
    full = [full_view(one, rules) for one in await listed(instance.name, application.store)] if query else views
    kept = [view for view, whole in zip(views, full, strict=True) if keeps(whole)]
    shown, paging = page_of(kept, page, request.url)
    return GuardedJson(face_of(request).signed({"data": shown, "paging": paging}))


@router.get("/count", summary="Opsgenie Alert API: count alerts", **documented.counting())
async def count_alerts(
    request: Request, application: App, instance: Looking, query: documented.Search = ""
) -> Response:
    keeps, rules = parse_query(query), application.in_force.rules
    found = [one for one in await listed(instance.name, application.store) if keeps(full_view(one, rules))]
    return _shown(request, {"count": len(found)})


@router.get("/{identifier}", summary="Opsgenie Alert API: one alert", **documented.one())
async def get_alert(
    request: Request,
    application: App,
    instance: Looking,
    identifier: Identifier,
    identifier_type: IdentifierType = By.ID,
) -> Response:
    """By an alias: the latest alert that had it, open or not."""
    found = await find(_named(instance, identifier, identifier_type), application.store)
    if found is None:
        raise NotFound(UNKNOWN)
    return _shown(request, full_view(found, application.in_force.rules))


def _reporting(word: str, action: str) -> Callable[..., Awaitable[Response]]:
    async def report(
        request: Request,
        application: App,
        instance: Reporting,
        identifier: Identifier,
        identifier_type: IdentifierType = By.ID,
    ) -> Response:
        start, plain = perf_counter(), await sent(request)
        named = _named(instance, identifier, identifier_type)
        aliases = await _aliases(named, application)
        said = Said(fields_of(plain), {}, application.in_force.rules, plain.received_at)
        desk = _desk(application)
        if not aliases:
            await desk.fail(instance.name, action, face_of(request).id, UNKNOWN)
            return _accepted(request)
        alerts = [
            await _read(replace(plain, path=action_path(alias, word)), instance, application) for alias in aliases
        ]
        parsed = Alerts(tuple(alert for one in alerts for alert in one.alerts))
        taken = await desk.report(parsed, action, face_of(request).id, said.remark())
        count(instance.name, taken, perf_counter() - start, application.metrics)
        return _accepted(request)

    return report


@dataclass(frozen=True, slots=True)
class Offered:
    """One action of the table: what Opsgenie calls it, and how its body is read."""

    action: str
    read: Callable[[Said], Deed]
    summary: str
    example: Mapping[str, object]


ACTIONS: dict[tuple[str, str], Offered] = {
    ("POST", "/unacknowledge"): Offered("UnAcknowledge", deeds.unacknowledge, "give it back", {}),
    ("POST", "/snooze"): Offered("Snooze", deeds.snooze, "quiet until", {"endTime": "2026-11-23T09:00:00Z"}),
    ("POST", "/escalate"): Offered("EscalateToNext", deeds.escalate, "next step", {"escalation": {"name": "night"}}),
    ("POST", "/assign"): Offered(
        "Assign", deeds.assign, "give it to somebody", {"owner": {"username": "asha@example.com"}}
    ),
    ("POST", "/notes"): Offered("AddNote", deeds.note, "a note", {"note": "Failed over; watching."}),
    ("POST", "/tags"): Offered("AddTags", deeds.add_tags, "add tags", {"tags": ["database"]}),
    ("DELETE", "/tags"): Offered("RemoveTags", deeds.drop_tags, "take tags away, `?tags=a,b`", {}),
    ("POST", "/details"): Offered("AddDetails", deeds.add_details, "add details", {"details": {"region": "eu"}}),
    ("DELETE", "/details"): Offered("RemoveDetails", deeds.drop_details, "take details away, `?keys=a,b`", {}),
    ("POST", "/responders"): Offered(
        "AddResponder", deeds.add_responder, "written down", {"responder": {"type": "team", "name": "payments"}}
    ),
    ("POST", "/teams"): Offered("AddTeam", deeds.add_team, "written down", {"team": {"name": "payments"}}),
    ("PUT", "/message"): Offered(
        "UpdateMessage", deeds.set_message, "another message", {"message": "Payments are slow"}
    ),
    ("PUT", "/description"): Offered(
        "UpdateDescription", deeds.set_description, "another description", {"description": "Since the deployment"}
    ),
    ("PUT", "/priority"): Offered("UpdatePriority", deeds.set_priority, "a worse one pages", {"priority": "P1"}),
    ("POST", "/actions/{actionName}"): Offered("ExecuteCustomAction", deeds.custom_action, "written down", {}),
    ("DELETE", ""): Offered("Delete", deeds.delete, "written down", {}),
}


def _doing(offered: Offered) -> Callable[..., Awaitable[Response]]:
    async def act(
        request: Request,
        application: App,
        instance: Acting,
        identifier: Identifier,
        identifier_type: IdentifierType = By.ID,
    ) -> Response:
        plain = await sent(request)
        said = Said(fields_of(plain), clean(plain.query, "the query"), application.in_force.rules, plain.received_at)
        deed = offered.read(said)
        name = _decoded(request.path_params.get("actionName", ""), "actionName")
        asked = Asked(
            id=face_of(request).id,
            named=_named(instance, identifier, identifier_type),
            action=offered.action,
            said=f"{deed.said}: {name}" if name else deed.said,
            remark=said.remark(),
            deed=deed.act,
            change=deed.change,
        )
        desk = _desk(application)
        await (desk.set_priority(asked, deed.priority) if deed.priority else desk.act(asked))
        return _accepted(request)

    return act


def _add_routes() -> None:
    for word, action in (("acknowledge", "Acknowledge"), ("close", "Close")):
        router.add_api_route(
            f"/{{identifier}}/{word}",
            _reporting(word, action),
            methods=["POST"],
            name=f"opsgenie_{word}",
            summary=f"Opsgenie Alert API: {word}",
            **documented.acting({"user": "asha@example.com", "note": "seen"}),
        )
    for (method, path), offered in ACTIONS.items():
        router.add_api_route(
            f"/{{identifier}}{path}",
            _doing(offered),
            methods=[method],
            name=f"opsgenie_{offered.action.lower()}",
            summary=f"Opsgenie Alert API: {offered.action}: {offered.summary}",
            **documented.acting(offered.example if method != "DELETE" else None, "actionName" in path),
        )


_add_routes()


async def _read(plain: PlainRequest, instance: SourceSettings, application: Application) -> Alerts:
    """What a report says. What cannot be read is in quarantine then."""
    receiver = application.receiver
    try:
        parsed = await receiver.read(instance, receiver.find(instance.name)[1], plain)
    except InvalidPayload as refused:
        raise media_or(refused, plain) from None
    assert isinstance(parsed, Alerts)  # noqa: S101 - this source has no control messages
    return parsed


async def _aliases(named: Named, application: Application) -> list[str]:
    """The aliases that are meant: an id means all that fire under it. One that is named needs no store to be known."""
    if named.by is By.ALIAS:
        return [named.name]
    found = await find(named, application.store)
    if found is None:
        return []
    rows = await rows_of(found.incident, application.store)
    return [row.alert.dedup_key for row in rows if is_firing(row, found.incident)]


def _named(instance: SourceSettings, identifier: str, type: str) -> Named:
    try:
        by = By(type.lower())
    except ValueError:
        raise InvalidPayload("must be id, alias or tiny", "identifierType") from None
    return Named(instance.name, by, _decoded(identifier, "identifier").strip())


def _decoded(encoded: str, name: str) -> str:
    try:
        return clean({name: unquote(encoded, errors="strict")}, name)[name]
    except (UnicodeDecodeError, InvalidPayload):
        raise InvalidPayload("is not text in UTF-8", name) from None


def _desk(application: Application) -> Desk:
    return Desk(
        application.receiver,
        application.store,
        application.in_force,
        application.applier,
        application.clock,
        application.new_id,
    )


def _accepted(request: Request) -> Response:
    return GuardedJson(face_of(request).signed({"result": "Request will be processed"}), 202)


def _shown(request: Request, data: dict[str, object]) -> Response:
    return GuardedJson(face_of(request).signed({"data": data}))
