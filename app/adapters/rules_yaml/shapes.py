"""The file's models: every key that routing_rules.yaml may hold. The editors' JSON Schema is made from them."""

# ruff: noqa: RUF012 (pydantic copies a default for each model; ruff cannot see that Shape is one)

from datetime import date, time, timedelta
from typing import Annotated, Literal, Self
from zoneinfo import ZoneInfo

from pydantic import BeforeValidator, ConfigDict, Discriminator, Field, Tag, model_validator

from app.adapters.rules_yaml.forms import (
    Apprise,
    ChannelNames,
    ClosedDays,
    Day,
    Discord,
    Email,
    GitHub,
    Handover,
    Hosts,
    Jira,
    Length,
    Linear,
    MappingForm,
    Name,
    Ntfy,
    OpenDays,
    Opsgenie,
    PagerDuty,
    Phone,
    Pushover,
    Regions,
    Slack,
    SlackChannel,
    Teams,
    Telegram,
    Text,
    Texts,
    Url,
    Version,
    Wait,
    Weeks,
    Zone,
    as_list,
)
from app.adapters.rules_yaml.located import Shape
from app.adapters.rules_yaml.process_shapes import LimitsShape, NoticesShape, PayShape, PostMortemsShape, ReportsShape
from app.domain.classify import Mode, OnMissingRunbook, Severity
from app.domain.people import Urgency

FIRST_MONDAY = date(2026, 1, 5)
"""Where a rota without a start date begins to count, so that adding a person is the only thing that shifts it."""


class DefaultsShape(Shape):
    """What holds wherever nothing nearer says otherwise."""

    model_config = ConfigDict(json_schema_extra={"required": ["on_missing_runbook", "last_resort"]})

    timezone: Zone = ZoneInfo("UTC")
    on_missing_runbook: OnMissingRunbook | None = None
    """Required. `triage`: an alert without a runbook is a bug for its squad. `page`: it pages, marked NO RUNBOOK."""
    runbook_hosts: Hosts = []
    """Hosts that a runbook link may point to; none listed: any."""
    last_resort: Text | None = None
    """Required. The id of the person who is told when nobody else can be."""
    calendar: Text | None = None
    call_room: Url | None = None
    """The room in which people meet about an incident, for when no other is made."""


class CalendarShape(Shape):
    """When a team works."""

    timezone: Zone | None = None
    hours: dict[str, Texts] | None = None
    """Weekdays to hours, such as `mon-fri: "09:00-17:30"`. Days not named are closed."""
    holidays: Regions | None = None
    """Country or region codes such as `GB-ENG`."""
    closed: ClosedDays = []
    """Extra closed days: dates, or a date with its reason."""
    open: OpenDays = []
    """Extra open days, which win over holidays: dates, or a date with its hours."""


class ReaderShape(Shape):
    """The addresses that people and squads have alike."""

    email: Email | None = None
    webhook: Url | None = None
    teams: Teams | None = None
    discord: Discord | None = None
    ntfy: Ntfy | None = None
    pushover: Pushover | None = None
    telegram: Telegram | None = None
    pagerduty: PagerDuty | None = None
    opsgenie: Opsgenie | None = None
    apprise: Apprise | None = None


class PersonShape(ReaderShape):
    """Somebody who can be told."""

    name: Text | None = None
    slack: Slack | None = None
    phone: Phone | None = None
    console: Text | None = None
    on_call_since: Day | None = None
    """Since when this person agrees to be on call out of hours; without it, never."""
    on_call_until: Day | None = None
    engineer: bool = True
    """Whether `members: all` means this person too."""
    absences: Url | None = None
    """The address of an iCalendar of when this person is away; whatever they hold then needs cover."""
    ladders: dict[Urgency, Text] = {}
    timezone: Zone | None = None
    """Where this person lives; times in their messages are of this zone."""


class TicketsShape(Shape):
    """A tracker and the place in it; exactly one."""

    github: GitHub | None = None
    """`owner/repository`."""
    jira: Jira | None = None
    """The key of a project, with the type of its issues if that is not Task: `PAY`, or `PAY/Bug`."""
    linear: Linear | None = None
    """The key of a team, as its issues begin with it: `PAY`."""

    @model_validator(mode="after")
    def _exactly_one(self) -> Self:
        if [self.github, self.jira, self.linear].count(None) != 2:
            raise ValueError("must name one tracker: github, jira or linear")
        return self


class SquadShape(ReaderShape):
    """An owner of services."""

    name: Text | None = None
    channel: SlackChannel = None
    members: Texts = []
    calendar: Text | None = None
    tickets: TicketsShape | None = None
    """The tracker in which the squad's bugs are written down."""
    call_room: Url | None = None
    """The room in which the squad meets, for when no other is made."""


class RotaShape(Shape):
    """A role that people hold in turn."""

    members: Texts
    """Person ids in turn, or `all` for every engineer."""
    rotate: Weeks = 1
    handover: Handover = (0, time(9))
    timezone: Zone | None = None
    starts: Day = FIRST_MONDAY
    ends: Day | None = None
    opted_out: Texts = []
    shadowing: bool | None = None
    consent: bool | None = None


class StepShape(Shape):
    """Who is told, and how long after the step before."""

    after: Wait | None = None
    tell: Annotated[Texts, Field(min_length=1)]


ChainShape = Annotated[
    Annotated[Literal["hold"], Tag("hold")]
    | Annotated[
        list[StepShape],
        BeforeValidator(as_list, json_schema_input_type=StepShape | list[StepShape]),
        Tag("steps"),
    ],
    Discriminator(lambda value: "hold" if isinstance(value, str) else "steps"),
]


class PolicyShape(Shape):
    """Who is told of an incident of this severity, step by step, until somebody has it."""

    in_hours: ChainShape | None = None
    out_of_hours: ChainShape | None = None
    """Steps, or `hold` to wait for the next working day."""
    repeat: int = Field(default=3, ge=1, le=100)
    urgency: Urgency | None = None


class RungShape(Shape):
    """Channels to try, and how long after the page began; or, alone and last, how often it all comes again."""

    after: Length | None = None
    send: ChannelNames = []
    again: Length | None = None


class RuleShape(Shape):
    """What holds for the alerts that match. The first rule that matches decides."""

    name: Text | None = None
    match: Texts
    """Matchers in Alertmanager's syntax, all of which must hold; none at all match everything."""
    severity: Severity | None = None
    squad: Text | None = None
    squad_from: Text | None = None
    runbook: Text | None = None
    policy: Text | None = None
    calendar: Text | None = None
    on_missing_runbook: OnMissingRunbook | None = None
    group_by: Texts = []
    resolve_with_source: bool = True


class InhibitionShape(Shape):
    """While an alert that `source` matches fires, those that `target` matches tell nobody."""

    name: Text | None = None
    source: Texts
    """Matchers of the alerts that keep others quiet, all of which must hold."""
    target: Texts
    """Matchers of the alerts that are kept quiet. One that `source` matches too is not."""
    equal: Texts = []
    """Labels or annotations that must have the same value on both sides."""


class SourceShape(Shape):
    """A monitoring tool that posts here, under a name of its own."""

    type: Text | None = None
    on_missing_runbook: OnMissingRunbook | None = None
    mode: Mode | None = None
    """`observe` records who would have been told of this source's alerts, and tells nobody."""
    rate_limit: int | None = Field(default=None, ge=1, le=1_000_000)
    """Alerts a minute; more wait until those of all other sources are taken."""
    severities: dict[str, Severity] = {}
    acknowledge: bool = False
    mapping: MappingForm | None = None
    """For the types generic and cloudevents: the name of a ready mapping, or JMESPath expressions."""
    options: dict[str, object] = {}


class HeartbeatShape(Shape):
    """Something that pings us, and whose silence is an alert."""

    every: Length
    """How often it must be heard of, at the least."""
    grace: Length = timedelta(minutes=1)
    """How much later than that is not late yet."""
    severity: Severity = Severity.CRITICAL
    squad: Text | None = None
    runbook: Text | None = None
    title: Text | None = None


class FileShape(Shape):
    """routing_rules.yaml."""

    model_config = ConfigDict(json_schema_extra={"required": ["version", "defaults"]})

    version: Version | None = None
    """Required."""
    mode: Mode = Mode.LIVE
    """`observe` records who would have been told, and tells nobody."""
    defaults: DefaultsShape = DefaultsShape()
    calendars: dict[Name, CalendarShape] = {}
    people: dict[Name, PersonShape] = {}
    people_file: Text | None = None
    squads: dict[Name, SquadShape] = {}
    rotas: dict[Name, RotaShape] = {}
    policies: dict[Name, PolicyShape] = {}
    ladders: dict[Name, list[RungShape]] = {}
    rules: list[RuleShape] = []
    inhibit: list[InhibitionShape] = []
    sources: dict[Name, SourceShape] = {}
    heartbeats: dict[Name, HeartbeatShape] = {}
    notices: NoticesShape = NoticesShape()
    limits: LimitsShape = LimitsShape()
    pay: PayShape = PayShape()
    reports: ReportsShape = ReportsShape()
    postmortems: PostMortemsShape = PostMortemsShape()
