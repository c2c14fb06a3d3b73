"""The list of runbooks that did not help, and are still to be brought up to date."""

from typing import Annotated

from fastapi import APIRouter, Query, Response

from app.entrypoints.http.action_bodies import ActionBody
from app.entrypoints.http.api_route import ApiRoute
from app.entrypoints.http.assembled import App
from app.entrypoints.http.auth import Reader, Responder, person_of
from app.entrypoints.http.cursors import Cursor, Limit, cursor_of, one_page, position
from app.entrypoints.http.documented import READING, WRITING, refusals
from app.entrypoints.http.once import Once
from app.entrypoints.http.postmortem_views import OwedRunbookPage, OwedRunbookView, debt_view
from app.entrypoints.http.replies import reply_of
from app.service.audit_log import Act
from app.service.idempotency import Keep, Reply
from app.service.runbook_debts import debt_record, debts, settled_debt

router = APIRouter(prefix="/api/v1/runbook-debts", tags=["post-mortems"], route_class=ApiRoute)


@router.get("", summary="Runbooks that did not help, newest incident first", responses=refusals(*READING, 422))
async def list_debts(
    application: App,
    token: Reader,
    settled: Annotated[bool, Query(description="Also those that are settled.")] = False,
    limit: Limit = 50,
    cursor: Cursor = "",
) -> OwedRunbookPage:
    found = await debts(application.store, limit + 1, position(cursor), settled)
    page, last = one_page(found, limit)
    return OwedRunbookPage(items=[debt_view(one) for one in page], next=cursor_of(last.id) if last else None)


@router.post(
    "/{id}/settle",
    summary="The runbook is up to date now",
    response_model=OwedRunbookView,
    responses=refusals(*WRITING, 404),
)
async def settle_debt(id: str, body: ActionBody, application: App, token: Responder, once: Once) -> Response:
    """Once more is no error."""
    by, now = person_of(token, body.by) or token.name, application.clock.now()

    async def work(keep: Keep) -> Reply:
        debt = await settled_debt(id, by, now, application.store)
        reply = reply_of(debt_view(debt))
        logged = application.audit_log.record(Act("runbook-debt.settle", id, by, token.name, "api"))
        await application.store.commit((), (debt_record(debt), logged, *keep(reply)))
        return reply

    return await once.answer(token, work)
