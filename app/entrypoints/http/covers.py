"""Cover: part of somebody's shift, held by somebody else; taken, given, swapped and withdrawn, in effect at once."""

from typing import Annotated

from fastapi import APIRouter, Query, Response

from app.domain.errors import NotFound
from app.entrypoints.http.action_bodies import ActionBody
from app.entrypoints.http.api_route import ApiRoute
from app.entrypoints.http.assembled import App
from app.entrypoints.http.auth import Reader
from app.entrypoints.http.cover_views import Agreed, CoverBody, CoverPage, CoverView, SwapBody, agreed, cover_view
from app.entrypoints.http.cursors import Cursor, Limit, cursor_of, one_page, position
from app.entrypoints.http.documented import READING, WRITING, refusals
from app.entrypoints.http.rota_acting import Acting

router = APIRouter(prefix="/api/v1/covers", tags=["cover"], route_class=ApiRoute)


@router.get("", summary="Covers, newest first", responses=refusals(*READING, 422))
async def list_covers(
    application: App,
    token: Reader,
    rota: str = "",
    person: Annotated[str, Query(description="Who covers, or is covered.")] = "",
    over: Annotated[bool, Query(description="Also those that are over or withdrawn.")] = True,
    limit: Limit = 50,
    cursor: Cursor = "",
) -> CoverPage:
    now, before = application.clock.now(), position(cursor)
    found = [
        one
        for one in reversed((await application.rota_facts.kept()).covers)
        if (not before or one.id < before)
        and rota in ("", one.rota)
        and person in ("", one.person, one.instead_of)
        and (over or (not one.withdrawn_at and one.until > now))
    ]
    page, last = one_page(found, limit)
    return CoverPage(items=[cover_view(one, now) for one in page], next=cursor_of(last.id) if last else None)


@router.get("/{id}", summary="One cover", responses=refusals(*READING, 404))
async def get_cover(id: str, application: App, token: Reader) -> CoverView:
    found = next((one for one in (await application.rota_facts.kept()).covers if one.id == id), None)
    if found is None:
        raise NotFound(f"no cover has the id {id[:40]!r}")
    return cover_view(found, application.clock.now())


@router.post("", summary="Take or give a cover", status_code=201, response_model=Agreed, responses=refusals(*WRITING))
async def create_cover(body: CoverBody, acting: Acting) -> Response:
    """In effect at once, and both sides are told. Whoever holds something gives it, and anybody may take it for
    themselves; only a token that may manage does so for others. Out-of-hours rotas need the consent of whoever takes.
    What is paged already goes on with whom it pages; whatever comes next goes to whoever holds it now."""
    by, now = acting.actor(body.by), acting.application.clock.now()
    asked = body.stretch(acting.application.in_force, now)
    return await acting.do(
        "cover.create",
        by,
        lambda records: acting.application.covers.take(asked, body.person or by.person, by, body.note, records),
        lambda change: agreed(change, now),
        body.note,
        201,
    )


@router.post(
    "/swap", summary="Swap two stretches", status_code=201, response_model=Agreed, responses=refusals(*WRITING)
)
async def swap_covers(body: SwapBody, acting: Acting) -> Response:
    """Both or neither, in effect at once, and both are told."""
    by, now, in_force = acting.actor(body.by), acting.application.clock.now(), acting.application.in_force
    mine, theirs = body.mine.stretch(in_force, now), body.theirs.stretch(in_force, now)
    return await acting.do(
        "cover.swap",
        by,
        lambda records: acting.application.covers.swap(mine, theirs, body.other, by, body.note, records),
        lambda change: agreed(change, now),
        body.note,
        201,
    )


@router.post("/{id}/withdraw", summary="Take a cover back", response_model=Agreed, responses=refusals(*WRITING, 404))
async def withdraw_cover(id: str, body: ActionBody, acting: Acting) -> Response:
    """Of a swap both sides. What was held of it stays as it was; both are told. Once more is no error."""
    by, now = acting.actor(body.by), acting.application.clock.now()
    return await acting.do(
        "cover.withdraw",
        by,
        lambda records: acting.application.covers.withdraw(id, by, records),
        lambda change: agreed(change, now),
    )
