"""The loops: due timers, the outbox, changed files, and the self-audit; each claims, handles, or sleeps."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from time import monotonic

import structlog

from app.domain.notification import Notification
from app.domain.ruleset import Rules
from app.service.dispatch import MOST_AT_ONCE
from app.service.flood import Flood, rest_after
from app.service.self_audit import audit
from app.service.tick import tick
from app.wiring import Application

log = structlog.get_logger()

AUDIT_SECONDS = 5.0
SWEEP_SECONDS = 60.0
DRAIN_SECONDS = 25.0
MOST_BATCHES = 32
TICK_REST = 0.02
"""Seconds between two looks at the timers, however often the bell rings: hardly a commit makes one due at once."""

LONGEST_ROUND = 1.0
"""Seconds that dispatch waits for a round during a flood; a channel that hangs must not hold up the others."""


def log_rules(rules: Rules) -> None:
    """Which rules are in force now, and what is doubtful in them."""
    log.info("rules.in_force", version=rules.version)
    if rules.warnings:
        log.warning("rules.doubtful", warnings=rules.warnings)


class Worker:
    """Runs the loops of one process until `stop`, which lets what is in hand end first."""

    def __init__(self, application: Application) -> None:
        self._application = application
        self._loops: list[asyncio.Task[None]] = []
        self._in_hand: set[asyncio.Task[None]] = set()
        self._flood = Flood()
        self._unread = False

    def start(self) -> None:
        settings = self._application.settings
        log_rules(self._application.in_force.rules)
        rounds: dict[str, tuple[Callable[[], Awaitable[float]], bool]] = {
            "tick": (self._tick, True),
            "dispatch": (self._dispatch, True),
            "reload": (self._reload, False),
            "audit": (self._audit, False),
            "sweep": (self._sweep, False),
        }
        self._loops = [
            asyncio.create_task(self._forever(name, work, rung, settings.poll_seconds), name=name)
            for name, (work, rung) in rounds.items()
        ]

    async def stop(self) -> None:
        """No new claims and no new sendings; what is being sent is waited for, at most `DRAIN_SECONDS`."""
        self._application.dispatcher.stop()
        for loop in self._loops:
            loop.cancel()
        await asyncio.gather(*self._loops, return_exceptions=True)
        if self._in_hand:
            await asyncio.wait(self._in_hand, timeout=DRAIN_SECONDS)

    async def _forever(self, name: str, work: Callable[[], Awaitable[float]], rung: bool, poll: float) -> None:
        listener = self._application.bell.listen() if rung else None
        while True:
            try:
                pause = await work()
            except Exception as error:
                self._application.metrics.loop_errors.labels(name).inc()
                log.exception("loop.failed", loop=name, error=type(error).__name__)
                pause = poll
            await (listener.wait(pause) if listener else asyncio.sleep(pause))

    async def _tick(self) -> float:
        app = self._application
        handled = await tick(app.store, app.applier, app.clock)
        if handled:
            return 0
        await asyncio.sleep(TICK_REST)
        return await self._until_next()

    async def _dispatch(self) -> float:
        app = self._application
        if len(self._in_hand) >= MOST_BATCHES:
            await asyncio.wait(self._in_hand, return_when=asyncio.FIRST_COMPLETED)
        claimed = await app.dispatcher.claim()
        if not claimed:
            return await self._until_next()
        task = asyncio.create_task(self._send(claimed))
        self._in_hand.add(task)
        task.add_done_callback(self._in_hand.discard)
        if self._flood.is_on(app.applier.taken, monotonic()):
            await self._rest(task)
        return 0 if len(claimed) == MOST_AT_ONCE else await self._until_next()

    async def _rest(self, sending: asyncio.Task[None]) -> None:
        """Let a round end before the next is claimed, and accepting have the core meanwhile; what falls due gathers,
        and is told in fewer messages."""
        start = monotonic()
        await asyncio.wait((sending,), timeout=LONGEST_ROUND)
        await asyncio.sleep(rest_after(monotonic() - start))

    async def _send(self, claimed: Sequence[Notification]) -> None:
        try:
            await self._application.dispatcher.send(claimed)
        except Exception as error:
            self._application.metrics.loop_errors.labels("dispatch").inc()
            log.exception("loop.failed", loop="dispatch", error=type(error).__name__)

    async def _until_next(self) -> float:
        """Seconds to the next due moment, at most one poll."""
        app = self._application
        due = await app.store.next_due()
        poll = app.settings.poll_seconds
        return poll if due is None else min(poll, max(0.01, (due - app.clock.now()).total_seconds()))

    async def _reload(self) -> float:
        app = self._application
        before = app.in_force.refusal
        self._unread = await asyncio.to_thread(app.watch.has_changed) or self._unread
        if self._unread:
            if await app.reload():
                log_rules(app.in_force.rules)
            self._unread = False
        if app.in_force.refusal and app.in_force.refusal != before:
            log.error("rules.refused", problems=app.in_force.refusal)
        return app.settings.reload_seconds

    async def _audit(self) -> float:
        app = self._application
        found = await audit(app.store, app.clock)
        app.metrics.audited(found, app.in_force)
        if found.is_late:
            log.warning(
                "audit.late",
                timers=found.timers,
                timers_late=found.timers_late,
                notifications=found.notifications,
                notifications_late=found.notifications_late,
            )
        return AUDIT_SECONDS

    async def _sweep(self) -> float:
        await self._application.store.sweep(self._application.clock.now())
        return SWEEP_SECONDS
