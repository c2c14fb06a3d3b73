"""Pay of on-call weeks and of work at night: seen by whom it concerns, chosen and corrected with a trail."""

from datetime import datetime, timedelta
from typing import Annotated

from fastapi import APIRouter, Query, Response
from pydantic import BaseModel, ConfigDict, Field

from app.adapters.pay_csv import lines_csv, totals_csv
from app.domain.errors import InvalidPayload
from app.domain.pay_report import PayReport
from app.domain.pay_terms import Choice
from app.domain.period import month_before
from app.entrypoints.http.action_bodies import By, Name, RequiredName, Sentence
from app.entrypoints.http.api_route import ApiRoute
from app.entrypoints.http.assembled import App
from app.entrypoints.http.auth import person_of
from app.entrypoints.http.csv_replies import CSV, csv_reply
from app.entrypoints.http.documented import READING, WRITING, refusals
from app.entrypoints.http.examples import exemplified
from app.entrypoints.http.instants import Instant, Length
from app.entrypoints.http.once import Once
from app.entrypoints.http.pay_access import Access, MayChangePay, MaySeePay
from app.entrypoints.http.pay_views import HoursView, PayView, hours_view, pay_view
from app.entrypoints.http.periods import Asked, Period
from app.entrypoints.http.replies import reply_of
from app.entrypoints.http.view import View
from app.service.audit_log import Act
from app.service.idempotency import Keep, Reply
from app.service.ports import Record
from app.service.respond import must_be_person
from app.wiring import Application

router = APIRouter(prefix="/api/v1/pay", tags=["pay"], route_class=ApiRoute)

Person = Annotated[str, Query(max_length=200, description="One person only; of a person's own token, always theirs.")]


class ChoiceBody(BaseModel):
    """`week` is any instant of the week that is meant."""

    model_config = ConfigDict(
        **exemplified({"rota": "primary", "week": "2026-11-18T12:00:00Z", "choice": "day_off", "person": "asha"}),
        extra="forbid",
    )

    rota: RequiredName = "primary"
    week: Instant
    choice: Choice
    person: Annotated[Name, Field(description="Whose share; a person's own token may leave it out.")] = ""
    by: By = ""


class ChoiceView(View):
    """`since` is when the week began."""

    model_config = exemplified(
        {"rota": "primary", "since": "2026-11-16T17:30:00Z", "person": "asha", "choice": "day_off"}
    )

    rota: str
    since: datetime
    person: str
    choice: Choice


class HoursBody(BaseModel):
    """The work of `person` that began at `since` was `was` long and is `worked` long from now on; without `was`, it is
    work that no incident tells of."""

    model_config = ConfigDict(
        **exemplified(
            {"since": "2026-11-22T03:02:10Z", "was": "70m", "worked": "2h", "why": "the call went on", "person": "asha"}
        ),
        extra="forbid",
    )

    since: Instant
    was: Length = timedelta(0)
    worked: Length
    why: Annotated[Sentence, Field(min_length=1)]
    person: Annotated[Name, Field(description="Whose work; a person's own token may leave it out.")] = ""
    by: By = ""


@router.get("", summary="Pay of a month, a week, or any time", responses=refusals(*READING, 422))
async def get_pay(application: App, access: MaySeePay, period: Period, person: Person = "") -> PayView:
    """The month before this one, unless another time is asked for."""
    return pay_view(await _report(application, access, period, person), _names(application))


@router.get(
    "/lines.csv", summary="Every week and stretch of work as CSV", response_class=CSV, responses=refusals(*READING, 422)
)
async def get_lines(application: App, access: MaySeePay, period: Period, person: Person = "") -> Response:
    return csv_reply(lines_csv(await _report(application, access, period, person)))


@router.get(
    "/totals.csv",
    summary="Each person's sums as CSV, for payroll",
    response_class=CSV,
    responses=refusals(*READING, 422),
)
async def get_totals(application: App, access: MaySeePay, period: Period, person: Person = "") -> Response:
    report = await _report(application, access, period, person)
    return csv_reply(totals_csv(report, _names(application)))


@router.post(
    "/choices",
    summary="Take pay, or a day off, for a week",
    response_model=ChoiceView,
    responses=refusals(*WRITING),
)
async def choose(body: ChoiceBody, application: App, access: MayChangePay, once: Once) -> Response:
    """The last choice said of a week holds; each is in the audit log, without what was chosen."""
    person, by = _whose(body.person, application, access), _by(access, body.by)

    async def work(keep: Keep) -> Reply:
        start, record = await application.pay.choose(body.rota, body.week, person, body.choice, by)
        reply = reply_of(ChoiceView(rota=body.rota, since=start, person=person, choice=body.choice))
        logged = _logged("pay.choose", person, by, access, application)
        await application.store.commit((), (record, logged, *keep(reply)))
        return reply

    return await once.answer(access.token, work)


@router.post(
    "/hours",
    summary="Correct or add hours worked, with a reason",
    response_model=HoursView,
    responses=refusals(*WRITING),
)
async def change_hours(body: HoursBody, application: App, access: MayChangePay, once: Once) -> Response:
    """Every change stays to be seen beside the hours. 409 when they are not as `was` says."""
    person, by = _whose(body.person, application, access), _by(access, body.by)

    async def work(keep: Keep) -> Reply:
        hours, record = await application.pay.edit(person, body.since, body.was, body.worked, by, body.why)
        reply = reply_of(hours_view(hours))
        logged = _logged("pay.hours", person, by, access, application)
        await application.store.commit((), (logged, *keep(reply)), fresh=(record,))
        return reply

    return await once.answer(access.token, work)


async def _report(application: Application, access: Access, period: Asked, person: str) -> PayReport:
    whose, zone = access.whose(person), application.in_force.rules.zone
    since, until = period.span(zone, lambda: month_before(application.clock.now(), zone))
    report = await application.pay.report(since, until)
    return report.of(whose) if whose else report


def _whose(person: str, application: Application, access: Access) -> str:
    whose = access.whose(person) or access.token.person
    if not whose:
        raise InvalidPayload("say whose", "person")
    must_be_person(whose, "person", application.in_force.rules)
    return whose


def _by(access: Access, by: str) -> str:
    return person_of(access.token, by) or access.token.name


def _names(application: Application) -> dict[str, str]:
    return {id: person.name for id, person in application.in_force.rules.people.items()}


def _logged(what: str, person: str, by: str, access: Access, application: Application) -> Record:
    """The log can be read by those who may not see pay, so it says that something changed, and not to what."""
    return application.audit_log.record(Act(what, person, by, access.token.name, "api"))
