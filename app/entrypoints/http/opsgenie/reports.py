"""What a tool reports, and is kept also while the store is away: an alert is there, acknowledged, or over."""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from time import perf_counter

from fastapi import APIRouter, Request, Response

from app.adapters.sources.opsgenie import action_path
from app.domain.classify import SourceSettings
from app.domain.errors import InvalidPayload
from app.entrypoints.http.assembled import App
from app.entrypoints.http.opsgenie import documented
from app.entrypoints.http.opsgenie.deeds import Said
from app.entrypoints.http.opsgenie.face import ALERTS, face_of
from app.entrypoints.http.opsgenie.naming import Identifier, IdentifierType, accepted, desk_of, name_of, throttled
from app.entrypoints.http.opsgenie.route import OpsgenieRoute, Reporting, fields_of, media_or, sent
from app.entrypoints.http.webhooks import count
from app.service.opsgenie.alerts import By, Named, find, is_firing, rows_of
from app.service.opsgenie.requests import UNKNOWN
from app.service.source_ports import Alerts
from app.service.source_ports import Request as PlainRequest
from app.wiring import Application

router = APIRouter(prefix=ALERTS, tags=["drop-in"], route_class=OpsgenieRoute)


@router.post("", summary="Opsgenie Alert API: create an alert", **documented.creating())
async def create_alert(request: Request, application: App, instance: Reporting) -> Response:
    """An alert like any other. While one of that alias is open, it is a repeat."""
    start, plain = perf_counter(), await sent(request)
    parsed = await _read(plain, instance, application)
    said = Said(fields_of(plain), {}, application.in_force.rules, plain.received_at)
    taken = await desk_of(application).report(parsed, "Create", face_of(request).id, said.remark())
    if taken is None:
        return throttled(request)
    count(instance.name, taken, perf_counter() - start, application.metrics)
    return accepted(request)


def _reporting(word: str, action: str) -> Callable[..., Awaitable[Response]]:
    async def report(
        request: Request,
        application: App,
        instance: Reporting,
        identifier: Identifier,
        identifier_type: IdentifierType = By.ID,
    ) -> Response:
        start, plain = perf_counter(), await sent(request)
        aliases = await _aliases(name_of(instance, identifier, identifier_type), application)
        read = [await _read(replace(plain, path=action_path(one, word)), instance, application) for one in aliases]
        said = Said(fields_of(plain), {}, application.in_force.rules, plain.received_at)
        desk = desk_of(application)
        if not read:
            await desk.fail(instance.name, action, face_of(request).id, UNKNOWN)
            return accepted(request)
        parsed = Alerts(tuple(alert for one in read for alert in one.alerts))
        taken = await desk.report(parsed, action, face_of(request).id, said.remark())
        if taken is None:
            return throttled(request)
        count(instance.name, taken, perf_counter() - start, application.metrics)
        return accepted(request)

    return report


for _word, _action in (("acknowledge", "Acknowledge"), ("close", "Close")):
    router.add_api_route(
        f"/{{identifier}}/{_word}",
        _reporting(_word, _action),
        methods=["POST"],
        name=f"opsgenie_{_word}",
        summary=f"Opsgenie Alert API: {_word}",
        **documented.acting({"user": "asha@example.com", "note": "seen"}),
    )


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
