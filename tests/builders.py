"""Valid values for tests: name only what matters to the test."""

from datetime import UTC, datetime, timedelta
from typing import Any

from app.domain.action_item import ActionItem, ActionKind
from app.domain.alert import Alert, AlertStatus
from app.domain.classify import Severity
from app.domain.incident import AlertRow, Decision, Entry, Incident, KnownKey, Mark, Outcome, Status, Timer, alert_key
from app.domain.learning import Handled, Page
from app.domain.message import MessageKind, Notice
from app.domain.notice import notice_id
from app.domain.notification import Notification, Planned, Why
from app.domain.postmortem import Facts, Moment, PostMortem, PostMortemState, Section
from app.domain.suppress import Quiet, SuppressedBy
from app.service.ports import Parcel

NINE = datetime(2026, 1, 5, 9, tzinfo=UTC)
"""A Monday morning in London's winter: the first instant of an office day."""


def an_id(number: int = 1) -> str:
    """The id of the numbered incident; ids sort like their numbers."""
    return f"{0x019B_8C55_0000_0000 + number:016x}"


def an_alert(**changes: Any) -> Alert:
    fields: dict[str, Any] = {
        "source": "alertmanager",
        "source_type": "alertmanager",
        "dedup_key": "payments-down",
        "status": AlertStatus.FIRING,
        "title": "Payments API is down",
        "severity": "critical",
        "labels": {"alertname": "PaymentsDown", "service": "payments"},
        "runbooks": ("payments-api-down",),
        "started_at": NINE,
        "raw": '{"status":"firing"}',
    }
    return Alert(**fields | changes)


def an_incident(**changes: Any) -> Incident:
    """Triggered at nine, escalating at ten, as committed for the first time."""
    fields: dict[str, Any] = {
        "id": an_id(),
        "source": "alertmanager",
        "dedup_key": "payments-down",
        "title": "Payments API is down",
        "severity": Severity.CRITICAL,
        "status": Status.TRIGGERED,
        "opened_at": NINE,
        "updated_at": NINE,
        "version": 1,
        "squad": "payments",
        "alerts": 1,
        "firing": 1,
        "timers": {Timer.ESCALATE: NINE.replace(hour=10)},
    }
    return Incident(**fields | changes)


def an_alert_row(**changes: Any) -> AlertRow:
    alert = changes.get("alert") or an_alert()
    fields: dict[str, Any] = {
        "incident": an_id(),
        "key": alert_key(alert.source, alert.dedup_key),
        "firing": True,
        "episode": 1,
        "severity": Severity.CRITICAL,
        "alert": alert,
        "seen_at": NINE,
    }
    return AlertRow(**fields | changes)


def an_entry(**changes: Any) -> Entry:
    fields: dict[str, Any] = {"at": NINE, "what": "opened", "text": "opened by alertmanager"}
    return Entry(**fields | changes)


def a_notification(**changes: Any) -> Notification:
    """A page to Asha that is due at nine; its key follows its incident and reader."""
    incident = changes.get("incident", an_id())
    reader = changes.get("reader", "asha")
    fields: dict[str, Any] = {
        "key": f"{incident}/0/1/0/{reader}",
        "incident": incident,
        "kind": MessageKind.PAGE,
        "reader": reader,
        "role": "first_responder",
        "why": Why(role="first_responder", rota="first_responder, week of 5 January", cause="a new incident"),
        "created_at": NINE,
        "due_at": NINE,
        "plan": (Planned("slack", "U0123", 0.0), Planned("sms", "+441632960001", 180.0)),
        "again": 900.0,
    }
    return Notification(**fields | changes)


def a_notice(key: str, **changes: Any) -> Notification:
    """A notice to Asha that is due at nine."""
    plan = (Planned("slack", "U0123", 0.0),)
    said = Notice("Ben covers you tonight", ("Tue 3 Feb 18:00 to 22:00",), "https://oncall.example.com/covers/7")
    fields: dict[str, Any] = {"key": key, "incident": notice_id(key), "kind": MessageKind.NOTICE, "plan": plan}
    return a_notification(**fields | {"notice": said, "once": True, "again": None} | changes)


def a_decision(**changes: Any) -> Decision:
    """A new incident with its alert, one timeline entry and one page, all of the incident named."""
    incident = changes.get("incident", an_incident())
    fields: dict[str, Any] = {"incident": incident, "outcome": Outcome.OPENED}
    if incident is not None:
        fields["alerts"] = (an_alert_row(incident=incident.id),)
        fields["notifications"] = (a_notification(incident=incident.id),)
        fields["timeline"] = (an_entry(),)
    return Decision(**fields | changes)


def a_resolved_incident(at: datetime, **changes: Any) -> Incident:
    """Over since that instant, with nothing due any more."""
    fields: dict[str, Any] = {
        "status": Status.RESOLVED,
        "resolved_at": at,
        "resolved_by": "asha",
        "firing": 0,
        "timers": {},
    }
    return an_incident(**fields | changes)


def a_suppressed_incident(**changes: Any) -> Incident:
    """Kept quiet about by a silence until half past nine, and looked at again at ten past."""
    reason, until = "silence 06bf80f9c0000001 by asha: database upgrade", NINE.replace(minute=30)
    fields: dict[str, Any] = {
        "marks": (Mark.SUPPRESSED,),
        "timers": {Timer.UNSUPPRESS: NINE.replace(minute=10)},
        "quiet": Quiet(an_alert(), SuppressedBy.SILENCE, reason, until),
    }
    return an_incident(**fields | changes)


def a_handled(**changes: Any) -> Handled:
    """Asha was paged at nine, had it at 09:04, and a person resolved it at 09:30."""
    fields: dict[str, Any] = {
        "id": an_id(),
        "title": "Payments API is down",
        "squad": "payments",
        "rule": "payments",
        "severity": Severity.CRITICAL,
        "opened_at": NINE,
        "acknowledged_at": NINE + timedelta(minutes=4),
        "resolved_at": NINE + timedelta(minutes=30),
        "by_source": False,
        "acted": True,
        "no_runbook": False,
        "pages": (Page("asha", "primary", (NINE,)),),
    }
    return Handled(**fields | changes)


def a_parcel(**changes: Any) -> Parcel:
    """What a store holds after `a_decision` of this incident."""
    incident = changes.get("incident", an_incident())
    row = an_alert_row(incident=incident.id)
    fields: dict[str, Any] = {
        "incident": incident,
        "keys": {row.key: KnownKey(incident.id, row.firing, row.episode)},
        "alerts": (row,),
        "timeline": (an_entry(),),
        "notifications": (a_notification(incident=incident.id),),
    }
    return Parcel(**fields | changes)


def a_post_mortem(**changes: Any) -> PostMortem:
    """A draft of Asha's with something written in every section, due on Monday a week later."""
    fields: dict[str, Any] = {
        "id": an_id(),
        "version": 1,
        "state": PostMortemState.DRAFT,
        "facts": facts_of_an_incident(),
        "owner": "asha",
        "sections": {name: f"About {name}." for name in Section},
        "created_at": NINE,
        "due_at": NINE + timedelta(days=7),
        "at": NINE,
        "by": "router",
        "change": "drafted",
    }
    return PostMortem(**fields | changes)


def facts_of_an_incident(**changes: Any) -> Facts:
    """An hour's incident, which Asha took after two minutes."""
    two_past, ten = NINE + timedelta(minutes=2), NINE + timedelta(hours=1)
    fields: dict[str, Any] = {
        "title": "Payments API is down",
        "severity": "critical",
        "squad": "payments",
        "source": "alertmanager",
        "runbook": "payments-api-down",
        "count": 1,
        "incident_version": 3,
        "opened_at": NINE,
        "acknowledged_at": two_past,
        "resolved_at": ten,
        "people": ("asha", "ben"),
        "timeline": (Moment(two_past, "asha", "acknowledged", "asha has it"),),
    }
    return Facts(**fields | changes)


def an_action_item(**changes: Any) -> ActionItem:
    fields: dict[str, Any] = {
        "id": an_id(7),
        "kind": ActionKind.NEW_ALERT,
        "text": "Alert on the queue",
        "owner": "ben",
    }
    return ActionItem(**fields | changes)
