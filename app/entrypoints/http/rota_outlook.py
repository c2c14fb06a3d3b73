"""The rotas from afar: gaps and double bookings ahead, who bears how much, and where somebody new would fit."""

from asyncio import to_thread
from datetime import datetime, timedelta
from typing import Annotated

from fastapi import APIRouter, Query

from app.domain.errors import NotFound
from app.domain.fairness import Share, equal_share
from app.domain.paging_roles import Hours
from app.domain.placement import Place, places
from app.domain.rota_gaps import outlook
from app.domain.ruleset import Rules
from app.entrypoints.http.api_route import ApiRoute
from app.entrypoints.http.assembled import App
from app.entrypoints.http.auth import Reader
from app.entrypoints.http.documented import READING, refusals
from app.entrypoints.http.examples import exemplified
from app.entrypoints.http.instants import Instant
from app.entrypoints.http.view import View
from app.service.fair_shares import RotaShares, fair_shares

router = APIRouter(prefix="/api/v1/rotas", tags=["rotas"], route_class=ApiRoute)

FAIR_WEEKS = 26

_SHARE = {
    "person": "asha",
    "name": "Asha",
    "hours": 500.5,
    "nights": 33,
    "weekend_days": 9,
    "holidays": 2,
}
_EQUAL = {"hours": 480.2, "nights": 30.3, "weekend_days": 8.7, "holidays": 1.3}

Days = Annotated[int, Query(ge=1, le=400, description="How many days ahead.")]
Weeks = Annotated[int, Query(ge=1, le=104, description="How many weeks ahead each place is tried out over.")]
Moment = Annotated[Instant | None, Query(description="ISO 8601, UTC unless it says otherwise.")]


class GapView(View):
    rota: str
    since: datetime
    until: datetime
    why: str


class DoubleBookingView(View):
    """One person who holds two rotas that are told in the same hours, so that neither backs the other."""

    person: str
    rotas: tuple[str, str]
    hours: Hours
    since: datetime
    until: datetime


class OutlookView(View):
    model_config = exemplified(
        {
            "since": "2026-11-22T03:00:00Z",
            "until": "2027-02-20T03:00:00Z",
            "gaps": [
                {
                    "rota": "primary",
                    "since": "2026-12-21T17:30:00Z",
                    "until": "2026-12-28T17:30:00Z",
                    "why": "nobody in rota primary, Mon 21 Dec 17:30 to Mon 28 Dec 17:30: asha (opted out that week)",
                }
            ],
            "double_bookings": [
                {
                    "person": "chen",
                    "rotas": ["primary", "second_line"],
                    "hours": "out of hours",
                    "since": "2026-12-05T20:00:00Z",
                    "until": "2026-12-06T08:00:00Z",
                }
            ],
        }
    )

    since: datetime
    until: datetime
    gaps: tuple[GapView, ...]
    double_bookings: tuple[DoubleBookingView, ...]


class ShareView(View):
    """`hours` are those in which the rota is told."""

    person: str
    name: str
    hours: float
    nights: int
    weekend_days: int
    holidays: int


class Equal(View):
    """What each of those who take turns would have, were all of it divided among them."""

    hours: float
    nights: float
    weekend_days: float
    holidays: float


class RotaSharesView(View):
    rota: str
    told: tuple[Hours, ...]
    equal: Equal
    people: list[ShareView]


class Fairness(View):
    model_config = exemplified(
        {
            "since": "2026-05-24T03:00:00Z",
            "until": "2026-11-22T03:00:00Z",
            "items": [{"rota": "primary", "told": ["out of hours"], "equal": _EQUAL, "people": [_SHARE]}],
        }
    )

    since: datetime
    until: datetime
    items: list[RotaSharesView]


class PlaceView(View):
    """After whom, the members to write for it, and what the weeks to come would look like then."""

    after: str
    members: tuple[str, ...]
    double_bookings: int
    moved: int
    equal: Equal
    people: list[ShareView]


class Places(View):
    model_config = exemplified(
        {
            "rota": "primary",
            "person": "ines",
            "since": "2026-11-22T03:00:00Z",
            "until": "2027-05-23T03:00:00Z",
            "items": [
                {
                    "after": "ben",
                    "members": ["asha", "ben", "ines", "chen"],
                    "double_bookings": 0,
                    "moved": 19,
                    "equal": _EQUAL,
                    "people": [_SHARE],
                }
            ],
        }
    )

    rota: str
    person: str
    since: datetime
    until: datetime
    items: list[PlaceView]


@router.get("/gaps", summary="Gaps and double bookings ahead", responses=refusals(*READING, 422))
async def get_gaps(application: App, token: Reader, days: Days = 90) -> OutlookView:
    """Times without anybody in a rota that pages go to (a shadow's may be empty), and times in which one person holds
    two that should back each other."""
    now, in_force = application.clock.now(), application.in_force
    until = now + timedelta(days=days)
    return OutlookView.model_validate(await to_thread(outlook, in_force.rules, in_force.facts, now, until))


@router.get("/fairness", summary="Who bears how much of each rota", responses=refusals(*READING, 404, 422))
async def get_fairness(
    application: App,
    token: Reader,
    since: Moment = None,
    until: Moment = None,
    rota: Annotated[str, Query(max_length=100)] = "",
) -> Fairness:
    """Hours, nights, weekend days and holidays per person, of those who really held it. Default: the last 26 weeks."""
    end = until or application.clock.now()
    begin = since or end - timedelta(weeks=FAIR_WEEKS)
    rules = application.in_force.rules
    found = await fair_shares(application.rota_history, application.in_force, begin, end, rota)
    return Fairness(since=begin, until=end, items=[_rota_shares(one, rules) for one in found])


@router.get(
    "/{rota}/places", summary="Where in the turn somebody new would fit best", responses=refusals(*READING, 404, 422)
)
async def get_places(
    rota: str,
    application: App,
    token: Reader,
    person: Annotated[str, Query(min_length=1, max_length=100, description="Their id; they need not be known yet.")],
    weeks: Weeks = FAIR_WEEKS,
) -> Places:
    """Best first: fewest double bookings, then the most even holidays, weekends and nights. Nothing is changed; write
    the `members` of the place that you choose into the rules file."""
    now, in_force = application.clock.now(), application.in_force
    if rota not in in_force.rules.rotas:
        raise NotFound(f"the rules have no rota {rota[:40]!r}")
    found = await to_thread(places, in_force.rules, in_force.facts, rota, person, now, weeks)
    items = [_place(one, in_force.rules) for one in found]
    return Places(rota=rota, person=person, since=now, until=now + timedelta(weeks=weeks), items=items)


def _rota_shares(one: RotaShares, rules: Rules) -> RotaSharesView:
    return RotaSharesView(
        rota=one.rota,
        told=one.told,
        equal=_equal(one.shares, len(one.turn)),
        people=[_share(each, rules) for each in one.shares],
    )


def _place(one: Place, rules: Rules) -> PlaceView:
    return PlaceView(
        after=one.after,
        members=one.members,
        double_bookings=one.double_bookings,
        moved=one.moved,
        equal=_equal(one.shares, len(one.shares)),
        people=[_share(each, rules) for each in one.shares],
    )


def _equal(shares: tuple[Share, ...], among: int) -> Equal:
    hours, nights, weekend_days, holidays = (round(one, 1) for one in equal_share(shares, among))
    return Equal(hours=hours, nights=nights, weekend_days=weekend_days, holidays=holidays)


def _share(one: Share, rules: Rules) -> ShareView:
    known = rules.people.get(one.person)
    return ShareView(
        person=one.person,
        name=known.name if known else one.person,
        hours=round(one.hours.total_seconds() / 3600, 2),
        nights=one.nights,
        weekend_days=one.weekend_days,
        holidays=one.holidays,
    )
