"""What changes in rotas from week to week: said by people, kept in the store, and in force in every replica."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta

from app.domain.cover import Scene
from app.domain.errors import Conflict
from app.domain.notification import Notification
from app.domain.rota import DatedFacts
from app.domain.rota_facts import Kept, dated
from app.service.in_force import InForce
from app.service.ports import Clock, Record, Store
from app.service.rota_records import Said, everything, latest_change, marked, written

REMEMBERED = timedelta(days=400)
"""How long ago a cover may have ended to be at hand for every decision; older ones are read where the past is asked
for."""

TRIES = 10
"""How often a change is decided again because another came first."""


@dataclass(frozen=True, slots=True)
class Change:
    """What somebody said, and whom it is told, or why they cannot be. Nothing is `said` where it was so `already`."""

    said: tuple[Said, ...] = ()
    told: tuple[Notification | str, ...] = ()
    already: tuple[Said, ...] = ()

    @property
    def about(self) -> tuple[Said, ...]:
        """What holds now."""
        return self.said or self.already

    @property
    def untold(self) -> tuple[str, ...]:
        return tuple(one for one in self.told if isinstance(one, str))


Decide = Callable[[Kept, Scene], Change]
"""Decides by all that was said before; raises `AppError`. It may be asked again."""

Records = Callable[[Change], Sequence[Record]]
"""What is stored with a change besides, in the same commit."""


@dataclass(slots=True)
class RotaFacts:
    """`in_force` has them as of the last `refresh`."""

    store: Store
    in_force: InForce
    clock: Clock
    _seen: int = field(default=-1)

    async def change(self, decide: Decide, records: Records = lambda change: ()) -> Change:
        """Decide and store; in force here when it returns, and within a second elsewhere.

        Of two changes at a time, in whichever replicas, the second is decided again knowing the first.
        """
        for _ in range(TRIES):
            try:
                change = await self._once(decide, records)
            except _Overtaken:
                continue
            await self.refresh()
            return change
        raise Conflict("others keep changing the rotas at this moment; ask again")

    async def refresh(self) -> None:
        """Take in what was said here and in other replicas."""
        latest = await latest_change(self.store)
        if latest != self._seen:
            self.in_force.facts = self._at_hand(dated(await self.kept()))
            self._seen = latest

    async def kept(self) -> Kept:
        """All that was ever said."""
        return await everything(self.store)

    async def ever(self) -> DatedFacts:
        """What all of it comes to, however long ago."""
        return dated(await self.kept())

    async def _once(self, decide: Decide, records: Records) -> Change:
        before = await latest_change(self.store)
        kept = await self.kept()
        now = self.clock.now()
        change = decide(kept, Scene(now, self.in_force.rules, dated(kept)))
        besides = records(change)
        if not change.said:
            await self.store.commit((), besides)
            return change
        latest, ours = marked(before + 1, now)
        rows = [one for one in change.told if isinstance(one, Notification)]
        try:
            await self.store.commit((), (*map(written, change.said), latest, *besides), notices=rows, fresh=(ours,))
        except Conflict:
            raise _Overtaken from None
        return change

    def _at_hand(self, facts: DatedFacts) -> DatedFacts:
        since = self.clock.now() - REMEMBERED
        return replace(facts, covers=tuple(cover for cover in facts.covers if cover.until > since))


def later_ids(said: Sequence[Said], new_id: Callable[[], str]) -> Iterator[str]:
    """New ids that come after all of `said`: the last word holds, also where the clock of the replica that wrote the
    one before is ahead of ours."""
    latest = max((one.id for one in said), default="")
    while True:
        latest = max(new_id(), f"{int(latest, 16) + 1:0{len(latest)}x}" if latest else "")
        yield latest


class _Overtaken(Exception):
    """Somebody else's change came first."""
