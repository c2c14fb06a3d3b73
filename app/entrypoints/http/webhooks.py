"""Webhooks of monitoring tools: raw bytes in, one durable outcome per alert out."""

from time import perf_counter

from fastapi import APIRouter, Request
from fastapi.responses import Response
from pydantic_core import to_json

from app.domain.errors import AppError
from app.entrypoints.http.bodies import plain_request
from app.service.ingest import Taken
from app.service.ports import Control
from app.wiring import Application


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

    router.add_api_route(
        "/webhooks/{source}",
        receive,
        methods=["POST", "GET"],
        status_code=202,
        summary="A monitoring tool reports",
        response_class=Response,
        openapi_extra=_OPENAPI,
    )
    return router


def accepted_reply(taken: list[Taken]) -> Response:
    outcomes = [{"outcome": one.outcome, **({"incident": one.incident} if one.incident else {})} for one in taken]
    incidents = list(dict.fromkeys(one.incident for one in taken if one.incident))
    body = {"accepted": len(taken), "incidents": incidents, "outcomes": outcomes}
    return Response(to_json(body), 202, media_type="application/json")


def control_reply(control: Control) -> Response:
    headers = dict(control.headers)
    if isinstance(control.body, str):
        return Response(control.body, control.status, headers)
    body = control.body or {"accepted": 0, "incidents": [], "outcomes": [], "note": control.note}
    return Response(to_json(body), control.status, headers, media_type="application/json")


_OPENAPI = {
    "parameters": [{"name": "source", "in": "path", "required": True, "schema": {"type": "string"}}],
    "requestBody": {"content": {"application/json": {"schema": {}}}},
    "responses": {
        "202": {
            "description": "Durable: every alert, its incident, its timers and its outgoing messages.",
            "content": {
                "application/json": {
                    "example": {
                        "accepted": 1,
                        "incidents": ["06f1a2b3c4d5e6f7"],
                        "outcomes": [{"outcome": "opened", "incident": "06f1a2b3c4d5e6f7"}],
                    }
                }
            },
        }
    },
}
