"""A calendar of shifts taken over into a rota: first what it would come to, then the covers."""

import asyncio
from collections.abc import Sequence
from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Response
from pydantic import BaseModel, ConfigDict, Field

from app.adapters.ical_reading import read_calendar
from app.domain.errors import NotFound
from app.domain.rota_facts import KeptCover
from app.domain.rota_import import FURTHEST, WantedCover
from app.entrypoints.http.action_bodies import By, Sentence
from app.entrypoints.http.api_route import ApiRoute
from app.entrypoints.http.documented import WRITING, refusals
from app.entrypoints.http.examples import exemplified
from app.entrypoints.http.replies import reply_of, sent
from app.entrypoints.http.rota_acting import Acting
from app.entrypoints.http.view import View
from app.service.rota_facts import Change

router = APIRouter(prefix="/api/v1/rotas", tags=["rotas"], route_class=ApiRoute)

MOST_SHOWN = 100
_COVER = {
    "person": "ben",
    "instead_of": "asha",
    "since": "2026-11-25T18:00:00Z",
    "until": "2026-11-26T08:00:00Z",
}


class ImportBody(BaseModel):
    """`calendar` is the text of an iCalendar file. Without `apply` nothing is changed."""

    model_config = ConfigDict(
        **exemplified({"calendar": "BEGIN:VCALENDAR\r\n…", "apply": True, "by": "asha", "note": "winter plan"}),
        extra="forbid",
    )

    calendar: Annotated[str, Field(min_length=1)]
    apply: bool = False
    by: By = ""
    note: Sentence = ""


class ImportedCover(View):
    """`instead_of` is empty where nobody holds it."""

    person: str
    instead_of: str
    since: datetime
    until: datetime


class ImportView(View):
    """`covers` that are made, or would be; `as_it_is` counts entries that need none. `problems` says what was passed
    over, at most 100 of them, of which there are `passed_over`; `untold` whom nobody could tell, and why."""

    model_config = exemplified(
        {
            "rota": "primary",
            "applied": False,
            "covers": [_COVER],
            "as_it_is": 11,
            "passed_over": 1,
            "problems": ["Standup (2026-11-25 10:00): it names nobody of people, neither by mail address nor in its …"],
            "untold": [],
        }
    )

    rota: str
    applied: bool
    covers: list[ImportedCover]
    as_it_is: int
    passed_over: int
    problems: list[str]
    untold: list[str]


@router.post(
    "/{rota}/import",
    summary="Make a rota as a calendar has it",
    response_model=ImportView,
    responses=refusals(*WRITING, 404),
)
async def import_shifts(rota: str, body: ImportBody, acting: Acting) -> Response:
    """Each entry that means one person becomes a cover where somebody else holds that time; what is past, and times
    that the calendar says nothing of, stay as they are. All covers are made at once, and everybody concerned is told.
    That takes the scope manage; to look does not."""
    application = acting.application
    known = application.in_force.rules.rotas.get(rota)
    if known is None:
        raise NotFound(f"the rules have no rota {rota[:40]!r}")
    until = application.clock.now() + FURTHEST
    file = await asyncio.to_thread(read_calendar, body.calendar, known.zone, until)
    plan = await asyncio.to_thread(application.shift_import.plan, rota, file.entries)
    problems = (*file.problems, *plan.problems)
    if not body.apply:
        return sent(reply_of(_view(rota, plan.covers, plan.as_it_is, problems, applied=False)))
    by = acting.actor(body.by)

    def view(change: Change) -> ImportView:
        made = [one for one in change.said if isinstance(one, KeptCover)]
        return _view(rota, made, plan.as_it_is, problems, applied=True, untold=change.untold)

    return await acting.do(
        "rota.import",
        by,
        lambda records: application.shift_import.carry_out(rota, file.entries, by, body.note, records),
        view,
        body.note,
    )


def _view(
    rota: str,
    covers: Sequence[WantedCover | KeptCover],
    as_it_is: int,
    problems: Sequence[str],
    applied: bool,
    untold: Sequence[str] = (),
) -> ImportView:
    return ImportView(
        rota=rota,
        applied=applied,
        covers=[ImportedCover.model_validate(one) for one in covers],
        as_it_is=as_it_is,
        passed_over=len(problems),
        problems=list(problems[:MOST_SHOWN]),
        untold=list(untold),
    )
