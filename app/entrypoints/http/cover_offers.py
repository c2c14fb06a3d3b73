"""Offers of cover: one person or a whole rota is asked, and the first to say yes has it."""

from typing import Annotated

from fastapi import APIRouter, Query, Response

from app.entrypoints.http.action_bodies import ActionBody
from app.entrypoints.http.api_route import ApiRoute
from app.entrypoints.http.assembled import App
from app.entrypoints.http.auth import Reader
from app.entrypoints.http.cover_views import Agreed, OfferBody, Offered, OfferPage, agreed, offer_view, offered
from app.entrypoints.http.documented import READING, WRITING, refusals
from app.entrypoints.http.rota_acting import Acting

router = APIRouter(prefix="/api/v1/cover-offers", tags=["cover"], route_class=ApiRoute)


@router.get("", summary="Offers of cover, newest first", responses=refusals(*READING, 422))
async def list_offers(
    application: App,
    token: Reader,
    every: Annotated[bool, Query(description="Also those that are not open any more, for 90 days.")] = False,
) -> OfferPage:
    now = application.clock.now()
    offers = reversed((await application.rota_facts.kept()).offers)
    return OfferPage(items=[offer_view(one, now) for one in offers if every or one.is_open(now)])


@router.post("", summary="Ask for cover", status_code=201, response_model=Offered, responses=refusals(*WRITING))
async def create_offer(body: OfferBody, acting: Acting) -> Response:
    """Those who are asked are told. Nothing changes before somebody says yes."""
    by, now = acting.actor(body.by), acting.application.clock.now()
    asked = body.stretch(acting.application.in_force, now)
    return await acting.do(
        "cover.offer",
        by,
        lambda records: acting.application.covers.offer(
            asked, body.person or by.person, body.to, by, body.note, records
        ),
        lambda change: offered(change, now),
        body.note,
        201,
    )


@router.post("/{id}/accept", summary="Say yes", response_model=Agreed, responses=refusals(*WRITING, 404))
async def accept_offer(id: str, body: ActionBody, acting: Acting) -> Response:
    """The first has it, at once, and both are told; anybody later gets a 409 that says who was first."""
    by, now = acting.actor(body.by), acting.application.clock.now()
    return await acting.do(
        "cover.accept",
        by,
        lambda records: acting.application.covers.accept(id, by, records),
        lambda change: agreed(change, now),
    )


@router.post("/{id}/withdraw", summary="Withdraw an offer", response_model=Offered, responses=refusals(*WRITING, 404))
async def withdraw_offer(id: str, body: ActionBody, acting: Acting) -> Response:
    """Nobody can say yes any more; whoever holds it goes on holding it. Once more is no error."""
    by, now = acting.actor(body.by), acting.application.clock.now()
    return await acting.do(
        "cover-offer.withdraw",
        by,
        lambda records: acting.application.covers.withdraw_offer(id, by, records),
        lambda change: offered(change, now),
    )
