"""What a process looks after every so often, beside keeping time and telling: each look is harmless to repeat."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress

import structlog

from app.domain.errors import StoreUnavailable
from app.service.replicas import announce
from app.wiring import Application

log = structlog.get_logger()

PRESENCE_SECONDS = 10.0
GAPS_SECONDS = 60.0
COVER_SECONDS = 60.0
WEEKLY_SECONDS = 60.0
SHIFTS_SECONDS = 20.0
TRIAGE_SECONDS = 5.0
REVIEW_SECONDS = 10.0
"""How soon after its end an incident has its post-mortem."""

SHARED_SECONDS = 1.0
"""How soon a silence or a cover that another process was told of holds in this one."""

Look = Callable[[], Awaitable[float]]
"""Looks once, and says after how many seconds to look again."""


class Chores:
    """The looks of one process, by its role."""

    def __init__(self, application: Application) -> None:
        self._application = application

    def looks(self) -> Mapping[str, Look]:
        """By the name of each loop."""
        everywhere: dict[str, Look] = {
            "presence": self._presence,
            "silences": self._silences,
            "rotas": self._rotas,
            "gaps": self._gaps,
        }
        if self._application.settings.role == "api":
            return everywhere
        return everywhere | {
            "cover": self._cover,
            "weekly": self._weekly,
            "triage": self._triage,
            "review": self._review,
            "shifts": self._shifts,
        }

    async def _presence(self) -> float:
        app = self._application
        with suppress(StoreUnavailable):
            await announce(app.presence(), app.store)
        with suppress(StoreUnavailable):
            await app.tokens.refresh()
        return PRESENCE_SECONDS

    async def _silences(self) -> float:
        app = self._application
        await (app.silences.refresh() if app.settings.role == "api" else app.silences.follow())
        return SHARED_SECONDS

    async def _rotas(self) -> float:
        await self._application.rota_facts.refresh()
        return SHARED_SECONDS

    async def _gaps(self) -> float:
        app = self._application
        ahead = await asyncio.to_thread(app.gap_watch.look)
        app.metrics.looked_ahead(ahead)
        if app.settings.role != "api":
            await app.gap_watch.tell(ahead)
        return GAPS_SECONDS

    async def _cover(self) -> float:
        await self._application.absences.look()
        await self._application.cover_watch.tell()
        return COVER_SECONDS

    async def _weekly(self) -> float:
        for reason in await self._application.weekly_report.look():
            log.warning("weekly_report.untold", reason=reason)
        return WEEKLY_SECONDS

    async def _triage(self) -> float:
        if await self._application.triage_handover.look():
            log.info("triage.handed_over")
        return TRIAGE_SECONDS

    async def _review(self) -> float:
        return 0 if await self._application.review.round() else REVIEW_SECONDS

    async def _shifts(self) -> float:
        """Tell people of their shifts, and count who could not be reached."""
        app = self._application
        await app.reached.refresh()
        if told := await app.shift_telling.round():
            log.info("shifts.told", messages=told)
        app.metrics.reached(await app.reached.everybody(), app.clock.now())
        return SHIFTS_SECONDS
