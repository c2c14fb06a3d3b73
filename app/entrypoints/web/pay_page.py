"""Pay of a month: each sees their own, and with the scope for it everybody's; choices and corrections by form."""

from datetime import datetime, timedelta

from fastapi import APIRouter, Response

from app.adapters.lengths import parse_length
from app.adapters.pay_csv import lines_csv, totals_csv
from app.domain.errors import Conflict, InvalidPayload
from app.domain.pay_report import PayReport
from app.domain.pay_terms import Choice
from app.entrypoints.http.csv_replies import csv_reply
from app.entrypoints.http.instants import parse_instant
from app.entrypoints.web.page_route import PageRoute
from app.entrypoints.web.periods import Month, month_named
from app.entrypoints.web.viewer import CHANNEL, Page, Reading, Responding
from app.entrypoints.web.wording import name_of
from app.service.audit_log import Act
from app.service.pay_access import whose_pay
from app.service.ports import Record
from app.service.respond import must_be_person
from app.service.tokens import Scope

router = APIRouter(prefix="/pay", route_class=PageRoute, include_in_schema=False)

SAID = {"chosen": "Kept. The last choice for a week holds.", "changed": "Kept. The change stays to be seen."}


@router.api_route("", methods=["GET", "HEAD"])
async def pay(page: Reading, month: str = "", did: str = "") -> Response:
    """A month that is none is said above the usual one."""
    _whose(page, "")
    return await _show(page, month, SAID.get(did, ""), "", {})


@router.get("/lines.csv")
async def lines(page: Reading, month: str = "") -> Response:
    asked = _month(page, month)
    return csv_reply(lines_csv(await _report(page, asked)), f"pay-{asked.word}-lines.csv")


@router.get("/totals.csv")
async def totals(page: Reading, month: str = "") -> Response:
    asked, names = _month(page, month), {id: person.name for id, person in page.rules.people.items()}
    return csv_reply(totals_csv(await _report(page, asked), names), f"pay-{asked.word}-totals.csv")


@router.post("/choices")
async def choose(page: Responding) -> Response:
    form, application = page.form, page.application
    person = _whose(page, form.text("person"))
    must_be_person(person, "person", page.rules)
    if form.text("choice") not in set(Choice):
        raise InvalidPayload("must be pay, or a day off", "choice")
    week, choice = _instant(form.text("week")), Choice(form.text("choice"))
    _, record = await application.pay.choose(form.text("rota"), week, person, choice, page.viewer.actor.id)
    await application.store.commit((), (record, _logged(page, "pay.choose", person)))
    return page.go(f"/pay?month={_month(page, form.text('month')).word}&did=chosen")


@router.post("/hours")
async def hours(page: Responding) -> Response:
    """What cannot be is said above the forms, which still hold what was typed."""
    form, application = page.form, page.application
    month = form.text("month")
    try:
        person = _whose(page, form.text("person"))
        must_be_person(person, "person", page.rules)
        since = _instant(form.text("since"), page)
        was, worked = _length(form.text("was") or "0m", "was"), _length(form.text("worked"), "worked")
        why = form.text("why", 2_000)
        if not why:
            raise InvalidPayload("say why", "why")
        _, record = await application.pay.edit(person, since, was, worked, page.viewer.actor.id, why)
        await application.store.commit((), (_logged(page, "pay.hours", person),), fresh=(record,))
    except (InvalidPayload, Conflict) as error:
        return await _show(page, month, "", str(error), form.typed())
    return page.go(f"/pay?month={_month(page, month).word}&did=changed")


async def _show(page: Page, word: str, said: str, wrong: str, typed: dict[str, str]) -> Response:
    try:
        month = _month(page, word)
    except InvalidPayload as error:
        month, wrong = _month(page, ""), wrong or str(error)
    report = await _report(page, month)
    sees_all = page.viewer.may(Scope.PAY)
    return page.show(
        "pay.html",
        422 if wrong else 200,
        month=month,
        report=report,
        totals=report.totals(),
        names={one.person: name_of(one.person, page.rules) for one in report.totals()},
        people=sorted(page.rules.people) if sees_all else [page.viewer.own_pay],
        may_change=page.viewer.may(Scope.RESPOND),
        said=said,
        wrong=wrong,
        typed=typed,
    )


async def _report(page: Page, month: Month) -> PayReport:
    whose = _whose(page, "")
    report = await page.application.pay.report(month.since, month.until)
    return report.of(whose) if whose else report


def _whose(page: Page, asked: str) -> str:
    return whose_pay(asked, page.viewer.may(Scope.PAY), page.viewer.own_pay)


def _month(page: Page, word: str) -> Month:
    return month_named(word, page.now, page.rules.zone)


def _instant(text: str, page: Page | None = None) -> datetime:
    """As a browser's field for times gives it, in the reader's zone; or with an offset."""
    try:
        at = datetime.fromisoformat(text)
        if at.tzinfo is None and page:
            text = at.replace(tzinfo=page.viewer.zone).isoformat()
        return parse_instant(text)
    except (ValueError, OverflowError):
        raise InvalidPayload("is not a time; write it as 2026-11-23T09:00", "since") from None


def _length(text: str, field: str) -> timedelta:
    try:
        return parse_length(text)
    except ValueError as error:
        raise InvalidPayload(str(error), field) from None


def _logged(page: Page, what: str, person: str) -> Record:
    """That something changed, and not to what: the log can be read by those who may not see pay."""
    return page.application.audit_log.record(Act(what, person, page.viewer.actor.id, "", CHANNEL))
