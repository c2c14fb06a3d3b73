"""What the API shows of an incident and of what belongs to it."""

from datetime import datetime

from app.domain.alert import AlertStatus
from app.domain.classify import Severity
from app.domain.incident import AlertRow, Incident, Mark, Outcome, Status, Timer
from app.domain.message import MessageKind
from app.domain.notification import Notification, NotificationState
from app.domain.receipt import SendState
from app.domain.sending import begin
from app.domain.suppress import SuppressedBy
from app.entrypoints.http.examples import ALERT, ENTRY, INCIDENT, NOTIFICATION, exemplified
from app.entrypoints.http.masking import Masked
from app.entrypoints.http.view import View


class SuppressionView(View):
    """What keeps it from telling anybody, and why. `ends_at` is when that ends by itself (null: with what inhibits it);
    `until` is when it is looked at again, at the latest."""

    by: SuppressedBy
    reason: str
    ends_at: datetime | None
    until: datetime


class TicketView(View):
    """What was written down in a squad's tracker; `url` is empty until the tracker has taken it."""

    squad: str
    url: str


class IncidentView(View):
    """One incident. `count` is reports received, `alerts` distinct alerts, `firing` how many of them fire now.

    `due_at` is the earliest of its `timers`. `rule` and `reasons` say why it is routed as it is. `call` is the address
    at which people meet about it.
    """

    model_config = exemplified(INCIDENT)

    id: str
    status: Status
    severity: Severity
    title: str
    description: str
    source: str
    dedup_key: str
    squad: str
    rule: str
    runbook: str
    calendar: str
    policy: str
    rules_version: str
    count: int
    alerts: int
    firing: int
    opened_at: datetime
    updated_at: datetime
    acknowledged_at: datetime | None
    acknowledged_by: str | None
    holder_role: str
    resolved_at: datetime | None
    resolved_by: str | None
    due_at: datetime | None
    timers: dict[Timer, datetime]
    marks: tuple[Mark, ...]
    suppression: SuppressionView | None
    reasons: tuple[str, ...]
    tickets: tuple[TicketView, ...]
    call: str


class IncidentPage(View):
    items: list[IncidentView]
    next: str | None


class Effect(View):
    """What an action did, and the incident as it is now. `recorded`: a shadow's, which stops nothing; `already`: it was
    so before."""

    effect: Outcome
    incident: IncidentView


class EntryView(View):
    """A line of the timeline: `what` in one word, by whom, over which channel."""

    model_config = exemplified(ENTRY)

    at: datetime
    what: str
    text: str
    who: str
    channel: str


class Timeline(View):
    items: list[EntryView]
    next: None = None


class LinkView(View):
    href: str
    text: str


class AlertView(View):
    """One alert under an incident. `raw` is the sender's own text of it, whole."""

    model_config = exemplified(ALERT)

    key: str
    firing: bool
    severity: Severity
    seen_at: datetime
    source: str
    dedup_key: str
    status: AlertStatus
    title: str
    description: str
    labels: dict[str, str]
    annotations: dict[str, str]
    links: list[LinkView]
    runbooks: tuple[str, ...]
    started_at: datetime | None
    ended_at: datetime | None
    flags: tuple[str, ...]
    raw: str


class AlertPage(View):
    items: list[AlertView]
    next: str | None


class FailureView(View):
    """An attempt that was made again later, and why."""

    at: datetime
    reason: str


class SendView(View):
    """One sending on one channel: how it stands, how often it was tried, the last attempt's instant and reason, and the
    `earlier` ones. It waits until `gathered_until` to go out with the others of a storm. `sent` means taken by the
    provider; where it says what became of it, that is known by `receipt_by`."""

    channel: str
    address: Masked
    due_at: datetime
    state: SendState
    attempts: int
    round: int
    at: datetime | None
    reason: str
    reference: str
    gathered_until: datetime | None
    receipt_by: datetime | None
    earlier: list[FailureView]


class WhyView(View):
    """What chose this reader at that instant."""

    sentence: str
    role: str
    rota: str
    rule: str
    calendar: str
    policy: str
    cause: str
    rules_version: str


class NotificationView(View):
    """One message to one reader, with every sending. `ended` says why nothing more is sent."""

    model_config = exemplified(NOTIFICATION)

    key: str
    kind: MessageKind
    reader: str
    squad: bool
    role: str
    why: WhyView
    created_at: datetime
    due_at: datetime | None
    state: NotificationState
    ended: str
    sends: list[SendView]


class Notifications(View):
    items: list[NotificationView]
    next: None = None


def notification_view(notification: Notification) -> NotificationView:
    """Its planned sendings too, before the first of them has begun."""
    row = begin(notification)
    shown = {name: getattr(row, name) for name in NotificationView.model_fields if name not in ("why", "sends")}
    why = {name: getattr(row.why, name) for name in WhyView.model_fields if name != "sentence"}
    sends = [SendView.model_validate(send) for send in row.sends]
    return NotificationView(**shown, why=WhyView(sentence=row.why.sentence(), **why), sends=sends)


def alert_view(row: AlertRow, incident: Incident) -> AlertView:
    """An alert fires for as long as its incident is in the episode in which it fired."""
    alert = row.alert
    own = {name: getattr(alert, name) for name in AlertView.model_fields if hasattr(alert, name)}
    own["links"] = [LinkView.model_validate(link) for link in alert.links]
    firing = row.firing and row.episode == incident.episode
    return AlertView(**own | {"key": row.key, "firing": firing, "severity": row.severity, "seen_at": row.seen_at})


def incident_view(incident: Incident) -> IncidentView:
    return IncidentView.model_validate(incident)
