"""The first responder's queue: what waits in it, and why each thing is there."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

from app.domain.classify import Severity
from app.domain.incident import Incident, Mark


class State(StrEnum):
    """Where an open incident of severity triage is: in the queue, with a squad, muted, or aside for other reasons."""

    QUEUED = "queued"
    WITH_SQUAD = "with_squad"
    MUTED = "muted"
    ASIDE = "aside"


class Cause(StrEnum):
    """Why something is no production alert: the rules give it that severity, it has no runbook, or a person raised it
    so."""

    SEVERITY = "severity"
    MISSING_RUNBOOK = "missing_runbook"
    RAISED = "raised"


MUTES: Mapping[str, timedelta | None] = {
    "a day": timedelta(days=1),
    "a week": timedelta(weeks=1),
    "four weeks": timedelta(weeks=4),
    "for good": None,
}
"""For how long people mute, where they choose from a list."""

_ASIDE = frozenset({Mark.SNOOZED, Mark.SUPPRESSED, Mark.OBSERVED})


def state_of(incident: Incident) -> State | None:
    """None for what is no matter of triage, or is over."""
    if incident.severity is not Severity.TRIAGE or not incident.is_open:
        return None
    if Mark.MUTED in incident.marks:
        return State.MUTED
    if _ASIDE.intersection(incident.marks):
        return State.ASIDE
    return State.WITH_SQUAD if Mark.WITH_SQUAD in incident.marks else State.QUEUED


def cause_of(incident: Incident) -> Cause:
    if Mark.NO_RUNBOOK in incident.marks:
        return Cause.MISSING_RUNBOOK
    return Cause.RAISED if Mark.RAISED_BY_PERSON in incident.marks else Cause.SEVERITY


@dataclass(frozen=True, slots=True)
class Backlog:
    """A queue in figures. `oldest` are the first that came, oldest first; `sources` and `squads` say how many each has,
    the most first ("" is no squad); `without_runbook` counts those that a runbook would have made alerts."""

    count: int
    oldest: tuple[Incident, ...]
    sources: tuple[tuple[str, int], ...]
    squads: tuple[tuple[str, int], ...]
    without_runbook: int


def backlog_of(queue: Iterable[Incident], most: int) -> Backlog:
    """Of a queue in any order, with at most `most` of the oldest."""
    found = sorted(queue, key=lambda one: (one.opened_at, one.id))
    return Backlog(
        count=len(found),
        oldest=tuple(found[:most]),
        sources=_counted(one.source for one in found),
        squads=_counted(one.squad for one in found),
        without_runbook=sum(cause_of(one) is Cause.MISSING_RUNBOOK for one in found),
    )


def _counted(names: Iterable[str]) -> tuple[tuple[str, int], ...]:
    return tuple(sorted(Counter(names).items(), key=lambda pair: (-pair[1], pair[0])))
