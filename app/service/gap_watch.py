"""Looks at the weeks ahead, so that a gap in a rota is told while there is still time to fill it."""

from dataclasses import dataclass, field
from datetime import timedelta

from app.domain.classify import Mode
from app.domain.gap_told import told_of_gaps
from app.domain.rota_gaps import AHEAD, Outlook, outlook
from app.service.in_force import InForce
from app.service.ports import Clock, Store

WITHIN = timedelta(days=7)
"""How long before it begins a gap is told."""


@dataclass(slots=True)
class GapWatch:
    """`_told` has the keys that this process has stored; what others have stored, the store leaves as it is."""

    store: Store
    in_force: InForce
    clock: Clock
    _told: frozenset[str] = field(default=frozenset())

    def look(self) -> Outlook:
        """The months from now on, so that a gap is told with its end."""
        now = self.clock.now()
        return outlook(self.in_force.rules, self.in_force.facts, now, now + AHEAD)

    async def tell(self, ahead: Outlook) -> None:
        """Have everybody told who could fill the gaps of the week, once for each gap however many processes look. Rules
        that only observe tell nobody."""
        if self.in_force.rules.mode is Mode.OBSERVE:
            return
        soon = [gap for gap in ahead.gaps if gap.since < ahead.since + WITHIN]
        rows = told_of_gaps(soon, ahead, self.in_force.rules)
        news = [row for row in rows if row.key not in self._told]
        if news:
            await self.store.commit((), notices=news)
        self._told = frozenset(row.key for row in rows)
