"""Heartbeats over HTTP: whatever can fetch an address can ping, and everybody can see how they stand."""

from datetime import datetime

from fastapi import APIRouter, Request
from fastapi.responses import Response

from app.domain.classify import Severity
from app.domain.errors import AppError, InvalidPayload, Unauthorised
from app.domain.heartbeat import SOURCE, Standing
from app.entrypoints.http.api_route import ApiRoute
from app.entrypoints.http.assembled import App
from app.entrypoints.http.auth import Reader
from app.entrypoints.http.bodies import plain_request
from app.entrypoints.http.documented import READING, refusals
from app.entrypoints.http.examples import exemplified
from app.entrypoints.http.replies import GuardedJson
from app.entrypoints.http.view import View
from app.service.heartbeats import heartbeats
from app.service.receive import credentials
from app.wiring import Application

STATES = {"ok": False, "fail": True}
"""What `?state=` may say, and whether it is a failure."""

_SHOWN = {
    "name": "nightly-backup",
    "every": 86400.0,
    "grace": 1800.0,
    "severity": "high",
    "squad": "platform",
    "state": "ok",
    "last_ping": "2026-11-22T02:10:00Z",
    "deadline": "2026-11-23T02:40:00Z",
    "incident": None,
}
_TAKEN = {"heartbeat": "nightly-backup", "failed": False, "stored": True}


class HeartbeatView(View):
    """`every` and `grace` are in seconds. `deadline` is when it becomes quiet, or became so; `incident` the open one
    about it."""

    model_config = exemplified(_SHOWN)

    name: str
    every: float
    grace: float
    severity: Severity
    squad: str
    state: Standing
    last_ping: datetime | None
    deadline: datetime
    incident: str | None


class Heartbeats(View):
    model_config = exemplified({"items": [_SHOWN], "next": None})

    items: list[HeartbeatView]
    next: None = None


class PingTaken(View):
    """`stored`: the store has it; else it waits in this process's memory for the store to come back."""

    model_config = exemplified(_TAKEN)

    heartbeat: str
    failed: bool
    stored: bool


router = APIRouter(tags=["heartbeats"])
api = APIRouter(prefix="/api/v1", tags=["heartbeats"], route_class=ApiRoute)


@api.get("/heartbeats", summary="Every heartbeat, and how it stands", responses=refusals(*READING))
async def list_heartbeats(application: App, token: Reader) -> Heartbeats:
    shown = await heartbeats(application.store, application.in_force.rules, application.clock.now())
    items = [
        HeartbeatView(
            name=one.heartbeat.name,
            every=one.heartbeat.every.total_seconds(),
            grace=one.heartbeat.grace.total_seconds(),
            severity=one.heartbeat.severity,
            squad=one.heartbeat.squad,
            state=one.state,
            last_ping=one.last_ping,
            deadline=one.deadline,
            incident=one.incident or None,
        )
        for one in shown
    ]
    return Heartbeats(items=items)


async def take_ping(request: Request, application: App) -> Response:
    """Nothing in its body is looked at."""
    return await _take(request, application, failed=False)


async def take_failure(request: Request, application: App) -> Response:
    """The same as a ping with `?state=fail`."""
    return await _take(request, application, failed=True)


async def _take(request: Request, application: Application, failed: bool) -> Response:
    name = request.path_params["name"]
    try:
        plain = await plain_request(request, application.settings.max_body, application.clock.now())
        if not await application.receiver.knows(SOURCE, credentials(plain)):
            raise Unauthorised("a ping asks for the secret of the heartbeats, or a token with scope ingest")
        failed = failed or _is_failure(plain.query.get("state", "ok"))
        pinged = await application.pings.ping(name, failed)
    except AppError as error:
        application.metrics.refused.labels(SOURCE, type(error).__name__).inc()
        raise
    application.metrics.taken(SOURCE, pinged.taken)
    return GuardedJson(PingTaken(heartbeat=name, failed=failed, stored=pinged.stored).model_dump(), 202)


def _is_failure(state: str) -> bool:
    if state not in STATES:
        raise InvalidPayload(f"must be one of {', '.join(STATES)}", "state")
    return STATES[state]


_NAME = {"name": "name", "in": "path", "required": True, "schema": {"type": "string"}, "example": "nightly-backup"}
_TOKEN = {
    "name": "token",
    "in": "query",
    "schema": {"type": "string"},
    "description": "The secret of the heartbeats, for what can send no header.",
}
_STATE = {
    "name": "state",
    "in": "query",
    "schema": {"type": "string", "enum": list(STATES)},
    "description": "`fail` raises an alert at once.",
}

for _method in ("GET", "POST", "PUT", "HEAD"):
    for _path, _taking, _summary, _more in (
        ("/heartbeats/{name}", take_ping, "A heartbeat pings", [_STATE]),
        ("/heartbeats/{name}/fail", take_failure, "A heartbeat says that it failed", []),
    ):
        router.add_api_route(
            _path,
            _taking,
            methods=[_method],
            name=f"{_taking.__name__}_{_method.lower()}",
            status_code=202,
            summary=_summary,
            response_class=GuardedJson,
            response_model=PingTaken,
            responses=refusals(400, 401, 403, 404, 413, 415, 503),
            openapi_extra={"parameters": [_NAME, _TOKEN, *_more]},
        )
