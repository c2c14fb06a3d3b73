"""What can happen to an incident: each is a small value, whoever caused it."""

from dataclasses import dataclass
from datetime import datetime

from app.domain.alert import Alert
from app.domain.classify import Severity
from app.domain.incident import KnownKey
from app.domain.replacing import quick
from app.domain.route import Route


@dataclass(frozen=True, slots=True)
class Actor:
    """Who did it and over which channel (api, cli, link, slack, sms, voice, page, source, router)."""

    id: str
    channel: str


@quick
@dataclass(frozen=True, slots=True)
class AlertFired:
    """A firing alert with its route. `new_id` is the id an incident gets if this one opens it; `known` is what the
    store holds of the alert's key when that leads to the incident at hand. `at` is when it came, if it has waited."""

    alert: Alert
    route: Route
    new_id: str
    known: KnownKey | None = None
    at: datetime | None = None


@dataclass(frozen=True, slots=True)
class AlertResolved:
    """The source says that the alert is over. `at` is when it said so, if that has waited; `reason` is why, where that
    is more than its word."""

    alert: Alert
    known: KnownKey | None = None
    at: datetime | None = None
    reason: str = ""


@dataclass(frozen=True, slots=True)
class AlertAcknowledged:
    """The tool says somebody acknowledged it there. `counts` is the source's setting; by default it is only noted."""

    alert: Alert
    counts: bool = False


@dataclass(frozen=True, slots=True)
class Raise:
    """A person reports what no monitor foresaw."""

    new_id: str
    by: Actor
    title: str
    description: str
    route: Route


@dataclass(frozen=True, slots=True)
class Acknowledge:
    by: Actor


@dataclass(frozen=True, slots=True)
class Unacknowledge:
    by: Actor


@dataclass(frozen=True, slots=True)
class Resolve:
    by: Actor
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Snooze:
    by: Actor
    until: datetime


@dataclass(frozen=True, slots=True)
class Reassign:
    by: Actor
    to: str


@dataclass(frozen=True, slots=True)
class Escalate:
    """Tell the next step now instead of waiting for it."""

    by: Actor
    reason: str = ""


@dataclass(frozen=True, slots=True)
class CallSecondLine:
    by: Actor
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Park:
    by: Actor
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Note:
    by: Actor
    text: str


@dataclass(frozen=True, slots=True)
class TagSquads:
    """Tell these squads in their channels, and ask their members to look."""

    by: Actor
    squads: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class HandToSquad:
    """Out of the first responder's queue: from here on it is this squad's."""

    by: Actor
    squad: str
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Promote:
    """It is a production incident after all, for a person says so."""

    by: Actor
    severity: Severity
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Mute:
    """Nobody wants to hear of it until an instant, or for good (None), whatever its source says meanwhile."""

    by: Actor
    until: datetime | None = None
    reason: str = ""


@dataclass(frozen=True, slots=True)
class OpenTicket:
    """Write it down in a squad's tracker; empty: that of the incident's own squad."""

    by: Actor
    squad: str = ""


@dataclass(frozen=True, slots=True)
class StartCall:
    """People are to meet at `url`. `how` says what sort of room that is, and why not a better one."""

    by: Actor
    url: str
    how: str = ""


@dataclass(frozen=True, slots=True)
class TimerDue:
    """The incident's `due_at` has come; a stale one changes nothing."""


@dataclass(frozen=True, slots=True)
class SuppressionChanged:
    """Silences, inhibiting alerts, or what is only observed are others than before; it is looked at again whether
    people are to be told."""


@dataclass(frozen=True, slots=True)
class ReaderUnreachable:
    """Every method of the reader of notification `key` has failed for good."""

    key: str
    reader: str
    reason: str


@dataclass(frozen=True, slots=True)
class TicketOpened:
    """A squad's ticket stands in its tracker now, at `url`."""

    squad: str
    url: str


OnTriage = HandToSquad | Promote | Mute
"""What a first responder does with what waits in the triage queue, beside closing it."""

Action = (
    Acknowledge
    | Unacknowledge
    | Resolve
    | Snooze
    | Reassign
    | Escalate
    | CallSecondLine
    | Park
    | Note
    | TagSquads
    | OpenTicket
    | StartCall
    | OnTriage
)
Event = (
    AlertFired
    | AlertResolved
    | AlertAcknowledged
    | Raise
    | Action
    | TimerDue
    | SuppressionChanged
    | ReaderUnreachable
    | TicketOpened
)
