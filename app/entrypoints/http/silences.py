"""Silences and maintenance windows: what nobody is told of for a while, by whose wish and why."""

from datetime import datetime, timedelta
from typing import Annotated, Literal

from fastapi import APIRouter, Query, Response
from pydantic import BaseModel, ConfigDict, Field

from app.domain.errors import InvalidPayload
from app.domain.suppress import Silence, SuppressedBy
from app.entrypoints.http.action_bodies import ActionBody, By, Sentence
from app.entrypoints.http.api_route import ApiRoute
from app.entrypoints.http.assembled import App
from app.entrypoints.http.auth import Reader, Responder, person_of
from app.entrypoints.http.cursors import Cursor, Limit, cursor_of, one_page, position
from app.entrypoints.http.documented import READING, WRITING, refusals
from app.entrypoints.http.examples import exemplified
from app.entrypoints.http.instants import Instant, Length
from app.entrypoints.http.once import Once
from app.entrypoints.http.replies import reply_of
from app.entrypoints.http.view import View
from app.service.audit_log import Act
from app.service.idempotency import Keep, Reply
from app.service.ports import Record
from app.service.silences import Wanted
from app.service.tokens import Token
from app.wiring import Application

router = APIRouter(prefix="/api/v1/silences", tags=["silences"], route_class=ApiRoute)

_SILENCE = {
    "id": "06bf80f9c0000001",
    "kind": "maintenance",
    "state": "active",
    "matchers": ['service="payments"', 'env=~"prod|staging"'],
    "starts_at": "2026-11-29T02:00:00Z",
    "ends_at": "2026-11-29T04:00:00Z",
    "every": [],
    "timezone": "Europe/London",
    "until": "2026-11-29T04:00:00Z",
    "next": None,
    "by": "asha",
    "why": "database upgrade",
    "created_at": "2026-11-28T16:00:00Z",
    "ended_at": None,
    "ended_by": "",
}

State = Literal["pending", "active", "between", "over"]
Matcher = Annotated[str, Field(min_length=1, max_length=1_000)]
Hours = Annotated[str, Field(min_length=1, max_length=100)]


class SilenceView(View):
    """`state`: to come, in force, between two weekly windows, or over. `until` is when the present stretch ends, `next`
    when the next one begins. `ended_at` and `ended_by` speak of one that was ended before its time."""

    model_config = exemplified(_SILENCE)

    id: str
    kind: Literal["silence", "maintenance"]
    state: State
    matchers: list[str]
    starts_at: datetime
    ends_at: datetime
    every: list[str]
    timezone: str
    until: datetime | None
    next: datetime | None
    by: str
    why: str
    created_at: datetime
    ended_at: datetime | None
    ended_by: str


class EndedSilence(SilenceView):
    """`told` incidents had been quiet because of it, or of others that are over, and tell people now."""

    model_config = exemplified({**_SILENCE, "state": "over", "until": None, "told": 1})

    told: int


class SilencePage(View):
    items: list[SilenceView]
    next: str | None


class SilenceBody(BaseModel):
    """From `starts_at` (default: now) until `ends_at`, or `for` a length of time. `every` narrows it to hours of the
    week in `timezone` (default: that of the rules), such as `sun 02:00-04:00`."""

    model_config = ConfigDict(
        **exemplified({"matchers": ['service="payments"'], "for": "2h", "by": "asha", "why": "database upgrade"}),
        extra="forbid",
    )

    matchers: Annotated[
        list[Matcher], Field(min_length=1, max_length=50, description="Alertmanager's syntax; all of them.")
    ]
    kind: Literal["silence", "maintenance"] = "silence"
    starts_at: Instant | None = None
    ends_at: Instant | None = None
    length: Annotated[Length | None, Field(alias="for")] = None
    every: Annotated[list[Hours], Field(max_length=50)] = []
    timezone: Annotated[str, Field(max_length=100)] = ""
    by: By = ""
    why: Annotated[Sentence, Field(min_length=1)]

    def wanted(self, by: str, zone: str, now: datetime) -> Wanted:
        if (self.ends_at is None) == (self.length is None):
            raise InvalidPayload("say either `ends_at` or `for`", "ends_at")
        start = self.starts_at or now
        return Wanted(
            kind=SuppressedBy(self.kind),
            matchers=tuple(self.matchers),
            starts_at=start,
            ends_at=self.ends_at or start + (self.length or timedelta(0)),
            by=by,
            why=self.why,
            every=tuple(self.every),
            zone=self.timezone or zone,
        )


@router.get("", summary="Silences and maintenance windows, newest first", responses=refusals(*READING, 422))
async def list_silences(
    application: App,
    token: Reader,
    over: Annotated[bool, Query(description="Also those that are over, for 90 days.")] = True,
    limit: Limit = 50,
    cursor: Cursor = "",
) -> SilencePage:
    found = await application.silences.listed(limit + 1, position(cursor), over)
    page, last = one_page(found, limit)
    now = application.clock.now()
    return SilencePage(items=[_view(one, now) for one in page], next=cursor_of(last.id) if last else None)


@router.get("/{id}", summary="One silence", responses=refusals(*READING, 404))
async def get_silence(id: str, application: App, token: Reader) -> SilenceView:
    return _view(await application.silences.one(id), application.clock.now())


@router.post(
    "",
    summary="Tell nobody of matching alerts for a while",
    status_code=201,
    response_model=SilenceView,
    responses=refusals(*WRITING),
)
async def create_silence(body: SilenceBody, application: App, token: Responder, once: Once) -> Response:
    """Alerts that match are kept, marked `suppressed`, and told after all if they still fire when it ends. What people
    are being told of already goes on: acknowledge, snooze or resolve it."""
    silences, now = application.silences, application.clock.now()
    by = person_of(token, body.by) or token.name
    silence = silences.new(body.wanted(by, str(application.in_force.rules.zone), now))

    async def work(keep: Keep) -> Reply:
        reply = reply_of(_view(silence, now), 201)
        note = f"{', '.join(silence.matchers)} until {silence.ends_at:%Y-%m-%dT%H:%M:%SZ}: {silence.why}"
        logged = _logged(f"{silence.kind}.create", silence.id, by, token, application, note)
        await silences.make(silence, (logged, *keep(reply)))
        return reply

    return await once.answer(token, work)


@router.post(
    "/{id}/end",
    summary="End a silence before its time",
    response_model=EndedSilence,
    responses=refusals(*WRITING, 404),
)
async def end_silence(id: str, body: ActionBody, application: App, token: Responder, once: Once) -> Response:
    """People are told at once of what it kept quiet and still fires. Once more is no error."""
    by = person_of(token, body.by) or token.name

    async def work(keep: Keep) -> Reply:
        logged = _logged("silence.end", id, by, token, application)
        silence, told = await application.silences.end(id, by, (logged,))
        view = _view(silence, application.clock.now())
        reply = reply_of(EndedSilence(**view.model_dump(), told=told))
        if kept := keep(reply):
            await application.store.commit((), kept)
        return reply

    return await once.answer(token, work)


def _logged(what: str, id: str, by: str, token: Token, application: Application, note: str = "") -> Record:
    return application.audit_log.record(Act(what, id, by, token.name, "api", note))


def _view(one: Silence, now: datetime) -> SilenceView:
    until, following = one.until(now), one.next_start(now)
    return SilenceView(
        id=one.id,
        kind="maintenance" if one.kind is SuppressedBy.MAINTENANCE else "silence",
        state=state_of(one, now),
        matchers=list(one.matchers),
        starts_at=one.starts_at,
        ends_at=one.ends_at,
        every=list(one.every),
        timezone=one.weekly.zone.key if one.weekly else "",
        until=until,
        next=following,
        by=one.by,
        why=one.why,
        created_at=one.created_at,
        ended_at=one.ended_at,
        ended_by=one.ended_by,
    )


def state_of(one: Silence, now: datetime) -> State:
    if one.is_in_force(now):
        return "active"
    if one.is_over_at <= now:
        return "over"
    return "pending" if now < one.starts_at else "between"
