"""An escalation policy: ordered steps, who is told at each, and how long after the step before."""

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

from app.domain.people import Urgency


class TargetKind(StrEnum):
    ROTA = "rota"
    SQUAD = "squad"
    PERSON = "person"


@dataclass(frozen=True, slots=True)
class Target:
    """Somebody to tell: a rota by name, the incident's own squad, or one person by id."""

    kind: TargetKind
    name: str


@dataclass(frozen=True, slots=True)
class Delay:
    """A length of time, in real minutes or in the calendar's working time."""

    length: timedelta
    working: bool = False


@dataclass(frozen=True, slots=True)
class Step:
    """One step; `after` counts from the instant of the step before."""

    tell: tuple[Target, ...]
    after: Delay = Delay(timedelta(0))


@dataclass(frozen=True, slots=True)
class Chain:
    """The steps of one kind of hours; with `hold` the incident waits for the next working day (no steps)."""

    name: str
    steps: tuple[Step, ...] = ()
    hold: bool = False


@dataclass(frozen=True, slots=True)
class Policy:
    """Both chains of a severity. `repeat` is the number of passes in all before the last resort."""

    name: str
    in_hours: Chain
    out_of_hours: Chain
    repeat: int = 3
    urgency: Urgency = Urgency.URGENT

    def chain(self, in_hours: bool) -> Chain:
        return self.in_hours if in_hours else self.out_of_hours
