"""Raising an incident that no monitor foresaw: a form that anybody who is signed in can use."""

from dataclasses import dataclass

from fastapi import APIRouter, Response

from app.domain.classify import Severity
from app.domain.errors import InvalidPayload
from app.domain.incident import Outcome
from app.entrypoints.web.page_route import PageRoute
from app.entrypoints.web.viewer import CHANNEL, Page, Responding
from app.service.audit_log import Act
from app.service.job import Applied
from app.service.ports import Record
from app.service.respond import raise_by_person

router = APIRouter(prefix="/raise", route_class=PageRoute, include_in_schema=False)

LONGEST_TITLE = 500
MEANINGS = {
    Severity.CRITICAL: "so wrong that people stop what they do, and worth waking somebody at 3 a.m.",
    Severity.HIGH: "a production incident that can wait for working hours.",
    Severity.TRIAGE: "a bug for a squad's backlog: nobody is paged.",
}


@dataclass(frozen=True, slots=True)
class Typed:
    """What stands in the form."""

    title: str = ""
    description: str = ""
    severity: str = Severity.CRITICAL.value
    squad: str = ""


@router.api_route("", methods=["GET", "HEAD"])
async def form(page: Responding) -> Response:
    return _show(page, Typed(), "")


@router.post("")
async def send(page: Responding) -> Response:
    form, application = page.form, page.application
    typed = Typed(
        form.text("title", LONGEST_TITLE), form.text("description"), form.text("severity"), form.text("squad")
    )
    if not typed.title:
        return _show(page, typed, "Say in a few words what is wrong.")
    if typed.severity not in set(Severity):
        return _show(page, typed, "Say how bad it is.")

    def records(applied: Applied) -> tuple[Record, ...]:
        id = applied.incident.id if applied.incident else ""
        act = Act("incident.raise", id, page.viewer.actor.id, "", CHANNEL, typed.title)
        return () if applied.outcome is Outcome.ALREADY else (application.audit_log.record(act),)

    try:
        applied = await raise_by_person(
            page.viewer.actor,
            typed.title,
            typed.description,
            Severity(typed.severity),
            typed.squad,
            page.rules,
            application.applier,
            application.new_id,
            records,
        )
    except InvalidPayload as error:
        return _show(page, typed, str(error))
    return page.go(f"/incidents/{applied.incident.id}?did=raised" if applied.incident else "/")


def _show(page: Page, typed: Typed, wrong: str) -> Response:
    squads = sorted(page.rules.squads.values(), key=lambda one: one.name)
    meanings = {severity.value: meaning for severity, meaning in MEANINGS.items()}
    return page.show("raise.html", 422 if wrong else 200, typed=typed, wrong=wrong, squads=squads, meanings=meanings)
