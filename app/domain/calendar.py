"""Working hours: zones, weekly windows, holidays and extra days, with arithmetic that is right across clock changes."""

from bisect import bisect_left
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

Window = tuple[time, time]
"""Local opening and closing time; a closing time of 00:00 means midnight at the day's end."""

Span = tuple[datetime, datetime]
"""Two aware UTC instants, the first within and the second without."""

LOOK_AHEAD = timedelta(days=731)
"""How far ahead a change of hours is looked for: two years, one of them a leap year."""

WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")

_MIDNIGHT = time()
_DAY = timedelta(days=1)
_REMEMBERED_DAYS = 4096


def instant(day: date, clock: time, zone: ZoneInfo) -> datetime:
    """The first UTC instant at which a clock in `zone` shows `clock` or later on `day`.

    So a time that the clocks show twice is the first of the two, and one that they skip is the instant of the skip.
    Later times never come earlier, whatever the clocks do.
    """
    local = datetime.combine(day, clock, zone)
    first, second = local.astimezone(UTC), local.replace(fold=1).astimezone(UTC)
    return first if first <= second else _skip(second, first, zone, local.replace(tzinfo=None))


def _skip(since: datetime, until: datetime, zone: ZoneInfo, wanted: datetime) -> datetime:
    """The second from `since` to `until` at which the clocks jump over `wanted`; zoneinfo does not tell, so search."""

    def is_past(second: int) -> bool:
        return (since + timedelta(seconds=second)).astimezone(zone).replace(tzinfo=None) >= wanted

    seconds = range(int((until - since).total_seconds()))
    return since + timedelta(seconds=bisect_left(seconds, True, key=is_past))


@dataclass(frozen=True, slots=True)
class Calendar:
    """When a team works. `week` has seven entries, Monday first; `holiday` names a public holiday or gives None;
    `closed` and `opened` are extra days (with a reason, or with the day's windows) and win over all else,
    `closed` over `opened`. All instants are aware UTC. `holiday` must always answer the same for the same date: what a
    day comes to is remembered.

    A working day is the hours that begin on one local date; those that run on over midnight belong to the day on which
    they began. So a calendar that never closes has neither a day start nor a day end ahead of it.
    """

    name: str
    zone: ZoneInfo
    week: tuple[tuple[Window, ...], ...]
    holiday: Callable[[date], str | None] = lambda _: None
    closed: Mapping[date, str] = field(default_factory=dict)
    opened: Mapping[date, tuple[Window, ...]] = field(default_factory=dict)
    _remembered: dict[date, tuple[Span, ...]] = field(default_factory=dict, init=False, repr=False, compare=False)

    def is_open(self, at: datetime) -> bool:
        """Whether `at` lies in a window; a window's end does not."""
        return any(since <= at < until for since, until in self._spans(self._day(at)))

    def explain(self, at: datetime) -> str:
        """Why `at` is in or out of hours: "in hours (office, Mon 09:00-17:30)", "out of hours (office, Sunday)",
        "out of hours (office, Boxing Day)", "out of hours (office, Mon 18:10, open 09:00-17:30)"."""
        day = self._day(at)
        window = next((window for window in self._windows(day) if self._holds(day, window, at)), None)
        if window is None:
            return f"out of hours ({self.name}, {self._why_closed(day, at)})"
        extra = ", extra day" if day in self.opened else ""
        return f"in hours ({self.name}, {WEEKDAYS[day.weekday()][:3]} {_written(window)}{extra})"

    def next_change(self, at: datetime) -> datetime | None:
        """The first instant after `at` at which hours begin or end; None if there is none within two years."""
        end: datetime | None = None
        for since, until in self._spans_between(at, at + LOOK_AHEAD):
            if end is None and since > at:
                return _near(since, at)
            if end is not None and since != end:
                break
            end = until
        return _near(end, at)

    def next_day_start(self, at: datetime) -> datetime | None:
        """The first instant after `at` at which a working day starts (that day's first window).

        None if there is none within two years.
        """
        return _near(next((since for since, _ in self._working_days(at) if since > at), None), at)

    def day_end(self, at: datetime) -> datetime | None:
        """The end of the last window of the working day that `at` lies in, or of the next one; always after `at`.

        None if there is none within two years.
        """
        return _near(next((until for _, until in self._working_days(at) if until > at), None), at)

    def add_working(self, at: datetime, length: timedelta) -> datetime | None:
        """The instant at which `length` of working time has passed since `at`.

        `at` itself when `length` is zero; the window's end, not the next one's start, when it fits to the second. None
        if the next two years do not hold so much.
        """
        if length <= timedelta(0):
            return at
        for since, until in self._spans_between(at, at + LOOK_AHEAD):
            begins = max(since, at)
            if until - begins >= length:
                return _near(begins + length, at)
            length -= until - begins
        return None

    def working_between(self, since: datetime, until: datetime) -> timedelta:
        """How much of the time from `since` to `until` lies in hours, in real minutes; zero when they are reversed."""
        spans = self._spans_between(since, until) if since < until else ()
        held = (min(ends, until) - max(begins, since) for begins, ends in spans)
        return sum((length for length in held if length > timedelta(0)), timedelta(0))

    def _day(self, at: datetime) -> date:
        """The local date of `at`; clocks put back over midnight do not bring yesterday back."""
        local = at.astimezone(self.zone)
        day = local.date()
        if local.fold and instant(day + _DAY, _MIDNIGHT, self.zone) <= at:
            return day + _DAY
        return day

    def _windows(self, day: date) -> tuple[Window, ...]:
        if day in self.closed:
            return ()
        extra = self.opened.get(day)
        if extra is not None:
            return extra
        usual = self.week[day.weekday()]
        return () if usual and self.holiday(day) is not None else usual

    def _span(self, day: date, window: Window) -> Span:
        opens, closes = window
        last = day + _DAY if closes == _MIDNIGHT else day
        return instant(day, opens, self.zone), instant(last, closes, self.zone)

    def _holds(self, day: date, window: Window, at: datetime) -> bool:
        since, until = self._span(day, window)
        return since <= at < until

    def _spans(self, day: date) -> tuple[Span, ...]:
        """The day's windows as instants, in order, joined where they touch; worked out once, for this is asked most."""
        found = self._remembered.get(day)
        if found is None:
            if len(self._remembered) >= _REMEMBERED_DAYS:
                self._remembered.clear()
            found = _joined(sorted(self._span(day, window) for window in self._windows(day)))
            self._remembered[day] = found
        return found

    def _spans_between(self, since: datetime, until: datetime) -> Iterator[Span]:
        """The spans that end after `since`, in order, of all days up to that of `until`."""
        day, last = self._day(since), self._day(until)
        while day <= last:
            for span in self._spans(day):
                if span[1] > since:
                    yield span
            day += _DAY

    def _working_days(self, at: datetime) -> Iterator[Span]:
        """Start and end of each working day, from yesterday's (which may run on into today) to the last looked at."""
        begun: Span | None = None
        first = self._day(at) - _DAY
        for number in range(LOOK_AHEAD.days + 3):
            spans = self._spans(first + number * _DAY)
            if begun and spans and spans[0][0] == begun[1]:
                begun, spans = (begun[0], spans[0][1]), spans[1:]
            if spans:
                if begun:
                    yield begun
                begun = (spans[0][0], spans[-1][1])
        if begun:
            yield begun

    def _why_closed(self, day: date, at: datetime) -> str:
        """A closed day's reason, a holiday's name, a day without windows by its name; else the time and the windows."""
        reason = self.closed.get(day) or (None if day in self.opened else self.holiday(day))
        windows = self._windows(day)
        if reason or not windows:
            return reason or WEEKDAYS[day.weekday()]
        hours = " and ".join(_written(window) for window in windows)
        return f"{WEEKDAYS[day.weekday()][:3]} {at.astimezone(self.zone):%H:%M}, open {hours}"


def _joined(spans: list[Span]) -> tuple[Span, ...]:
    """Spans in order with those that touch or overlap made one, and those that a clock change left empty dropped."""
    joined: list[Span] = []
    for since, until in spans:
        if joined and since <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(until, joined[-1][1]))
        elif since < until:
            joined.append((since, until))
    return tuple(joined)


def _near(found: datetime | None, at: datetime) -> datetime | None:
    """`found`, unless it lies further from `at` than is looked ahead."""
    return found if found is not None and found - at <= LOOK_AHEAD else None


def _written(window: Window) -> str:
    opens, closes = window
    return f"{opens:%H:%M}-{'24:00' if closes == _MIDNIGHT else f'{closes:%H:%M}'}"
