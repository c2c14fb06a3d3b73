"""Keeping what was posted true: when what people see of an incident changes, the messages that stand follow.

A follow-up is an outbox row of a kind of its own, `update`, committed with the change. Its sendings are the messages
that stand; each is one `Send` whose address is the channel's reference of the message.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo
from hashlib import blake2b

from app.domain.context import Context
from app.domain.digest import FOLLOWED, Due
from app.domain.incident import Decision, Entry, Incident
from app.domain.message import MessageKind, one_line
from app.domain.notification import Notification, NotificationState, Rejected, Result, Retry, Send, Sent, Why
from app.domain.receipt import SendState
from app.domain.replacing import replace
from app.domain.sending import end

LIVE_CHANNELS = frozenset({"slack"})
"""Channels on which a message that was posted can be changed."""

MOST_POSTS = 100
"""Messages of one incident that are followed; the newest of more."""

MOST_LINES = 20
LINE_LIMIT = 600
PATIENCE = timedelta(hours=24)
FIRST_WAIT = timedelta(seconds=5)
LONGEST_WAIT = timedelta(minutes=5)
UNSETTLED_WAIT = timedelta(seconds=2)
"""How soon it is looked again for messages that were on their way when the incident changed."""

UNTOLD = frozenset({"opened", "grouped", "alert_resolved", "late_resolve", "source_acknowledged"})
"""Entries of the timeline that a storm writes by the hundred, or that the message itself has said."""


@dataclass(frozen=True, slots=True)
class Post:
    """A message that stands on a channel: the sending that made it, and the channel's reference of it.

    `is_root`: the first one about the incident at that address, under which its timeline is told.
    """

    due: Due
    reference: str
    is_root: bool

    def of(self, incident: Incident) -> "Post":
        """The same message, about the incident as it is by now."""
        return replace(self, due=replace(self.due, incident=incident))


def seen(incident: Incident) -> tuple[object, ...]:
    """All of an incident that a posted message shows and that can change, but for the count of a storm."""
    return (
        incident.status,
        incident.acknowledged_by,
        incident.acknowledged_at,
        incident.resolved_by,
        incident.marks,
        incident.severity,
        bool(incident.pages),
        incident.ticket,
        incident.call,
    )


def follow_up(before: Incident | None, decision: Decision, ctx: Context) -> Notification | None:
    """The row that brings posted messages up to date after `decision`; None where there is nothing to change or to add.

    An incident that is new has no message yet, and where nobody reads a channel on which messages can be changed there
    is none to follow.
    """
    incident = decision.incident
    if before is None or incident is None or not _anybody_reads(ctx):
        return None
    news = news_of(decision.timeline, ctx.rules.zone)
    if seen(before) == seen(incident) and not news:
        return None
    return Notification(
        key=_key(incident, news, ctx.now),
        incident=incident.id,
        kind=MessageKind.UPDATE,
        reader="",
        role="",
        why=Why(role="", cause="the incident has changed", rules_version=ctx.rules.version),
        created_at=ctx.now,
        due_at=ctx.now,
        plan=(),
        remark="\n".join(news),
    )


def news_of(timeline: Sequence[Entry], zone: tzinfo) -> tuple[str, ...]:
    """What a person would want told, a line each."""
    return bounded([_line(entry, zone) for entry in timeline if entry.what not in UNTOLD])


def bounded(lines: Sequence[str]) -> tuple[str, ...]:
    """The newest lines, and how many were left off."""
    left = len(lines) - MOST_LINES
    return tuple(lines) if left <= 0 else (f"… {left} more: see the timeline", *lines[-MOST_LINES:])


def posted(rows: Iterable[Notification], incident: Incident) -> tuple[Post, ...]:
    """The messages that stand and speak of this incident alone, newest first. A digest is a picture of its moment."""
    dues = [
        Due(row, position, incident)
        for row in rows
        if row.kind in FOLLOWED
        for position, send in enumerate(row.sends)
        if send.state is SendState.SENT and send.reference and send.among == 1 and send.channel in LIVE_CHANNELS
    ]
    dues.sort(key=lambda due: (due.send.at or due.send.due_at, due.notification.key))
    roots: dict[tuple[str, str], Due] = {}
    for due in dues:
        roots.setdefault((due.send.channel, due.send.address), due)
    every = [Post(due, due.send.reference, due is roots[due.send.channel, due.send.address]) for due in dues]
    return tuple(reversed(every[-MOST_POSTS:]))


def is_settled(rows: Iterable[Notification], now: datetime) -> bool:
    """Whether no message is on its way that may have been written before the incident changed."""
    return not any(
        row.state is NotificationState.LIVE
        and row.kind is not MessageKind.UPDATE
        and row.due_at is not None
        and row.due_at <= now
        for row in rows
    )


def owes(row: Notification, post: Post) -> bool:
    """Whether this follow-up has still to reach that message; one of a later page was written after the change."""
    if post.due.notification.created_at > row.created_at:
        return False
    return not any(send.address == post.reference and send.state is not SendState.PENDING for send in row.sends)


def followed(
    row: Notification, posts: Iterable[Post], results: Mapping[str, Result], settled: bool, now: datetime
) -> Notification:
    """The row after messages were changed or were not, by their references; over when none is left and `settled`.

    A channel that is away is asked again, ever less often, for a day.
    """
    sends = {send.address: send for send in row.sends}
    for post in posts:
        if post.reference in results and owes(row, post):
            send = sends.get(post.reference) or _first(post, row)
            sends[post.reference] = _tried(send, results[post.reference], now)
    tried = replace(row, sends=tuple(sends.values()))
    pending = [send.due_at for send in tried.sends if send.state is SendState.PENDING]
    if not settled:
        pending.append(now + UNSETTLED_WAIT)
    if not pending:
        return replace(tried, due_at=None, state=NotificationState.DONE)
    if now - row.created_at >= PATIENCE:
        return end(tried, "given up after a day")
    return replace(tried, due_at=min(pending))


def _first(post: Post, row: Notification) -> Send:
    return Send(post.due.send.channel, post.reference, row.created_at)


def _tried(send: Send, result: Result, now: datetime) -> Send:
    tried = replace(send, attempts=send.attempts + 1, at=now)
    match result:
        case Sent(reference):
            return replace(tried, state=SendState.SENT, reference=reference, reason="")
        case Rejected(reason):
            return replace(tried, state=SendState.FAILED, reason=reason)
        case Retry(reason, after):
            grown = min(LONGEST_WAIT, FIRST_WAIT * (1 << min(send.attempts, 10)))
            return replace(tried, due_at=now + max(after or timedelta(0), grown), reason=reason)


def _key(incident: Incident, news: Sequence[str], now: datetime) -> str:
    """Its own for each change. The version alone would not do: an incident of an outage counts anew in the store."""
    what = blake2b(repr((now, seen(incident), news)).encode("utf-8", "replace"), digest_size=8).hexdigest()
    return f"{incident.id}/{incident.cycle}/{MessageKind.UPDATE}@{incident.version}-{what}"


def _anybody_reads(ctx: Context) -> bool:
    known: bool | None = ctx.remembered.get(LIVE_CHANNELS)
    if known is None:
        people, squads = ctx.rules.people.values(), ctx.rules.squads.values()
        methods = (method for one in people for method in one.methods), (way for one in squads for way in one.post)
        known = any(method.channel in LIVE_CHANNELS for found in methods for method in found)
        ctx.remembered[LIVE_CHANNELS] = known
    return known


def _line(entry: Entry, zone: tzinfo) -> str:
    who = "" if entry.who in ("", "router") else f" ({entry.who}{f', {entry.channel}' if entry.channel else ''})"
    what = entry.what.replace("_", " ")
    return one_line(f"{entry.at.astimezone(zone):%H:%M} {what}: {entry.text}{who}", LINE_LIMIT)
