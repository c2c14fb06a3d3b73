"""Who is on call, now or at any instant, and why."""

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Query

from app.domain.people import Person
from app.domain.rota import OnCall, on_call
from app.entrypoints.http.api_route import ApiRoute
from app.entrypoints.http.assembled import App
from app.entrypoints.http.auth import Reader
from app.entrypoints.http.documented import READING, refusals
from app.entrypoints.http.examples import ON_CALL, exemplified
from app.entrypoints.http.instants import Instant
from app.entrypoints.http.view import View
from app.service.in_force import InForce

router = APIRouter(prefix="/api/v1", tags=["on call"], route_class=ApiRoute)


class Holder(View):
    """Who holds a rota and until when; `person` is null for a gap, `until` null when it does not end."""

    rota: str
    person: str | None
    name: str | None
    since: datetime | None
    until: datetime | None
    why: str


class Holders(View):
    model_config = exemplified(ON_CALL)

    at: datetime
    items: list[Holder]


At = Annotated[Instant | None, Query(description="ISO 8601, UTC unless it says otherwise. Default: now.")]


@router.get("/oncall", summary="Who is on call at an instant", responses=refusals(*READING, 422))
async def get_on_call(application: App, token: Reader, at: At = None) -> Holders:
    moment = at or application.clock.now()
    in_force = application.in_force
    return Holders(at=moment, items=[_holder(name, in_force, moment) for name in in_force.rules.rotas])


def _holder(rota: str, in_force: InForce, at: datetime) -> Holder:
    rules = in_force.rules
    return holder_view(on_call(rules.rotas[rota], rules.people, in_force.facts, at), rules.people)


def holder_view(found: OnCall, people: Mapping[str, Person]) -> Holder:
    """Somebody whom the rules file does not know any more is called by their id."""
    person = people.get(found.person or "")
    return Holder(
        rota=found.rota,
        person=found.person,
        name=person.name if person else found.person,
        since=found.since,
        until=found.until,
        why=found.why,
    )
