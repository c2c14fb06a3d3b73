"""Opsgenie's heartbeat ping: a heartbeat that nobody has defined is answered in the same way, as theirs does."""

from urllib.parse import unquote

import structlog
from fastapi import APIRouter, Request
from fastapi.responses import Response

from app.adapters.sources.opsgenie import Opsgenie
from app.domain.errors import AppError, NotFound, Unauthorised
from app.domain.heartbeat import SOURCE
from app.entrypoints.http.assembled import App
from app.entrypoints.http.bodies import plain_request
from app.entrypoints.http.opsgenie.documented import pinging
from app.entrypoints.http.opsgenie.face import HEARTBEATS, face_of
from app.entrypoints.http.replies import GuardedJson
from app.service.receive import Receiver, credentials
from app.service.source_ports import Request as PlainRequest
from app.wiring import Application

SCHEME = "geniekey"
PONG = "PONG - Heartbeat received"

log = structlog.get_logger()


router = APIRouter(tags=["drop-in"])


async def take_opsgenie_ping(request: Request, application: App) -> Response:
    """A name that is not known is logged and counted."""
    try:
        plain = await plain_request(request, application.settings.max_body, application.clock.now())
        await _admit(plain, application.receiver)
        await _take(unquote(request.path_params["name"], errors="replace"), application)
    except AppError as error:
        application.metrics.refused.labels(SOURCE, type(error).__name__).inc()
        raise
    return GuardedJson(face_of(request).signed({"result": PONG}), 202)


async def _admit(plain: PlainRequest, receiver: Receiver) -> None:
    """The key of an Opsgenie source; or, as a key or as Bearer, the heartbeats' secret or a token with scope ingest."""
    scheme, _, value = plain.headers.get("authorization", "").partition(" ")
    key = value.strip() if scheme.lower() == SCHEME else ""
    if key and receiver.holder(Opsgenie.type, key):
        return
    if not await receiver.knows(SOURCE, [key] if key else credentials(plain)):
        raise Unauthorised("send a key as `Authorization: GenieKey <key>`")


async def _take(name: str, application: Application) -> None:
    try:
        application.metrics.taken(SOURCE, (await application.pings.ping(name)).taken)
    except NotFound as unknown:
        log.warning("heartbeat.unknown", heartbeat=name[:80], reason=str(unknown))
        application.metrics.refused.labels(SOURCE, type(unknown).__name__).inc()


for _method in ("GET", "POST", "PUT", "PATCH"):
    router.add_api_route(
        f"{HEARTBEATS}/{{name:path}}/ping",
        take_opsgenie_ping,
        methods=[_method],
        name=f"opsgenie_ping_{_method.lower()}",
        summary="Opsgenie Heartbeat API: a ping",
        **pinging(PONG),
    )
