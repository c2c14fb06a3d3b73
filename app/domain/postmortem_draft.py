"""What a post-mortem knows before anybody writes: whether there is one to write, whose it is, who was in it, and when
what happened."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime, tzinfo

from app.domain.classify import Severity
from app.domain.incident import Entry, Incident, Mark, Status
from app.domain.message import MessageKind, one_line
from app.domain.notification import Notification
from app.domain.postmortem import MOST_MOMENTS, Facts, Moment
from app.domain.postmortem_markdown import local, span

SHADOW = "shadow"
LONGEST_TITLE = 500
LONGEST_TEXT = 1_000


def is_reviewed(incident: Incident, timeline: Sequence[Entry], notifications: Sequence[Notification]) -> bool:
    """Whether this incident gets a post-mortem: a resolved critical or high that people were told of. What was only
    observed, or kept quiet until it was over, gets none."""
    if (
        incident.status is not Status.RESOLVED
        or incident.severity is Severity.TRIAGE
        or Mark.OBSERVED in incident.marks
    ):
        return False
    was_quiet = any(entry.what == "suppressed" for entry in timeline)
    return bool(notifications) or incident.acknowledged_by is not None or not was_quiet


def owner_of(
    incident: Incident, timeline: Sequence[Entry], notifications: Sequence[Notification], known: Collection[str]
) -> str:
    """Who writes it: who responded first, else who resolved it, else who was paged first; empty where nobody is known.
    `known` are the ids of people."""
    answered = (entry.who for entry in timeline if entry.what == "acknowledged")
    candidates = (*answered, incident.acknowledged_by or "", incident.resolved_by or "", *_paged(notifications))
    return next((who for who in candidates if who in known), "")


def facts_of(
    incident: Incident, timeline: Sequence[Entry], notifications: Sequence[Notification], known: Collection[str]
) -> Facts:
    first_answer = next((entry.at for entry in timeline if entry.what == "acknowledged"), incident.acknowledged_at)
    return Facts(
        title=one_line(incident.title, LONGEST_TITLE),
        severity=incident.severity.value,
        squad=incident.squad,
        source=incident.source,
        runbook=incident.runbook,
        count=incident.count,
        incident_version=incident.version,
        opened_at=incident.opened_at,
        acknowledged_at=first_answer,
        resolved_at=incident.resolved_at,
        people=_people(timeline, notifications, known),
        timeline=_moments(timeline),
    )


def template_values(id: str, facts: Facts, owner: str, zone: tzinfo) -> Mapping[str, object]:
    """What a template can speak of. Times are texts on a clock in `zone`, empty for what has not happened."""

    def at(instant: datetime | None) -> str:
        return local(instant, zone) if instant else ""

    def after(instant: datetime | None) -> str:
        return span((instant - facts.opened_at).total_seconds()) if instant else ""

    named = ("title", "severity", "squad", "source", "runbook", "count")
    return {
        "incident": {"id": id, **{name: getattr(facts, name) for name in named}},
        "owner": owner,
        "people": list(facts.people),
        "began": at(facts.opened_at),
        "acknowledged": at(facts.acknowledged_at),
        "resolved": at(facts.resolved_at),
        "time_to_acknowledge": after(facts.acknowledged_at),
        "time_to_resolve": after(facts.resolved_at),
        "timeline": [{"at": at(one.at), "who": one.who, "what": one.what, "text": one.text} for one in facts.timeline],
    }


def _paged(notifications: Sequence[Notification]) -> Iterable[str]:
    """Who was paged to act, the first one first; a shadow only learns."""
    pages = [one for one in notifications if one.kind is MessageKind.PAGE and not one.squad and one.role != SHADOW]
    return (one.reader for one in sorted(pages, key=lambda one: (one.created_at, one.key)))


def _people(
    timeline: Sequence[Entry], notifications: Sequence[Notification], known: Collection[str]
) -> tuple[str, ...]:
    told = sorted((one.created_at, one.key, one.reader) for one in notifications if not one.squad and one.reader)
    every = (*(entry.who for entry in timeline), *(reader for *_, reader in told))
    return tuple(dict.fromkeys(who for who in every if who in known))


def _moments(timeline: Sequence[Entry]) -> tuple[Moment, ...]:
    """All of it, or the beginning and the end of a very long one."""
    half = MOST_MOMENTS // 2
    if len(timeline) <= MOST_MOMENTS:
        return tuple(map(_moment, timeline))
    left_out = timeline[half : len(timeline) - half]
    gap = Moment(left_out[0].at, "router", "left_out", f"{len(left_out)} more entries are in the incident's timeline")
    return (*map(_moment, timeline[:half]), gap, *map(_moment, timeline[-half:]))


def _moment(entry: Entry) -> Moment:
    return Moment(entry.at, one_line(entry.who, 100), entry.what, one_line(entry.text, LONGEST_TEXT))
