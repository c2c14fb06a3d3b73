"""Weeks in which a person skips a rota; the next in turn fills in for them."""

from datetime import date, datetime
from typing import Annotated

from fastapi import APIRouter, Query, Response
from pydantic import BaseModel, ConfigDict, Field

from app.domain.rota_facts import KeptOptOut
from app.entrypoints.http.action_bodies import ActionBody, By, Name, RequiredName, Sentence
from app.entrypoints.http.api_route import ApiRoute
from app.entrypoints.http.assembled import App
from app.entrypoints.http.auth import Reader
from app.entrypoints.http.documented import READING, WRITING, refusals
from app.entrypoints.http.examples import exemplified
from app.entrypoints.http.rota_acting import Acting, Effect, effect_of
from app.entrypoints.http.view import View
from app.service.opted_out import Weeks
from app.service.rota_facts import Change

router = APIRouter(prefix="/api/v1/opt-outs", tags=["rotas"], route_class=ApiRoute)

_WEEKS = {
    "id": "06bf80f9c0000004",
    "rota": "first_responder",
    "person": "ben",
    "since": "2026-12-07",
    "until": "2026-12-21",
    "by": "ben",
    "at": "2026-11-22T12:00:00Z",
    "note": "moving house",
}


class OptOutView(View):
    """The shifts of `rota` that begin on a local date from `since` to before `until`: none where both are the same,
    which is one that was withdrawn."""

    model_config = exemplified(_WEEKS)

    id: str
    rota: str
    person: str
    since: date
    until: date
    by: str
    at: datetime
    note: str


class OptOuts(View):
    items: list[OptOutView]
    next: None = None


class OptedOut(View):
    model_config = exemplified({"effect": "done", "opt_out": _WEEKS})

    effect: Effect
    opt_out: OptOutView


class OptOutBody(BaseModel):
    model_config = ConfigDict(
        **exemplified({"by": "ben", "rota": "first_responder", "since": "2026-12-07", "until": "2026-12-21"}),
        extra="forbid",
    )

    rota: RequiredName
    since: date
    until: Annotated[date, Field(description="The first day on which they are back.")]
    person: Annotated[Name, Field(description="Who skips. Default: who acts.")] = ""
    note: Sentence = ""
    by: By = ""


@router.get("", summary="Opted-out weeks, newest first", responses=refusals(*READING, 422))
async def list_opt_outs(
    application: App,
    token: Reader,
    rota: str = "",
    over: Annotated[bool, Query(description="Also those that are over or withdrawn.")] = False,
) -> OptOuts:
    today = application.clock.now().astimezone(application.in_force.rules.zone).date()
    found = reversed((await application.rota_facts.kept()).opt_outs)
    return OptOuts(
        items=[
            OptOutView.model_validate(one)
            for one in found
            if rota in ("", one.rota) and (over or (one.until > today and one.until > one.since))
        ]
    )


@router.post(
    "", summary="Skip some weeks of a rota", status_code=201, response_model=OptedOut, responses=refusals(*WRITING)
)
async def opt_out(body: OptOutBody, acting: Acting) -> Response:
    """Each for themselves; a token that may manage can do it for others. The next in turn fills in, and
    `GET /api/v1/rotas/{rota}/debts` shows for whom. Leaving for good is `opted_out` in the rules file."""
    by, weeks = acting.actor(body.by), Weeks(body.rota, body.since, body.until)
    return await acting.do(
        "opt-out.create",
        by,
        lambda records: acting.application.opted_out.skip(body.person or by.person, weeks, by, body.note, records),
        _view,
        body.note,
        201,
    )


@router.post("/{id}/withdraw", summary="Back in turn", response_model=OptedOut, responses=refusals(*WRITING, 404))
async def withdraw_opt_out(id: str, body: ActionBody, acting: Acting) -> Response:
    """From the next shift that begins: one that has begun stays with whoever fills in. Once more is no error."""
    by = acting.actor(body.by)
    return await acting.do(
        "opt-out.withdraw", by, lambda records: acting.application.opted_out.withdraw(id, by, records), _view
    )


def _view(change: Change) -> OptedOut:
    weeks = next(one for one in change.about if isinstance(one, KeptOptOut))
    return OptedOut(effect=effect_of(change), opt_out=OptOutView.model_validate(weeks))
