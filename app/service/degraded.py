"""Telling people without the store: the same deciding, timers and dispatch, over what this replica holds in memory."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from app.domain.classify import Severity
from app.domain.events import Acknowledge, Action, Actor, CallSecondLine, Note, Resolve, StartCall
from app.domain.incident import Decision, Entry, Incident
from app.domain.message import DEGRADED
from app.domain.notification import Notification, Result
from app.service.apply import Applier
from app.service.dispatch import Dispatcher
from app.service.in_force import InForce
from app.service.ingest import jobs_again
from app.service.job import Applied, Job
from app.service.journalling import Answer, JournalEntry
from app.service.ports import Channel, Clock, WorkingStore
from app.service.tick import tick


class HeldStore(WorkingStore, Protocol):
    """A working store of this process alone, which can be looked at and emptied."""

    def incident(self, id: str) -> Incident | None: ...

    def every_incident(self) -> Sequence[Incident]:
        """Newest first."""
        ...

    def held(self, id: str) -> Decision | None:
        """All there is of an incident, as one decision that would make it so."""
        ...

    def drop(self, id: str) -> None: ...

    def clear(self) -> None: ...

    async def timeline(self, incident: str) -> Sequence[Entry]: ...


def is_told(incident: Incident) -> bool:
    """Only what is worth waking somebody for is told without the store; the rest is told when it is back."""
    return incident.severity is Severity.CRITICAL


ACTIONS: Mapping[str, Callable[[Actor, str], Action]] = {
    "incident.acknowledge": lambda by, text: Acknowledge(by),
    "incident.resolve": Resolve,
    "incident.second-line": CallSecondLine,
    "incident.note": Note,
    "incident.call": lambda by, text: StartCall(by, *text.split(" ", 1)),
}
"""What can be done to an incident of an outage, by the name that the audit log has for it."""


def action_of(answer: Answer) -> Action:
    return ACTIONS[answer.act.what](Actor(answer.act.who, answer.act.channel), answer.text)


def text_of(action: Action) -> str:
    """What the person said with it."""
    match action:
        case Resolve(reason=text) | CallSecondLine(reason=text) | Note(text=text):
            return text
        case StartCall(url=url, how=how):
            return f"{url} {how}"
        case _:
            return ""


@dataclass(slots=True)
class _Clock:
    """The time, or the instant at which what is decided just now came in."""

    real: Clock
    at: datetime | None = None

    def now(self) -> datetime:
        return self.at or self.real.now()


class Degraded:
    """Entries of the journal are decided on as of when they came in, so that after a restart an hour is still an hour.

    `resting`: nothing is sent, because what is held is on its way into the store.
    """

    def __init__(
        self,
        held: HeldStore,
        in_force: InForce,
        clock: Clock,
        channels: Mapping[str, Channel],
        link: Callable[[Notification], str],
        sent: Callable[[str, Result], None],
    ) -> None:
        self.held = held
        self._in_force = in_force
        self._clock = _Clock(clock)
        self._channels = channels
        self._link = link
        self._sent = sent
        self._applier = Applier(held, in_force, self._clock, lambda: None)
        self._dispatcher: Dispatcher | None = None
        self._in_hand: set[asyncio.Task[None]] = set()

    def start(self) -> None:
        self._applier.start()

    async def take(self, entry: JournalEntry) -> list[Applied | None]:
        """Decide on what came in; one result per alert (None: its source is gone), or the one of an answer."""
        jobs: list[Job | None]
        if entry.answer:
            jobs = [_answering(entry.answer)]
        else:
            jobs = jobs_again(entry.alerts, entry.fresh, self._in_force.rules, entry.received_at)
        self._clock.at = entry.received_at
        try:
            results = iter(await self._applier.submit([job for job in jobs if job]))
        finally:
            self._clock.at = None
        return [next(results) if job else None for job in jobs]

    async def tell(self) -> bool:
        """Handle what is due and begin to send; whether there was anything."""
        handled = await tick(self.held, self._applier, self._clock)
        dispatcher = self._dispatcher = self._dispatcher or self._fresh()
        claimed = await dispatcher.claim()
        if claimed:
            task = asyncio.create_task(dispatcher.send(claimed), name="degraded")
            self._in_hand.add(task)
            task.add_done_callback(self._in_hand.discard)
        return bool(handled or claimed)

    async def sent(self) -> None:
        """What is being sent has been sent."""
        while self._in_hand:
            await asyncio.gather(*self._in_hand)

    async def rest(self) -> None:
        """Begin no further sending, and wait for what is in hand: at most one sending's own time."""
        if self._dispatcher:
            self._dispatcher.stop()
            await self.sent()
            self._dispatcher = None

    async def stop(self) -> None:
        await self.rest()
        await self._applier.stop()

    def _fresh(self) -> Dispatcher:
        return Dispatcher(
            store=self.held,
            channels=self._channels,
            in_force=self._in_force,
            applier=self._applier,
            clock=self._clock.real,
            link=self._link,
            sent=self._sent,
            remark=DEGRADED,
        )


def _answering(answer: Answer) -> Job:
    action = action_of(answer)
    return Job(lambda _: action, id=answer.act.target, must_exist=True)
