"""One event for one incident, and what became of it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from app.domain.alert import Alert
from app.domain.events import Event
from app.domain.incident import Decision, Incident, KnownKey, Outcome
from app.domain.replacing import quick
from app.service.ports import Record


@quick
@dataclass(frozen=True, slots=True)
class Applied:
    """What became of a job: the outcome and the incident as it is now, or the error that refused it."""

    outcome: Outcome
    incident: Incident | None
    error: Exception | None = None


Records = Callable[[Applied], Sequence[Record]]
"""What to keep of a result, in the same commit as the result itself; pure, for a conflict asks again."""


@quick
@dataclass(frozen=True, slots=True)
class Job:
    """One event for one incident, found by the first of `keys` that leads to an open one, or by `id`.

    `event` is handed what the store knows of the first key. `must_exist` turns a missing incident into `NotFound`.
    `quieted` are the keys instead where `alert` is suppressed; `beside` are keys of what may inhibit it.
    `records` is not asked about a job that was refused. `is_done` says of the incident and the first key, as they are
    at the commit, that the event has been applied before. `fresh` is the id that the event would open: where that
    exists, it has been too. `moved` is an incident that was decided on elsewhere, this event included: it is taken as
    it is, once, unless the store has it or another open one of these keys.
    """

    event: Callable[[KnownKey | None], Event]
    keys: tuple[str, ...] = ()
    id: str = ""
    must_exist: bool = False
    records: Records | None = None
    fresh: str = ""
    is_done: Callable[[Incident | None, KnownKey | None], bool] | None = None
    moved: Decision | None = None
    alert: Alert | None = None
    quieted: tuple[str, ...] = ()
    beside: tuple[str, ...] = ()

    def asked(self) -> tuple[str, ...]:
        """Every key that has to be looked up."""
        return (*self.keys, *self.quieted, *self.beside)

    def ids(self) -> tuple[str, ...]:
        """Every incident that has to be looked at beside those of the keys."""
        moved = self.moved.incident.id if self.moved and self.moved.incident else ""
        return tuple(id for id in (self.id, self.fresh, moved) if id)
