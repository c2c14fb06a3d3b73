"""An incident: the thing people handle, and what one decision about it consists of."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from app.domain.alert import Alert
from app.domain.classify import Severity
from app.domain.notification import Notification
from app.domain.replacing import quick
from app.domain.suppress import Quiet, Suppression


class Status(StrEnum):
    TRIGGERED = "triggered"
    ACKNOWLEDGED = "acknowledged"
    RESOLVED = "resolved"


class Mark(StrEnum):
    """Remarks on a status. The first five say why it waits; the others stay with the incident."""

    HELD = "held"
    PARKED = "parked"
    SNOOZED = "snoozed"
    SUPPRESSED = "suppressed"
    MUTED = "muted"
    HANDED_OVER = "handed_over"
    NO_RUNBOOK = "no_runbook"
    UNMAPPED_SEVERITY = "unmapped_severity"
    RAISED_BY_PERSON = "raised_by_person"
    LAST_RESORT = "last_resort"
    OBSERVED = "observed"
    WITH_SQUAD = "with_squad"
    PROMOTED = "promoted"


WAITING = frozenset({Mark.HELD, Mark.PARKED, Mark.SNOOZED, Mark.SUPPRESSED, Mark.MUTED})


class Timer(StrEnum):
    """What may fall due, in the order in which timers of the same instant are handled."""

    UNSUPPRESS = "unsuppress"
    UNSNOOZE = "unsnooze"
    UNMUTE = "unmute"
    RELEASE = "release"
    HAND_OVER = "hand_over"
    REROUTE = "reroute"
    STOP = "stop"
    PARK = "park"
    ESCALATE = "escalate"


class Outcome(StrEnum):
    """What became of one alert, or of one action."""

    OPENED = "opened"
    REPEATED = "repeated"
    GROUPED = "grouped"
    HELD = "held"
    TRIAGED = "triaged"
    SUPPRESSED = "suppressed"
    ACKNOWLEDGED = "acknowledged"
    RESOLVED = "resolved"
    IGNORED = "ignored"
    RECORDED = "recorded"
    DONE = "done"
    ALREADY = "already"


@quick
@dataclass(frozen=True, slots=True)
class LivePage:
    """A notification that may still be sent: its outbox row is alive only while the incident lists it here.

    `until` ends it without anybody's doing (a first responder's rungs end with the hours).
    """

    key: str
    reader: str
    role: str
    shadowing: bool = False
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Ticket:
    """What was written down of an incident in a squad's tracker; `url` is empty until it stands there."""

    squad: str
    url: str = ""


@quick
@dataclass(frozen=True, slots=True)
class Incident:
    """The whole state of one incident; alerts, timeline and outgoing messages are rows of their own.

    `id` is 16 hexadecimal digits, time-ordered. `version` counts commits (0: never committed). `dedup_key` is unique
    among a source's incidents that are not resolved. `count` is reports received, `alerts` distinct alerts, `firing`
    how many of them fire in this `episode` (which counts re-openings). `cycle` counts fresh starts and calls, so that
    no key of a page comes twice; `step` is the last step told (-1: none), `passes` the pass it belongs to.
    `acknowledged_by` is who has it, `holder_role` the role in which they had been paged. `fired_at` is when a source
    last said that something fires here, `over_at` that something is over. `quiet` is what it tells nobody about while
    `Timer.UNSUPPRESS` is set. `reopened` are the latest re-openings that told somebody. `tagged` are the squads that
    people have called to it in this episode; `tickets` were asked for, one a squad; `call` is the URL at which people
    meet about it in this episode. All times are aware UTC.
    """

    id: str
    source: str
    dedup_key: str
    title: str
    severity: Severity
    status: Status
    opened_at: datetime
    updated_at: datetime
    version: int = 0
    fired_at: datetime | None = None
    over_at: datetime | None = None
    description: str = ""
    squad: str = ""
    rule: str = ""
    rules_version: str = ""
    runbook: str = ""
    calendar: str = ""
    policy: str = ""
    resolve_with_source: bool = True
    marks: tuple[Mark, ...] = ()
    reasons: tuple[str, ...] = ()
    count: int = 1
    alerts: int = 0
    firing: int = 0
    episode: int = 1
    acknowledged_at: datetime | None = None
    acknowledged_by: str | None = None
    holder_role: str = ""
    resolved_at: datetime | None = None
    resolved_by: str | None = None
    cycle: int = 0
    in_hours: bool = False
    step: int = -1
    passes: int = 1
    pages: tuple[LivePage, ...] = ()
    timers: Mapping[Timer, datetime] = field(default_factory=dict)
    quiet: Quiet | None = None
    reopened: tuple[datetime, ...] = ()
    tagged: tuple[str, ...] = ()
    tickets: tuple[Ticket, ...] = ()
    call: str = ""

    @property
    def due_at(self) -> datetime | None:
        """The earliest of its deadlines."""
        return min(self.timers.values(), default=None)

    @property
    def is_open(self) -> bool:
        return self.status is not Status.RESOLVED

    @property
    def is_suppressed(self) -> bool:
        """Whether nobody is told of it because all that it has is suppressed."""
        return Mark.SUPPRESSED in self.marks

    @property
    def suppression(self) -> Suppression | None:
        """Why nobody is told of it, and until when."""
        until = self.timers.get(Timer.UNSUPPRESS)
        if not self.is_suppressed or self.quiet is None or until is None:
            return None
        return Suppression(self.quiet.by, self.quiet.reason, until, self.quiet.ends_at)

    @property
    def pending_look(self) -> Mapping[Timer, datetime]:
        """When it is looked again at an alert that may yet make it worse: nothing else that happens to it ends that."""
        due = self.timers.get(Timer.UNSUPPRESS)
        return {} if due is None or self.is_suppressed else {Timer.UNSUPPRESS: due}

    @property
    def ticket(self) -> str:
        """The URL of the ticket that was opened last; empty where none stands."""
        return next((ticket.url for ticket in reversed(self.tickets) if ticket.url), "")

    def page(self, key: str) -> LivePage | None:
        return next((page for page in self.pages if page.key == key), None)


@quick
@dataclass(frozen=True, slots=True)
class AlertRow:
    """One alert under its incident. `key` is `alert_key` of it; `firing` counts only within `episode`. `inhibits` are
    the keys under which it keeps other alerts quiet while it fires."""

    incident: str
    key: str
    firing: bool
    episode: int
    severity: Severity
    alert: Alert
    seen_at: datetime
    inhibits: tuple[str, ...] = ()

    @property
    def keys(self) -> tuple[str, ...]:
        """Every key that says whether this alert fires."""
        return (self.key, *self.inhibits)


@quick
@dataclass(frozen=True, slots=True)
class KnownKey:
    """What the store knows of a key: the latest incident that used it, and whether that alert fires in `episode`."""

    incident: str
    firing: bool
    episode: int


def alert_key(source: str, dedup_key: str) -> str:
    """The store's key of one alert."""
    return f"a/{source}/{dedup_key}"


def group_key(source: str, dedup_key: str) -> str:
    """The store's key of an incident that gathers a group."""
    return f"g/{source}/{dedup_key}"


def quiet_group_key(source: str, dedup_key: str) -> str:
    """The store's key of the incident that gathers those of a group that tell nobody."""
    return f"q/{source}/{dedup_key}"


@quick
@dataclass(frozen=True, slots=True)
class Entry:
    """A line of the timeline: `what` in one word, by whom (a person, a source, or "router"), over which channel."""

    at: datetime
    what: str
    text: str
    who: str = "router"
    channel: str = ""


@quick
@dataclass(frozen=True, slots=True)
class Decision:
    """What one event did. `incident` is None when nothing is to be kept; then all else is empty.

    `keys` are the store's keys that now lead to this incident, beside those of `alerts`.
    """

    incident: Incident | None
    outcome: Outcome
    alerts: tuple[AlertRow, ...] = ()
    keys: tuple[str, ...] = ()
    notifications: tuple[Notification, ...] = ()
    timeline: tuple[Entry, ...] = ()
