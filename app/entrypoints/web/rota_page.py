"""Who is on call: now, and in the weeks around, with what is offered and what needs cover."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from urllib.parse import urlencode

from fastapi import APIRouter, Response

from app.domain.absences import NeedsCover
from app.domain.errors import InvalidPayload
from app.domain.rota_facts import KeptCover, KeptOffer
from app.entrypoints.web.page_route import PageRoute
from app.entrypoints.web.rota_calendar import Frame, Week, cover_address, midnight, mondays, tone_of, week_of
from app.entrypoints.web.viewer import Page, Reading
from app.entrypoints.web.wording import name_of
from app.service.tokens import Scope

router = APIRouter(prefix="/rota", route_class=PageRoute, include_in_schema=False)
live_router = APIRouter(route_class=PageRoute, include_in_schema=False)

WEEK, MONTH = "week", "month"
SAID = {
    "taken": "It is yours, at once. Both of you are told.",
    "given": "It is theirs, at once. Both of you are told.",
    "offered": "They are asked. It is yours until somebody says yes.",
    "swapped": "Swapped, at once. Both of you are told.",
    "withdrawn": "Taken back. Both of you are told.",
    "closed": "Nobody is asked any more. It stays yours.",
}
"""What a button did, by the word in the address."""

EARLIEST, LATEST = date(2000, 1, 1), date(2199, 1, 1)
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Holder:
    """Who holds a rota now; `person` is empty for nobody, which is normal for a shadow (`is_gap` false)."""

    rota: str
    person: str
    tone: int
    until: datetime | None
    why: str
    is_gap: bool


@dataclass(frozen=True, slots=True)
class View:
    """Which weeks are shown, and the addresses of those before and after."""

    kind: str
    title: str
    before: str
    after: str
    other: str
    today: str


@router.api_route("", methods=["GET", "HEAD"])
async def rota(page: Reading, view: str = WEEK, at: str = "", did: str = "") -> Response:
    kept, now = await page.application.rota_facts.kept(), page.now
    return page.show(
        "rota.html",
        200,
        **await _seen(page, view, at),
        live=f"/live/rota?{urlencode({'view': view, 'at': at})}",
        offers=[_offer(one, page) for one in reversed(kept.offers) if one.is_open(now)],
        needs=[_need(one, page) for one in await page.application.absences.needed()],
        covers=[_cover(one, page) for one in kept.covers if not one.withdrawn_at and one.until > now],
        said=SAID.get(did, ""),
    )


@live_router.get("/live/rota")
async def live_rota(page: Reading, view: str = WEEK, at: str = "") -> Response:
    _day(at, page)

    async def render() -> bytes:
        again = page.at(page.application.clock.now())
        return again.part("rota_now.html", **await _seen(again, view, at))

    return await page.live(f"rota {view} {at}", render)


async def _seen(page: Page, view: str, at: str) -> dict[str, object]:
    """Who holds what now and in the weeks that are looked at: the same for everybody in that zone."""
    day, month = _day(at, page), view == MONTH
    return {"view": _view(day, month), "weeks": await _weeks(day, month, page), "holders": _holders(page)}


def _day(at: str, page: Page) -> date:
    """Raises `InvalidPayload`."""
    today = page.now.astimezone(page.viewer.zone).date()
    if not at:
        return today
    try:
        found = date.fromisoformat(at)
    except ValueError:
        raise InvalidPayload(f"{at[:40]!r} is not a day, such as {today}", "at") from None
    if not EARLIEST <= found <= LATEST:
        raise InvalidPayload(f"must lie between {EARLIEST} and {LATEST}", "at")
    return found


async def _weeks(day: date, month: bool, page: Page) -> Sequence[Week]:
    zone, first = page.viewer.zone, mondays(day, month)
    layers = await page.application.rota_history.layers(midnight(first[0], zone), midnight(first[-1] + 7 * _DAY, zone))
    frame = Frame(page.rules, zone, page.now, day.replace(day=1) if month else None)
    return [week_of(monday, layers, frame) for monday in first]


def _view(day: date, month: bool) -> View:
    if month:
        first = day.replace(day=1)
        before, after = (first - _DAY).replace(day=1), (first + 32 * _DAY).replace(day=1)
        return View(
            MONTH,
            f"{first:%B %Y}",
            _address(MONTH, before),
            _address(MONTH, after),
            _address(WEEK, day),
            "/rota?view=month",
        )
    monday = day - timedelta(days=day.weekday())
    title = f"Week of {monday.day} {monday:%B %Y}"
    before, after = monday - 7 * _DAY, monday + 7 * _DAY
    return View(WEEK, title, _address(WEEK, before), _address(WEEK, after), _address(MONTH, day), "/rota")


def _address(view: str, day: date) -> str:
    return f"/rota?view={view}&at={day}"


def _holders(page: Page) -> Sequence[Holder]:
    ctx = page.application.in_force.context(page.now)
    found = []
    for name, known in page.rules.rotas.items():
        one = ctx.on_call(name)
        person = name_of(one.person, page.rules) if one.person else ""
        tone = tone_of(one.person or "", page.rules)
        found.append(Holder(name, person, tone, one.until, one.why, not person and not known.shadowing))
    return found


@dataclass(frozen=True, slots=True)
class Listed:
    """A line of a list: whose it is, of which rota, from when to when, and what the reader can do about it."""

    id: str
    rota: str
    person: str
    other: str
    since: datetime
    until: datetime
    note: str = ""
    can_accept: bool = False
    can_withdraw: bool = False
    href: str = ""


def _offer(one: KeptOffer, page: Page) -> Listed:
    viewer, rules = page.viewer, page.rules
    asked = name_of(one.to, rules) if one.to else "everybody"
    accepts = viewer.may_act and viewer.person != one.person and one.to in ("", viewer.person)
    withdraws = _is_theirs(page, one.person, one.by)
    return Listed(
        one.id, one.rota, name_of(one.person, rules), asked, one.since, one.until, one.note, accepts, withdraws
    )


def _cover(one: KeptCover, page: Page) -> Listed:
    rules = page.rules
    covered = name_of(one.instead_of, rules) if one.instead_of else "a gap"
    withdraws = _is_theirs(page, one.person, one.instead_of, one.by)
    return Listed(
        one.id, one.rota, name_of(one.person, rules), covered, one.since, one.until, one.note, can_withdraw=withdraws
    )


def _need(one: NeedsCover, page: Page) -> Listed:
    return Listed(
        "",
        one.rota,
        name_of(one.person, page.rules),
        "",
        one.since,
        one.until,
        href=cover_address(one.rota, one.since, one.until),
    )


def _is_theirs(page: Page, *people: str) -> bool:
    return page.viewer.may_act and (page.viewer.person in people or page.viewer.may(Scope.MANAGE))
