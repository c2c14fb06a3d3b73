"""The shape of what the API shows of rules and runbooks."""

from datetime import date, datetime
from typing import Annotated

from pydantic import BeforeValidator

from app.domain.classify import OnMissingRunbook, Severity
from app.entrypoints.http.examples import RULES, RUNBOOK, exemplified
from app.entrypoints.http.masking import Masked
from app.entrypoints.http.view import View


class MethodView(View):
    """`stopped`: the number has answered STOP, so nothing is sent to it on this channel."""

    channel: str
    address: Masked
    stopped: bool = False


class PersonView(View):
    id: str
    name: str
    methods: list[MethodView]
    on_call_since: date | None
    on_call_until: date | None
    engineer: bool


class SquadView(View):
    """`tickets` is the tracker in which its bugs are written down; `call_room` where it meets, if it has a room of its
    own."""

    id: str
    name: str
    members: tuple[str, ...]
    post: list[MethodView]
    calendar: str
    tickets: MethodView | None
    call_room: str


class RotaView(View):
    """`handover` is local time in `timezone`, as "Monday 17:30"."""

    name: str
    timezone: str
    members: tuple[str, ...]
    opted_out: list[str]
    starts: date
    ends: date | None
    handover: str
    weeks: int
    consent_required: bool
    shadowing: bool


class StepView(View):
    """`after` is "1:00:00", working time if it says so; `tell` names rotas, people, or the squad."""

    after: str
    tell: list[str]


class ChainView(View):
    hold: bool
    steps: list[StepView]


class PolicyView(View):
    name: str
    urgency: str
    repeat: int
    in_hours: ChainView
    out_of_hours: ChainView


class CalendarView(View):
    """`hours` by weekday, local to `timezone`."""

    name: str
    timezone: str
    hours: dict[str, list[str]]
    closed: dict[date, str]
    opened: dict[date, list[str]]


class RuleView(View):
    name: str
    where: Annotated[str, BeforeValidator(str)]
    matchers: tuple[str, ...]
    severity: Severity | None
    squad: str | None
    squad_from: str | None
    runbook: str | None
    policy: str | None
    calendar: str | None
    on_missing_runbook: OnMissingRunbook | None
    group_by: tuple[str, ...]
    resolve_with_source: bool


class RulesView(View):
    """`refusal` holds the problems of a newer file that was refused; the one shown here keeps paging."""

    model_config = exemplified(RULES)

    version: str
    loaded_at: datetime
    refusal: tuple[str, ...]
    warnings: tuple[str, ...]
    timezone: str
    on_missing_runbook: OnMissingRunbook
    last_resort: str
    default_calendar: str
    people: list[PersonView]
    squads: list[SquadView]
    rotas: list[RotaView]
    policies: list[PolicyView]
    calendars: list[CalendarView]
    rules: list[RuleView]


class RunbookView(View):
    model_config = exemplified(RUNBOOK)

    slug: str
    title: str
    owner: str
    alerts: tuple[str, ...]
    has_steps: bool


class RunbookText(RunbookView):
    model_config = exemplified({**RUNBOOK, "text": "# Payments API down\n\n## Steps\n\n1. Look at the dashboard.\n"})

    text: str
