"""What one incident has to teach: how soon somebody had it, how soon it was over, whom it paged and at what hour."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta

from app.domain.calendar import Window
from app.domain.classify import Severity
from app.domain.incident import Entry, Incident, Mark
from app.domain.message import ASKS_FOR_SOMEBODY
from app.domain.notification import Notification
from app.domain.receipt import WORKING, SendState
from app.domain.replacing import quick
from app.domain.work import BEGINS, SOURCE

ACTS = frozenset({BEGINS, "second_line", "note", "tagged", "snoozed", "reassigned", "escalated", "parked", "helping"})
"""What only somebody does who has looked at an incident."""


@dataclass(frozen=True, slots=True)
class Learning:
    """What the rules file says of reports: local hours of `sleep`, under how much time an incident that ended by itself
    is noise, and when and to which squads the weekly summary goes (None: never)."""

    sleep: Window = (time(22), time(7))
    noise_under: timedelta = timedelta(minutes=10)
    weekly: tuple[int, time] | None = None
    weekly_to: tuple[str, ...] = ()

    def is_asleep(self, clock: time) -> bool:
        """Whether people sleep at that local time; a night may pass midnight."""
        begins, ends = self.sleep
        return begins <= clock < ends if begins < ends else clock >= begins or clock < ends


@quick
@dataclass(frozen=True, slots=True)
class Page:
    """One person asked to come: `at` are the instants at which a message of it reached them, the first one first."""

    person: str
    role: str
    at: tuple[datetime, ...]


@quick
@dataclass(frozen=True, slots=True)
class Handled:
    """One incident as reports see it.

    `acknowledged_at` is when a person first had it, `resolved_at` when it was over for good (None: it is not).
    `by_source`: its monitoring tool said that it was over. `acted`: a person did anything about it besides resolving.
    """

    id: str
    title: str
    squad: str
    rule: str
    severity: Severity
    opened_at: datetime
    acknowledged_at: datetime | None
    resolved_at: datetime | None
    by_source: bool
    acted: bool
    no_runbook: bool
    pages: tuple[Page, ...]

    @property
    def is_production(self) -> bool:
        return self.severity is not Severity.TRIAGE

    @property
    def to_acknowledge(self) -> timedelta | None:
        """From the first page, else from opening, until a person had it."""
        if self.acknowledged_at is None:
            return None
        told = min((page.at[0] for page in self.pages), default=self.opened_at)
        return max(timedelta(0), self.acknowledged_at - told)

    @property
    def to_resolve(self) -> timedelta | None:
        """From opening until it was over for good."""
        return None if self.resolved_at is None else max(timedelta(0), self.resolved_at - self.opened_at)

    def is_noise(self, under: timedelta) -> bool:
        """Whether it paged somebody whom nobody needed: its source resolved it, and either no person had done anything
        or it took less than `under`."""
        if not self.pages or not self.by_source or self.to_resolve is None:
            return False
        return not self.acted or self.to_resolve < under


def handled(incident: Incident, timeline: Sequence[Entry], notifications: Sequence[Notification]) -> Handled:
    """Reads what an incident left behind; texts of alerts are taken as they are."""
    acknowledged = [entry.at for entry in timeline if entry.what == BEGINS and entry.channel != SOURCE]
    ended = [entry for entry in timeline if entry.what == "resolved"]
    return Handled(
        id=incident.id,
        title=incident.title,
        squad=incident.squad,
        rule=incident.rule,
        severity=incident.severity,
        opened_at=incident.opened_at,
        acknowledged_at=acknowledged[0] if acknowledged else None,
        resolved_at=incident.resolved_at,
        by_source=bool(ended) and not incident.is_open and ended[-1].channel == SOURCE,
        acted=any(entry.what in ACTS and entry.channel != SOURCE for entry in timeline),
        no_runbook=Mark.NO_RUNBOOK in incident.marks,
        pages=tuple(page for page in map(_page, notifications) if page),
    )


def _page(notification: Notification) -> Page | None:
    """None for what asks nobody to come, or has reached nobody."""
    if notification.squad or notification.kind not in ASKS_FOR_SOMEBODY:
        return None
    told = sorted(
        send.at
        for send in notification.sends
        if send.at and send.state in WORKING and send.state is not SendState.OBSERVED
    )
    return Page(notification.reader, notification.role, tuple(told)) if told else None
