"""Who holds a rota, has held it, and will; and who has filled in for whom."""

from datetime import datetime, timedelta
from typing import Annotated

from fastapi import APIRouter, Query

from app.domain.debts import balance
from app.domain.errors import InvalidPayload, NotFound
from app.domain.unknown import unknown
from app.entrypoints.http.api_route import ApiRoute
from app.entrypoints.http.assembled import App
from app.entrypoints.http.auth import Reader
from app.entrypoints.http.documented import READING, refusals
from app.entrypoints.http.examples import ON_CALL, exemplified
from app.entrypoints.http.instants import Instant
from app.entrypoints.http.on_call import Holder, holder_view
from app.entrypoints.http.view import View
from app.wiring import Application

router = APIRouter(prefix="/api/v1/rotas", tags=["rotas"], route_class=ApiRoute)

AHEAD = timedelta(days=28)
LONGEST = timedelta(days=400)
OWED_SINCE = timedelta(days=182)
OWED_UNTIL = timedelta(days=91)

_FILLED_IN = {
    "person": "chen",
    "instead_of": "ben",
    "since": "2026-12-07T17:30:00Z",
    "until": "2026-12-14T17:30:00Z",
}


_NEEDS_COVER = {
    "person": "asha",
    "rota": "primary",
    "since": "2026-12-24T17:30:00Z",
    "until": "2026-12-27T00:00:00Z",
}


class Shifts(View):
    """Every stretch from `since` to `until`, gaps too (`person` null), cut to that time."""

    model_config = exemplified(
        {"since": "2026-11-16T17:30:00Z", "until": "2026-11-23T17:30:00Z", "items": ON_CALL["items"]}
    )

    since: datetime
    until: datetime
    items: list[Holder]


class FilledInView(View):
    model_config = exemplified(_FILLED_IN)

    person: str
    instead_of: str
    since: datetime
    until: datetime


class Owed(View):
    model_config = exemplified({"person": "ben", "to": "chen", "shifts": 1})

    person: str
    to: str
    shifts: int


class Debts(View):
    """Shifts that somebody had because the one whose turn it was had opted out, and what is `owed` for them when both
    directions are set off."""

    model_config = exemplified({"items": [_FILLED_IN], "owed": [{"person": "ben", "to": "chen", "shifts": 1}]})

    items: list[FilledInView]
    owed: list[Owed]


class NeedsCoverView(View):
    model_config = exemplified(_NEEDS_COVER)

    person: str
    rota: str
    since: datetime
    until: datetime


class CalendarProblem(View):
    """`read_at`: when it was read last, which still counts for 14 days."""

    model_config = exemplified({"person": "ben", "reason": "it answers 404", "read_at": "2026-11-22T12:00:00Z"})

    person: str
    reason: str
    read_at: datetime


class NeedingCover(View):
    """What people hold while their own calendars say that they are away, the earliest first, and whose calendar cannot
    be read."""

    model_config = exemplified({"items": [_NEEDS_COVER], "problems": []})

    items: list[NeedsCoverView]
    problems: list[CalendarProblem]


Since = Annotated[Instant | None, Query(description="ISO 8601.")]


@router.get("/needs-cover", summary="What people hold while they are away", responses=refusals(*READING))
async def list_needs_cover(application: App, token: Reader) -> NeedingCover:
    """Of the next 60 days, by the calendars under `absences` in the rules file, which are read every hour."""
    calendars = await application.absences.known()
    return NeedingCover(
        items=[NeedsCoverView.model_validate(one) for one in await application.absences.needed()],
        problems=[
            CalendarProblem(person=person, reason=calendar.problem, read_at=calendar.at)
            for person, calendar in sorted(calendars.items())
            if calendar.problem
        ],
    )


@router.get("/{rota}/shifts", summary="Who holds a rota, past and to come", responses=refusals(*READING, 404, 422))
async def list_shifts(rota: str, application: App, token: Reader, since: Since = None, until: Since = None) -> Shifts:
    """From `since` (default: now) to `until` (default: 28 days later; at most 400). What is past is by the rules and
    the covers of then, and stays so."""
    start = since or application.clock.now()
    begin, end = _stretch(rota, start, until or start + AHEAD, application)
    people = application.in_force.rules.people
    found = await application.rota_history.held(rota, begin, end)
    return Shifts(since=begin, until=end, items=[holder_view(one, people) for one in found])


@router.get("/{rota}/debts", summary="Who has filled in for whom", responses=refusals(*READING, 404, 422))
async def list_debts(rota: str, application: App, token: Reader, since: Since = None, until: Since = None) -> Debts:
    """Of the shifts that begin from `since` (default: half a year ago) to `until` (default: a quarter ahead)."""
    now = application.clock.now()
    begin, end = _stretch(rota, since or now - OWED_SINCE, until or now + OWED_UNTIL, application)
    filled = await application.rota_history.filled_in(rota, begin, end)
    return Debts(
        items=[FilledInView.model_validate(one) for one in filled],
        owed=[Owed(person=person, to=to, shifts=count) for (person, to), count in balance(filled).items()],
    )


def _stretch(rota: str, since: datetime, until: datetime, application: Application) -> tuple[datetime, datetime]:
    """Raises `NotFound` or `InvalidPayload`."""
    rotas = application.in_force.rules.rotas
    if rota not in rotas:
        raise NotFound(unknown("rota", rota, rotas))
    if not since < until <= since + LONGEST:
        raise InvalidPayload(f"must lie after `since`, and within {LONGEST.days} days of it", "until")
    return since, until
