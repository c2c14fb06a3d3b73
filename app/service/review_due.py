"""A resolved incident asks for its post-mortem in the commit that resolves it, so that no crash loses that."""

from collections.abc import Iterable

from app.domain.classify import Severity
from app.domain.incident import Decision, Mark, Status
from app.service.ports import Record

KIND = "review-due"


def review_due(decisions: Iterable[Decision]) -> list[Record]:
    """One for each version in which something happened to an incident that is over."""
    return [
        Record(KIND, f"{incident.id}/{incident.version}", "{}")
        for decision in decisions
        if (incident := decision.incident)
        and incident.status is Status.RESOLVED
        and incident.severity is not Severity.TRIAGE
        and Mark.OBSERVED not in incident.marks
    ]


def incident_of(due: Record) -> str:
    return due.id.partition("/")[0]
