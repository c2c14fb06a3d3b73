"""One incident at a glance: what, who has it, what comes next, and whether the messages have arrived."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from app.domain.context import Context
from app.domain.foreseen import foreseen
from app.domain.incident import WAITING, Incident, Mark, Status, Timer
from app.domain.notification import Notification
from app.domain.receipt import SendState
from app.domain.ruleset import Rules
from app.entrypoints.web.wording import line, name_of, squad_name

NEXT = {
    Timer.ESCALATE: "next step",
    Timer.RELEASE: "told in the morning",
    Timer.HAND_OVER: "handed over",
    Timer.REROUTE: "routed afresh",
    Timer.STOP: "time to stop",
    Timer.PARK: "parked",
    Timer.UNSNOOZE: "snooze ends",
    Timer.UNMUTE: "mute ends",
    Timer.UNSUPPRESS: "looked at again",
}
REMARKS = {
    Mark.NO_RUNBOOK: "no runbook",
    Mark.UNMAPPED_SEVERITY: "severity unknown",
    Mark.RAISED_BY_PERSON: "raised by a person",
    Mark.LAST_RESORT: "last resort",
    Mark.OBSERVED: "observed only",
    Mark.HANDED_OVER: "handed over",
    Mark.WITH_SQUAD: "with its squad",
    Mark.PROMOTED: "promoted by a person",
}


@dataclass(frozen=True, slots=True)
class Tick:
    """How far one message got: `state` is a word of `SendState`, `said` who, how and how far."""

    state: str
    said: str


@dataclass(frozen=True, slots=True)
class Coming:
    """What comes next and when."""

    label: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Row:
    """Every text of it is untrusted, on one line, and escaped by the template. `tone` is unowned (open, and nobody has
    it), owned, waiting, or resolved: the only thing that colour says of a status."""

    id: str
    title: str
    severity: str
    squad: str
    source: str
    opened_at: datetime
    tone: str
    status: str
    who: str
    since: datetime | None
    count: int
    remarks: tuple[str, ...]
    coming: Coming | None
    ticks: tuple[Tick, ...]


def row_of(incident: Incident, notifications: Sequence[Notification], ctx: Context) -> Row:
    rules = ctx.rules
    status, who, since = _status(incident, rules)
    return Row(
        id=incident.id,
        title=line(incident.title),
        severity=incident.severity.value,
        squad=squad_name(incident.squad, rules),
        source=line(incident.source),
        opened_at=incident.opened_at,
        tone=tone_of(incident),
        status=status,
        who=who,
        since=since,
        count=incident.count,
        remarks=tuple(REMARKS[mark] for mark in incident.marks if mark in REMARKS),
        coming=coming_of(incident, ctx),
        ticks=ticks_of(notifications, rules),
    )


def tone_of(incident: Incident) -> str:
    if not incident.is_open:
        return "resolved"
    if WAITING.intersection(incident.marks):
        return "waiting"
    return "owned" if incident.status is Status.ACKNOWLEDGED else "unowned"


def coming_of(incident: Incident, ctx: Context) -> Coming | None:
    found = foreseen(incident, ctx)
    if found is None or not incident.is_open:
        return None
    return Coming(line(", ".join(found.told)) or NEXT[found.timer], found.at)


def ticks_of(notifications: Sequence[Notification], rules: Rules) -> tuple[Tick, ...]:
    """One for each reader: the best that any message to them has come to, the newest reader last."""
    best: dict[str, tuple[int, Tick]] = {}
    for one in sorted(notifications, key=lambda one: one.created_at):
        name = squad_name(one.reader, rules) if one.squad else name_of(one.reader, rules)
        for send in one.sends:
            rank = _RANK.get(send.state, -1)
            if rank >= best.get(one.reader, (0,))[0]:
                best[one.reader] = rank, Tick(send.state.value, f"{name}, {send.channel}: {_SAID[send.state]}")
    return tuple(tick for _, tick in best.values())


_RANK = {
    SendState.PENDING: 0,
    SendState.FAILED: 1,
    SendState.OBSERVED: 2,
    SendState.UNANSWERED: 3,
    SendState.SENT: 4,
    SendState.DELIVERED: 5,
}
_SAID = {
    SendState.PENDING: "not sent yet",
    SendState.FAILED: "failed",
    SendState.OBSERVED: "observed only, not sent",
    SendState.UNANSWERED: "rang, not answered",
    SendState.SENT: "sent",
    SendState.DELIVERED: "delivered",
}


def _status(incident: Incident, rules: Rules) -> tuple[str, str, datetime | None]:
    """How it stands in a few words, who that is about, and since when."""
    if incident.status is Status.RESOLVED:
        return "resolved", name_of(incident.resolved_by, rules), incident.resolved_at
    waits = next((mark.value for mark in incident.marks if mark in WAITING), "")
    if incident.status is Status.ACKNOWLEDGED:
        return waits or "acknowledged", name_of(incident.acknowledged_by, rules), incident.acknowledged_at
    return waits or "triggered", "", None
