"""Calendars of shifts: the addresses that calendar applications subscribe to, and export for once."""

import asyncio
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Annotated, Any
from urllib.parse import quote

from fastapi import APIRouter, Header, Query, Response

from app.adapters.ical_writing import MEDIA_TYPE, write_calendar
from app.domain.errors import Forbidden, InvalidPayload, NotFound
from app.domain.shift_calendar import ShiftEntry, spoken_rota
from app.entrypoints.http.api_route import ApiRoute
from app.entrypoints.http.assembled import App
from app.entrypoints.http.auth import Reader
from app.entrypoints.http.documented import READING, WRITING, refusals
from app.entrypoints.http.examples import exemplified
from app.entrypoints.http.instants import Instant
from app.entrypoints.http.once import Once
from app.entrypoints.http.replies import reply_of
from app.entrypoints.http.view import View
from app.service.audit_log import Act
from app.service.idempotency import Keep, Reply
from app.service.shift_feeds import NO_SUCH, Feed, FeedAddress, FeedKind
from app.service.tokens import Scope, Token
from app.wiring import Application

router = APIRouter(tags=["rotas"], route_class=ApiRoute)

LONGEST = timedelta(days=731)
FRESH_SECONDS = 300
_SUFFIX = ".ics"

Moment = Annotated[Instant | None, Query(description="ISO 8601, UTC unless it says otherwise.")]
_ICS: dict[int | str, dict[str, Any]] = {
    200: {"description": "An iCalendar file (RFC 5545).", "content": {MEDIA_TYPE: {}}}
}


class FeedView(View):
    """Whoever knows `url` can read this calendar, until it is renewed; `renewed_at` is null if it never was."""

    model_config = exemplified(
        {
            "url": "https://oncall.example.com/ical/9Qm0c…/person/asha.ics",
            "renewed_at": "2026-11-22T03:00:00Z",
        }
    )

    url: str
    renewed_at: datetime | None


@router.get(
    "/api/v1/calendars/{kind}/{name}",
    summary="The address of the calendar of a person or a rota",
    responses=refusals(*READING, 404, 422),
)
async def get_address(kind: FeedKind, name: str, application: App, token: Reader) -> FeedView:
    """For a calendar application to subscribe to. A person's is shown to that person's own token, and to whoever may
    manage."""
    feed = Feed(kind, name)
    _must_be_own(feed, token)
    return _view(await application.shift_feeds.address(feed))


@router.post(
    "/api/v1/calendars/{kind}/{name}/renew",
    summary="Give such a calendar another address",
    response_model=FeedView,
    responses=refusals(*WRITING, 404),
)
async def renew_address(kind: FeedKind, name: str, application: App, token: Reader, once: Once) -> Response:
    """The old one is not found from then on. A person may renew their own, a rota's whoever may manage."""
    feed = Feed(kind, name)
    if kind is FeedKind.ROTA and not token.may(Scope.MANAGE):
        raise Forbidden("everybody's subscription to a rota would end: that takes the scope manage")
    _must_be_own(feed, token)

    async def work(keep: Keep) -> Reply:
        record, address = application.shift_feeds.renewal(feed)
        kept = keep(reply_of(_view(FeedAddress("", address.renewed_at))))
        act = Act("calendar.renew", feed.path, token.person or token.name, token.name, "api")
        await application.store.commit((), (record, application.audit_log.record(act), *kept))
        return reply_of(_view(address))

    return await once.answer(token, work)


@router.get(
    "/api/v1/rotas/{rota}/calendar.ics",
    summary="Export a rota as iCalendar",
    responses={**refusals(*READING, 404, 422), **_ICS},
    response_class=Response,
)
async def export_rota(
    rota: str, application: App, token: Reader, since: Moment = None, until: Moment = None
) -> Response:
    """Whole shifts between two instants, of the past those that were really held. Default: the next 26 weeks."""
    begin = since or application.clock.now()
    end = until or begin + timedelta(weeks=26)
    if not timedelta(0) < end - begin <= LONGEST:
        raise InvalidPayload("must lie after `since`, by at most two years", "until")
    feed = Feed(FeedKind.ROTA, rota)
    return await _file(feed, await application.shift_feeds.shifts(feed, begin, end), application)


@router.get("/ical/{secret}/{kind}/{file}", include_in_schema=False)
async def read_feed(
    secret: str, kind: str, file: str, application: App, if_none_match: Annotated[str, Header()] = ""
) -> Response:
    """For calendar applications: no sign-in but the address itself."""
    if kind not in list(FeedKind) or not file.endswith(_SUFFIX):
        raise NotFound(NO_SUCH)
    feed = Feed(FeedKind(kind), file.removesuffix(_SUFFIX))
    entries = await application.shift_feeds.entries(feed, secret)
    tag = f'"{sha256(repr(entries).encode()).hexdigest()[:32]}"'
    headers = {"ETag": tag, "Cache-Control": f"private, max-age={FRESH_SECONDS}", "X-Robots-Tag": "noindex"}
    if tag in if_none_match:
        return Response(status_code=304, headers=headers)
    reply = await _file(feed, entries, application)
    reply.headers.update(headers)
    return reply


def _must_be_own(feed: Feed, token: Token) -> None:
    if feed.kind is FeedKind.PERSON and token.person != feed.name and not token.may(Scope.MANAGE):
        raise Forbidden("the address of a person's calendar is theirs: use their own token, or one that may manage")


async def _file(feed: Feed, entries: tuple[ShiftEntry, ...], application: Application) -> Response:
    rules = application.in_force.rules
    if feed.kind is FeedKind.ROTA:
        name, zone = f"On call: {spoken_rota(feed.name)}", rules.rotas[feed.name].zone
    else:
        name, zone = f"On call: {rules.people[feed.name].name}", rules.zone
    body = await asyncio.to_thread(write_calendar, name, entries, str(zone))
    shown = {"Content-Disposition": f"inline; filename*=UTF-8''{quote(feed.name)}.ics"}
    return Response(body, media_type=f"{MEDIA_TYPE}; charset=utf-8", headers=shown)


def _view(address: FeedAddress) -> FeedView:
    return FeedView(url=address.url, renewed_at=address.renewed_at)
