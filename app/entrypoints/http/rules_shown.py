"""From the rules in force to what the API shows of them, where that is not simply their own fields."""

from datetime import datetime, time

from app.domain.calendar import WEEKDAYS, Calendar
from app.domain.complaint import Complaint
from app.domain.people import Person
from app.domain.policy import Chain, Delay, Policy, Step, Target, TargetKind
from app.domain.rota import Rota
from app.domain.ruleset import Rules
from app.domain.runbook import Runbook
from app.entrypoints.http.rules_views import (
    CalendarView,
    ChainView,
    PersonView,
    PolicyView,
    RotaView,
    RulesView,
    RuleView,
    RunbookView,
    SquadView,
    StepView,
)


def rules_view(rules: Rules, loaded_at: datetime, refusal: tuple[Complaint, ...], stopped: frozenset[str]) -> RulesView:
    """`stopped` are the numbers that want no text messages."""
    return RulesView(
        version=rules.version,
        loaded_at=loaded_at,
        refusal=sentences(refusal),
        warnings=sentences(rules.warnings),
        timezone=rules.zone.key,
        on_missing_runbook=rules.on_missing_runbook,
        last_resort=rules.last_resort,
        default_calendar=rules.default_calendar,
        people=[_person(person, stopped) for person in rules.people.values()],
        squads=[SquadView.model_validate(squad) for squad in rules.squads.values()],
        rotas=[_rota(rota) for rota in rules.rotas.values()],
        policies=[_policy(policy) for policy in rules.policies.values()],
        calendars=[_calendar(calendar) for calendar in rules.calendars.values()],
        rules=[RuleView.model_validate(rule) for rule in rules.rules],
    )


def sentences(complaints: tuple[Complaint, ...]) -> tuple[str, ...]:
    return tuple(map(str, complaints))


def runbook_view(runbook: Runbook) -> RunbookView:
    return RunbookView(
        slug=runbook.slug,
        title=runbook.title,
        owner=runbook.owner,
        alerts=runbook.alerts,
        has_steps=bool(runbook.steps.strip()),
    )


def _person(person: Person, stopped: frozenset[str]) -> PersonView:
    shown = PersonView.model_validate(person)
    methods = [
        view.model_copy(update={"stopped": method.channel == "sms" and method.address in stopped})
        for view, method in zip(shown.methods, person.methods, strict=True)
    ]
    return shown.model_copy(update={"methods": methods})


def _rota(rota: Rota) -> RotaView:
    return RotaView(
        name=rota.name,
        timezone=rota.zone.key,
        members=rota.members,
        opted_out=sorted(rota.opted_out),
        starts=rota.starts,
        ends=rota.ends,
        handover=f"{WEEKDAYS[rota.weekday]} {rota.handover:%H:%M}",
        weeks=rota.weeks,
        consent_required=rota.consent_required,
        shadowing=rota.shadowing,
    )


def _policy(policy: Policy) -> PolicyView:
    return PolicyView(
        name=policy.name,
        urgency=policy.urgency.value,
        repeat=policy.repeat,
        in_hours=_chain(policy.in_hours),
        out_of_hours=_chain(policy.out_of_hours),
    )


def _chain(chain: Chain) -> ChainView:
    return ChainView(hold=chain.hold, steps=[_step(step) for step in chain.steps])


def _step(step: Step) -> StepView:
    return StepView(after=_delay(step.after), tell=[_target(target) for target in step.tell])


def _delay(delay: Delay) -> str:
    return f"{delay.length}{' of working time' if delay.working else ''}"


def _target(target: Target) -> str:
    return "squad" if target.kind is TargetKind.SQUAD else target.name


def _calendar(calendar: Calendar) -> CalendarView:
    return CalendarView(
        name=calendar.name,
        timezone=calendar.zone.key,
        hours={day: _windows(windows) for day, windows in zip(WEEKDAYS, calendar.week, strict=True)},
        closed=dict(calendar.closed),
        opened={day: _windows(windows) for day, windows in calendar.opened.items()},
    )


def _windows(windows: tuple[tuple[time, time], ...]) -> list[str]:
    return [f"{opens:%H:%M}-{closes:%H:%M}" for opens, closes in windows]
