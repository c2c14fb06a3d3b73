"""What the two first responders are told when the triage queue changes hands."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from app.domain.incident import Incident
from app.domain.message import Notice, one_line
from app.domain.spoken import lasting
from app.domain.triage import Backlog

TITLE = 120
MOST_NAMED = 8
"""Sources or squads that are named with their number; the others are counted together."""


@dataclass(frozen=True, slots=True)
class Handover:
    """The queue at the instant at which it goes from one person to another. Each is an id, empty for nobody, and
    called by `names`; `pages` is where the server's own pages begin."""

    at: datetime
    before: str
    after: str
    names: Mapping[str, str]
    queue: Backlog
    pages: str

    @property
    def people(self) -> tuple[str, ...]:
        """Whom it concerns, whoever has it now first."""
        return tuple(dict.fromkeys(person for person in (self.after, self.before) if person))

    def notice_for(self, reader: str) -> Notice:
        lines = (
            f"by source: {_named(self.queue.sources)}",
            f"by squad: {_named(self.queue.squads)}",
            *([f"without a runbook: {self.queue.without_runbook}"] if self.queue.without_runbook else []),
            *(self._line(one) for one in self.queue.oldest),
            *([f"and {left} more"] if (left := self.queue.count - len(self.queue.oldest)) else []),
        )
        return Notice(f"TRIAGE {self._whose(reader)}: {self._size()}", lines, f"{self.pages}/triage")

    def _whose(self, reader: str) -> str:
        before, after = self.names.get(self.before), self.names.get(self.after)
        if not after:
            return "nobody is first responder, so nobody has the queue"
        if reader != self.after:
            return f"the queue has gone to {after}"
        if reader == self.before:
            return "the queue stays yours"
        return f"the queue is yours now, from {before}" if before else "the queue is yours now"

    def _size(self) -> str:
        count, oldest = self.queue.count, self.queue.oldest[0]
        wait = "1 waits" if count == 1 else f"{count} wait"
        return f"{wait}, the oldest for {lasting(self.at - oldest.opened_at)}"

    def _line(self, one: Incident) -> str:
        whose = ", ".join(part for part in (one.source, one.squad) if part)
        age = lasting(self.at - one.opened_at)
        return f"{age}: {one_line(one.title, TITLE)} ({whose}) {self.pages}/incidents/{one.id}"


def _named(counts: tuple[tuple[str, int], ...]) -> str:
    named = [f"{name or 'none'} {count}" for name, count in counts[:MOST_NAMED]]
    others = sum(count for _, count in counts[MOST_NAMED:])
    return ", ".join([*named, *([f"others {others}"] if others else [])])
