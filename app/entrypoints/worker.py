"""The loops of a process: due timers, the outbox, heartbeats, changed files, the self-audit; each claims, handles, or
sleeps."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from datetime import timedelta
from time import monotonic

import structlog

from app.domain.errors import StoreUnavailable
from app.domain.notification import Notification
from app.domain.ruleset import Rules
from app.entrypoints.beat import Beat, LoopHealth
from app.entrypoints.chores import Chores
from app.entrypoints.heartbeat_round import heartbeat_round
from app.service.bell import Bell
from app.service.dispatch import MOST_IN_ALL
from app.service.flood import Flood, rest_after
from app.service.quarantine import waiting_by_source
from app.service.reload import last_call
from app.service.replicas import retire
from app.service.self_audit import audit
from app.service.tick import tick
from app.wiring import Application

log = structlog.get_logger()

Rounds = dict[str, tuple[Callable[[], Awaitable[float]], Bell | None]]

AUDIT_SECONDS = 5.0
SWEEP_SECONDS = 60.0
MOST_FORGOTTEN = 100
DRAIN_SECONDS = 25.0
ROUND_SECONDS = 5.0
CANCEL_SECONDS = 0.5
MOST_IN_HAND = 2 * MOST_IN_ALL
"""Rows, not rounds: a channel that hangs keeps many rounds open, and those must not hold up what others can send."""

TICK_REST = 0.02
"""Seconds between two looks at the timers, however often the bell rings: hardly a commit makes one due at once."""

LONGEST_ROUND = 1.0
"""Seconds that dispatch waits for a round during a flood; a channel that hangs must not hold up the others."""


def log_rules(rules: Rules) -> None:
    """Which rules are in force now, and what is doubtful in them."""
    log.info("rules.in_force", version=rules.version)
    if rules.warnings:
        log.warning("rules.doubtful", warnings=tuple(map(str, rules.warnings)))


class Worker:
    """Runs the loops of one process until `stop`, which lets what is in hand end first."""

    def __init__(self, application: Application) -> None:
        self._application = application
        self._loops: list[asyncio.Task[None]] = []
        self._resting: set[str] = set()
        self._stopping = False
        self._in_hand: set[asyncio.Task[None]] = set()
        self._flood = Flood()
        self._unread = False
        self._heard: str | None = None
        self._journal_open = False
        self._doubts: tuple[str, ...] = ()
        self._away: set[str] = set()
        self._health = LoopHealth(monotonic)
        url = application.settings.heartbeat_url
        self._beat = Beat(url, application.http, self._health, application.metrics) if url else None

    def start(self) -> None:
        settings = self._application.settings
        if self._application.outage and self._application.outage.damaged:
            log.error("journal.damaged", entries=self._application.outage.damaged)
        log_rules(self._application.in_force.rules)
        self._loops = [
            asyncio.create_task(self._forever(name, work, bell, settings.poll_seconds), name=name)
            for name, (work, bell) in self._rounds().items()
        ]

    def _rounds(self) -> Rounds:
        """What this process does by its role, and by which bell it is woken."""
        app = self._application
        rounds: Rounds = {
            "reload": (self._reload, None),
            "audit": (self._audit, None),
            "heartbeats": (self._heartbeats, None),
            **{name: (look, None) for name, look in Chores(app).looks().items()},
        }
        if app.settings.role != "api":
            rounds |= {
                "tick": (self._tick, app.bell),
                "dispatch": (self._dispatch, app.bell),
                "sweep": (self._sweep, None),
            }
            if self._beat:
                rounds["beat"] = (self._beats, None)
        if app.outage:
            rounds["outage"] = (self._outage, app.outage_bell)
        return rounds

    async def stop(self) -> None:
        """No new claims and no new sendings. What is being sent is waited for, and what waits in the journal goes to
        the store if it can: this disk may not come back. Both together take at most `DRAIN_SECONDS`."""
        self._application.dispatcher.stop()
        await self._end_loops()
        with suppress(TimeoutError):
            async with asyncio.timeout(DRAIN_SECONDS):
                await self._empty_journal()
                await asyncio.gather(*self._in_hand)
        with suppress(StoreUnavailable):
            await retire(self._application.name, self._application.store)

    async def _empty_journal(self) -> None:
        outage = self._application.outage
        if outage is None:
            return
        waiting = outage.waiting + 1
        while 0 < outage.waiting < waiting:
            waiting = outage.waiting
            with suppress(StoreUnavailable):
                await outage.round()
        await outage.stop()

    async def _end_loops(self) -> None:
        """Each ends with the round it is in: what was claimed in a round cut short would stay leased to nobody. One
        that takes too long is cancelled until it ends, for `asyncio.wait_for` may swallow that before Python 3.12."""
        self._stopping = True
        for loop in self._loops:
            if loop.get_name() in self._resting:
                loop.cancel()
        left, patience = {*self._loops}, ROUND_SECONDS
        while left:
            _, left = await asyncio.wait(left, timeout=patience)
            patience = CANCEL_SECONDS
            for loop in left:
                loop.cancel()

    async def _forever(self, name: str, work: Callable[[], Awaitable[float]], bell: Bell | None, poll: float) -> None:
        listener = bell.listen() if bell else None
        self._health.begun(name)
        while not self._stopping:
            try:
                pause = await work()
                self._away.discard(name)
                self._health.went_round(name, pause)
            except StoreUnavailable as error:
                self._say_once(name, error)
                pause = poll
            except Exception as error:
                self._application.metrics.loop_errors.labels(name).inc()
                log.exception("loop.failed", loop=name, error=type(error).__name__)
                pause = poll
            if not self._stopping:
                self._resting.add(name)
                await (listener.wait(pause) if listener else asyncio.sleep(pause))
                self._resting.discard(name)

    def _say_once(self, loop: str, error: StoreUnavailable) -> None:
        """A store that is away makes every round fail: counted each time, logged at the first."""
        self._application.metrics.loop_errors.labels(loop).inc()
        if loop not in self._away:
            log.warning("loop.waits", loop=loop, reason=str(error))
        self._away.add(loop)

    async def _tick(self) -> float:
        app = self._application
        handled = await tick(app.store, app.applier, app.clock)
        if handled:
            return 0
        await asyncio.sleep(TICK_REST)
        return await self._until_next()

    async def _dispatch(self) -> float:
        app = self._application
        if self._in_hand and app.dispatcher.in_hand >= MOST_IN_HAND:
            await asyncio.wait(self._in_hand, return_when=asyncio.FIRST_COMPLETED)
        claimed = await app.dispatcher.claim()
        if not claimed:
            return await self._until_next()
        task = asyncio.create_task(self._send(claimed))
        self._in_hand.add(task)
        task.add_done_callback(self._in_hand.discard)
        if self._flood.is_on(app.applier.taken, monotonic()):
            await self._rest(task)
        return 0 if len(claimed) >= MOST_IN_ALL else await self._until_next()

    async def _rest(self, sending: asyncio.Task[None]) -> None:
        """Let a round end before the next is claimed, and accepting have the core meanwhile; what falls due gathers,
        and is told in fewer messages."""
        start = monotonic()
        await asyncio.wait((sending,), timeout=LONGEST_ROUND)
        await asyncio.sleep(rest_after(monotonic() - start))

    async def _send(self, claimed: Sequence[Notification]) -> None:
        try:
            await self._application.dispatcher.send(claimed)
        except StoreUnavailable as error:  # The rows keep their lease and come again.
            self._say_once("dispatch", error)
        except Exception as error:
            self._application.metrics.loop_errors.labels("dispatch").inc()
            log.exception("loop.failed", loop="dispatch", error=type(error).__name__)

    async def _heartbeats(self) -> float:
        return await heartbeat_round(self._application)

    async def _beats(self) -> float:
        assert self._beat  # noqa: S101 - it has no such loop otherwise
        await self._beat.send()
        return self._application.settings.heartbeat_seconds

    async def _until_next(self) -> float:
        """Seconds to the next due moment, at most one poll."""
        app = self._application
        due = await app.store.next_due()
        poll = app.settings.poll_seconds
        return poll if due is None else min(poll, max(0.01, (due - app.clock.now()).total_seconds()))

    async def _reload(self) -> float:
        app = self._application
        before = app.in_force.refusal
        self._unread = await asyncio.to_thread(app.watch.has_changed) or await self._is_called() or self._unread
        if self._unread or not app.in_force.is_kept:
            version = app.in_force.rules.version
            try:
                await app.reload()
            finally:
                if app.in_force.rules.version != version:
                    log_rules(app.in_force.rules)
            self._unread = False
        if app.in_force.refusal and app.in_force.refusal != before:
            log.error("rules.refused", problems=tuple(map(str, app.in_force.refusal)))
        return app.settings.reload_seconds

    async def _is_called(self) -> bool:
        """Whether another replica was told to reload since the last look; a store that is away calls nobody."""
        try:
            latest = await last_call(self._application.store)
        except StoreUnavailable:
            return False
        before, self._heard = self._heard, latest
        return before is not None and latest != before

    async def _audit(self) -> float:
        app = self._application
        try:
            found = await audit(app.store, app.clock)
        except StoreUnavailable:
            app.metrics.store_up.set(0)
            raise
        app.metrics.store_up.set(1)
        if app.doubts() != self._doubts:
            self._doubts = app.doubts()
            log.warning("store.doubts", doubts=self._doubts)
        app.metrics.audited(found, app.in_force, app.clock.now())
        self._health.late = found.is_late
        if found.is_late:
            log.warning(
                "audit.late",
                timers=found.timers,
                timers_late=found.timers_late,
                notifications=found.notifications,
                notifications_late=found.notifications_late,
            )
        return AUDIT_SECONDS

    async def _outage(self) -> float:
        app, outage = self._application, self._application.outage
        assert outage  # noqa: S101 - it has no such loop otherwise
        pause = await outage.round()
        app.metrics.journal(outage.waiting, outage.room)
        if outage.is_open is not self._journal_open:
            self._journal_open = outage.is_open
            if outage.is_open:
                log.error("journal.opened", waiting=outage.waiting, room=outage.room)
            else:
                log.warning("journal.drained", put_aside=outage.put_aside)
        return pause

    async def _sweep(self) -> float:
        """What has expired goes, and what was resolved so long ago that it is not kept."""
        app = self._application
        now = app.clock.now()
        await app.store.sweep(now)
        app.metrics.quarantined(await waiting_by_source(app.store))
        if not app.settings.keep_days:
            return SWEEP_SECONDS
        gone = await app.store.forget(now - timedelta(days=app.settings.keep_days), MOST_FORGOTTEN)
        return 0 if gone == MOST_FORGOTTEN else SWEEP_SECONDS
