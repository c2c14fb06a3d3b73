"""Tells people of their shifts: once each, however many processes look and whatever crashes."""

from collections.abc import Callable
from dataclasses import dataclass, field

from app.domain.classify import Mode
from app.domain.notice import to_person
from app.domain.people import Urgency
from app.domain.reach import TOLD
from app.domain.shift_notices import ShiftNotice, shift_notices
from app.service.in_force import InForce
from app.service.ports import Clock, Store
from app.service.reached import Reached


@dataclass(slots=True)
class ShiftTelling:
    """The store keeps a row of one key once, so whoever is second changes nothing. `_told` spares asking again."""

    store: Store
    in_force: InForce
    reached: Reached
    clock: Clock
    ring: Callable[[], None] = lambda: None
    _told: frozenset[str] = field(default_factory=frozenset)

    async def round(self) -> int:
        """Tell whatever is to be told now; how many messages this process has not known of before.

        Rules that only observe tell nobody. Raises `StoreUnavailable`.
        """
        rules, now = self.in_force.rules, self.clock.now()
        if rules.mode is Mode.OBSERVE:
            return 0
        due = {one.key for one in self._due(lambda _: ())}
        if due <= self._told:
            self._told = frozenset(due)
            return 0
        lacks = {one.person: tuple(TOLD[lack] for lack in one.lacks) for one in await self.reached.everybody()}
        fresh = [one for one in self._due(lambda person: lacks.get(person, ())) if one.key not in self._told]
        rows = [to_person(one.key, one.person, one.notice, Urgency.QUIET, rules, now, one.role) for one in fresh]
        await self.store.commit((), (), notices=[row for row in rows if not isinstance(row, str)])
        self.ring()
        self._told = frozenset(due)
        return len(fresh)

    def _due(self, lacks: Callable[[str], tuple[str, ...]]) -> tuple[ShiftNotice, ...]:
        return shift_notices(self.in_force.rules, self.in_force.facts, self.clock.now(), lacks)
