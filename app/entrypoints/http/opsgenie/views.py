"""An alert as Opsgenie shows it."""

from datetime import UTC, datetime

from app.domain.incident import Incident, Mark, Timer
from app.domain.ruleset import Rules
from app.service.opsgenie.alerts import Known
from app.service.opsgenie.requests import Processed
from app.service.opsgenie.sheet import Responder

View = dict[str, object]

_TYPES = ("user", "team", "escalation", "schedule")


def instant(at: datetime | None) -> str:
    """ISO 8601 with milliseconds, as theirs."""
    return at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z") if at else ""


def short_view(known: Known, rules: Rules) -> View:
    """As it is in a list."""
    incident, sheet = known.incident, known.sheet
    snoozed = incident.timers.get(Timer.UNSNOOZE) if Mark.SNOOZED in incident.marks else None
    found: View = {
        "id": incident.id,
        "tinyId": str(int(incident.id, 16)),
        "alias": sheet.alias,
        "message": sheet.message,
        "status": "open" if known.is_open else "closed",
        "acknowledged": incident.acknowledged_at is not None,
        "isSeen": incident.acknowledged_at is not None,
        "tags": list(sheet.tags),
        "snoozed": snoozed is not None,
        "count": incident.count,
        "lastOccurredAt": instant(incident.fired_at or incident.opened_at),
        "createdAt": instant(incident.opened_at),
        "updatedAt": instant(incident.updated_at),
        "source": sheet.source or incident.source,
        "owner": _user(incident.acknowledged_by, rules),
        "priority": sheet.priority,
        "teams": [],
        "responders": [_responder(one) for one in sheet.responders],
        "integration": {"id": incident.source, "name": incident.source, "type": "API"},
        "report": _report(incident, rules),
    }
    return {**found, "snoozedUntil": instant(snoozed)} if snoozed else found


def full_view(known: Known, rules: Rules) -> View:
    """As it is when it is asked for alone."""
    sheet = known.sheet
    return {
        **short_view(known, rules),
        "actions": list(sheet.actions),
        "entity": sheet.entity,
        "description": sheet.description,
        "details": dict(sheet.details),
    }


def status_view(processed: Processed, source: str) -> View:
    return {
        "success": processed.success,
        "action": processed.action,
        "processedAt": instant(processed.at),
        "integrationId": source,
        "isSuccess": processed.success,
        "status": processed.status,
        "alertId": processed.alert,
        "alias": processed.alias,
    }


def _responder(sent: Responder) -> View:
    """As it was sent; clients insist on an id, for which a name has to do, and on a type that they know."""
    id = next((found for key in ("id", "username", "name") if (found := sent.get(key))), "")
    type = sent.get("type", "").lower()
    return {**sent, "id": id, "type": type if type in _TYPES else "user" if "username" in sent else "team"}


def _report(incident: Incident, rules: Rules) -> View:
    """Times are milliseconds since it was opened; what has not happened is left out."""
    found: View = {}
    if incident.acknowledged_at:
        found["ackTime"] = _since_opened(incident, incident.acknowledged_at)
        found["acknowledgedBy"] = _user(incident.acknowledged_by, rules)
    if incident.resolved_at:
        found["closeTime"] = _since_opened(incident, incident.resolved_at)
        found["closedBy"] = _user(incident.resolved_by, rules)
    return found


def _since_opened(incident: Incident, at: datetime) -> int:
    return int((at - incident.opened_at).total_seconds() * 1000)


def _user(who: str | None, rules: Rules) -> str:
    """Opsgenie's users are called by their e-mail addresses."""
    person = rules.people.get(who or "")
    addresses = [method.address for method in person.methods if method.channel == "email"] if person else []
    return addresses[0] if addresses else who or ""
