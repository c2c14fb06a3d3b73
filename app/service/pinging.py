"""A heartbeat is heard of: its ping is kept and what its silence had raised is over; or it raises an alert itself."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from difflib import get_close_matches

from app.domain.alert import Alert
from app.domain.errors import Conflict, NotFound, StoreUnavailable
from app.domain.events import AlertResolved
from app.domain.heartbeat import SOURCE, Heartbeat, Ping, is_over, says_it_failed
from app.domain.incident import alert_key
from app.domain.replacing import replace
from app.service.apply import Applier, Job
from app.service.heartbeat_records import last_ping, ping_record
from app.service.in_force import InForce
from app.service.ingest import job_for
from app.service.journalling import Journalling
from app.service.ports import Clock, Record, Store


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

    async def ping(self, name: str, failed: bool = False) -> bool:
        """Take a ping; whether the store has it. One that it cannot take waits here; a failure that nobody could be
        told of is refused.

        Raises `NotFound`, and of a failure `StoreUnavailable`.
        """
        one, ping = self.find(name), Ping(self.clock.now(), failed)
        if failed:
            return await self._failure(one, ping)
        if not self._is_cut_off:
            with suppress(StoreUnavailable, Conflict):
                await self._submit(_over(name, ping))
                self.waiting.pop(name, None)
                return True
        await self._wait(name, ping)
        return False

    async def flush(self) -> int:
        """Give the store what waits here, once the journal's alerts are there; how many. What it has a later word of
        is not news. Raises `StoreUnavailable`."""
        if self._is_cut_off:
            return 0
        done = 0
        for name, ping in list(self.waiting.items()):
            stored = await last_ping(self.store, name)
            if stored is None or stored.at < ping.at:
                await self._give(name, ping)
            if self.waiting.get(name) is ping:
                del self.waiting[name]
            done += 1
        return done

    @property
    def _is_cut_off(self) -> bool:
        """Whether the store must wait for alerts that are older: a "resolved" must not overtake its "firing"."""
        return self.journalling is not None and self.journalling.is_open

    async def _give(self, name: str, ping: Ping) -> None:
        """The alert of a failure went into the journal when it came."""
        if ping.failed:
            await self.store.put_record(ping_record(name, ping))
        else:
            await self._submit(_over(name, ping))

    async def _failure(self, one: Heartbeat, ping: Ping) -> bool:
        """Raised at once; while the store is away, the way of any other alert: over the journal."""
        alert, fresh, error = says_it_failed(one, ping.at), self.new_id(), None
        if not self._is_cut_off:
            job = job_for(alert, self.in_force.rules, lambda: fresh)
            try:
                await self._submit(replace(job, records=lambda _: (ping_record(one.name, ping),)))
            except (StoreUnavailable, Conflict) as failure:
                error = failure
            else:
                self.waiting.pop(one.name, None)
                return True
        if self.journalling is None:
            raise error or StoreUnavailable("there is no journal")
        await self._journal(alert, (fresh,), error if isinstance(error, StoreUnavailable) else None)
        self.waiting[one.name] = ping
        return False

    async def _wait(self, name: str, ping: Ping) -> None:
        before = self.waiting.get(name)
        self.waiting[name] = ping
        if before and before.failed:
            with suppress(StoreUnavailable):  # A journal that is full ends no alert: `flush` does, a little later.
                await self._journal(is_over(name), (), None)

    async def _journal(self, alert: Alert, fresh: tuple[str, ...], error: StoreUnavailable | None) -> None:
        if self.journalling:
            await self.journalling.keep((alert,), fresh, error)

    async def _submit(self, job: Job) -> None:
        (result,) = await self.applier.submit([job])
        if result.error:
            raise result.error


def over(name: str, reason: str, records: Callable[[], tuple[Record, ...]]) -> Job:
    """Whatever is open of it ends, if anything is, and these records are kept in the same commit."""
    key = alert_key(SOURCE, name)
    return Job(lambda known: AlertResolved(is_over(name), known, reason=reason), (key,), records=lambda _: records())


def _over(name: str, ping: Ping) -> Job:
    return over(name, f"heartbeat {name} pinged", lambda: (ping_record(name, ping),))
