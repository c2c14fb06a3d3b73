"""Webhooks of monitoring tools: raw bytes in, one durable outcome per alert out."""

from time import perf_counter

from fastapi import APIRouter, Request
from fastapi.responses import Response
from pydantic import BaseModel
from pydantic_core import to_json

from app.domain.errors import AppError
from app.domain.incident import Outcome
from app.entrypoints.http.bodies import plain_request
from app.entrypoints.http.documented import WRITING, refusals
from app.entrypoints.http.examples import exemplified
from app.service.ingest import Taken
from app.service.ports import Control
from app.wiring import Application

_ACCEPTED = {
    "accepted": 1,
    "incidents": ["06bf80f9c0000001"],
    "outcomes": [{"outcome": "opened", "incident": "06bf80f9c0000001"}],
}


class AlertOutcome(BaseModel):
    """What became of one alert; `incident` is left out where it led to none."""

    outcome: Outcome
    incident: str | None = None


class Accepted(BaseModel):
    """`accepted` alerts were understood; one outcome each, in order. `note` speaks of a message that holds none."""

    model_config = exemplified(_ACCEPTED)

    accepted: int
    incidents: list[str]
    outcomes: list[AlertOutcome]
    note: str | None = None


def webhook_router(application: Application) -> APIRouter:
    router = APIRouter(tags=["webhooks"])
    receiver, metrics = application.receiver, application.metrics
    most, clock = application.settings.max_body, application.clock

    async def receive(request: Request) -> Response:
        """Take what a monitoring tool sends; answered only when it is durable."""
        source = request.path_params["source"]
        start = perf_counter()
        try:
            taken = await receiver.receive(source, await plain_request(request, most, clock.now()))
        except AppError as error:
            known = source if source in application.in_force.rules.sources else "unknown"
            metrics.refused.labels(known, type(error).__name__).inc()
            raise
        if isinstance(taken, Control):
            return control_reply(taken)
        metrics.accepted(source, taken, perf_counter() - start)
        return accepted_reply(taken)

    for method in ("POST", "GET"):
        router.add_api_route(
            "/webhooks/{source}",
            receive,
            methods=[method],
            name=f"receive_{method.lower()}",
            status_code=202,
            summary=_SUMMARIES[method],
            response_class=Response,
            response_model=Accepted,
            responses=_RESPONSES,
            openapi_extra=_OPENAPI[method],
        )
    return router


def accepted(taken: list[Taken] | Control) -> Accepted:
    """The same as a value, for whoever answers with it off the hot path."""
    if isinstance(taken, Control):
        return Accepted(accepted=0, incidents=[], outcomes=[], note=taken.note)
    return Accepted.model_validate(_body(taken))


def accepted_reply(taken: list[Taken]) -> Response:
    return Response(to_json(_body(taken)), 202, media_type="application/json")


def control_reply(control: Control) -> Response:
    headers = dict(control.headers)
    if isinstance(control.body, str):
        return Response(control.body, control.status, headers)
    body = control.body or {"accepted": 0, "incidents": [], "outcomes": [], "note": control.note}
    return Response(to_json(body), control.status, headers, media_type="application/json")


def _body(taken: list[Taken]) -> dict[str, object]:
    outcomes = [{"outcome": one.outcome, **({"incident": one.incident} if one.incident else {})} for one in taken]
    incidents = list(dict.fromkeys(one.incident for one in taken if one.incident))
    return {"accepted": len(taken), "incidents": incidents, "outcomes": outcomes}


_SUMMARIES = {"POST": "A monitoring tool reports", "GET": "A tool reports, or shakes hands, in a query"}

_RESPONSES = {
    **refusals(*WRITING, 404),
    202: {
        "description": "Durable: every alert, its incident, its timers and its outgoing messages.",
        "content": {"application/json": {"example": _ACCEPTED}},
    },
}

_SOURCE = {"name": "source", "in": "path", "required": True, "schema": {"type": "string"}, "example": "alertmanager"}
_TOKEN = {
    "name": "token",
    "in": "query",
    "schema": {"type": "string"},
    "description": "The source's secret, for tools that can send neither a signature nor a header.",
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
}
