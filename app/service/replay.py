"""A refused body is taken after all, once the rules, the mapping or the program can read it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from app.domain.errors import AppError, Conflict, StoreUnavailable
from app.domain.replacing import replace
from app.service.audit_log import Act, AuditLog
from app.service.ingest import Taken, job_for, taken
from app.service.ports import Clock, Record, Store
from app.service.quarantine import (
    Quarantined,
    kept_body,
    one_quarantined,
    replayed_records,
    request_in,
    waiting,
)
from app.service.receive import Receiver
from app.service.source_ports import Alerts, Control


@dataclass(frozen=True, slots=True)
class Tried:
    """One body of several, and what became of it: the outcomes of its alerts, or why it was refused again."""

    id: str
    result: list[Taken] | Control | AppError


@dataclass(frozen=True, slots=True)
class Replaying:
    """Whoever asks has the right to, so no proof is asked for. `act` is how the audit log has it, but for the id."""

    receiver: Receiver
    store: Store
    clock: Clock
    audit_log: AuditLog
    act: Callable[[str], Act]

    async def one(self, id: str) -> list[Taken] | Control:
        """Parse a kept request again and put its alerts through: these, the mark that it was replayed and the line of
        the audit log are one commit.

        Raises `NotFound`, `UnknownSource`, `InvalidPayload` while it still cannot be read, and `Conflict` for a body
        that was cut or has been replayed.
        """
        kept = await one_quarantined(self.store, id)
        if kept.cut:
            raise Conflict(f"only the beginning of body {id} was kept, so it cannot be replayed; have it sent again")
        if kept.replayed:
            raise Conflict(f"body {id} was replayed at {kept.replayed:%Y-%m-%dT%H:%M:%SZ}")
        instance, source = self.receiver.find(kept.source)
        body = await kept_body(self.store, id)
        parsed = source.parse(request_in(body), instance)
        if isinstance(parsed, Control) or not parsed.alerts:
            await self.store.commit((), self._marks(kept, body))
            return parsed if isinstance(parsed, Control) else []
        return await self._put(parsed, lambda: self._marks(kept, body))

    async def several(self, source: str, after: str, limit: int) -> tuple[list[Tried], int]:
        """Those that wait, oldest first and with ids above `after`, at most `limit`; and how many come after them.

        Raises `StoreUnavailable`; what has been put through by then is marked.
        """
        left = [one.id for one in await waiting(self.store, source) if one.id > after]
        tried: list[Tried] = []
        for id in left[:limit]:
            try:
                tried.append(Tried(id, await self.one(id)))
            except StoreUnavailable:
                raise
            except AppError as refused:
                tried.append(Tried(id, refused))
        return tried, len(left) - len(tried)

    async def _put(self, parsed: Alerts, marks: Callable[[], Sequence[Record]]) -> list[Taken]:
        """The marks go with the last of the jobs; they are one commit all together."""
        rules, new_id = self.receiver.in_force.rules, self.receiver.new_id
        *jobs, last = (job_for(alert, rules, new_id) for alert in parsed.alerts)
        marked = replace(last, records=lambda _: marks())
        return taken(await self.receiver.applier.submit([*jobs, marked]))

    def _marks(self, kept: Quarantined, body: Record) -> Sequence[Record]:
        return *replayed_records(kept, body, self.clock.now()), self.audit_log.record(self.act(kept.id))
