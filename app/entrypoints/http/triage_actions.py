"""What a first responder does with what waits in the triage queue, beside closing it."""

from fastapi import APIRouter, Response

from app.domain.events import HandToSquad, Mute, Promote
from app.entrypoints.http.action_bodies import HandBody, MuteBody, PromoteBody
from app.entrypoints.http.actions import Actions
from app.entrypoints.http.api_route import ApiRoute
from app.entrypoints.http.documented import WRITING, example, refusals
from app.entrypoints.http.examples import INCIDENT
from app.entrypoints.http.incident_views import Effect
from app.entrypoints.http.incidents import IncidentId

router = APIRouter(
    prefix="/api/v1/incidents",
    tags=["triage"],
    route_class=ApiRoute,
    responses={**refusals(*WRITING, 404), 200: example({"effect": "done", "incident": INCIDENT})},
)


@router.post("/{id}/hand", summary="Hand it to a squad, out of the triage queue", response_model=Effect)
async def hand(id: IncidentId, body: HandBody, acting: Actions) -> Response:
    note = f"to {body.squad}" + (f": {body.reason}" if body.reason else "")
    return await acting.do(id, body.by, lambda by: HandToSquad(by, body.squad, body.reason), "hand", note)


@router.post("/{id}/promote", summary="It is a production incident after all", response_model=Effect)
async def promote(id: IncidentId, body: PromoteBody, acting: Actions) -> Response:
    """Routed and paged like any other of that severity; no runbook is asked for."""
    note = f"to {body.severity}" + (f": {body.reason}" if body.reason else "")
    return await acting.do(id, body.by, lambda by: Promote(by, body.severity, body.reason), "promote", note)


@router.post("/{id}/mute", summary="Hear no more of it, for a while or for good", response_model=Effect)
async def mute(id: IncidentId, body: MuteBody, acting: Actions) -> Response:
    """It stays open and counts on, and comes back when the time is over if it still fires. What gets worse is told."""
    until = body.end(acting.application.clock.now())
    how_long = f"until {until.isoformat()}" if until else "for good"
    note = how_long + (f": {body.reason}" if body.reason else "")
    return await acting.do(id, body.by, lambda by: Mute(by, until, body.reason), "mute", note)
