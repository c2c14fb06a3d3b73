"""Whether people can be reached: a report of everybody, and test pages that find out."""

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Path, Response
from pydantic import BaseModel, ConfigDict, Field

from app.domain.people import Urgency
from app.domain.reach import SAID, Lack, MethodReach, PersonReach, When
from app.domain.receipt import SendState
from app.entrypoints.http.action_bodies import By
from app.entrypoints.http.api_route import ApiRoute
from app.entrypoints.http.assembled import App
from app.entrypoints.http.auth import Reader, Responder, person_of
from app.entrypoints.http.documented import READING, WRITING, refusals
from app.entrypoints.http.examples import exemplified
from app.entrypoints.http.masking import Masked
from app.entrypoints.http.once import Once
from app.entrypoints.http.replies import reply_of
from app.entrypoints.http.view import View
from app.service.audit_log import Act
from app.service.idempotency import Keep, Reply
from app.service.page_tests import MethodTest, PageTest
from app.wiring import Application

router = APIRouter(prefix="/api/v1", tags=["people"], route_class=ApiRoute)

_METHOD = {
    "channel": "sms",
    "address": "+*********001",
    "tested_at": "2026-11-20T10:00:00Z",
    "verified_at": None,
    "failed_at": None,
    "failed_why": "",
    "stopped": False,
}
_REACH = {
    "person": "asha",
    "name": "Asha Rao",
    "role": "primary",
    "since": "2026-11-23T17:30:00Z",
    "until": "2026-11-30T17:30:00Z",
    "when": "soon",
    "ready": False,
    "lacks": ["unverified"],
    "said": ["has not confirmed every method"],
    "methods": [_METHOD],
}
_RESULT = {
    "channel": "sms",
    "address": "+*********001",
    "state": "delivered",
    "reason": "",
    "attempts": 1,
    "at": "2026-11-22T12:00:02Z",
    "verified_at": None,
}
_TEST = {
    "id": "06bf80f9c0000001",
    "person": "asha",
    "urgency": "urgent",
    "by": "asha",
    "at": "2026-11-22T12:00:00Z",
    "done": True,
    "items": [_RESULT],
}


class MethodReachView(View):
    """`tested_at`: when the last test page was sent there; `verified_at`: when its reader last said that it came;
    `failed_at` and `failed_why` speak of the last seven days. `stopped`: the number has answered STOP."""

    channel: str
    address: Masked
    tested_at: datetime | None
    verified_at: datetime | None
    failed_at: datetime | None
    failed_why: str
    stopped: bool


class PersonReachView(View):
    """`role`, `since` and `until` are of the next stretch, running or to come within eight weeks; `when`: `now`, `soon`
    (within a week) or `later`. `said` is `lacks` in words."""

    model_config = exemplified(_REACH)

    person: str
    name: str
    role: str
    since: datetime | None
    until: datetime | None
    when: When
    ready: bool
    lacks: tuple[Lack, ...]
    said: tuple[str, ...]
    methods: list[MethodReachView]


class ReachReport(View):
    """Everybody, whoever is on call soonest first."""

    model_config = exemplified({"items": [_REACH], "next": None})

    items: list[PersonReachView]
    next: None = None


class MethodTestView(View):
    """`state` is that of the message: `sent`, `delivered`, `failed` and so on; `pending` until it was tried. `at` is
    when that was. `verified_at`: when its reader last said that messages come this way."""

    channel: str
    address: Masked
    state: SendState
    reason: str
    attempts: int
    at: datetime | None
    verified_at: datetime | None


class PageTestView(View):
    """`done`: nothing more is awaited of any method, but for its reader's confirmation."""

    model_config = exemplified(_TEST)

    id: str
    person: str
    urgency: Urgency
    by: str
    at: datetime
    done: bool
    items: list[MethodTestView]


class PageTestBody(BaseModel):
    """`urgent`: by every method that this person has; `quiet`: by those of their quiet ladder."""

    model_config = ConfigDict(**exemplified({"urgency": "urgent", "by": "asha"}), extra="forbid")

    urgency: Urgency = Urgency.URGENT
    by: By = ""


PersonId = Annotated[str, Path(description="Their id in the rules file."), Field(max_length=100)]


@router.get("/people/readiness", summary="Who can be reached, and what people lack", responses=refusals(*READING))
async def get_readiness(application: App, token: Reader) -> ReachReport:
    now = application.clock.now()
    return ReachReport(items=[_reach(one, now) for one in await application.reached.everybody()])


@router.post(
    "/people/{id}/test-page",
    summary="Send somebody a test page by every method",
    status_code=202,
    response_model=PageTestView,
    responses=refusals(*WRITING, 404),
)
async def send_test_page(id: PersonId, body: PageTestBody, application: App, token: Responder, once: Once) -> Response:
    """As loud as a real one, and marked TEST. Each has a link by which its reader confirms that way; a key pressed in
    the call confirms that too. What becomes of it: `GET /api/v1/test-pages/{id}`."""
    by = person_of(token, body.by) or token.name

    async def work(keep: Keep) -> Reply:
        test = application.page_tests.new(id, body.urgency, by)
        reply = reply_of(await _test(test, application), 202)
        act = application.audit_log.record(Act("person.test-page", id, by, token.name, "api", body.urgency.value))
        await application.page_tests.send(test, (act, *keep(reply)))
        return reply

    return await once.answer(token, work)


@router.get("/test-pages/{id}", summary="What has become of a test page", responses=refusals(*READING, 404))
async def get_test_page(id: str, application: App, token: Reader) -> PageTestView:
    """By method: whether it was sent, whether it arrived, why not, and whether its reader has said so. For 90 days."""
    return await _test(await application.page_tests.one(id), application)


async def _test(test: PageTest, application: Application) -> PageTestView:
    found = await application.page_tests.results(test)
    return PageTestView(
        id=test.id,
        person=test.person,
        urgency=test.urgency,
        by=test.by,
        at=test.at,
        done=all(one.is_over for one in found),
        items=[_result(one) for one in found],
    )


def _result(one: MethodTest) -> MethodTestView:
    send = one.send
    return MethodTestView(
        channel=one.channel,
        address=one.address,
        state=send.state if send else SendState.PENDING,
        reason=send.reason if send else "",
        attempts=send.attempts if send else 0,
        at=send.at if send else None,
        verified_at=one.verified_at,
    )


def _reach(one: PersonReach, now: datetime) -> PersonReachView:
    return PersonReachView(
        person=one.person,
        name=one.name,
        role=one.next.rota if one.next else "",
        since=one.next.since if one.next else None,
        until=one.next.until if one.next else None,
        when=one.when(now),
        ready=one.is_ready,
        lacks=one.lacks,
        said=tuple(SAID[lack] for lack in one.lacks),
        methods=[_method(method) for method in one.methods],
    )


def _method(one: MethodReach) -> MethodReachView:
    return MethodReachView(
        channel=one.method.channel,
        address=one.method.address,
        tested_at=one.tried.tested_at,
        verified_at=one.tried.verified_at,
        failed_at=one.tried.failed_at if one.tried.is_bouncing else None,
        failed_why=one.tried.failed_why if one.tried.is_bouncing else "",
        stopped=one.stopped,
    )
