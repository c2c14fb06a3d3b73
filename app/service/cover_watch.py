"""Tells people in time of what they still hold: what nobody has taken, and what they are away for."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from app.domain.absences import told_to_find_cover
from app.domain.classify import Mode
from app.domain.cover_told import linked, told_nobody_has_taken
from app.domain.notification import Notification
from app.domain.rota import DatedFacts, held
from app.domain.rota_facts import KeptOffer, dated
from app.domain.ruleset import Rules
from app.service.absences import Absences
from app.service.rota_facts import RotaFacts

BEFORE = timedelta(days=1)
"""How long before it begins an offer that nobody has taken is said to whoever made it."""


@dataclass(slots=True)
class CoverWatch:
    """`page` is the address where it can be seen. `_told` has the keys that this process has stored; what others have
    stored, the store leaves as it is."""

    facts: RotaFacts
    absences: Absences
    page: str
    _told: frozenset[str] = field(default=frozenset())

    async def tell(self) -> None:
        """Rules that only observe ask nobody for cover of an absence; an offer is somebody's own doing."""
        rules, now = self.facts.in_force.rules, self.facts.clock.now()
        kept = await self.facts.kept()
        offers = [one for one in kept.offers if _is_late(one, now) and _still_holds(one, dated(kept), rules, now)]
        needs = () if rules.mode is Mode.OBSERVE else await self.absences.needed()
        found = (
            *(told_nobody_has_taken(one, rules, now) for one in offers),
            *told_to_find_cover(needs, rules, now),
        )
        rows = [row for row in linked(found, self.page) if isinstance(row, Notification)]
        news = [row for row in rows if row.key not in self._told]
        if news:
            await self.facts.store.commit((), notices=news)
        self._told = frozenset(row.key for row in rows)


def _still_holds(offer: KeptOffer, facts: DatedFacts, rules: Rules, now: datetime) -> bool:
    """Not when it was covered without anybody's saying yes to the offer."""
    rota, since = rules.rotas.get(offer.rota), max(offer.since, now)
    return rota is not None and any(
        part.person == offer.person for part in held(rota, rules.people, facts, since, offer.until)
    )


def _is_late(offer: KeptOffer, now: datetime) -> bool:
    """An offer that is made later than that is known to be late by who makes it."""
    return offer.is_open(now) and offer.at < offer.since - BEFORE <= now
