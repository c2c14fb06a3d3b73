"""An export of any on-call system in one shape: what it holds, in that system's terms and under its own keys."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from app.service.moving_over.findings import Finding
from app.service.moving_over.weekly import ALWAYS


class System(StrEnum):
    """The systems whose exports are understood."""

    PAGERDUTY = "pagerduty"
    OPSGENIE = "opsgenie"
    GRAFANA_ONCALL = "grafana-oncall"
    GOALERT = "goalert"

    @property
    def brand(self) -> str:
        """As its makers write it."""
        return _BRANDS[self]


_BRANDS = {
    System.PAGERDUTY: "PagerDuty",
    System.OPSGENIE: "Opsgenie",
    System.GRAFANA_ONCALL: "Grafana OnCall",
    System.GOALERT: "GoAlert",
}


@dataclass(frozen=True, slots=True)
class ExportedPerson:
    """A user; addresses are checked for their form already, and empty where there is none of use."""

    key: str
    name: str
    email: str = ""
    phone: str = ""
    slack: str = ""


@dataclass(frozen=True, slots=True)
class Layer:
    """People on call in turn; `name` is as that system says it, such as `rotation "Nights"`.

    `turns` are person keys; those of one turn are on call together, and an empty turn is nobody's. `anchor` (UTC) is an
    instant at which `turns[0]` begins; turns repeat from there in both directions, each `length` long: whole days are
    days of the calendar in `zone`, so a handover keeps its local time. Of the layers of a schedule a higher `rank`
    goes before a lower one, and equal ones are on call together. `windows` say in words when it is on call if not
    always, and `minutes` as a set (see weekly.py), which is only about right where it is not `regular`. It holds from
    `starts` to `ends` (None: open).
    """

    name: str
    zone: ZoneInfo
    turns: tuple[tuple[str, ...], ...]
    anchor: datetime
    length: timedelta
    rank: int = 0
    starts: datetime | None = None
    ends: datetime | None = None
    windows: tuple[str, ...] = ()
    minutes: int = ALWAYS
    regular: bool = True


@dataclass(frozen=True, slots=True)
class Stated:
    """Who is on call by the system's own word; without `since` and `until` (UTC), at the instant of the export."""

    person: str
    since: datetime | None = None
    until: datetime | None = None

    def holds(self, at: datetime) -> bool:
        return (self.since is None or self.since <= at) and (self.until is None or at < self.until)


@dataclass(frozen=True, slots=True)
class Override:
    """Somebody else for a stretch of a schedule (UTC); `person` is empty where it only takes `instead_of` away."""

    person: str
    since: datetime
    until: datetime
    instead_of: str = ""


@dataclass(frozen=True, slots=True)
class ExportedSchedule:
    """`problem` says why its turns cannot be known (an iCal address, for example); then it has no layers."""

    key: str
    name: str
    zone: ZoneInfo
    layers: tuple[Layer, ...] = ()
    stated: tuple[Stated, ...] = ()
    overrides: tuple[Override, ...] = ()
    problem: str = ""


@dataclass(frozen=True, slots=True)
class ExportedStep:
    """Who is told, `after` the step before (the first: after the alert); keys of people and of schedules."""

    after: timedelta
    people: tuple[str, ...] = ()
    schedules: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ExportedPolicy:
    """`passes` counts all of them; `last_wait` is the wait after the last step (None: not said).

    `notes` say what of it the steps do not show.
    """

    key: str
    name: str
    steps: tuple[ExportedStep, ...]
    passes: int = 1
    last_wait: timedelta | None = None
    notes: tuple[Finding, ...] = ()


@dataclass(frozen=True, slots=True)
class ExportedTeam:
    key: str
    name: str
    members: tuple[str, ...] = ()
    email: str = ""


@dataclass(frozen=True, slots=True)
class Export:
    """All that could be read; `notes` say what could not."""

    system: System
    people: tuple[ExportedPerson, ...] = ()
    schedules: tuple[ExportedSchedule, ...] = ()
    policies: tuple[ExportedPolicy, ...] = ()
    teams: tuple[ExportedTeam, ...] = ()
    notes: tuple[Finding, ...] = ()
