"""Pay of a period: put together from the log, the rotas as they were held, what people chose, and the rates."""

import asyncio
from bisect import bisect_right
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise

from app.domain.calendar import Calendar
from app.domain.errors import InvalidPayload
from app.domain.on_call_week import next_week, week_start
from app.domain.pay import (
    Hours,
    HoursEdit,
    OnCallWeek,
    Share,
    beginning_at,
    check_edit,
    edited,
    hours_paid,
    length_now,
    split_week,
)
from app.domain.pay_report import PayReport, missing_rates
from app.domain.pay_terms import Choice, DayRates, PayTerms
from app.domain.replacing import replace
from app.domain.rota import OnCall, Rota
from app.domain.ruleset import Rules
from app.domain.work import Stretch, stretches_of, work_of
from app.service.histories import touched_between
from app.service.pay_records import choice_record, choices_between, edit_record, edits_between
from app.service.ports import Clock, Record, Store
from app.service.rota_history import InForceThen, RotaHistory

LONGEST_PERIOD = timedelta(days=400)
LONGEST_WORK = timedelta(days=7)
A_MINUTE = timedelta(minutes=1)
"""How exactly people say how long something was."""

WEEK = timedelta(days=8)
"""A week, and room for a clock change."""

NOT_LOOKED_BEFORE = timedelta(days=14)
"""Stretches of work that touch a period may have begun this long before it: a long weekend, and more."""


@dataclass(frozen=True, slots=True)
class RulesOfThen:
    """Which rules were in force at an instant, of a time for which they have been looked up."""

    spans: Sequence[InForceThen]

    def at(self, moment: datetime) -> Rules:
        """Those of the nearest instant that was looked up."""
        number = bisect_right(self.spans, moment, key=lambda span: span.since)
        return self.spans[max(0, number - 1)].rules

    def calendar_at(self, moment: datetime) -> Calendar:
        return self.at(moment).pay_calendar()

    def terms_at(self, moment: datetime) -> PayTerms:
        return self.at(moment).pay

    @property
    def roles(self) -> tuple[str, ...]:
        """Every rota that was paid at some time."""
        return tuple(sorted({role for span in self.spans for role in span.rules.pay.roles}))

    def rota_at(self, role: str, moment: datetime) -> Rota | None:
        """The rota as it was then; where those rules had none of that name, as it is in the latest that have it."""
        known = self.at(moment).rotas.get(role)
        return known or next((span.rules.rotas[role] for span in self.spans[::-1] if role in span.rules.rotas), None)


@dataclass(frozen=True, slots=True)
class Pay:
    """The use cases around it. `rates` reads the file of day rates and never raises: a report says what is missing."""

    store: Store
    history: RotaHistory
    rates: Callable[[], DayRates]
    clock: Clock

    async def report(self, since: datetime, until: datetime) -> PayReport:
        """Weeks that ended and work that began from `since` to before `until`; of what is still to come, nothing.

        A week goes by the rules that were in force when it ended, work by those at its start. Raises `InvalidPayload`
        for a period that is no period.
        """
        _check_period(since, until)
        then = await self._rules_around(since, until)
        rates = await asyncio.to_thread(self.rates)
        shares = await self._shares(then, rates, since, until)
        hours, unfinished = await self._hours(then, since, until)
        problem = (f"the day rates cannot be read: {rates.problem}",) if rates.problem else ()
        return PayReport(since, until, shares, hours, unfinished, (*problem, *missing_rates(shares)))

    async def choose(self, rota: str, week: datetime, person: str, choice: Choice, by: str) -> tuple[datetime, Record]:
        """The start of the week that `week` lies in, and the record that says so from the commit of it on."""
        then = await self._rules_around(week, week + WEEK)
        known = then.rota_at(rota, week)
        if known is None or rota not in then.roles:
            raise InvalidPayload(f"{rota[:64]!r} is no rota that is paid by the week", "rota")
        start = week_start(known, week)
        return start, choice_record(rota, start, person, choice, by, self.clock.now())

    async def edit(
        self, person: str, since: datetime, was: timedelta, now: timedelta, by: str, why: str
    ) -> tuple[Hours, Record]:
        """The work that began at `since`, or work that no incident tells of, with another length; and the record that
        makes it so, which must be new in the commit of it. Raises `Conflict` when it was changed meanwhile, and
        `InvalidPayload`."""
        moment = self.clock.now()
        if now > LONGEST_WORK:
            raise InvalidPayload("is more than a week", "worked")
        if since + now > moment:
            raise InvalidPayload("is not over yet", "worked")
        then = await self._rules_around(since, since + LONGEST_WORK)
        around, unfinished = await self._hours(then, since - LONGEST_WORK, since + LONGEST_WORK)
        so_far = work_of([replace(one, until=moment) for one in unfinished], then.calendar_at)
        meant = beginning_at(person, since, around)
        before = length_now(meant) if meant else timedelta(0)
        if abs(was - before) < A_MINUTE:
            was = before
        edit = HoursEdit(person, meant.since if meant else since, was, now, by, moment, why)
        check_edit(edit, around, so_far)
        _check_out_of_hours(edit, then.calendar_at(edit.since))
        terms = then.terms_at(edit.since)
        return edited(edit, meant, terms), edit_record(edit, len(meant.edits) if meant else 0)

    async def _rules_around(self, since: datetime, until: datetime) -> RulesOfThen:
        """Also for work that touches that time."""
        return RulesOfThen(await self.history.rules_between(since - NOT_LOOKED_BEFORE, until + LONGEST_WORK))

    async def _shares(self, then: RulesOfThen, rates: DayRates, since: datetime, until: datetime) -> tuple[Share, ...]:
        end = min(until, self.clock.now())
        choices = await choices_between(self.store, since - WEEK, until)
        found: list[Share] = []
        for role in then.roles:
            weeks = _weeks(role, then, since, until, end)
            held = await self.history.held(role, weeks[0][0], weeks[-1][1]) if weeks else ()
            for start, over in weeks:
                rules = then.at(over)
                if role in rules.pay.roles:
                    chosen = {who: one for (rota, begun, who), one in choices.items() if (rota, begun) == (role, start)}
                    week = OnCallWeek(role, start, over, _within(held, start, over), chosen)
                    found += split_week(week, rules.pay, rules.pay_calendar(), rates)
        return tuple(found)

    async def _hours(
        self, then: RulesOfThen, since: datetime, until: datetime
    ) -> tuple[tuple[Hours, ...], tuple[Stretch, ...]]:
        """What began in that time; and what goes on. Work that began in it may have been joined to later incidents."""
        stretches: list[Stretch] = []
        async for incident, trail in touched_between(self.store, since - NOT_LOOKED_BEFORE, until + LONGEST_WORK):
            stretches += stretches_of(incident.id, trail.timeline)
        work = [one for one in work_of(stretches, then.calendar_at) if since <= one.since < until]
        edits = [one for one in await edits_between(self.store, since, until) if one.since < until]
        unfinished = sorted(
            (one for one in stretches if one.until is None and since <= one.since < until),
            key=lambda one: (one.person, one.since, one.incident),
        )
        return hours_paid(work, edits, then.terms_at), tuple(unfinished)


def _weeks(
    role: str, then: RulesOfThen, since: datetime, until: datetime, end: datetime
) -> list[tuple[datetime, datetime]]:
    """Every week of a rota that ended from `since` to before `until`, and is over at `end`."""
    rota = then.rota_at(role, since)
    if rota is None:
        return []
    handovers = [week_start(rota, since - timedelta(microseconds=1))]
    while handovers[-1] < end:
        rota = then.rota_at(role, handovers[-1]) or rota
        handovers.append(next_week(rota, handovers[-1]))
    return [(start, over) for start, over in pairwise(handovers) if since <= over < until and over <= end]


def _within(held: Sequence[OnCall], since: datetime, until: datetime) -> tuple[OnCall, ...]:
    return tuple(
        one for one in held if (one.since is None or one.since < until) and (one.until is None or one.until > since)
    )


def _check_out_of_hours(edit: HoursEdit, calendar: Calendar) -> None:
    """Raises `InvalidPayload` for what is somebody's day's work."""
    if not edit.before and calendar.is_open(edit.since):
        raise InvalidPayload(f"is {calendar.explain(edit.since)}", "since")
    if edit.after > edit.before and calendar.working_between(edit.since, edit.since + edit.after):
        opens = calendar.next_change(edit.since)
        when = f", which begin at {opens:%Y-%m-%dT%H:%M:%SZ}" if opens else ""
        raise InvalidPayload(f"reaches into working hours{when}", "worked")


def _check_period(since: datetime, until: datetime) -> None:
    if until <= since:
        raise InvalidPayload("must lie after the start", "until")
    if until - since > LONGEST_PERIOD:
        raise InvalidPayload(f"is more than {LONGEST_PERIOD.days} days after the start: ask for less", "until")
