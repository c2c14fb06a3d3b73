"""A heartbeat is heard of: its ping is kept and what its silence had raised is over; or it raises an alert itself."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from difflib import get_close_matches

from app.domain.errors import Conflict, NotFound, StoreUnavailable
from app.domain.events import AlertResolved
from app.domain.heartbeat import SOURCE, Heartbeat, Ping, is_over, says_it_failed
from app.domain.incident import Outcome, alert_key
from app.domain.replacing import replace
from app.service.apply import Applier
from app.service.heartbeat_records import last_ping, ping_record
from app.service.in_force import InForce
from app.service.ingest import Taken, job_for, taken
from app.service.job import Job
from app.service.journalling import Journalling
from app.service.ports import Clock, Record, Store


@dataclass(frozen=True, slots=True)
class Pinged:
    """`stored`: the store has the ping; else it waits in memory. `taken` is what it raised or ended."""

    stored: bool
    taken: tuple[Taken, ...] = ()


@dataclass(slots=True)
class Pings:
    """`waiting` are the pings that the store could not take: they are in this process's memory only, until `flush`."""

    store: Store
    applier: Applier
    in_force: InForce
    clock: Clock
    new_id: Callable[[], str]
    journalling: Journalling | None = None
    waiting: dict[str, Ping] = field(default_factory=dict)

    def find(self, name: str) -> Heartbeat:
        """Raises `NotFound`, which names what is near."""
        known = self.in_force.rules.heartbeats
        if name in known:
            return known[name]
        near = get_close_matches(name, known, n=1)
        hint = f" (did you mean {near[0]!r}?)" if near else "; define it under `heartbeats:` in the rules file"
        raise NotFound(f"no heartbeat is called {name[:80]!r}{hint}")

    async def ping(self, name: str, failed: bool = False) -> Pinged:
        """Take a ping. One that the store cannot take waits here; a failure that nobody could be told of is refused.

        Raises `NotFound`, and of a failure `StoreUnavailable`.
        """
        one, ping = self.find(name), Ping(self.clock.now(), failed)
        if failed:
            return await self._failure(one, ping)
        if not self._is_cut_off:
            with suppress(StoreUnavailable, Conflict):
                return await self._given(_over(name, ping), name)
        await self._wait(name, ping)
        return Pinged(stored=False)

    async def flush(self) -> int:
        """Give the store what waits here, once the journal's alerts are there; how many. Raises `StoreUnavailable`."""
        if self._is_cut_off:
            return 0
        done = 0
        for name, ping in list(self.waiting.items()):
            await self._give(name, ping, await last_ping(self.store, name))
            if self.waiting.get(name) is ping:
                del self.waiting[name]
            done += 1
        return done

    @property
    def _is_cut_off(self) -> bool:
        """Whether the store must wait for alerts that are older: a "resolved" must not overtake its "firing"."""
        return self.journalling is not None and self.journalling.is_open

    async def _give(self, name: str, ping: Ping, stored: Ping | None) -> None:
        """The alert of a failure went into the journal when it came; a good ping that another process took later ends
        it. Else, what the store has a later word of is not news."""
        if stored and stored.at > ping.at:
            if ping.failed and not stored.failed:
                await self._end(name, stored)
        elif ping.failed:
            await self.store.put_record(ping_record(name, ping))
        else:
            await self._end(name, ping)

    async def _end(self, name: str, ping: Ping) -> None:
        taken(await self.applier.submit([_over(name, ping)]))

    async def _failure(self, one: Heartbeat, ping: Ping) -> Pinged:
        """Raised at once; while the store is away, the way of any other alert: over the journal."""
        log, alert, fresh = self.journalling, says_it_failed(one, ping.at), self.new_id()
        job = job_for(alert, self.in_force.rules, lambda: fresh)
        kept = replace(job, records=lambda _: (ping_record(one.name, ping),))
        if log is None:
            return await self._given(kept, one.name)
        doubt: StoreUnavailable | None = None
        if not log.is_open:
            try:
                return await self._given(kept, one.name)
            except StoreUnavailable as error:
                doubt = error
            except Conflict:
                pass
        await log.keep((alert,), (fresh,), doubt)
        self.waiting[one.name] = ping
        return Pinged(stored=False)

    async def _given(self, job: Job, name: str) -> Pinged:
        """The store has it, and whatever waited here is old."""
        outcomes = taken(await self.applier.submit([job]))
        self.waiting.pop(name, None)
        return Pinged(True, tuple(one for one in outcomes if one.outcome is not Outcome.IGNORED))

    async def _wait(self, name: str, ping: Ping) -> None:
        """Those who watch shall see it as soon as may be, though what it ends has to wait its turn."""
        before, self.waiting[name] = self.waiting.get(name), ping
        if before and before.failed and self.journalling:
            with suppress(StoreUnavailable):  # A journal that is full ends no alert: `flush` does, a little later.
                await self.journalling.keep((is_over(name),), ())
        if self._is_cut_off:
            with suppress(StoreUnavailable):
                await self.store.put_record(ping_record(name, ping))


def over(name: str, reason: str, records: Callable[[], tuple[Record, ...]]) -> Job:
    """Whatever is open of it ends, if anything is, and these records are kept in the same commit."""
    key = alert_key(SOURCE, name)
    return Job(lambda known: AlertResolved(is_over(name), known, reason=reason), (key,), records=lambda _: records())


def _over(name: str, ping: Ping) -> Job:
    return over(name, f"heartbeat {name} pinged", lambda: (ping_record(name, ping),))
