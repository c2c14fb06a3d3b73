"""What changes in rotas from week to week: said by people, kept in the store, and in force in every replica."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta

from app.domain.rota import DatedFacts
from app.domain.rota_facts import Kept, dated
from app.service.in_force import InForce
from app.service.ports import Clock, Record, Store
from app.service.rota_records import LATEST, Said, everything, written

REMEMBERED = timedelta(days=400)
"""How long ago a cover may have ended to be at hand for every decision; older ones are read where the past is asked
for."""


@dataclass(slots=True)
class RotaFacts:
    """`in_force` has them as of the last `refresh`."""

    store: Store
    in_force: InForce
    clock: Clock
    new_id: Callable[[], str]
    _seen: str | None = field(default=None)

    def records(self, said: Sequence[Said]) -> tuple[Record, ...]:
        """For the commit of whoever changes them; in force elsewhere within a second, and here after `refresh`."""
        return (*map(written, said), Record(*LATEST, self.new_id()))

    async def refresh(self) -> None:
        """Take in what was said here and in other replicas."""
        latest = await self.store.record(*LATEST)
        seen = latest.body if latest else ""
        if seen != self._seen:
            self.in_force.facts = self._at_hand(dated(await self.kept()))
            self._seen = seen

    async def kept(self) -> Kept:
        """All that was ever said."""
        return await everything(self.store)

    async def ever(self) -> DatedFacts:
        """What all of it comes to, however long ago."""
        return dated(await self.kept())

    def _at_hand(self, facts: DatedFacts) -> DatedFacts:
        since = self.clock.now() - REMEMBERED
        return replace(facts, covers=tuple(cover for cover in facts.covers if cover.until > since))
