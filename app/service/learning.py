"""Reports of a period: incidents are read page by page, each becomes a few figures, and those are added up."""

import asyncio
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from app.domain.errors import InvalidPayload
from app.domain.learning import handled
from app.domain.learning_report import Frame, LearningReport, learn
from app.domain.ruleset import Rules
from app.service.histories import opened_between
from app.service.in_force import InForce
from app.service.ports import Store

LONGEST_PERIOD = timedelta(days=800)
MOST_AT_ONCE = 2
"""Reports that are worked out side by side: each keeps some kilobytes of every thousand incidents in memory."""


class Reports:
    """What a period's incidents have to teach, from the store as it is."""

    def __init__(self, store: Store, in_force: InForce) -> None:
        self._store = store
        self._in_force = in_force
        self._turns = asyncio.Semaphore(MOST_AT_ONCE)

    async def report(self, since: datetime, until: datetime, squad: str = "") -> LearningReport:
        """Of incidents that were opened from `since` to before `until`, of one squad or (empty) of all. Raises
        `InvalidPayload` for a period that is no period."""
        if until <= since:
            raise InvalidPayload("must lie after the start", "until")
        if until - since > LONGEST_PERIOD:
            raise InvalidPayload(f"is more than {LONGEST_PERIOD.days} days after the start: ask for less", "until")
        frame = frame_of(self._in_force.rules, since, until, squad)
        async with self._turns:
            found = [
                handled(incident, trail.timeline, trail.notifications)
                async for incident, trail in opened_between(self._store, since, until, squad)
            ]
            return await asyncio.to_thread(learn, found, frame)


def frame_of(rules: Rules, since: datetime, until: datetime, squad: str) -> Frame:
    """People sleep in the zone of the rota that they were paged in, else in that of the rules."""

    def zone_of(role: str) -> ZoneInfo:
        rota = rules.rotas.get(role)
        return rota.zone if rota else rules.zone

    return Frame(since, until, rules.zone, zone_of, rules.learning, squad)
