"""Who agrees to be on call out of hours, since when, and who said so."""

from datetime import date, datetime
from typing import Annotated

from fastapi import APIRouter, Response
from pydantic import BaseModel, ConfigDict, Field

from app.domain.rota import has_consent
from app.domain.rota_facts import KeptConsent
from app.entrypoints.http.action_bodies import By, Name
from app.entrypoints.http.api_route import ApiRoute
from app.entrypoints.http.assembled import App
from app.entrypoints.http.auth import Reader
from app.entrypoints.http.documented import READING, WRITING, refusals
from app.entrypoints.http.examples import exemplified
from app.entrypoints.http.rota_acting import Acting, Effect, effect_of
from app.entrypoints.http.view import View
from app.service.rota_facts import Change

router = APIRouter(prefix="/api/v1/consents", tags=["rotas"], route_class=ApiRoute)

_SAID = {
    "id": "06bf80f9c0000003",
    "person": "eve",
    "since": "2026-12-01",
    "given": True,
    "by": "eve",
    "at": "2026-11-22T12:00:00Z",
}


class ConsentView(View):
    """From the local date `since` on they agree, or (`given` false) no longer do."""

    model_config = exemplified(_SAID)

    id: str
    person: str
    since: date
    given: bool
    by: str
    at: datetime


class Standing(View):
    """Whether somebody agrees today, by the rules file or by what they have `said` since, oldest first."""

    model_config = exemplified({"person": "eve", "agrees": True, "said": [_SAID]})

    person: str
    agrees: bool
    said: list[ConsentView]


class Standings(View):
    items: list[Standing]
    next: None = None


class Said(View):
    """`id` is empty where it was so already, and nothing was written down."""

    model_config = exemplified({"effect": "done", "consent": _SAID})

    effect: Effect
    consent: ConsentView


class ConsentBody(BaseModel):
    model_config = ConfigDict(**exemplified({"by": "eve", "since": "2026-12-01"}), extra="forbid")

    person: Annotated[Name, Field(description="Who agrees. Default: who acts.")] = ""
    since: Annotated[date | None, Field(description="Default: as soon as no shift that has begun changes hands.")] = (
        None
    )
    by: By = ""


@router.get("", summary="Who agrees to be on call out of hours", responses=refusals(*READING))
async def list_consents(application: App, token: Reader) -> Standings:
    rules, facts = application.in_force.rules, application.in_force.facts
    today = application.clock.now().astimezone(rules.zone).date()
    said = (await application.rota_facts.kept()).consents
    return Standings(
        items=[
            Standing(
                person=person.id,
                agrees=has_consent(person, facts, today),
                said=[ConsentView.model_validate(one) for one in said if one.person == person.id],
            )
            for person in rules.people.values()
        ]
    )


@router.post("", summary="Agree to be on call", response_model=Said, responses=refusals(*WRITING))
async def give_consent(body: ConsentBody, acting: Acting) -> Response:
    """Each for themselves; a token that may manage can record it for others. Out-of-hours roles are held by nobody
    without it. It stands beside `on_call_since` of the rules file."""
    return await _say(body, True, acting)


@router.post("/withdraw", summary="Agree no longer", response_model=Said, responses=refusals(*WRITING))
async def withdraw_consent(body: ConsentBody, acting: Acting) -> Response:
    """From a date on, also what the rules file says. A shift that has begun stays theirs: ask for cover of it."""
    return await _say(body, False, acting)


async def _say(body: ConsentBody, given: bool, acting: Acting) -> Response:
    by = acting.actor(body.by)
    return await acting.do(
        "consent.give" if given else "consent.withdraw",
        by,
        lambda records: acting.application.consents.say(body.person or by.person, given, body.since, by, records),
        _said,
    )


def _said(change: Change) -> Said:
    consent = next(one for one in change.about if isinstance(one, KeptConsent))
    return Said(effect=effect_of(change), consent=ConsentView.model_validate(consent))
