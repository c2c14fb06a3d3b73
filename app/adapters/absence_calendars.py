"""Calendars of absences as they lie on the web: fetched within bounds, and read for when, never for why."""

from datetime import datetime
from zoneinfo import ZoneInfo

from app.adapters.ical_reading import read_calendar
from app.adapters.outbound_http import OutboundHttp, Unreachable
from app.domain.absences import Away
from app.domain.errors import OutsideUnavailable


class AbsenceCalendars:
    """The address of a calendar is often its only key, so no reason ever names more of it than its host."""

    def __init__(self, http: OutboundHttp) -> None:
        self._http = http

    async def fetch(self, address: str) -> str:
        """Raises `OutsideUnavailable`."""
        try:
            reply = await self._http.get(address)
        except Unreachable as error:
            raise OutsideUnavailable(f"the calendar cannot be had: {error.reason}") from None
        if reply.status != 200:
            raise OutsideUnavailable(
                f"the calendar cannot be had: it answers {reply.status}, and no redirect is followed"
            )
        return reply.body.decode("utf-8", "replace")


def read_absences(text: str, zone: ZoneInfo, until: datetime) -> tuple[tuple[Away, ...], tuple[str, ...]]:
    """Every entry is an absence, save those that are cancelled. Raises `InvalidPayload` for what is no calendar."""
    found = read_calendar(text, zone, until)
    return tuple(Away(one.since, one.until) for one in found.entries), found.problems
