"""The rules file as the domain sees it: one immutable whole, compiled and checked by the loader."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from zoneinfo import ZoneInfo

from app.domain.calendar import Calendar
from app.domain.classify import Mode, OnMissingRunbook, Rule, Severity, SourceSettings
from app.domain.complaint import Complaint, Place
from app.domain.heartbeat import Heartbeat
from app.domain.learning import Learning
from app.domain.pay_terms import PayTerms
from app.domain.people import Ladder, Person, Squad, Urgency
from app.domain.policy import Policy
from app.domain.postmortem_deadlines import PostMortemRules
from app.domain.rota import Rota
from app.domain.runbook import Library
from app.domain.suppress import Inhibition


@dataclass(frozen=True, slots=True)
class Limits:
    """Lengths of time that the process fixes by default and a file may change.

    More than `storm` messages to one address are gathered for `storm_window`.
    An incident that was re-opened `flap_reopens` times within `flap_window` is flapping: a further re-opening tells
    nobody unless it still fires after `flap_hold`.
    """

    reopen_window: timedelta = timedelta(minutes=10)
    best_effort: timedelta = timedelta(hours=2)
    hand_over_step: timedelta = timedelta(hours=1)
    storm: int = 5
    shadow_counts: bool = False
    storm_window: timedelta = timedelta(minutes=1)
    flap_reopens: int = 3
    flap_window: timedelta = timedelta(hours=1)
    flap_hold: timedelta = timedelta(minutes=15)


_USUAL = PostMortemRules()


@dataclass(frozen=True, slots=True)
class ShiftNotices:
    """How people are told of their shifts: how long before (None: not at all), and whether when one changes hands."""

    before: timedelta | None = timedelta(hours=24)
    handover: bool = True


@dataclass(frozen=True, slots=True)
class Rules:
    """Everything the rules file says. Every name used in it exists in it (the loader refuses the file otherwise).

    `version` is a short hash of the text and the runbooks. `policies` holds one per severity name, plus named ones that
    rules refer to. `last_resort` is a person's id. `ladders` are by name; a person without a ladder of their own uses
    the one named after the urgency. `places` says where a thing is written, under names such as "rotas.primary".
    `files` are the paths of what was read, runbooks apart. `call_room` is the URL of the room for who has none of their
    own, or empty.
    """

    version: str
    zone: ZoneInfo
    on_missing_runbook: OnMissingRunbook
    last_resort: str
    default_calendar: str
    calendars: Mapping[str, Calendar]
    people: Mapping[str, Person]
    squads: Mapping[str, Squad]
    rotas: Mapping[str, Rota]
    policies: Mapping[str, Policy]
    ladders: Mapping[str, Ladder]
    rules: tuple[Rule, ...]
    sources: Mapping[str, SourceSettings]
    library: Library
    inhibitions: tuple[Inhibition, ...] = ()
    mode: Mode = Mode.LIVE
    limits: Limits = Limits()
    warnings: tuple[Complaint, ...] = ()
    text: str = ""
    files: tuple[str, ...] = ()
    places: Mapping[str, Place] = field(default_factory=dict)
    heartbeats: Mapping[str, Heartbeat] = field(default_factory=dict)
    postmortems: PostMortemRules = _USUAL
    shift_notices: ShiftNotices = ShiftNotices()
    call_room: str = ""
    pay: PayTerms = field(default_factory=PayTerms)
    learning: Learning = field(default_factory=Learning)

    def is_observed(self, source: str) -> bool:
        """Whether nobody is told of what comes from this source instance."""
        known = self.sources.get(source)
        return ((known.mode if known else None) or self.mode) is Mode.OBSERVE

    def calendar_for(self, rule: Rule | None, squad: str) -> Calendar:
        """The rule's calendar, else the squad's, else the default."""
        named = (rule.calendar if rule else None) or (self.squads[squad].calendar if squad in self.squads else "")
        return self.calendars[named or self.default_calendar]

    def pay_calendar(self) -> Calendar:
        """Says what out of hours is for pay."""
        return self.calendars[self.pay.calendar or self.default_calendar]

    def policy_for(self, rule: Rule | None, severity: Severity) -> Policy | None:
        """The rule's policy, else the severity's; None for triage, which has none."""
        if severity is Severity.TRIAGE:
            return None
        return self.policies[(rule.policy if rule else None) or severity.value]

    def zone_of(self, reader: str) -> ZoneInfo:
        """In which zone times are shown to a person; that of the rules to a squad."""
        known = self.people.get(reader)
        return (known.zone if known else None) or self.zone

    def call_room_of(self, squad: str) -> str:
        """Where a squad meets, else where everybody does; empty where no room stands."""
        known = self.squads.get(squad)
        return (known.call_room if known else "") or self.call_room

    def ladder_for(self, person: Person, urgency: Urgency) -> Ladder:
        return self.ladders[dict(person.ladders).get(urgency, urgency.value)]
