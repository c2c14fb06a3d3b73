"""What keeps an alert from telling anybody although it is kept: silences, maintenance windows, inhibition, flapping."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from app.domain.alert import Alert
from app.domain.calendar import Calendar
from app.domain.complaint import Place
from app.domain.replacing import quick, replace

INHIBITION_LOOK = timedelta(minutes=1)
"""How soon it is looked again whether the alert that inhibits still fires: its end is known to nobody beforehand."""

SILENCE_LOOK = timedelta(minutes=10)
"""The same for a silence, whose end is known: only in case that it was ended early by a process that then died."""

MOST_OTHERS = 50
"""Alerts that one incident keeps quiet about beside the first: each of them is written down with it."""


class SuppressedBy(StrEnum):
    SILENCE = "silence"
    MAINTENANCE = "maintenance"
    INHIBITION = "inhibition"
    FLAPPING = "flapping"


@dataclass(frozen=True, slots=True)
class Silence:
    """Alerts that match tell nobody from `starts_at` to `ends_at`, by whose wish and why.

    `kind` is silence or maintenance, which differ in what people read only. `matchers` are the texts that `matches` was
    compiled from. `weekly` narrows it to hours of the week, `every` says these as they were written. `ended_at` is
    when somebody ended it before its time. All instants are aware UTC.
    """

    id: str
    kind: SuppressedBy
    matchers: tuple[str, ...]
    matches: Callable[[Alert], bool]
    starts_at: datetime
    ends_at: datetime
    by: str
    why: str
    created_at: datetime
    weekly: Calendar | None = None
    every: tuple[str, ...] = ()
    ended_at: datetime | None = None
    ended_by: str = ""

    @property
    def is_over_at(self) -> datetime:
        """When it ends for good."""
        return min(self.ends_at, self.ended_at or self.ends_at)

    def until(self, at: datetime) -> datetime | None:
        """When the stretch ends that `at` lies in; None when it is not in force at `at`."""
        if not self.is_in_force(at):
            return None
        closes = self.weekly.next_change(at) if self.weekly else None
        return min(closes or self.is_over_at, self.is_over_at)

    def is_in_force(self, at: datetime) -> bool:
        return self.starts_at <= at < self.is_over_at and (self.weekly is None or self.weekly.is_open(at))

    def next_start(self, at: datetime) -> datetime | None:
        """When it next comes into force after `at`; None when it never does again."""
        begins = max(at, self.starts_at)
        if self.until(begins) is not None and begins > at:
            return begins
        change = self.weekly.next_change(begins) if self.weekly else None
        while change is not None and change < self.is_over_at and self.weekly:
            if self.weekly.is_open(change):
                return change
            change = self.weekly.next_change(change)
        return None


@dataclass(frozen=True, slots=True)
class Inhibition:
    """While an alert that `source` matches fires, those that `target` matches and that have the same `equal` values
    tell nobody."""

    name: str
    where: Place
    source: Callable[[Alert], bool]
    target: Callable[[Alert], bool]
    equal: tuple[str, ...] = ()

    def key(self, alert: Alert) -> str:
        """The store's key by which an inhibiting alert and those that it inhibits meet."""
        values = "\x1f".join(alert.value(name) for name in self.equal)
        return f"h/{self.name}/{values}"


@quick
@dataclass(frozen=True, slots=True)
class Suppression:
    """Why an alert tells nobody now. It is looked at again at `until`; `ends_at` is when that ends by itself, where
    anybody knows it beforehand."""

    by: SuppressedBy
    reason: str
    until: datetime
    ends_at: datetime | None = None


@quick
@dataclass(frozen=True, slots=True)
class Quiet:
    """The alert that an incident keeps quiet about, why, and when that ends by itself. `others` are further ones,
    without their raw text: what ends the quiet of any of them ends that of the incident."""

    alert: Alert
    by: SuppressedBy
    reason: str
    ends_at: datetime | None = None
    others: tuple[Alert, ...] = ()

    @property
    def alerts(self) -> tuple[Alert, ...]:
        return (self.alert, *self.others)

    @property
    def is_full(self) -> bool:
        return len(self.others) >= MOST_OTHERS

    def beside(self, *alerts: Alert) -> "Quiet":
        """It with these, in place of what it had of theirs; without those for which there is no room."""
        fresh = {alert.dedup_key for alert in alerts} | {self.alert.dedup_key}
        kept = [other for other in self.others if other.dedup_key not in fresh]
        new = [replace(alert, raw="") for alert in alerts if alert.dedup_key != self.alert.dedup_key]
        return replace(self, others=(*kept, *new)[:MOST_OTHERS])

    def without(self, alert: Alert) -> "Quiet | None":
        """It without `alert`; None when there is nothing else."""
        left = [other for other in self.alerts if other.dedup_key != alert.dedup_key]
        return replace(self, alert=left[0], others=tuple(left[1:])) if left else None


def suppression(
    alert: Alert,
    silences: Iterable[Silence],
    inhibitions: Iterable[Inhibition],
    fires: Callable[[str], bool],
    now: datetime,
) -> Suppression | None:
    """Why `alert` tells nobody at `now`: the silence that lasts longest, else an inhibition; None when nothing does.

    `fires` says whether an alert fires under such a key of an inhibition.
    """
    return _silenced(alert, silences, now) or _inhibited(alert, inhibitions, fires, now)


def inhibitor_keys(alert: Alert, inhibitions: Iterable[Inhibition]) -> tuple[str, ...]:
    """The keys under which something may fire that inhibits `alert`. What inhibits is not inhibited by its like."""
    return tuple(one.key(alert) for one in _inhibiting(alert, inhibitions))


def inhibited_keys(alert: Alert, inhibitions: Iterable[Inhibition]) -> tuple[str, ...]:
    """The keys under which `alert` inhibits others while it fires."""
    return tuple(one.key(alert) for one in inhibitions if one.source(alert))


def _silenced(alert: Alert, silences: Iterable[Silence], now: datetime) -> Suppression | None:
    found = [(until, one) for one in silences if (until := one.until(now)) and one.matches(alert)]
    if not found:
        return None
    until, one = max(found, key=lambda pair: (pair[0], pair[1].id))
    reason = f"{one.kind} {one.id} by {one.by}: {one.why}"
    return Suppression(one.kind, reason, min(until, now + SILENCE_LOOK), until)


def _inhibiting(alert: Alert, inhibitions: Iterable[Inhibition]) -> Iterator[Inhibition]:
    return (one for one in inhibitions if one.target(alert) and not one.source(alert))


def _inhibited(
    alert: Alert, inhibitions: Iterable[Inhibition], fires: Callable[[str], bool], now: datetime
) -> Suppression | None:
    for one in _inhibiting(alert, inhibitions):
        if fires(one.key(alert)):
            same = ", ".join(f"{name}={alert.value(name)}" for name in one.equal)
            reason = f"inhibited by what {one.name} ({one.where}) names" + (f", with the same {same}" if same else "")
            return Suppression(SuppressedBy.INHIBITION, reason, now + INHIBITION_LOOK)
    return None
