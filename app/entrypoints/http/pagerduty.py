"""PagerDuty's Events API v2 under its own paths and with its own replies, so that a tool moves by changing one URL."""

from time import perf_counter
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import Response

from app.adapters.sources.pagerduty import (
    WRONG_KEY,
    PagerDuty,
    accepted_reply,
    invalid_reply,
    routing_key,
    throttled_reply,
    unrecognized_reply,
)
from app.domain.classify import SourceSettings
from app.domain.errors import Forbidden, InvalidPayload, Unauthorised
from app.entrypoints.http.assembled import App
from app.entrypoints.http.bodies import plain_request
from app.entrypoints.http.documented import refusals
from app.entrypoints.http.replies import GuardedJson
from app.entrypoints.http.webhooks import count
from app.service.source_ports import Control
from app.service.source_ports import Request as PlainRequest
from app.service.tokens import Scope
from app.wiring import Application

KEY_LENGTH = 32
RETRY_SECONDS = 30
NO_KEY = "'routing_key' is missing or blank"
UNKNOWN_KEY = "'routing_key' is not the key of any source here"

_EVENT = {
    "routing_key": "0123456789abcdef0123456789abcdef",
    "event_action": "trigger",
    "dedup_key": "payments-api-down",
    "payload": {"summary": "Payments API is down", "source": "prometheus", "severity": "critical"},
}
_CHANGE = {"routing_key": _EVENT["routing_key"], "payload": {"summary": "Deployed 1.4.2"}}


class RefusedKey(Exception):
    """No instance has the key of a request; the message is for the sender's operator."""


def _documented(event: object) -> dict[str, Any]:
    return {
        "status_code": 202,
        "response_class": GuardedJson,
        "openapi_extra": {"requestBody": {"content": {"application/json": {"schema": {}, "example": event}}}},
        "responses": {
            **refusals(413, 415, 503),
            202: _said("Durable", accepted_reply("payments-api-down")),
            429: _said("More than its `rate_limit`; ask again", throttled_reply()),
            400: _said("Not an event, or not with a key of ours", invalid_reply((WRONG_KEY,))),
        },
    }


def _said(description: str, body: object) -> dict[str, Any]:
    return {
        "description": description,
        "content": {"application/json": {"schema": {"type": "object"}, "example": body}},
    }


router = APIRouter(tags=["drop-in"])


@router.post("/v2/enqueue", summary="PagerDuty Events API v2: an event", **_documented(_EVENT))
async def enqueue(request: Request, application: App) -> Response:
    """`routing_key` is the secret of a source of type pagerduty; or a Bearer token with scope ingest is sent."""
    return await _answer(request, application)


@router.post("/v2/change/enqueue", summary="PagerDuty Events API v2: a change event", **_documented(_CHANGE))
async def enqueue_change(request: Request, application: App) -> Response:
    """Noted and answered; it opens nothing."""
    return await _answer(request, application)


async def _answer(request: Request, application: Application) -> Response:
    start = perf_counter()
    plain = await plain_request(request, application.settings.max_body, application.clock.now())
    try:
        instance = await _instance(plain, application)
    except RefusedKey as refused:
        return _refused("unknown", "Unauthorised", invalid_reply((str(refused),)), application)
    except InvalidPayload:
        return _refused("unknown", "InvalidPayload", unrecognized_reply(), application)
    return await _take(plain, instance, application, start)


async def _instance(plain: PlainRequest, application: Application) -> SourceSettings:
    """Whose key it is. Raises `InvalidPayload` for a body without a key that could be looked at."""
    key = routing_key(plain)
    held = application.receiver.holder(PagerDuty.type, key) if key else None
    if held is not None:
        return held
    scheme, _, token = plain.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "bearer":
        raise RefusedKey(_objection(key))
    try:
        await application.tokens.ask(token.strip(), Scope.INGEST)
    except (Unauthorised, Forbidden) as error:
        raise RefusedKey(str(error)) from None
    return application.receiver.find(PagerDuty.type)[0]


def _objection(key: str | None) -> str:
    if not key:
        return NO_KEY
    return UNKNOWN_KEY if len(key) == KEY_LENGTH else WRONG_KEY


async def _take(plain: PlainRequest, instance: SourceSettings, application: Application, start: float) -> Response:
    receiver = application.receiver
    _, source = receiver.find(instance.name)
    try:
        parsed = await receiver.read(instance, source, plain)
    except InvalidPayload as refused:
        return _refused(instance.name, "InvalidPayload", invalid_reply((refused.reason,)), application)
    if isinstance(parsed, Control):
        return GuardedJson(parsed.body, 202)
    lane = receiver.lane(parsed)
    if lane.is_slow:  # Its clients ask again.
        return GuardedJson(throttled_reply(), 429, {"retry-after": str(RETRY_SECONDS)})
    taken = await receiver.put(parsed, lane)
    count(instance.name, taken, perf_counter() - start, application.metrics)
    return GuardedJson(accepted_reply(parsed.alerts[0].dedup_key), 202)


def _refused(source: str, reason: str, body: dict[str, object], application: Application) -> Response:
    application.metrics.refused.labels(source, reason).inc()
    return GuardedJson(body, 400)
