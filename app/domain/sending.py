"""What becomes of a notification: its rungs in turn, after what a channel said, and after what was heard later."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from zlib import crc32

from app.domain.message import MessageKind
from app.domain.notification import (
    Attempt,
    Failure,
    Notification,
    NotificationState,
    Observed,
    Planned,
    Rejected,
    Retry,
    Send,
    Sent,
)
from app.domain.receipt import MOVES, REACHED, WORKING, Receipt, SendState
from app.domain.replacing import replace

MOST_ATTEMPTS = 6
MOST_ATTEMPTS_AT_A_TICKET = 30
"""About six hours: nobody waits for a ticket, and a tracker may be away for long."""

FIRST_BACKOFF = timedelta(seconds=5)
LONGEST_BACKOFF = timedelta(minutes=15)
LAST_RESORT_AGAIN = timedelta(minutes=5)
MOST_SENDS = 200
NO_RECEIPT = "it was taken, and nothing was heard of its delivery in time"


def begin(notification: Notification) -> Notification:
    """The notification with its first round of sendings laid out; unchanged when it has begun already."""
    if notification.sends:
        return notification
    start = notification.created_at
    return replace(notification, sends=_round(notification.plan, start, 1, timed=True))


def due_sends(notification: Notification, now: datetime) -> tuple[int, ...]:
    """Which of `sends` are to be tried now, by position. Where one success is enough, none while one may be that."""
    if notification.once and any(send.is_awaited for send in notification.sends):
        return ()
    return tuple(
        n for n, send in enumerate(notification.sends) if send.state is SendState.PENDING and send.ready_at <= now
    )


def is_reminder(notification: Notification, send: Send) -> bool:
    """Whether the reader has been reached before at an earlier rung."""
    return any(other.state in REACHED and other.due_at < send.due_at for other in notification.sends)


def gather(notification: Notification, waits: Mapping[int, datetime]) -> Notification:
    """The sendings at these positions wait until then, for what else is due to the same address."""
    sends = tuple(
        replace(send, gathered_until=waits[n]) if n in waits else send for n, send in enumerate(notification.sends)
    )
    return replace(notification, sends=sends)


def record(notification: Notification, results: Mapping[int, Attempt], now: datetime) -> Notification:
    """What came of the sendings at these positions (none: it was too early for any), and what is due next.

    A failure brings the next untried method at once. When all is tried: another round after `again`, or over; `failed`
    only when no method has ever reached the reader (and never for the last resort, which goes round again). A sending
    of which nothing was heard in time counts as a failure.
    """
    sends = list(notification.sends)
    for position, result in results.items():
        sends[position] = _tried(sends[position], result, notification, now)
    overdue = [n for n, send in enumerate(sends) if send.is_awaited and send.receipt_by and send.receipt_by <= now]
    for position in overdue:
        sends[position] = _heard(sends[position], Receipt.OVERDUE, NO_RECEIPT)
    failed = results and not any(isinstance(result, Sent | Observed) for result in results.values())
    if failed or overdue:
        _bring_forward(sends, now)
    return _settled(replace(notification, sends=tuple(sends)), now)


def receive(notification: Notification, reference: str, receipt: Receipt, reason: str, now: datetime) -> Notification:
    """What a receipt of the message with the provider's id `reference` changes; the same value when it changes nothing.

    A bad one brings the next untried method at once, as a refusal would have done. A row that is over stays over.
    """
    before = notification.sends
    sends = [_heard(send, receipt, reason) if send.reference == reference else send for send in before]
    if sends == list(before):
        return notification
    if notification.state is not NotificationState.LIVE:
        return replace(notification, sends=tuple(sends))
    if any(
        new is not old and old.is_awaited and new.state not in REACHED for new, old in zip(sends, before, strict=True)
    ):
        _bring_forward(sends, now)
    return _settled(replace(notification, sends=tuple(sends)), now)


def end(notification: Notification, reason: str) -> Notification:
    """No longer wanted: nothing more is sent, and the reason is kept."""
    sends = tuple(
        replace(send, state=SendState.SKIPPED) if send.state is SendState.PENDING else send
        for send in notification.sends
    )
    return replace(notification, sends=sends, due_at=None, state=NotificationState.ENDED, ended=reason)


def _round(plan: tuple[Planned, ...], start: datetime, number: int, timed: bool) -> tuple[Send, ...]:
    return tuple(
        Send(rung.channel, rung.address, start + timedelta(seconds=rung.after if timed else 0), round=number)
        for rung in plan
    )


def _tried(send: Send, result: Attempt, notification: Notification, now: datetime) -> Send:
    before = (*send.earlier, Failure(send.at, send.reason)) if send.at else send.earlier
    tried = replace(send, attempts=send.attempts + 1, at=now, earlier=before)
    match result:
        case Sent(reference, receipt_within, among):
            by = now + receipt_within if receipt_within and reference else None
            return replace(tried, state=SendState.SENT, reference=reference, among=among, reason="", receipt_by=by)
        case Observed():
            return replace(tried, state=SendState.OBSERVED, reason="observed only")
        case Rejected(reason):
            return replace(tried, state=SendState.FAILED, reason=reason)
        case Retry(reason, after):
            if tried.attempts >= _most_attempts(notification):
                return replace(tried, state=SendState.FAILED, reason=f"given up after {tried.attempts} tries: {reason}")
            wait = max(after or timedelta(0), _backoff(tried.attempts, f"{notification.key}{send.channel}"))
            return replace(tried, due_at=now + wait, reason=reason)


def _heard(send: Send, receipt: Receipt, reason: str) -> Send:
    state = MOVES.get((send.state, receipt))
    if state is None:
        return send
    return replace(send, state=state, reason="" if state in REACHED else reason, receipt_by=None)


def _backoff(attempt: int, seed: str) -> timedelta:
    """5 s, 10 s, 20 s… up to a quarter of an hour, with up to half as much again, spread by the row's own key."""
    spread = crc32(f"{seed}{attempt}".encode()) / 0xFFFFFFFF
    return min(FIRST_BACKOFF * (1 << (attempt - 1)), LONGEST_BACKOFF) * (1 + spread / 2)


def _most_attempts(notification: Notification) -> int:
    return MOST_ATTEMPTS_AT_A_TICKET if notification.kind is MessageKind.TICKET else MOST_ATTEMPTS


def _bring_forward(sends: list[Send], now: datetime) -> None:
    for position, send in enumerate(sends):
        if send.state is SendState.PENDING and send.attempts == 0:
            sends[position] = replace(send, due_at=min(send.due_at, now))
            return


def _settled(notification: Notification, now: datetime) -> Notification:
    """The row's state and next due time, after its sendings have changed."""
    reached = any(send.state in REACHED for send in notification.sends)
    awaited = [send.receipt_by for send in notification.sends if send.is_awaited and send.receipt_by]
    if notification.once and reached and not awaited:
        return replace(_skipping(notification), due_at=None, state=NotificationState.DONE)
    pending = [send.ready_at for send in notification.sends if send.state is SendState.PENDING]
    next_looks = awaited if notification.once and awaited else [*pending, *awaited]
    if next_looks:
        return replace(notification, due_at=min(next_looks))
    if notification.spare and not reached:
        return _go_round(replace(notification, spare=()), now, notification.spare)
    if notification.never_fails and not reached:
        return _go_round(notification, now + LAST_RESORT_AGAIN, notification.plan)
    if not any(send.state in WORKING for send in notification.sends):
        return replace(notification, due_at=None, state=NotificationState.FAILED)
    if notification.again is None:
        return replace(notification, due_at=None, state=NotificationState.DONE)
    return _go_round(notification, now + timedelta(seconds=notification.again), _working(notification))


def _skipping(notification: Notification) -> Notification:
    return replace(end(notification, ""), state=notification.state)


def _working(notification: Notification) -> tuple[Planned, ...]:
    """The methods that have reached the reader at least once, or have rung."""
    good = {(send.channel, send.address) for send in notification.sends if send.state in WORKING}
    return tuple(rung for rung in notification.plan if (rung.channel, rung.address) in good)


def _go_round(notification: Notification, start: datetime, plan: tuple[Planned, ...]) -> Notification:
    """One more round of these methods, all at once."""
    number = notification.sends[-1].round + 1
    sends = (*notification.sends, *_round(plan, start, number, timed=False))[-MOST_SENDS:]
    return replace(notification, sends=sends, due_at=start)
