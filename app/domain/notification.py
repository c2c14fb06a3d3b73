"""A notification: one message to one reader, climbing that reader's ladder until it is answered or exhausted."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from app.domain.message import MessageKind, Notice
from app.domain.receipt import SendState
from app.domain.replacing import quick


@dataclass(frozen=True, slots=True)
class Sent:
    """The channel took the message; `reference` is the provider's id of it, if it gave one. Where the provider says
    afterwards what became of it, that is heard within `receipt_within`. `among`: how many incidents the message told
    of."""

    reference: str = ""
    receipt_within: timedelta | None = None
    among: int = 1


@dataclass(frozen=True, slots=True)
class Retry:
    """It did not work now and may work later; `after` is what the provider asked for."""

    reason: str
    after: timedelta | None = None


@dataclass(frozen=True, slots=True)
class Rejected:
    """It will never work like this (unknown address, channel not configured)."""

    reason: str


@dataclass(frozen=True, slots=True)
class Observed:
    """It would have been sent now, and nothing was: the rules only observe."""


Result = Sent | Retry | Rejected
"""What a channel says of a message."""

Attempt = Result | Observed


class NotificationState(StrEnum):
    """`live` still has something to send; `done` reached the reader; `ended` was no longer wanted; `failed` reached
    nobody by any method."""

    LIVE = "live"
    DONE = "done"
    ENDED = "ended"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Planned:
    """One rung on one channel: `after` is in seconds from the notification's start."""

    channel: str
    address: str
    after: float


@quick
@dataclass(frozen=True, slots=True)
class Failure:
    """An attempt that was made again later, and why."""

    at: datetime
    reason: str


@quick
@dataclass(frozen=True, slots=True)
class Send:
    """One sending: `at` and `reason` are of the last attempt, `earlier` are those before it. `round` counts
    repetitions. `gathered_until` is when it goes out with the others of a storm, `receipt_by` when a receipt of it is
    overdue (None: none is waited for); `among` how many incidents the message told of."""

    channel: str
    address: str
    due_at: datetime
    state: SendState = SendState.PENDING
    attempts: int = 0
    round: int = 1
    at: datetime | None = None
    reason: str = ""
    reference: str = ""
    gathered_until: datetime | None = None
    receipt_by: datetime | None = None
    among: int = 1
    earlier: tuple[Failure, ...] = ()

    @property
    def ready_at(self) -> datetime:
        """When it may be tried: when it is due, or when what is gathered with it goes out."""
        return max(self.due_at, self.gathered_until or self.due_at)

    @property
    def is_awaited(self) -> bool:
        """Whether it is still to be heard what became of it."""
        return self.state is SendState.SENT and self.receipt_by is not None


@quick
@dataclass(frozen=True, slots=True)
class Why:
    """What chose this reader at that instant; each is a readable phrase, so that the page explains itself."""

    role: str
    rota: str = ""
    rule: str = ""
    calendar: str = ""
    policy: str = ""
    cause: str = ""
    rules_version: str = ""

    def sentence(self) -> str:
        """The whole reason in one sentence."""
        said = [self.cause, self.rota or self.role, self.calendar, self.policy, self.rule]
        return "; ".join(part for part in said if part)


@quick
@dataclass(frozen=True, slots=True)
class Notification:
    """An outbox row.

    `key` is built from incident, cycle, pass, step and reader, so that a step cannot page twice. `reader` is a person's
    or squad's id, `squad` says which. `due_at` is when there is next something to send (None: over). `spare` are
    methods that the ladder leaves out, for when all of `plan` has failed. `again` repeats in seconds. `once` ends after
    the first success. `while_listed`: alive only while the incident lists the key among its pages. `never_fails` goes
    on for ever (the last resort). `ends_at` ends it. Rows with the same `digest` that are due together are sent as one
    message per reader and channel. `notice` is what it says when it is about no incident; `incident` then is an id of
    its own, under which nothing else is kept.
    """

    key: str
    incident: str
    kind: MessageKind
    reader: str
    role: str
    why: Why
    created_at: datetime
    due_at: datetime | None
    plan: tuple[Planned, ...]
    spare: tuple[Planned, ...] = ()
    squad: bool = False
    again: float | None = None
    once: bool = False
    while_listed: bool = False
    never_fails: bool = False
    ends_at: datetime | None = None
    digest: str = ""
    remark: str = ""
    state: NotificationState = NotificationState.LIVE
    ended: str = ""
    sends: tuple[Send, ...] = ()
    notice: Notice | None = None
