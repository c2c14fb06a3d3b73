"""What known sources sent and could not be read: to look at, and to put through after a fix."""

from datetime import datetime

from fastapi import APIRouter, Response

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
from app.service.quarantine import Quarantined, one_quarantined, quarantined
from app.service.replay import replay

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


@router.get("", summary="Refused bodies, newest first", responses=refusals(*READING, 422))
async def list_quarantine(application: App, token: Manager, limit: Limit = 50, cursor: Cursor = "") -> RefusedPage:
    found = await quarantined(application.store, limit + 1, position(cursor))
    page, last = one_page(found, limit)
    return RefusedPage(items=[_view(one) for one in page], next=cursor_of(last.id) if last else None)


@router.get("/{id}", summary="One refused body", responses=refusals(*READING, 404))
async def get_quarantined(id: str, application: App, token: Manager) -> RefusedBody:
    one = await one_quarantined(application.store, id)
    request = one.request
    return RefusedBody(
        **_view(one).model_dump(),
        method=request.method,
        path=request.path,
        query=dict(request.query),
        headers=dict(request.headers),
        body=request.body.decode("utf-8", "replace"),
    )


@router.post(
    "/{id}/replay",
    summary="Put a refused body through after a fix",
    response_model=Accepted,
    responses=refusals(*WRITING, 404),
)
async def replay_quarantined(id: str, application: App, token: Manager, once: Once) -> Response:
    """422 while it still cannot be read; 409 when it was replayed before, or only its beginning was kept."""

    async def work(keep: Keep) -> Reply:
        taken = await replay(id, application.receiver, application.store, application.clock)
        reply = reply_of(accepted(taken))
        act = Act("quarantine.replay", id, token.person or token.name, token.name, "api")
        await application.store.commit((), (application.audit_log.record(act), *keep(reply)))
        return reply

    return await once.answer(token, work)


def _view(one: Quarantined) -> RefusedView:
    return RefusedView(
        id=one.id,
        source=one.source,
        reason=one.reason,
        received_at=one.request.received_at,
        replayed=one.replayed,
        cut=one.cut,
        size=len(one.request.body),
    )
