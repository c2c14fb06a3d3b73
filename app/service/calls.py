"""Starting a call about an incident: a fresh one where that is to be had, else the room that stands."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar
from weakref import WeakValueDictionary

from app.domain.errors import IllegalTransition, NotFound, OutsideUnavailable
from app.domain.events import Actor, StartCall
from app.domain.incident import Incident
from app.domain.message import TITLE_LIMIT, one_line
from app.domain.step import step
from app.service.in_force import InForce
from app.service.ports import CallRooms, Clock, WorkingStore
from app.service.respond import must_be_person

T = TypeVar("T")

NOT_SET_UP = "Zoom is not set up"


class Calls:
    """Who asks while a call is being started waits, and is shown the same one. `rooms` is None where only rooms of the
    rules file are to be had. Of two processes that start one at the same instant, one finds the other's to stand, and
    its own stays empty: nobody is sent there. `held` finds an incident that is held for the time of an outage."""

    def __init__(
        self,
        store: WorkingStore,
        held: Callable[[str], Incident | None],
        in_force: InForce,
        clock: Clock,
        rooms: CallRooms | None,
    ) -> None:
        self._store = store
        self._held = held
        self._in_force = in_force
        self._clock = clock
        self._rooms = rooms
        self._starting: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()

    def is_possible(self, squad: str) -> bool:
        """Whether there is anything to meet in about an incident of this squad."""
        return self._rooms is not None or bool(self._in_force.rules.call_room_of(squad))

    async def start(self, id: str, by: Actor, act: Callable[[StartCall], Awaitable[T]]) -> T:
        """Do `act` with the call that people are to meet in.

        Raises `NotFound`, `IllegalTransition` where no call is possible, `InvalidPayload` for an unknown person, and
        `OutsideUnavailable` when a fresh one cannot be had and no room stands. Then nothing was asked of anybody.
        """
        lock = self._starting.setdefault(id, asyncio.Lock())
        async with lock:
            return await act(await self._prepared(id, by))

    async def _prepared(self, id: str, by: Actor) -> StartCall:
        must_be_person(by.id, "by", self._in_force.rules)
        incident = self._held(id) or (await self._store.load((), (id,))).incidents.get(id)
        if incident is None:
            raise NotFound(f"there is no incident {id}")
        step(incident, StartCall(by, ""), self._in_force.context(self._clock.now()))
        return StartCall(by, incident.call) if incident.call else await self._fresh(incident, by)

    async def _fresh(self, incident: Incident, by: Actor) -> StartCall:
        why = NOT_SET_UP
        if self._rooms:
            try:
                topic = f"{incident.severity.value.upper()} {one_line(incident.title, TITLE_LIMIT)}"
                return StartCall(by, await self._rooms.open(topic), self._rooms.name)
            except OutsideUnavailable as failed:
                why = str(failed)
        if room := self._in_force.rules.call_room_of(incident.squad):
            return StartCall(by, room, f"the standing room, for {why}")
        if self._rooms:
            raise OutsideUnavailable(f"no call was started: {why}, and the rules file names no call_room")
        raise IllegalTransition(f"no call can be started: {why}, and the rules file names no call_room")
