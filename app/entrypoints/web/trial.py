"""A payload at an instant, as somebody tries it on the rules page: who would be told what and when."""

import asyncio
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from app.adapters.lengths import parse_length
from app.domain.errors import AppError, InvalidPayload
from app.entrypoints.web.viewer import Form
from app.entrypoints.web.wording import line, name_of, squad_name
from app.service.simulate import simulate
from app.service.simulated import Line, each_reason_once, first_reminders, together
from app.service.source_ports import Alerts, Request
from app.wiring import Application

LONGEST = timedelta(days=7)
MOST_ALERTS = 20
MOST_LINES = 150
EXAMPLE = '{"title": "Payments API is down", "severity": "critical", "labels": {"service": "payments"}}'


@dataclass(frozen=True, slots=True)
class Typed:
    """What stands in the form. `at` is a local time such as 2026-11-22T03:00, and empty for now."""

    source: str
    body: str = EXAMPLE
    at: str = ""
    length: str = "72h"
    answered_after: str = ""


@dataclass(frozen=True, slots=True)
class Step:
    """One line of the answer, ready to read; texts are somebody else's, on one line."""

    at: datetime
    what: str
    who: str
    how: str
    why: str


@dataclass(frozen=True, slots=True)
class Tried:
    """`left`: so many lines more are not shown."""

    at: datetime
    steps: tuple[Step, ...]
    left: int


def typed_in(form: Form) -> Typed:
    return Typed(
        source=form.text("source", 100),
        body=form.text("body", 100_000),
        at=form.text("at", 40),
        length=form.text("length", 40),
        answered_after=form.text("answered_after", 40),
    )


async def tried(typed: Typed, application: Application, zone: ZoneInfo) -> Tried:
    """What the rules in force would do, by the rotas as they stand. Raises `AppError` for what cannot be tried."""
    rules, facts = application.in_force.rules, application.in_force.facts
    at = _instant(typed.at, zone) if typed.at else application.clock.now()
    span = _length(typed.length or "72h", "how long to look on")
    answer = _length(typed.answered_after, "when it is acknowledged") if typed.answered_after else None
    alerts = _alerts(typed, application, at)
    lines = together(await asyncio.to_thread(simulate, alerts.alerts, rules, at, span, answer, facts))
    shown = each_reason_once(first_reminders(lines)[:MOST_LINES])
    return Tried(at, tuple(_step(one, application) for one in shown), len(lines) - len(shown))


def _alerts(typed: Typed, application: Application, at: datetime) -> Alerts:
    instance, source = application.receiver.find(typed.source)
    headers = {"content-type": "application/json"}
    request = Request("POST", f"/webhooks/{typed.source}", {}, headers, typed.body.encode("utf-8", "replace"), at)
    parsed = source.parse(request, instance)
    if not isinstance(parsed, Alerts):
        return Alerts(())
    if len(parsed.alerts) > MOST_ALERTS:
        raise InvalidPayload(f"holds {len(parsed.alerts)} alerts; a page shows at most {MOST_ALERTS} together")
    return parsed


def _instant(text: str, zone: ZoneInfo) -> datetime:
    try:
        at = datetime.fromisoformat(text)
        aware = at if at.tzinfo else at.replace(tzinfo=zone)
        if not 2000 <= aware.year <= 2200:
            raise ValueError
    except ValueError:
        raise AppError(f"{line(text)} is not a time; write it as 2026-11-22T03:00") from None
    return aware


def _length(text: str, what: str) -> timedelta:
    try:
        length = parse_length(text)
    except ValueError as error:
        raise AppError(f"{what}: {error}") from None
    if length > LONGEST:
        raise AppError(f"{what}: a page shows at most seven days; oncall-router simulate shows more")
    return length


def _step(one: Line, application: Application) -> Step:
    rules = application.in_force.rules
    name = squad_name if one.person in rules.squads else name_of
    who = f"{name(one.person, rules)} ({one.role.replace('_', ' ')})" if one.person else ""
    return Step(one.at, one.what.replace("_", " "), who, one.channel, line(one.reason))
