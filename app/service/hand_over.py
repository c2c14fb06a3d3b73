"""What waits in the journal goes into the store: in order, each alert once, and nobody is told again."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import partial

from app.domain.alert import Alert
from app.domain.errors import Conflict, Damaged, StoreUnavailable, Unconfirmed
from app.domain.replacing import replace
from app.service.apply import Applier
from app.service.audit_log import AuditLog
from app.service.degraded import HeldStore, action_of
from app.service.in_force import InForce
from app.service.ingest import jobs_again
from app.service.job import Applied, Job
from app.service.journalling import Answer, JournalEntry, Journalling, Numbered
from app.service.ports import Record, Store
from app.service.put_aside import PutAside

MOST_ENTRIES = 200


@dataclass(slots=True)
class Part:
    """One alert or answer of an entry. `place` is the incident of the outage that it led to. `outcome` is known before
    the commit, so also when its reply is lost; `reason` is why it was refused."""

    number: int
    what: Alert | Answer
    place: str
    job: Job | None = None
    outcome: Applied | None = None
    reason: str = "its source is not in the rules file any more"

    def note(self, audit_log: AuditLog, applied: Applied) -> Sequence[Record]:
        self.outcome = applied
        return (audit_log.record(self.what.act),) if isinstance(self.what, Answer) else ()

    @property
    def was_moved(self) -> bool:
        """Whether that incident was taken into the store as it is."""
        moved = self.job.moved if self.job else None
        return bool(moved and self.outcome and self.outcome.incident is moved.incident)


@dataclass(slots=True)
class Batch:
    """Entries that go over in one commit. `fed` is the last one that incidents of the outage include. `unconfirmed` are
    those that the store has, though not in enough places."""

    first: int
    last: int
    fed: int
    parts: list[Part] = field(default_factory=list)
    unconfirmed: list[tuple[int, str]] = field(default_factory=list)
    unread: list[tuple[int, bytes]] = field(default_factory=list)
    doubt: str = ""


class HandOver:
    """Remembers how far it has come: `handed` is the last entry that is in the store. Entries are dropped from the
    journal when the store has confirmed them. `places` says which incident of the outage each alert or answer of an
    entry led to; `moved` up to which entry an incident was taken over as it is, so that these are not applied again.
    """

    def __init__(
        self,
        log: Journalling,
        held: HeldStore,
        store: Store,
        applier: Applier,
        in_force: InForce,
        audit_log: AuditLog,
        put_aside: PutAside,
    ) -> None:
        self._log = log
        self._held = held
        self._store = store
        self._applier = applier
        self._in_force = in_force
        self._audit_log = audit_log
        self._put_aside = put_aside
        self.handed = 0
        self.fed = 0
        self.places: dict[int, list[str]] = {}
        self.moved: dict[str, int] = {}
        self._dropped = 0
        self._unconfirmed: list[tuple[int, str, bool]] = []
        self._in_doubt: Batch | None = None
        self._most = MOST_ENTRIES

    async def some(self) -> bool:
        """Hand over the next few entries; False when none is left. Raises `StoreUnavailable`; then it goes on from
        there next time."""
        if await self._settled_doubt():
            return True
        found = await self._log.after(self.handed, self._most)
        if not found:
            return False
        batch = await self._batch(found)
        try:
            await self._submit(batch)
        except Unconfirmed as error:
            await self._finish(batch, error.doubt)
        except StoreUnavailable as error:
            if error.doubt:
                batch.doubt, self._in_doubt = error.doubt, batch
            await self._failed(batch, error)
        except Exception as error:
            await self._failed(batch, error)
        else:
            await self._finish(batch)
        return True

    async def confirm(self) -> bool:
        """Drop what the store has in as many places as were asked for. False: it has lost some of it since, which is
        to be handed over again. Raises `Unconfirmed` while what was handed over from here is not confirmed: nothing may
        overtake it until then, for a restart would hand it over again."""
        try:
            return await self._confirmed()
        except Unconfirmed:
            if any(from_here for *_, from_here in self._unconfirmed):
                raise
            return True

    async def _confirmed(self) -> bool:
        while self._unconfirmed:
            _, doubt, _ = self._unconfirmed[0]
            if not await self._store.applied(doubt):
                self._log.is_open = True
                self._unconfirmed.clear()
                self.handed = self._dropped
                return False
            self._unconfirmed = [one for one in self._unconfirmed if one[1] != doubt]
            await self._drop()
        return True

    def ended(self) -> None:
        """Nothing is held in memory any more."""
        self.places.clear()
        self.moved.clear()

    async def _settled_doubt(self) -> bool:
        """Whether the commit whose reply was lost has been carried out after all."""
        batch = self._in_doubt
        if batch is None:
            return False
        try:
            done = await self._store.applied(batch.doubt)
        except Unconfirmed:
            await self._finish(batch, batch.doubt)
        else:
            if not done:
                self._in_doubt = None
                return False
            await self._finish(batch)
        return True

    async def _batch(self, found: Sequence[Numbered]) -> Batch:
        batch = Batch(found[0][0], found[-1][0], self.fed)
        applied: dict[str, bool] = {}
        for number, entry in found:
            if isinstance(entry, bytes):
                batch.unread.append((number, entry))
            elif entry.is_stored and batch.unconfirmed:
                batch.unconfirmed.append((number, entry.doubt))
            elif not entry.doubt or not await self._is_applied(number, entry.doubt, batch, applied):
                batch.parts.extend(self._parts(number, entry))
        return batch

    async def _is_applied(self, number: int, doubt: str, batch: Batch, asked: dict[str, bool]) -> bool:
        try:
            if doubt not in asked:
                asked[doubt] = await self._store.applied(doubt)
        except Unconfirmed:
            batch.unconfirmed.append((number, doubt))
            return True
        return asked[doubt]

    def _parts(self, number: int, entry: JournalEntry) -> list[Part]:
        """What is left to do of an entry."""
        jobs: Sequence[Job | None]
        whats: Sequence[Alert | Answer] = (entry.answer,) if entry.answer else entry.alerts
        if entry.answer:
            jobs = (_answering(entry.answer),)
        else:
            jobs = jobs_again(entry.alerts, entry.fresh, self._in_force.rules, entry.received_at)
        places = self.places.get(number) or [""] * len(whats)
        parts: list[Part] = [Part(number, what, place) for what, place in zip(whats, places, strict=True)]
        for part, job in zip(parts, jobs, strict=True):
            part.job = self._job(part, job) if job else None
        return [part for part in parts if number > self.moved.get(part.place, 0)]

    def _job(self, part: Part, job: Job) -> Job:
        """The job, with the incident of the outage that it belongs to if anybody was told of that."""
        held = self._held.held(part.place) if part.place else None
        job = replace(job, records=partial(part.note, self._audit_log))
        if held is None or not any(row.sends for row in held.notifications):
            return job
        keys = dict.fromkeys((*job.keys, *held.keys, *(row.key for row in held.alerts)))
        return replace(job, moved=held, keys=tuple(keys))

    async def _submit(self, batch: Batch) -> None:
        tried = [part for part in batch.parts if part.job]
        if not tried:
            return
        results = await self._applier.submit([part.job for part in tried if part.job])
        for part, result in zip(tried, results, strict=True):
            part.reason = str(result.error or part.reason)

    async def _finish(self, batch: Batch, doubt: str = "") -> None:
        """The batch is in the store; with a `doubt`, not in as many places as were asked for."""
        self._in_doubt = None
        for part in batch.parts:
            if part.was_moved:
                self.moved[part.place] = batch.fed
        for part in batch.parts:
            self._held.drop(part.place)
        await self._put_aside.parts([(part.what, part.reason) for part in batch.parts if part.outcome is None])
        await self._put_aside.unread(batch.unread)
        own = [(batch.first, doubt, True)] if doubt else []
        self._unconfirmed += sorted(own + [(*one, False) for one in batch.unconfirmed])
        self._most = min(MOST_ENTRIES, self._most * 4)
        await self._advance(batch)

    async def _failed(self, batch: Batch, error: Exception) -> None:
        """Tried again, one entry at a time, for as long as the store may come to take it. One that fails alone for a
        reason of its own is put aside, for it must not hold up those behind it."""
        alone, self._most = self._most == 1, 1
        may_pass = isinstance(error, StoreUnavailable | Conflict) and not isinstance(error, Damaged)
        if not alone or may_pass or self._in_doubt:
            raise StoreUnavailable(str(error)) from error
        await self._put_aside.parts([(part.what, str(error)) for part in batch.parts])
        await self._advance(batch)

    async def _advance(self, batch: Batch) -> None:
        self.handed = batch.last
        for number in [number for number in self.places if number <= batch.last]:
            del self.places[number]
        await self._drop()

    async def _drop(self) -> None:
        upto = min((number - 1 for number, *_ in self._unconfirmed), default=self.handed)
        if upto > self._dropped:
            await self._log.drop(upto)
            self._dropped = upto


def _answering(answer: Answer) -> Job:
    action = action_of(answer)
    return Job(lambda _: action, keys=answer.keys)
