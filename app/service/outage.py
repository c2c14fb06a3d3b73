"""What one replica does while the store is out of reach: it keeps, it tells, and hands over when the store is back."""

import asyncio
from collections.abc import Callable
from contextlib import suppress

from app.domain.errors import StoreUnavailable
from app.domain.events import Action
from app.domain.incident import Outcome
from app.domain.step import step
from app.service.audit_log import Act
from app.service.degraded import ACTIONS, Degraded, HeldStore, text_of
from app.service.hand_over import HandOver
from app.service.in_force import InForce
from app.service.job import Applied
from app.service.journalling import Answer, JournalEntry, Journalling
from app.service.ports import Clock, Store
from app.service.put_aside import PutAside
from app.service.respond import must_be_person

POLL = 1.0
"""Seconds between two rounds that nothing calls for."""

ON_ITS_WAY = 0.01
"""Seconds to wait for an alert that is being written into the journal, before it is looked at again."""

PROBE_PATIENCE = 0.5
"""Seconds for which telling people waits for the store's answer; a store that hangs is asked on meanwhile."""

AT_ONCE = 500


class Outage:
    """One task calls `round`; people's answers come in between, and wait while a batch is being handed over."""

    def __init__(
        self,
        log: Journalling,
        degraded: Degraded,
        hand_over: HandOver,
        put_aside: PutAside,
        store: Store,
        in_force: InForce,
        clock: Clock,
        ring: Callable[[], None] = lambda: None,
    ) -> None:
        self._log = log
        self._degraded = degraded
        self._hand = hand_over
        self._put_aside = put_aside
        self._store = store
        self._in_force = in_force
        self._clock = clock
        self._lock = asyncio.Lock()
        self._probe: asyncio.Task[bool] | None = None
        self._asked: dict[str, Applied | None] = {}
        log.ring = ring

    @property
    def is_open(self) -> bool:
        """Whether alerts go into the journal instead of the store."""
        return self._log.is_open

    @property
    def waiting(self) -> int:
        """Entries of the journal that the store does not have, or has not confirmed."""
        return self._log.waiting

    @property
    def room(self) -> float:
        """Which part of the journal is free; 0 when it cannot be written."""
        return self._log.room

    @property
    def damaged(self) -> int:
        """Entries of the journal that were found unreadable, and passed over."""
        return self._log.damaged

    @property
    def put_aside(self) -> int:
        """Alerts of the journal that went into quarantine, since the start."""
        return self._put_aside.count

    @property
    def held(self) -> HeldStore:
        """What this replica holds in memory, for showing it."""
        return self._degraded.held

    def start(self) -> None:
        self._degraded.start()

    async def round(self) -> float:
        """Take in what has come, hand it over if the store answers, else tell people; seconds to the next round."""
        if not self._log.waiting and not self._log.is_open:
            return POLL
        try:
            async with self._lock:
                await self._feed()
            if await self._store_answers():
                with suppress(StoreUnavailable):
                    await self._hand_over()
                    return POLL
        except Exception:  # A fault on the way into the store keeps nobody in the dark who is told from here.
            await self._tell()
            raise
        return 0.0 if await self._tell() else await self._until_next()

    async def answer(self, act: Act, action: Action) -> Applied | None:
        """A person answers an incident of the outage; durable when it returns. None: it is not held here.

        Raises `IllegalTransition`, `InvalidPayload`, or `StoreUnavailable` when it cannot be kept.
        """
        if not self._log.waiting:
            return None
        async with self._lock:
            held = self.held.held(act.target)
            if held is None or held.incident is None:
                return None
            must_be_person(act.who, "by", self._in_force.rules)
            if act.what not in ACTIONS:
                raise StoreUnavailable(f"{act.what.partition('.')[2]} has to wait until the store is back")
            keys = dict.fromkeys((*(row.key for row in held.alerts), *held.keys))
            if step(held.incident, action, self._in_force.context(self._clock.now())).outcome is Outcome.ALREADY:
                return Applied(Outcome.ALREADY, held.incident)
            return await self._kept(Answer(act, text_of(action), tuple(keys)))

    async def sent(self) -> None:
        """All that is being told has been sent."""
        await self._degraded.sent()

    async def stop(self) -> None:
        """Send nothing more; what is being sent is waited for."""
        await self._degraded.rest()

    async def close(self) -> None:
        if self._probe:
            self._probe.cancel()
        await self._degraded.stop()
        await self._log.close()

    async def _kept(self, answer: Answer) -> Applied | None:
        id = await self._log.keep_answer(answer)
        self._asked[id] = None
        await self._feed()
        applied = self._asked.pop(id)
        if applied and applied.error:
            raise applied.error
        return applied

    async def _feed(self) -> None:
        """Decide on what has come into the journal since the last look; after a restart that is all of it."""
        hand = self._hand
        while found := await self._log.after(max(hand.fed, hand.handed), AT_ONCE):
            for number, entry in found:
                hand.fed = number
                if not isinstance(entry, bytes) and not entry.is_stored:
                    await self._take(number, entry)

    async def _take(self, number: int, entry: JournalEntry) -> None:
        results = await self._degraded.take(entry)
        self._hand.places[number] = [one.incident.id if one and one.incident else "" for one in results]
        if entry.id in self._asked:
            self._asked[entry.id] = results[0]

    async def _tell(self) -> bool:
        async with self._lock:
            return await self._degraded.tell()

    async def _store_answers(self) -> bool:
        """Asked in the background, so that a store that hangs holds up nobody's page."""
        self._probe = self._probe or asyncio.create_task(self._ask(), name="probe")
        done, _ = await asyncio.wait({self._probe}, timeout=PROBE_PATIENCE)
        if not done:
            return False
        probe, self._probe = self._probe, None
        return probe.result()

    async def _ask(self) -> bool:
        try:
            await self._store.next_due()
        except StoreUnavailable:
            return False
        return True

    async def _hand_over(self) -> None:
        """Until nothing is left. Raises `StoreUnavailable` when the store goes away again, or has not confirmed all."""
        await self._degraded.rest()
        while True:
            async with self._lock:
                if await self._hand.some() or not await self._hand.confirm():
                    continue
                if await self._log.close_behind(self._hand.handed):
                    self._hand.ended()
                    self.held.clear()
                    return
            await asyncio.sleep(
                ON_ITS_WAY
            )  # Nothing above has to wait, and what is still being written must get there.

    async def _until_next(self) -> float:
        due = await self.held.next_due()
        return POLL if due is None else min(POLL, max(0.01, (due - self._clock.now()).total_seconds()))
