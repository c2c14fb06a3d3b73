"""Alertmanager's `/api/v2/alerts`, so that a Prometheus names this server under `alertmanagers:` and needs no other."""

from time import perf_counter

from fastapi import APIRouter, Request
from fastapi.responses import Response

from app.adapters.sources.prometheus_api_v2 import PrometheusApiV2
from app.domain.errors import AppError
from app.entrypoints.http.assembled import App
from app.entrypoints.http.bodies import plain_request
from app.entrypoints.http.documented import example, refusals
from app.entrypoints.http.replies import GuardedJson
from app.entrypoints.http.webhooks import count
from app.service.source_ports import Control

router = APIRouter(tags=["drop-in"])

_EXAMPLE = [
    {
        "labels": {"alertname": "PaymentsApiDown", "service": "payments", "severity": "critical"},
        "annotations": {"summary": "The payments API does not answer"},
        "startsAt": "2026-11-22T03:00:00Z",
        "endsAt": "2026-11-22T03:04:00Z",
        "generatorURL": "https://prometheus.example.com/graph",
    }
]


@router.post(
    "/api/v2/alerts",
    summary="Alertmanager's API v2: Prometheus reports",
    response_class=GuardedJson,
    openapi_extra={"requestBody": {"content": {"application/json": {"schema": {}, "example": _EXAMPLE}}}},
    responses={**refusals(400, 401, 403, 413, 415, 503), 200: example({}, "Durable")},
)
async def post_alerts(request: Request, application: App) -> Response:
    """The secret or token decides which source of type prometheus-api-v2 it is. What ends in the past is over."""
    start, receiver, metrics = perf_counter(), application.receiver, application.metrics
    name = PrometheusApiV2.type
    try:
        plain = await plain_request(request, application.settings.max_body, application.clock.now())
        instance, source = receiver.instance_for(name, plain)
        name = instance.name
        await receiver.admit(instance, source, plain)
        taken = await receiver.take(instance, source, plain)
    except AppError as error:
        metrics.refused.labels(name, type(error).__name__).inc()
        raise
    if not isinstance(taken, Control):
        count(name, taken, perf_counter() - start, metrics)
    return GuardedJson({})
