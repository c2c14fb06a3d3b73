"""The audit log, and what the self-audit finds to be late."""

from dataclasses import asdict
from datetime import datetime

from fastapi import APIRouter

from app.entrypoints.http.api_route import ApiRoute
from app.entrypoints.http.assembled import App
from app.entrypoints.http.auth import Manager, Reader
from app.entrypoints.http.cursors import Cursor, Limit, cursor_of, one_page, position
from app.entrypoints.http.documented import READING, refusals
from app.entrypoints.http.examples import exemplified
from app.entrypoints.http.view import View
from app.service.self_audit import audit

router = APIRouter(prefix="/api/v1", tags=["audit"], route_class=ApiRoute)


class LoggedAct(View):
    """`who` did `what` to `target`, holding the token named."""

    model_config = exemplified(
        {
            "id": "06bf80f9c0000002",
            "at": "2026-11-22T03:02:10Z",
            "what": "incident.acknowledge",
            "target": "06bf80f9c0000001",
            "who": "asha",
            "token": "asha's laptop",
            "channel": "cli",
            "note": "",
        }
    )

    id: str
    at: datetime
    what: str
    target: str
    who: str
    token: str
    channel: str
    note: str


class AuditPage(View):
    items: list[LoggedAct]
    next: str | None


class Lateness(View):
    """What is due, and how late the oldest of it is, in seconds."""

    model_config = exemplified(
        {
            "at": "2026-11-22T03:02:10Z",
            "timers": 0,
            "timers_late": 0.0,
            "notifications": 1,
            "notifications_late": 0.2,
            "is_late": False,
        }
    )

    at: datetime
    timers: int
    timers_late: float
    notifications: int
    notifications_late: float
    is_late: bool


@router.get("/audit", summary="Who did what to what, newest first", responses=refusals(*READING, 422))
async def get_audit(application: App, token: Manager, limit: Limit = 50, cursor: Cursor = "") -> AuditPage:
    """Actions of people and administrative changes; an incident's own record is its timeline."""
    page, last = one_page(await application.audit_log.page(limit + 1, position(cursor)), limit)
    items = [LoggedAct(id=one.id, at=one.at, **asdict(one.act)) for one in page]
    return AuditPage(items=items, next=cursor_of(last.id) if last else None)


@router.get("/self-audit", summary="What is late in this server", responses=refusals(*READING))
async def get_self_audit(application: App, token: Reader) -> Lateness:
    return Lateness.model_validate(await audit(application.store, application.clock))
