"""What known sources sent and could not be read: to look at, and to put through after a fix."""

from collections.abc import Callable
from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Query, Response
from pydantic import BaseModel, ConfigDict, Field

from app.domain.errors import AppError
from app.entrypoints.http.api_route import ApiRoute
from app.entrypoints.http.assembled import App
from app.entrypoints.http.auth import Manager
from app.entrypoints.http.cursors import Cursor, Limit, cursor_of, one_page, position
from app.entrypoints.http.documented import READING, WRITING, refusals
from app.entrypoints.http.examples import exemplified
from app.entrypoints.http.once import Once
from app.entrypoints.http.replies import reply_of
from app.entrypoints.http.view import View
from app.entrypoints.http.webhooks import Accepted, accepted
from app.service.audit_log import Act
from app.service.idempotency import Keep, Reply
from app.service.quarantine import Filter, dismiss, kept_body, one_quarantined, quarantined, request_in
from app.service.replay import Replaying, Tried
from app.service.tokens import Token
from app.wiring import Application

router = APIRouter(prefix="/api/v1/quarantine", tags=["quarantine"], route_class=ApiRoute)

_REFUSED = {
    "id": "06bf80f9c0000001",
    "source": "grafana",
    "reason": "alerts: must be a list",
    "received_at": "2026-11-22T03:00:00Z",
    "replayed": None,
    "cut": False,
    "size": 17,
}
_TRIED = {"id": "06bf80f9c0000001", "taken": None, "error": "alerts: must be a list"}


class RefusedView(View):
    """A refused body. `cut`: only its beginning was kept, so it cannot be replayed. `size` is in bytes, as kept."""

    model_config = exemplified(_REFUSED)

    id: str
    source: str
    reason: str
    received_at: datetime
    replayed: datetime | None
    cut: bool
    size: int


class RefusedBody(RefusedView):
    """With the request as it was kept, without its credentials; `body` as text, what is not UTF-8 replaced."""

    model_config = exemplified(
        {
            **_REFUSED,
            "method": "POST",
            "path": "/webhooks/grafana",
            "query": {},
            "headers": {"content-type": "application/json"},
            "body": '{"alerts": "none"}',
        }
    )

    method: str
    path: str
    query: dict[str, str]
    headers: dict[str, str]
    body: str


class RefusedPage(View):
    items: list[RefusedView]
    next: str | None


class ReplayBody(BaseModel):
    """All that wait, or those of one source, oldest first, at most `limit` in one call. `cursor`: `next` of the call
    before."""

    model_config = ConfigDict(**exemplified({"source": "grafana", "limit": 50}), extra="forbid")

    source: str = Field("", max_length=200)
    limit: int = Field(50, ge=1, le=100)
    cursor: str = ""


class TriedView(View):
    """`error` says why a body was refused again; else `taken` says what became of it."""

    id: str
    taken: Accepted | None
    error: str | None


class ReplayedPage(View):
    """`remaining` wait behind these; `next` is where to go on, null when none do."""

    model_config = exemplified({"items": [_TRIED], "remaining": 0, "next": None})

    items: list[TriedView]
    remaining: int
    next: str | None


Source = Annotated[str, Query(description="Of this source only.")]
Replayed = Annotated[bool | None, Query(description="Those that were replayed, or those that were not.")]


@router.get("", summary="Refused bodies, newest first", responses=refusals(*READING, 422))
async def list_quarantine(
    application: App,
    token: Manager,
    source: Source = "",
    replayed: Replayed = None,
    limit: Limit = 50,
    cursor: Cursor = "",
) -> RefusedPage:
    found = await quarantined(application.store, limit + 1, position(cursor), Filter(source, replayed))
    page, last = one_page(found, limit)
    items = [RefusedView.model_validate(one) for one in page]
    return RefusedPage(items=items, next=cursor_of(last.id) if last else None)


@router.get("/{id}", summary="One refused body", responses=refusals(*READING, 404))
async def get_quarantined(id: str, application: App, token: Manager) -> RefusedBody:
    one = await one_quarantined(application.store, id)
    request = request_in(await kept_body(application.store, id))
    return RefusedBody(
        **RefusedView.model_validate(one).model_dump(),
        method=request.method,
        path=request.path,
        query=dict(request.query),
        headers=dict(request.headers),
        body=request.body.decode("utf-8", "replace"),
    )


@router.post(
    "/replay",
    summary="Put all that wait through after a fix",
    response_model=ReplayedPage,
    responses=refusals(*WRITING),
)
async def replay_several(body: ReplayBody, application: App, token: Manager, once: Once) -> Response:
    """One that is refused again stays where it is, and holds up none behind it."""

    async def work(keep: Keep) -> Reply:
        tried, remaining = await _replaying(application, token).several(body.source, position(body.cursor), body.limit)
        after = cursor_of(tried[-1].id) if tried and remaining else None
        reply = reply_of(ReplayedPage(items=[_tried(one) for one in tried], remaining=remaining, next=after))
        await application.store.commit((), keep(reply))
        return reply

    return await once.answer(token, work)


@router.post(
    "/{id}/replay",
    summary="Put a refused body through after a fix",
    response_model=Accepted,
    responses=refusals(*WRITING, 404),
)
async def replay_quarantined(id: str, application: App, token: Manager, once: Once) -> Response:
    """422 while it still cannot be read; 409 when it was replayed before, or only its beginning was kept."""

    async def work(keep: Keep) -> Reply:
        reply = reply_of(accepted(await _replaying(application, token).one(id)))
        await application.store.commit((), keep(reply))
        return reply

    return await once.answer(token, work)


@router.delete("/{id}", summary="Drop a refused body", status_code=204, responses=refusals(*READING, 404))
async def dismiss_quarantined(id: str, application: App, token: Manager) -> None:
    """For what needs no replay: it is gone."""
    one = await one_quarantined(application.store, id)
    act = _acts("quarantine.dismiss", token, f"from {one.source}: {one.reason}")(id)
    await application.store.commit((), (application.audit_log.record(act),))
    await dismiss(application.store, id)


def _replaying(application: Application, token: Token) -> Replaying:
    act = _acts("quarantine.replay", token)
    return Replaying(application.receiver, application.store, application.clock, application.audit_log, act)


def _acts(what: str, token: Token, note: str = "") -> Callable[[str], Act]:
    return lambda id: Act(what, id, token.person or token.name, token.name, "api", note)


def _tried(one: Tried) -> TriedView:
    if isinstance(one.result, AppError):
        return TriedView(id=one.id, taken=None, error=str(one.result))
    return TriedView(id=one.id, taken=accepted(one.result), error=None)
