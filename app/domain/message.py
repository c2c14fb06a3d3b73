"""What a person reads: one rendered message, the same facts on every channel."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo
from enum import StrEnum
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from app.domain.replacing import quick

TITLE_LIMIT = 300
FACT_LIMIT = 2_000
ACKNOWLEDGE = "acknowledge"
TAKE_COVER = "take-cover"
OFFER_COVER = "offer-cover"
HAND, PROMOTE, MUTE = "hand", "promote", "mute"
ADDRESS = re.compile(r"https?://[^\s<>|\"'`]{1,1000}")


class MessageKind(StrEnum):
    """Why it is sent. A reminder is a later rung of a page; a post goes to a squad's channel; a notice asks nothing; an
    update changes what was posted before; a test is as loud as a page; a ticket is written down in a tracker."""

    PAGE = "page"
    REMINDER = "reminder"
    POST = "post"
    DIGEST = "digest"
    STOP = "stop"
    HAND_OVER = "hand_over"
    RESOLVED = "resolved"
    NOTICE = "notice"
    UPDATE = "update"
    TEST = "test"
    TICKET = "ticket"


@dataclass(frozen=True, slots=True)
class Notice:
    """What is said to somebody that is about no incident. `headline` is one line; `lines` are shown one by one; `link`
    is an http(s) address to open, or empty; `answers` are what it asks, for a channel with buttons. Texts may come from
    people and are not trusted."""

    headline: str
    lines: tuple[str, ...] = ()
    link: str = ""
    answers: tuple[str, ...] = ()


DEGRADED = (
    "DEGRADED: the store is out of reach. One replica tells you what it alone knows, by the rules it read last; others "
    "may tell you the same."
)
"""The remark on what is sent without the store."""

SEVEREST_FIRST = ("critical", "high", "triage")
ASKS_FOR_SOMEBODY = frozenset(
    {MessageKind.PAGE, MessageKind.REMINDER, MessageKind.DIGEST, MessageKind.HAND_OVER, MessageKind.TEST}
)


@quick
@dataclass(frozen=True, slots=True)
class Item:
    """One incident inside a message: a page has one, a digest has all that were due together.

    `severity` is critical, high or triage; `since` aware UTC; `why` says why this reader, in a sentence; `runbook` is
    a URL, a local slug, or empty; `link` opens the action page (empty where the reader has none); `remark` is what
    there is to say besides, such as NO RUNBOOK or the hand-over's summary. `state` says more than `status`, such as who
    has it since when; `answers` are what a button would still do something for. `call` is the URL at which people meet
    about it, `ticket` that of what was written down of it, each empty where there is none.
    """

    incident: str
    severity: str
    title: str
    squad: str
    since: datetime
    count: int
    why: str
    runbook: str
    link: str
    status: str
    remark: str = ""
    state: str = ""
    answers: tuple[str, ...] = ()
    call: str = ""
    ticket: str = ""

    def title_line(self) -> str:
        """Severity and title, for example `CRITICAL Checkout is down`."""
        return f"{self.severity.upper()} {one_line(self.title, TITLE_LIMIT)}"

    def addresses(self) -> frozenset[str]:
        """The values among the facts, but for its own link, that are something to click: runbook, call and ticket. None
        holds a character that could end a link early."""
        return frozenset(one for one in (self.runbook, self.call, self.ticket) if is_address(one))

    def runbook_address(self) -> str:
        """The runbook where it is something to click, else empty."""
        return self.runbook if is_address(self.runbook) else ""

    def facts(self, timezone: str = "UTC") -> tuple[tuple[str, str], ...]:
        """What a reader needs besides the title, as (name, value), in the order of need at 3 a.m.; empty ones left out.

        Each value is one line, so no text from an alert can pass for a line of ours.
        """
        named = [
            ("note", one_line(self.remark, FACT_LIMIT)),
            ("why you", one_line(self.why, FACT_LIMIT)),
            ("act", one_line(self.link, len(self.link))),
            ("call", one_line(self.call, FACT_LIMIT)),
            ("runbook", one_line(self.runbook, FACT_LIMIT) or "none"),
            ("ticket", one_line(self.ticket, FACT_LIMIT)),
            ("squad", one_line(self.squad, TITLE_LIMIT)),
            ("since", _local(self.since, timezone)),
            ("count", f"{self.count} alert{'' if self.count == 1 else 's'}"),
            ("status", one_line(self.state or self.status, TITLE_LIMIT)),
            ("id", one_line(self.incident, TITLE_LIMIT)),
        ]
        return tuple((name, value) for name, value in named if value)


@dataclass(frozen=True, slots=True)
class Message:
    """What a channel is asked to send.

    `key` stays the same when the same message is sent again (the idempotency key). `address` is the reader's on this
    channel; `reader` their name, `person` their id (empty for a squad). `notice` and its id are of a message that is
    about no incident. `headline` is one line without line breaks.
    `timezone` is the IANA name of the zone that times are shown in. `mentions` are addresses on this channel of whom it
    is to call by name. Texts come from alerts and are not trusted: each channel escapes them for its own medium.
    """

    key: str
    kind: MessageKind
    channel: str
    address: str
    reader: str
    headline: str
    items: tuple[Item, ...]
    timezone: str = "UTC"
    person: str = ""
    mentions: tuple[str, ...] = ()
    notice: Notice | None = None
    notice_id: str = ""

    def link(self) -> str:
        """What there is to open: the only item's page, or a notice's link; empty where there is none, or several."""
        if self.notice:
            return self.notice.link
        return self.items[0].link if len(self.items) == 1 else ""

    def has_body(self) -> bool:
        """Whether there is anything to say besides the headline."""
        return bool(self.items or (self.notice and (self.notice.lines or self.notice.link)))

    def told_of(self, most: int) -> tuple[str, ...]:
        """Under which ids its sending is written down: of its first incidents, at most so many, or of the notice."""
        return tuple(item.incident for item in self.items[:most]) or ((self.notice_id,) if self.notice_id else ())

    def button(self) -> str:
        """What the button says that opens an item's link."""
        if self.notice:
            return "I got it" if self.kind is MessageKind.TEST else "Open"
        return "Open and acknowledge" if self.asks_for_somebody() and not self._is_answered() else "Open"

    def _is_answered(self) -> bool:
        """Whether all that it speaks of is known to need nobody's acknowledgement any more."""
        return bool(self.items) and all(item.answers and ACKNOWLEDGE not in item.answers for item in self.items)

    def severest(self) -> str:
        """The gravest severity among its items; that of a page for a test; empty without any."""
        if self.kind is MessageKind.TEST:
            return SEVEREST_FIRST[0]
        found = {item.severity for item in self.items}
        return next((severity for severity in SEVEREST_FIRST if severity in found), "")

    def asks_for_somebody(self) -> bool:
        """Whether somebody should come now, so that a channel may be loud."""
        return self.kind in ASKS_FOR_SOMEBODY

    def headline_says_it(self) -> bool:
        """Whether the headline already holds severity and title of the only item, so that they need no line more."""
        return len(self.items) == 1 and self.items[0].title_line() in self.headline

    def text(self) -> str:
        """The whole message as plain text: the headline, then every item with all its facts, one line a fact."""
        headline = one_line(self.headline, TITLE_LIMIT * 2)
        if self.notice:
            said = [one_line(line, FACT_LIMIT) for line in self.notice.lines]
            return "\n".join([headline, *(f"  {line}" for line in (*said, self.notice.link) if line)])
        if self.headline_says_it():
            return "\n".join([headline, "", *_fact_lines(self.items[0], self.timezone)])
        blocks = [
            "\n".join([number + item.title_line(), *_fact_lines(item, self.timezone)])
            for number, item in zip(_numbers(len(self.items)), self.items, strict=True)
        ]
        return "\n\n".join([headline, *blocks])


def is_address(text: str) -> bool:
    """Whether it is a web address and nothing else."""
    return bool(ADDRESS.fullmatch(text)) and text.isprintable()


def one_line(text: str, limit: int) -> str:
    """`text` without line breaks or control characters, cut for display with an ellipsis."""
    flat = " ".join("".join(c if c.isprintable() else " " for c in text).split())
    return flat if len(flat) <= limit else flat[: limit - 1].rstrip() + "…"


def _numbers(count: int) -> list[str]:
    return [f"{n}. " for n in range(1, count + 1)] if count > 1 else [""] * count


def _fact_lines(item: Item, timezone: str) -> list[str]:
    return [f"  {name:8} {value}" for name, value in item.facts(timezone)]


def _local(instant: datetime, timezone: str) -> str:
    return f"{instant.astimezone(_zone(timezone)):%a %d %b %Y, %H:%M %Z}"


def _zone(timezone: str) -> tzinfo:
    """A zone that does not exist must not stop a page: UTC then."""
    try:
        return ZoneInfo(timezone)
    except (ZoneInfoNotFoundError, ValueError):
        return UTC
