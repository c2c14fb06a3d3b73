"""Where an incident stands, as a message says it: one sentence, and the answers that would still do something."""

from collections.abc import Mapping
from datetime import datetime
from zoneinfo import ZoneInfo

from app.domain.classify import Severity
from app.domain.incident import WAITING, Incident, Status
from app.domain.message import ACKNOWLEDGE, HAND, MUTE, PROMOTE
from app.domain.ruleset import Rules

RESOLVE, SECOND_LINE, NOTE = "resolve", "second-line", "note"

_ANSWERS: Mapping[Status, tuple[str, ...]] = {
    Status.TRIGGERED: (ACKNOWLEDGE, RESOLVE, SECOND_LINE, NOTE),
    Status.ACKNOWLEDGED: (RESOLVE, SECOND_LINE, NOTE),
    Status.RESOLVED: (NOTE,),
}
_ON_TRIAGE = (HAND, PROMOTE, MUTE, RESOLVE, NOTE)


def standing(incident: Incident, rules: Rules, zone: ZoneInfo | None = None) -> str:
    """For example "acknowledged by Asha at 03:12 (parked)", on a clock of that zone (None: the rules')."""
    zone = zone or rules.zone
    waits = ", ".join(mark.value for mark in incident.marks if mark in WAITING)
    remark = f" ({waits})" if waits else ""
    match incident.status:
        case Status.TRIGGERED:
            return f"triggered{remark}"
        case Status.ACKNOWLEDGED:
            return f"acknowledged{_by(incident.acknowledged_by, incident.acknowledged_at, rules, zone)}{remark}"
        case Status.RESOLVED:
            return f"resolved{_by(incident.resolved_by, incident.resolved_at, rules, zone)}"


def answers(incident: Incident) -> tuple[str, ...]:
    """What a button is shown for. One that somebody has may still be taken while it waits, or while others are paged
    for it."""
    if incident.severity is Severity.TRIAGE and incident.is_open:
        return _ON_TRIAGE
    possible = _ANSWERS[incident.status]
    if incident.status is Status.ACKNOWLEDGED and (incident.pages or WAITING.intersection(incident.marks)):
        return (ACKNOWLEDGE, *possible)
    return possible


def _by(who: str | None, at: datetime | None, rules: Rules, zone: ZoneInfo) -> str:
    known = rules.people.get(who or "")
    name = known.name if known else who
    return (f" by {name}" if name else "") + (f" at {at.astimezone(zone):%H:%M}" if at else "")
