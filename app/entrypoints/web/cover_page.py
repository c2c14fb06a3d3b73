"""Cover by hand: one stretch of a rota, who holds it, and what the reader can do about it."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Response

from app.domain.cover import Actor, Stretch, rota_of
from app.domain.errors import AppError, InvalidPayload, NotFound, StoreUnavailable
from app.domain.rota import OnCall, held
from app.entrypoints.http.instants import parse_instant
from app.entrypoints.web.page_route import PageRoute
from app.entrypoints.web.viewer import CHANNEL, Page, Reading, Responding
from app.entrypoints.web.wording import iso, name_of
from app.service.audit_log import Act
from app.service.ports import Record
from app.service.rota_facts import Change, Records
from app.service.tokens import Scope

router = APIRouter(prefix="/rota", route_class=PageRoute, include_in_schema=False)

LONGEST_NOTE = 500
AHEAD = timedelta(days=91)
"""How far ahead somebody else's shifts are offered for a swap."""

LONGEST = timedelta(days=92)


@dataclass(frozen=True, slots=True)
class Typed:
    """What stands in the forms: local times of the reader, as a browser writes them."""

    rota: str
    since: str
    until: str
    note: str = ""


@router.api_route("/cover", methods=["GET", "HEAD"])
async def form(page: Reading, rota: str = "", since: str = "", until: str = "") -> Response:
    stretch = _asked(page, rota, since, until)
    zone = page.viewer.zone
    return _show(page, Typed(rota, _typed(stretch.since, zone), _typed(stretch.until, zone)), stretch, "")


@router.post("/cover/{do}")
async def send(page: Responding, do: str) -> Response:
    if do not in _DEEDS:
        raise NotFound("there is no such button")
    typed = Typed(*(page.form.text(name, LONGEST_NOTE) for name in ("rota", "since", "until", "note")))
    stretch = None
    try:
        stretch = _typed_stretch(page, typed)
        deed = _DEEDS[do]
        await deed.run(page, stretch, typed.note)
    except StoreUnavailable:
        raise
    except AppError as error:
        return _show(page, typed, stretch, str(error))
    return page.go(f"/rota?did={deed.did}")


@router.post("/offers/{id}/{do}")
async def answer_offer(page: Responding, id: str, do: str) -> Response:
    covers, by = page.application.covers, _actor(page)
    if do == "accept":
        await covers.accept(id, by, _logged(page, "cover.accept"))
        return page.go("/rota?did=taken")
    if do == "withdraw":
        await covers.withdraw_offer(id, by, _logged(page, "cover-offer.withdraw"))
        return page.go("/rota?did=closed")
    raise NotFound("there is no such button")


@router.post("/covers/{id}/withdraw")
async def withdraw(page: Responding, id: str) -> Response:
    await page.application.covers.withdraw(id, _actor(page), _logged(page, "cover.withdraw"))
    return page.go("/rota?did=withdrawn")


@dataclass(frozen=True, slots=True)
class Deed:
    """What a button does, and the word by which the next page says so."""

    did: str
    run: Callable[[Page, Stretch, str], Awaitable[object]]


async def _take(page: Page, stretch: Stretch, note: str) -> None:
    by = _actor(page)
    await page.application.covers.take(stretch, by.person, by, note, _logged(page, "cover.create", note))


async def _give(page: Page, stretch: Stretch, note: str) -> None:
    to = page.form.text("to")
    if not to:
        raise InvalidPayload("say to whom", "to")
    await page.application.covers.take(stretch, to, _actor(page), note, _logged(page, "cover.create", note))


async def _offer(page: Page, stretch: Stretch, note: str) -> None:
    by, to = _actor(page), page.form.text("to")
    await page.application.covers.offer(stretch, by.person, to, by, note, _logged(page, "cover.offer", note))


async def _swap(page: Page, stretch: Stretch, note: str) -> None:
    """`theirs` is somebody's shift: person and instants, as the form's choices have them."""
    person, _, times = page.form.text("theirs").partition(" ")
    since, _, until = times.partition(" ")
    if not until:
        raise InvalidPayload("say for which shift", "theirs")
    theirs = Stretch(stretch.rota, _instant(since), _instant(until))
    by = _actor(page)
    await page.application.covers.swap(stretch, theirs, person, by, note, _logged(page, "cover.swap", note))


_DEEDS: Mapping[str, Deed] = {
    "take": Deed("taken", _take),
    "give": Deed("given", _give),
    "offer": Deed("offered", _offer),
    "swap": Deed("swapped", _swap),
}


def _actor(page: Page) -> Actor:
    """Raises `InvalidPayload` for somebody who is not in the rules file."""
    if not page.viewer.person:
        raise InvalidPayload("whoever covers is in the rules file; sign in as somebody who is")
    return Actor(page.viewer.person, page.viewer.may(Scope.MANAGE))


def _logged(page: Page, what: str, note: str = "") -> Records:
    def records(change: Change) -> Sequence[Record]:
        acts = (Act(what, one.id, page.viewer.person, "", CHANNEL, note) for one in change.said)
        return tuple(map(page.application.audit_log.record, acts))

    return records


@dataclass(frozen=True, slots=True)
class Part:
    """Who holds some of the stretch."""

    person: str
    since: datetime
    until: datetime
    why: str
    is_mine: bool


@dataclass(frozen=True, slots=True)
class Choice:
    """A shift that somebody else holds, for a swap; `value` is what the form sends."""

    value: str
    person: str
    since: datetime
    until: datetime


def _show(page: Page, typed: Typed, stretch: Stretch | None, wrong: str) -> Response:
    parts = _parts(page, stretch) if stretch else []
    others = [one for one in page.rules.people.values() if one.id != page.viewer.person]
    return page.show(
        "cover.html",
        422 if wrong else 200,
        typed=typed,
        wrong=wrong,
        parts_of_it=parts,
        mine=any(part.is_mine for part in parts),
        others_hold=any(not part.is_mine for part in parts),
        others=sorted(others, key=lambda one: one.name),
        swaps=_swaps(page, typed.rota) if stretch else [],
        back=f"/rota?{urlencode({'at': stretch.since.astimezone(page.viewer.zone).date()})}" if stretch else "/rota",
    )


def _parts(page: Page, stretch: Stretch) -> Sequence[Part]:
    return [
        Part(
            name_of(one.person, page.rules) if one.person else "",
            one.since or stretch.since,
            one.until or stretch.until,
            one.why,
            bool(one.person) and one.person == page.viewer.person,
        )
        for one in _held(page, stretch.rota, stretch.since, stretch.until)
    ]


def _swaps(page: Page, rota: str) -> Sequence[Choice]:
    return [
        Choice(f"{one.person} {iso(since)} {iso(until)}", name_of(one.person, page.rules), since, until)
        for one in _held(page, rota, page.now, page.now + AHEAD)
        if one.person not in (None, page.viewer.person) and (since := one.since) and (until := one.until)
    ]


def _held(page: Page, rota: str, since: datetime, until: datetime) -> tuple[OnCall, ...]:
    in_force = page.application.in_force
    return held(rota_of(in_force.rules, rota), in_force.rules.people, in_force.facts, since, until)


def _asked(page: Page, rota: str, since: str, until: str) -> Stretch:
    """What the address names. Raises `InvalidPayload`."""
    rota_of(page.rules, rota)
    return _checked(Stretch(rota, max(_instant(since), page.now.replace(microsecond=0)), _instant(until)))


def _typed_stretch(page: Page, typed: Typed) -> Stretch:
    """Raises `InvalidPayload`."""
    rota_of(page.rules, typed.rota)
    zone = page.viewer.zone
    return _checked(Stretch(typed.rota, _local(typed.since, zone, "since"), _local(typed.until, zone, "until")))


def _checked(stretch: Stretch) -> Stretch:
    if not stretch.since < stretch.until <= stretch.since + LONGEST:
        raise InvalidPayload(f"must lie after the start, and within {LONGEST.days} days of it", "until")
    return stretch


def _instant(text: str) -> datetime:
    try:
        return parse_instant(text)
    except ValueError as error:
        raise InvalidPayload(str(error)) from None


def _local(text: str, zone: ZoneInfo, field: str) -> datetime:
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        raise InvalidPayload("is not a time, such as 2026-11-23T18:00", field) from None
    return found.replace(tzinfo=zone).astimezone(UTC) if 2000 <= found.year <= 2199 else _instant(text)


def _typed(at: datetime, zone: ZoneInfo) -> str:
    return f"{at.astimezone(zone):%Y-%m-%dT%H:%M}"
