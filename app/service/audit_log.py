"""Who did what to what: every action of a person and every administrative change, kept for a year and a bit."""

import json
from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta

from app.service.ports import Clock, Record, Store

KIND = "audit"
KEPT = timedelta(days=400)
"""Bounded by time and not by number, so that nobody can push an act out of the log with many small ones."""


@dataclass(frozen=True, slots=True)
class Act:
    """`who` did `what` ("incident.acknowledge", "token.create") to `target` over `channel`, holding the token named.

    `note` says what there is to say besides; never a secret.
    """

    what: str
    target: str
    who: str
    token: str
    channel: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class Logged:
    """An act with its place in the log (newer ids are greater) and its instant."""

    id: str
    at: datetime
    act: Act


@dataclass(frozen=True, slots=True)
class AuditLog:
    store: Store
    clock: Clock
    new_id: Callable[[], str]

    def record(self, act: Act) -> Record:
        """The act as a record, for the commit of the thing itself."""
        now = self.clock.now()
        body = {"at": now.isoformat(), **asdict(act)}
        return Record(KIND, self.new_id(), json.dumps(body), expires_at=now + KEPT)

    async def page(self, limit: int, before: str = "") -> list[Logged]:
        """Newest first, with ids below `before` when it is given."""
        return [_read(record) for record in await self.store.records(KIND, limit, before)]


def _read(record: Record) -> Logged:
    body = json.loads(record.body)
    at = datetime.fromisoformat(body.pop("at"))
    return Logged(record.id, at, Act(**body))
