"""Webhooks of monitoring tools: raw bytes in, one durable outcome per alert out."""

from time import perf_counter

import structlog
from fastapi import APIRouter, Request
from fastapi.responses import Response
from pydantic import BaseModel
from pydantic_core import to_json
from starlette.types import ASGIApp, Receive, Scope, Send

from app.adapters.metrics import Metrics
from app.domain.errors import AppError
from app.domain.incident import Outcome
from app.entrypoints.http.assembled import App
from app.entrypoints.http.bodies import plain_request
from app.entrypoints.http.documented import WRITING, refusals
from app.entrypoints.http.errors import problem, problem_of
from app.entrypoints.http.examples import exemplified
from app.service.ingest import Taken
from app.service.journalling import Journalled
from app.service.receive import Received
from app.service.source_ports import Control
from app.service.source_ports import Request as PlainRequest
from app.wiring import Application

_log = structlog.get_logger()
_PREFIX = "/webhooks/"
_ACCEPTED = {
    "accepted": 1,
    "incidents": ["06bf80f9c0000001"],
    "outcomes": [{"outcome": "opened", "incident": "06bf80f9c0000001"}],
}
_SHAKEN = {"accepted": 0, "incidents": [], "outcomes": [], "note": "CloudEvents handshake"}


class AlertOutcome(BaseModel):
    """What became of one alert; `incident` is left out where it led to none."""

    outcome: Outcome
    incident: str | None = None


class Accepted(BaseModel):
    """`accepted` alerts were understood; one outcome each, in order. `note` speaks of a message that holds none.

    `journalled` of them wait on this replica's disk for the store to come back; they have no outcome yet.
    """

    model_config = exemplified(_ACCEPTED)

    accepted: int
    incidents: list[str]
    outcomes: list[AlertOutcome]
    note: str | None = None
    journalled: int | None = None


class Webhooks:
    """Answers `/webhooks/{source}` above FastAPI's routing, which would cost as much as deciding about the alert."""

    def __init__(self, app: ASGIApp, application: Application) -> None:
        self._app = app
        self._application = application

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        source = _source(scope)
        if not source:
            await self._app(scope, receive, send)
            return
        try:
            response = await receive_alerts(source, Request(scope, receive), self._application)
        except AppError as error:
            response = problem_of(error)
        await response(scope, receive, send)


def _source(scope: Scope) -> str:
    """The name of the source that is posted to; empty for any other request. What follows it in the address is the
    source's: some tools say there what happened."""
    if scope["type"] != "http" or not scope["path"].startswith(_PREFIX) or scope["method"] not in _SUMMARIES:
        return ""
    name: str = scope["path"][len(_PREFIX) :]
    return name.partition("/")[0]


async def receive_alerts(source: str, request: Request, application: Application) -> Response:
    """Take what a monitoring tool sends; answered only when it is durable."""
    start, metrics = perf_counter(), application.metrics
    try:
        plain = await plain_request(request, application.settings.max_body, application.clock.now())
        if plain.method == "OPTIONS":
            return shake_hands(source, plain, application)
        taken = await application.receiver.receive(source, plain)
    except AppError as error:
        known = source if source in application.in_force.rules.sources else "unknown"
        metrics.refused.labels(known, type(error).__name__).inc()
        raise
    if isinstance(taken, Control):
        if taken.visit:
            _log.info("webhook.confirmed", source=source, note=taken.note)
        return control_reply(taken)
    count(source, taken, perf_counter() - start, metrics)
    return accepted_reply(taken)


def shake_hands(source: str, plain: PlainRequest, application: Application) -> Response:
    """Answer a tool that asks whether it may send; 405 where the source's tool is not one that asks."""
    answer = application.receiver.handshake(source, plain)
    if answer is None:
        title, detail = "Method Not Allowed", f"source {source!r} is posted to, and asked nothing beforehand"
        return problem(405, title, detail, {"Allow": "GET, POST"})
    return control_reply(answer)


def count(source: str, taken: list[Taken] | Journalled, seconds: float, metrics: Metrics) -> None:
    """For the figures: what became of each alert."""
    if isinstance(taken, Journalled):
        metrics.accepted(source, (), seconds)
        metrics.alerts.labels(source, "journalled").inc(taken.count)
    else:
        metrics.accepted(source, taken, seconds)


def webhook_router() -> APIRouter:
    """The same as routes, so that the document of the API has them."""
    router = APIRouter(tags=["webhooks"])

    async def receive(request: Request, application: App) -> Response:
        """Take what a monitoring tool sends; answered only when it is durable."""
        return await receive_alerts(request.path_params["source"], request, application)

    for method, summary in _SUMMARIES.items():
        router.add_api_route(
            f"{_PREFIX}{{source}}",
            receive,
            methods=[method],
            name=f"receive_{method.lower()}",
            status_code=200 if method == "OPTIONS" else 202,
            summary=summary,
            response_class=Response,
            response_model=Accepted,
            responses=_HANDSHAKE if method == "OPTIONS" else _RESPONSES,
            openapi_extra=_OPENAPI[method],
        )
    return router


def accepted(taken: Received) -> Accepted:
    """The same as a value, for whoever answers with it off the hot path."""
    if isinstance(taken, Control):
        return Accepted(accepted=0, incidents=[], outcomes=[], note=taken.note)
    return Accepted.model_validate(_body(taken))


def accepted_reply(taken: list[Taken] | Journalled) -> Response:
    return Response(to_json(_body(taken)), 202, media_type="application/json")


def control_reply(control: Control) -> Response:
    headers = dict(control.headers)
    if isinstance(control.body, str):
        return Response(control.body, control.status, headers)
    body = control.body or {"accepted": 0, "incidents": [], "outcomes": [], "note": control.note}
    return Response(to_json(body), control.status, headers, media_type="application/json")


def _body(taken: list[Taken] | Journalled) -> dict[str, object]:
    if isinstance(taken, Journalled):
        return {"accepted": taken.count, "journalled": taken.count, "incidents": [], "outcomes": []}
    outcomes = [{"outcome": one.outcome, **({"incident": one.incident} if one.incident else {})} for one in taken]
    incidents = list(dict.fromkeys(one.incident for one in taken if one.incident))
    return {"accepted": len(taken), "incidents": incidents, "outcomes": outcomes}


_SUMMARIES = {
    "POST": "A monitoring tool reports",
    "GET": "A tool reports, or shakes hands, in a query",
    "OPTIONS": "A tool asks whether it may send (CloudEvents)",
}

_RESPONSES = {
    **refusals(*WRITING, 404),
    202: {
        "description": "Durable: every alert, its incident, its timers and its outgoing messages; or, while the store "
        "is out of reach, the alerts in this replica's journal, from which all of that will follow (`journalled`).",
        "content": {"application/json": {"example": _ACCEPTED}},
    },
}

_HANDSHAKE = {
    **refusals(400, 404, 405, 413, 415),
    200: {
        "description": "It may: `WebHook-Allowed-Origin` is who asked, `WebHook-Allowed-Rate` is `*`. Events need a "
        "credential all the same.",
        "content": {"application/json": {"example": _SHAKEN}},
    },
}

_SOURCE = {"name": "source", "in": "path", "required": True, "schema": {"type": "string"}, "example": "alertmanager"}
_TOKEN = {
    "name": "token",
    "in": "query",
    "schema": {"type": "string"},
    "description": "The source's secret, for tools that can send neither a signature nor a header.",
}
_ORIGIN = {
    "name": "WebHook-Request-Origin",
    "in": "header",
    "required": True,
    "schema": {"type": "string"},
    "example": "events.example.com",
}
_BODY = {
    "content": {
        "application/json": {
            "schema": {},
            "example": {"title": "Payments API is down", "severity": "critical", "dedup_key": "payments-api-down"},
        }
    }
}
_OPENAPI: dict[str, dict[str, object]] = {
    "POST": {"parameters": [_SOURCE, _TOKEN], "requestBody": _BODY},
    "GET": {"parameters": [_SOURCE, _TOKEN]},
    "OPTIONS": {"parameters": [{**_SOURCE, "example": "cloudevents"}, _ORIGIN]},
}
