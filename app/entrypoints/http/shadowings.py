"""Shadowing: who learns the role, until when, and who has said that they are ready."""

from datetime import date, datetime
from typing import Annotated

from fastapi import APIRouter, Response
from pydantic import BaseModel, ConfigDict, Field

from app.domain.rota_facts import Shadowing
from app.entrypoints.http.action_bodies import By, RequiredName
from app.entrypoints.http.api_route import ApiRoute
from app.entrypoints.http.assembled import App
from app.entrypoints.http.auth import Reader
from app.entrypoints.http.documented import READING, WRITING, refusals
from app.entrypoints.http.examples import exemplified
from app.entrypoints.http.rota_acting import Acting, Effect, effect_of
from app.entrypoints.http.view import View
from app.service.rota_facts import Change
from app.service.shadowings import Apprenticeship

router = APIRouter(prefix="/api/v1/shadowings", tags=["rotas"], route_class=ApiRoute)

_SHADOWING = {
    "id": "06bf80f9c0000005",
    "person": "eve",
    "rota": "shadow",
    "becomes": "primary",
    "since": "2026-11-02",
    "until": "2026-12-14",
    "by": "asha",
    "at": "2026-11-01T12:00:00Z",
    "ready_from": "2026-12-07",
    "ready_by": "asha",
    "ready_at": "2026-12-01T12:00:00Z",
}


class ShadowingView(View):
    """Until `ready_from` they have no turn in `becomes`; from then on, or from `until`, they shadow no longer."""

    model_config = exemplified(_SHADOWING)

    id: str
    person: str
    rota: str
    becomes: str
    since: date
    until: date
    by: str
    at: datetime
    ready_from: date | None
    ready_by: str
    ready_at: datetime | None


class ShadowingList(View):
    items: list[ShadowingView]
    next: None = None


class Shadowed(View):
    model_config = exemplified({"effect": "done", "shadowing": _SHADOWING})

    effect: Effect
    shadowing: ShadowingView


class ShadowingBody(BaseModel):
    model_config = ConfigDict(
        **exemplified({"by": "asha", "person": "eve", "since": "2026-11-02", "until": "2026-12-14"}), extra="forbid"
    )

    person: RequiredName
    rota: RequiredName = "shadow"
    becomes: RequiredName = "primary"
    since: date
    until: Annotated[date, Field(description="The first day on which they shadow no longer, ready or not.")]
    by: By = ""


class ReadyBody(BaseModel):
    model_config = ConfigDict(**exemplified({"by": "asha", "since": "2026-12-07"}), extra="forbid")

    since: Annotated[date | None, Field(description="Default: tomorrow.")] = None
    by: By = ""


@router.get("", summary="Who shadows or has shadowed, newest first", responses=refusals(*READING))
async def list_shadowings(application: App, token: Reader) -> ShadowingList:
    found = reversed((await application.rota_facts.kept()).shadowings)
    return ShadowingList(items=[ShadowingView.model_validate(one) for one in found])


@router.post("", summary="Begin to shadow", status_code=201, response_model=Shadowed, responses=refusals(*WRITING))
async def begin_shadowing(body: ShadowingBody, acting: Acting) -> Response:
    """The person is a member of both rotas in the rules file; they have no turn in the second before somebody says
    that they are ready."""
    by = acting.actor(body.by)
    wanted = Apprenticeship(body.person, body.rota, body.becomes, body.since, body.until)
    return await acting.do(
        "shadowing.begin",
        by,
        lambda records: acting.application.shadowings.begin(wanted, by, records),
        _view,
        status=201,
    )


@router.post(
    "/{id}/ready", summary="Say that they are ready", response_model=Shadowed, responses=refusals(*WRITING, 404)
)
async def say_ready(id: str, body: ReadyBody, acting: Acting) -> Response:
    """Somebody else says so, and their own consent must be on record by then. Once more is no error."""
    by = acting.actor(body.by)
    return await acting.do(
        "shadowing.ready",
        by,
        lambda records: acting.application.shadowings.ready(id, body.since, by, records),
        _view,
    )


def _view(change: Change) -> Shadowed:
    shadowing = next(one for one in change.about if isinstance(one, Shadowing))
    return Shadowed(effect=effect_of(change), shadowing=ShadowingView.model_validate(shadowing))
