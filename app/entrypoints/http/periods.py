"""The time that a report is about, as callers ask for it: a month, a week, or from one instant to another."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated
from zoneinfo import ZoneInfo

from fastapi import Depends, Query

from app.domain.calendar import Span
from app.domain.errors import InvalidPayload
from app.domain.period import month_of, week_of_year
from app.entrypoints.http.instants import Instant


@dataclass(frozen=True, slots=True)
class Asked:
    """At most one of a month, a week, and two instants."""

    month: str
    week: str
    since: datetime | None
    until: datetime | None

    def span(self, zone: ZoneInfo, usual: Callable[[], Span]) -> Span:
        """From when to when, on clocks of `zone`; `usual` where nothing is asked for. Raises `InvalidPayload`."""
        given = [name for name in ("month", "week", "since") if getattr(self, name)]
        if len(given) > 1:
            raise InvalidPayload(f"say either `{given[0]}` or `{given[1]}`", given[1])
        if (self.since is None) != (self.until is None):
            raise InvalidPayload("say both `since` and `until`", "until" if self.since else "since")
        if self.since and self.until:
            return self.since, self.until
        if self.month:
            return _read(month_of, self.month, zone, "month")
        return _read(week_of_year, self.week, zone, "week") if self.week else usual()


def _read(parse: Callable[[str, ZoneInfo], Span], text: str, zone: ZoneInfo, field: str) -> Span:
    try:
        return parse(text, zone)
    except ValueError as error:
        raise InvalidPayload(str(error), field) from None


async def _asked(
    month: Annotated[str, Query(max_length=8, description="Such as 2026-11, in the zone of the rules.")] = "",
    week: Annotated[str, Query(max_length=8, description="An ISO week, such as 2026-W48.")] = "",
    since: Annotated[Instant | None, Query(description="ISO 8601; with `until`, instead of a month or week.")] = None,
    until: Annotated[Instant | None, Query(description="ISO 8601, exclusive.")] = None,
) -> Asked:
    return Asked(month, week, since, until)


Period = Annotated[Asked, Depends(_asked)]
