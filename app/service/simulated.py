"""What a simulation says: one line for each thing that would happen, in the words of the timeline and of the page."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from app.domain.digest import Bundle, compose
from app.domain.incident import Decision
from app.domain.message import MessageKind
from app.domain.ruleset import Rules
from app.domain.sending import is_reminder

MOST_REMINDERS = 3
"""That many of the same to the same person say enough."""


class What(StrEnum):
    """What a line tells; a reminder is a later rung of a ladder."""

    OPENED = "opened"
    PAGE = "page"
    REMINDER = "reminder"
    POST = "post"
    DIGEST = "digest"
    HELD = "held"
    STOP = "stop"
    PARK = "park"
    HAND_OVER = "hand_over"
    SUPPRESSED = "suppressed"
    RESOLVED = "resolved"


@dataclass(frozen=True, slots=True)
class Line:
    """One thing that would happen at `at` (aware UTC); `reason` is the whole sentence of why.

    `role` is a rota's name, "squad" or "last_resort"; `person` the reader's id (the squad's own for a squad). Both and
    `channel` are empty for what nobody is sent.
    """

    at: datetime
    what: What
    role: str
    person: str
    channel: str
    reason: str


_OF_ENTRY = {
    "opened": What.OPENED,
    "reopened": What.OPENED,
    "held": What.HELD,
    "suppressed": What.SUPPRESSED,
    "resolved": What.RESOLVED,
    "alert_resolved": What.RESOLVED,
    "parked": What.PARK,
}
_OF_MESSAGE = {
    MessageKind.PAGE: What.PAGE,
    MessageKind.REMINDER: What.REMINDER,
    MessageKind.POST: What.POST,
    MessageKind.DIGEST: What.DIGEST,
    MessageKind.STOP: What.STOP,
    MessageKind.HAND_OVER: What.HAND_OVER,
    MessageKind.RESOLVED: What.RESOLVED,
    MessageKind.NOTICE: What.POST,
    MessageKind.TICKET: What.POST,
}
_REMARKS = frozenset({"nobody", "triaged"})


def remarks_of(decision: Decision) -> str:
    """Why somebody who should be told is not, as the timeline says it; such entries have no line of their own."""
    return "; ".join(dict.fromkeys(entry.text for entry in decision.timeline if entry.what in _REMARKS))


def lines_of(decision: Decision) -> Iterator[Line]:
    """What a decision does that nobody is sent."""
    for entry in decision.timeline:
        what = _OF_ENTRY.get(entry.what)
        if what is not None:
            remark = remarks_of(decision) if what is What.OPENED else ""
            yield Line(entry.at, what, "", "", "", _joined(entry.text, remark))


def line_of(one: Bundle, remark: str, rules: Rules, at: datetime) -> Line:
    """A message, whose reasons are its own; `remark` says why somebody before this reader was passed over."""
    first, message = one.dues[0], compose(one, rules, lambda _: "")
    whys = [item.why for item in message.items]
    if one.is_digest:
        whys = [f"{item.title}: {item.why}" for item in message.items]
    row = first.notification
    reason = _joined(" | ".join(whys), remark)
    return Line(at, _what(one, message.kind), row.role, row.reader, first.send.channel, reason)


def _what(one: Bundle, kind: MessageKind) -> What:
    """A later rung is a reminder whatever its first one was, and hand-overs together are still hand-overs."""
    if all(is_reminder(due.notification, due.send) for due in one.dues):
        return What.REMINDER
    if all(due.notification.kind is MessageKind.HAND_OVER for due in one.dues):
        return What.HAND_OVER
    return _OF_MESSAGE[kind]


def _joined(*parts: str) -> str:
    return "; ".join(part for part in parts if part)


def together(lines: Sequence[Line]) -> list[Line]:
    """Lines that differ in their channel only as one."""
    found: dict[tuple[object, ...], list[Line]] = {}
    for line in lines:
        found.setdefault((line.at, line.what, line.role, line.person, line.reason), []).append(line)
    return [replace(same[0], channel=", ".join(one.channel for one in same)) for same in found.values()]


def each_reason_once(lines: Sequence[Line]) -> list[Line]:
    """A reminder's reason is that of the page before it."""
    return [replace(line, reason="") if line.what is What.REMINDER else line for line in lines]


def first_reminders(lines: Sequence[Line]) -> list[Line]:
    """Without those that only say the same to the same person again and again."""
    seen: Counter[tuple[str, str, str]] = Counter()
    shown: list[Line] = []
    for line in lines:
        key = (line.role, line.person, line.reason)
        seen[key] += line.what is What.REMINDER
        if line.what is not What.REMINDER or seen[key] <= MOST_REMINDERS:
            shown.append(line)
    return shown
