"""The month that a page is about, with the ones before and after it."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from app.domain.errors import InvalidPayload
from app.domain.period import month_before, month_of

_MONTHS = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)


@dataclass(frozen=True, slots=True)
class Month:
    """`word` is how it is written in an address, `before` and `after` those of its neighbours."""

    word: str
    name: str
    before: str
    after: str
    since: datetime
    until: datetime


def month_named(word: str, now: datetime, zone: ZoneInfo) -> Month:
    """The month of that word; without one, the month before the present one. Raises `InvalidPayload`."""
    try:
        since, until = month_of(word, zone) if word else month_before(now, zone)
    except ValueError as error:
        raise InvalidPayload(str(error), "month") from None
    first = since.astimezone(zone).date()
    day = timedelta(days=1)
    return Month(
        word=f"{first:%Y-%m}",
        name=f"{_MONTHS[first.month - 1]} {first.year}",
        before=f"{first - day:%Y-%m}",
        after=f"{until.astimezone(zone).date():%Y-%m}",
        since=since,
        until=until,
    )
