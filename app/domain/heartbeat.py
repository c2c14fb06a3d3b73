"""Something that must be heard of at least so often: when its silence is to be told of, and in which words."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from app.domain.alert import Alert, AlertStatus
from app.domain.classify import Severity
from app.domain.spoken import spoken

SOURCE = "heartbeats"
"""The instance, built in, that alerts about heartbeats come from; its type is called the same."""

MOST_PUT_OFF = 3
"""How many gaps may put off the end of one silence: a store that goes away again and again must not hide it."""


@dataclass(frozen=True, slots=True)
class Heartbeat:
    """A definition of the rules file: `every` and `grace` after the last ping it is quiet. Texts may be empty."""

    name: str
    every: timedelta
    grace: timedelta
    severity: Severity
    squad: str = ""
    runbook: str = ""
    title: str = ""


@dataclass(frozen=True, slots=True)
class Ping:
    """The last word of a heartbeat; `failed`: it said itself that something is wrong."""

    at: datetime
    failed: bool = False


@dataclass(frozen=True, slots=True)
class Watched:
    """What is known of one: `since` it is watched, its last ping, and `told`, the beginning of the silence that people
    were told of (None: of none)."""

    since: datetime
    ping: Ping | None = None
    told: datetime | None = None

    @property
    def silent_since(self) -> datetime:
        return max(self.since, self.ping.at) if self.ping else self.since

    @property
    def is_told(self) -> bool:
        """Whether people know of the silence that it is in."""
        return self.told == self.silent_since


@dataclass(frozen=True, slots=True)
class Gap:
    """A time in which nobody watched, for the store was away or no process ran: pings may have been lost in it."""

    since: datetime
    until: datetime


class Standing(StrEnum):
    """`new`: it has never been heard of; `failed`: it said so itself."""

    NEW = "new"
    OK = "ok"
    QUIET = "quiet"
    FAILED = "failed"


def deadline(one: Heartbeat, watched: Watched, gaps: Iterable[Gap]) -> datetime:
    """The instant from which it is quiet. A ping that was due in a gap, by `grace` early or late, may have been lost
    there: then the end of the gap counts in its place."""
    heard = watched.silent_since
    put_off = 0
    for gap in sorted(gaps, key=lambda gap: gap.until):
        due = heard + one.every
        might_hold_it = gap.until > heard and due - one.grace <= gap.until and gap.since < due + one.grace
        if might_hold_it and put_off < MOST_PUT_OFF:
            heard = gap.until
            put_off += 1
    return heard + one.every + one.grace


def is_quiet(one: Heartbeat, watched: Watched, gaps: Iterable[Gap], now: datetime) -> bool:
    """Whether people should know of its silence. Once they do, no gap takes that back; a longer interval does."""
    if now < watched.silent_since + one.every + one.grace:
        return False
    return watched.is_told or now >= deadline(one, watched, gaps)


def standing(one: Heartbeat, watched: Watched, gaps: Iterable[Gap], now: datetime) -> Standing:
    if is_quiet(one, watched, gaps, now):
        return Standing.QUIET
    if watched.ping is None:
        return Standing.NEW
    return Standing.FAILED if watched.ping.failed else Standing.OK


def gone_quiet(one: Heartbeat, watched: Watched, zone: ZoneInfo) -> Alert:
    heard = (
        f"Its last ping came {spoken(watched.silent_since, zone)}"
        if watched.ping
        else f"It has not pinged since it was defined, {spoken(watched.silent_since, zone)}"
    )
    text = f"{heard}; one is expected every {_length(one.every)}, at most {_length(one.grace)} late."
    return _firing(one, one.title or f"Heartbeat {one.name} is quiet", text, watched.silent_since)


def says_it_failed(one: Heartbeat, at: datetime) -> Alert:
    title = one.title or f"Heartbeat {one.name} reports a failure"
    return _firing(one, title, "It has pinged, and said that it failed.", at)


def is_over(name: str, title: str = "") -> Alert:
    """What ends the alert, also of a heartbeat that is not defined any more."""
    return Alert(
        source=SOURCE,
        source_type=SOURCE,
        dedup_key=name,
        status=AlertStatus.RESOLVED,
        title=title or f"Heartbeat {name}",
        labels={"heartbeat": name},
    )


def _firing(one: Heartbeat, title: str, text: str, since: datetime) -> Alert:
    """Without a runbook of its own, a local one may have the heartbeat's name."""
    return Alert(
        source=SOURCE,
        source_type=SOURCE,
        dedup_key=one.name,
        status=AlertStatus.FIRING,
        title=title,
        description=text,
        severity=one.severity.value,
        labels={"heartbeat": one.name, **({"squad": one.squad} if one.squad else {})},
        runbooks=(one.runbook or one.name,),
        started_at=since,
    )


def _length(span: timedelta) -> str:
    """As people say it, in whole units: "1 d 2 h", "30 min"."""
    left, parts = int(span.total_seconds()), []
    for size, unit in ((86400, "d"), (3600, "h"), (60, "min"), (1, "s")):
        count, left = divmod(left, size)
        if count:
            parts.append(f"{count} {unit}")
    return " ".join(parts) or "0 s"
