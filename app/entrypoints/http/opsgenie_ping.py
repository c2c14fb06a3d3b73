"""Opsgenie's heartbeat ping under its own path and with its own replies, so that a tool moves by changing one URL."""

from time import perf_counter

import structlog
from fastapi import APIRouter, Request
from fastapi.responses import Response

from app.domain.errors import AppError, NotFound, Unauthorised
from app.domain.heartbeat import SOURCE
from app.entrypoints.http.assembled import App
from app.entrypoints.http.bodies import plain_request
from app.entrypoints.http.documented import refusals
from app.entrypoints.http.errors import problem_of
from app.entrypoints.http.examples import exemplified
from app.entrypoints.http.replies import GuardedJson
from app.entrypoints.http.view import View
from app.service.ports import Request as PlainRequest
from app.service.receive import Receiver, credentials
from app.wiring import Application

TYPE = "opsgenie"
"""The source type whose instances' secrets are the keys of that API."""

SCHEME = "geniekey"
PONG = "PONG - Heartbeat received"
LEAST_TOOK = 0.001
"""Seconds. Their clients take a time of nothing for one that is missing."""

log = structlog.get_logger()


class Pong(View):
    """`took` is in seconds."""

    model_config = exemplified({"result": PONG, "took": 0.012, "requestId": "43a29c5c3dbf4fa4"})

    result: str
    took: float
    requestId: str


class OpsgenieRefusal(View):
    model_config = exemplified({"message": "the key is not known", "took": 0.012, "requestId": "43a29c5c3dbf4fa4"})

    message: str
    took: float
    requestId: str


router = APIRouter(tags=["drop-in"])


async def take_opsgenie_ping(request: Request, application: App) -> Response:
    """A heartbeat that nobody has defined is answered in the same way, as theirs does; it is logged and counted."""
    start = perf_counter()
    try:
        plain = await plain_request(request, application.settings.max_body, application.clock.now())
        await _admit(plain, application.receiver)
        await _take(request.path_params["name"], application)
    except AppError as error:
        application.metrics.refused.labels(SOURCE, type(error).__name__).inc()
        plainly = problem_of(error)
        said = {"message": str(error), **_times(start)}
        return GuardedJson(said, plainly.status_code, {**_headers(start), **_retry_after(plainly)})
    return GuardedJson({"result": PONG, **_times(start)}, 202, _headers(start))


async def _admit(plain: PlainRequest, receiver: Receiver) -> None:
    """The key of an Opsgenie source; or, as a key or as Bearer, the heartbeats' secret or a token with scope ingest."""
    scheme, _, value = plain.headers.get("authorization", "").partition(" ")
    key = value.strip() if scheme.lower() == SCHEME else ""
    if key and receiver.holder(TYPE, key):
        return
    if not await receiver.knows(SOURCE, [key] if key else credentials(plain)):
        raise Unauthorised("send a key as `Authorization: GenieKey <key>`")


async def _take(name: str, application: Application) -> None:
    try:
        application.metrics.taken(SOURCE, (await application.pings.ping(name)).taken)
    except NotFound as unknown:
        log.warning("heartbeat.unknown", heartbeat=name[:80], reason=str(unknown))
        application.metrics.refused.labels(SOURCE, type(unknown).__name__).inc()


def _times(start: float) -> dict[str, object]:
    return {"took": _took(start), "requestId": structlog.contextvars.get_contextvars().get("request_id", "")}


def _headers(start: float) -> dict[str, str]:
    """`X-Request-Id` is on every reply anyway."""
    return {"X-Response-Time": str(_took(start)), "X-RateLimit-State": "OK"}


def _took(start: float) -> float:
    return max(LEAST_TOOK, round(perf_counter() - start, 3))


def _retry_after(reply: Response) -> dict[str, str]:
    return {name: value for name, value in reply.headers.items() if name == "retry-after"}


_REFUSED = {
    status: {"description": found["description"], "model": OpsgenieRefusal}
    for status, found in refusals(400, 401, 403, 413, 415, 503).items()
}

for _method in ("GET", "POST", "PUT", "PATCH"):
    router.add_api_route(
        "/v2/heartbeats/{name:path}/ping",
        take_opsgenie_ping,
        methods=[_method],
        name=f"opsgenie_ping_{_method.lower()}",
        status_code=202,
        summary="Opsgenie Heartbeat API: a ping",
        response_class=GuardedJson,
        response_model=Pong,
        responses=_REFUSED,
        openapi_extra={
            "parameters": [{"name": "name", "in": "path", "required": True, "schema": {"type": "string"}}],
        },
    )
