"""Working hours stay right across clock changes, closed runs and windows that touch."""

from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from itertools import accumulate, pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.domain.calendar import LOOK_AHEAD, Calendar, Window, instant

LONDON = ZoneInfo("Europe/London")
NEW_YORK = ZoneInfo("America/New_York")
LORD_HOWE = ZoneInfo("Australia/Lord_Howe")
KATHMANDU = ZoneInfo("Asia/Kathmandu")
ST_JOHNS = ZoneInfo("America/St_Johns")

HOUR = timedelta(hours=1)
ALL_DAY: tuple[Window, ...] = ((time(0), time(0)),)


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def windows(*texts: str) -> tuple[Window, ...]:
    """Windows as the rules file writes them: "09:00-17:30", with 24:00 for midnight at the day's end."""
    ends = (text.replace("24:00", "00:00").split("-") for text in texts)
    return tuple((time.fromisoformat(opens), time.fromisoformat(closes)) for opens, closes in ends)


OFFICE = Calendar("office", LONDON, (windows("09:00-17:30"),) * 5 + ((), ()))
LUNCH = replace(OFFICE, name="lunch", week=(windows("09:00-12:00", "13:00-17:00"),) * 5 + ((), ()))
LATE = Calendar("late", LONDON, (windows("00:00-02:00", "14:00-24:00"),) * 7)
NEVER = Calendar("never", LONDON, ((),) * 7)
ALWAYS = Calendar("always", LONDON, (ALL_DAY,) * 7)


@pytest.mark.parametrize(
    ("zone", "day", "clock", "expected"),
    [
        (LONDON, date(2026, 7, 1), time(9), "2026-07-01 08:00"),
        (LONDON, date(2026, 3, 29), time(1), "2026-03-29 01:00"),
        (LONDON, date(2026, 3, 29), time(1, 30), "2026-03-29 01:00"),
        (LONDON, date(2026, 3, 29), time(2), "2026-03-29 01:00"),
        (LONDON, date(2026, 3, 29), time(2, 30), "2026-03-29 01:30"),
        (LONDON, date(2026, 10, 25), time(1, 30), "2026-10-25 00:30"),
        (LONDON, date(2026, 10, 25), time(2), "2026-10-25 02:00"),
        (NEW_YORK, date(2026, 3, 8), time(2, 15), "2026-03-08 07:00"),
        (NEW_YORK, date(2026, 11, 1), time(1, 15), "2026-11-01 05:15"),
        (LORD_HOWE, date(2026, 10, 4), time(2, 15), "2026-10-03 15:30"),
        (LORD_HOWE, date(2026, 4, 5), time(1, 45), "2026-04-04 14:45"),
        (KATHMANDU, date(2026, 3, 29), time(9), "2026-03-29 03:15"),
        (ZoneInfo("Africa/Cairo"), date(2026, 4, 24), time(0), "2026-04-23 22:00"),
        (ZoneInfo("Pacific/Apia"), date(2011, 12, 30), time(9), "2011-12-30 10:00"),
    ],
)
def test_a_local_time_is_the_first_instant_at_which_the_clock_has_reached_it(
    zone: ZoneInfo, day: date, clock: time, expected: str
) -> None:
    assert instant(day, clock, zone) == utc(expected)


@pytest.mark.parametrize(
    ("at", "is_open"),
    [
        ("2026-11-16 08:59:59", False),
        ("2026-11-16 09:00", True),
        ("2026-11-16 17:29:59", True),
        ("2026-11-16 17:30", False),
        ("2026-11-15 12:00", False),
        ("2026-07-01 08:00", True),
        ("2026-07-01 16:30", False),
    ],
)
def test_a_window_holds_its_first_instant_and_not_its_last(at: str, is_open: bool) -> None:
    assert OFFICE.is_open(utc(at)) is is_open


@pytest.mark.parametrize(
    ("calendar", "at", "expected"),
    [
        (OFFICE, "2026-11-16 08:00", "2026-11-16 09:00"),
        (OFFICE, "2026-11-16 09:00", "2026-11-16 17:30"),
        (OFFICE, "2026-11-20 17:30", "2026-11-23 09:00"),
        (OFFICE, "2026-03-27 17:30", "2026-03-30 08:00"),
        (OFFICE, "2026-10-23 16:30", "2026-10-26 09:00"),
        (LUNCH, "2026-11-16 10:00", "2026-11-16 12:00"),
        (LUNCH, "2026-11-16 12:30", "2026-11-16 13:00"),
        (LATE, "2026-11-16 15:00", "2026-11-17 02:00"),
        (LATE, "2026-11-17 01:00", "2026-11-17 02:00"),
    ],
)
def test_hours_change_where_a_window_begins_or_ends(calendar: Calendar, at: str, expected: str) -> None:
    assert calendar.next_change(utc(at)) == utc(expected)


def test_windows_that_touch_are_no_change() -> None:
    touching = replace(OFFICE, week=(windows("09:00-12:00", "12:00-17:30"),) * 5 + ((), ()))

    found = touching.next_change(utc("2026-11-16 10:00"))

    assert found == utc("2026-11-16 17:30")


def test_hours_change_after_a_long_run_of_closed_days() -> None:
    shut = {date(2026, 12, 21) + timedelta(days=number): "works holiday" for number in range(400)}
    calendar = replace(OFFICE, closed=shut)

    assert calendar.next_change(utc("2026-12-18 17:30")) == utc("2028-01-25 09:00")
    assert calendar.next_day_start(utc("2026-12-18 09:00")) == utc("2028-01-25 09:00")
    assert calendar.day_end(utc("2026-12-18 17:30")) == utc("2028-01-25 17:30")


@pytest.mark.parametrize(
    ("day", "is_open"),
    [
        (date(2026, 12, 24), False),  # closed, a working day otherwise
        (date(2026, 12, 25), False),  # a holiday
        (date(2026, 12, 26), True),  # opened, a Saturday and a holiday otherwise
        (date(2026, 12, 28), True),  # opened, a holiday otherwise
        (date(2026, 12, 29), False),  # both closed and opened
        (date(2026, 12, 30), True),  # an ordinary Wednesday
    ],
)
def test_closed_wins_over_opened_which_wins_over_holiday_and_week(day: date, is_open: bool) -> None:
    holidays = {date(2026, 12, 25): "Christmas Day", date(2026, 12, 26): "Boxing Day", date(2026, 12, 28): "Boxing Day"}
    opened = dict.fromkeys((date(2026, 12, 26), date(2026, 12, 28), date(2026, 12, 29)), windows("10:00-14:00"))
    closed = {date(2026, 12, 24): "works party", date(2026, 12, 29): "stock-taking"}
    calendar = replace(OFFICE, holiday=holidays.get, closed=closed, opened=opened)

    assert calendar.is_open(datetime.combine(day, time(12), UTC)) is is_open


@pytest.mark.parametrize(
    ("at", "expected"),
    [
        ("2026-11-16 10:00", "in hours (office, Mon 09:00-17:30)"),
        ("2026-11-16 18:10", "out of hours (office, Mon 18:10, open 09:00-17:30)"),
        ("2026-11-15 10:00", "out of hours (office, Sunday)"),
        ("2026-12-28 10:00", "out of hours (office, Boxing Day)"),
        ("2026-12-24 10:00", "out of hours (office, works party)"),
        ("2026-12-26 11:00", "in hours (office, Sat 10:00-24:00, extra day)"),
        ("2026-12-26 09:00", "out of hours (office, Sat 09:00, open 10:00-24:00)"),
        ("2026-07-01 08:00", "in hours (office, Wed 09:00-17:30)"),
    ],
)
def test_it_explains_itself_in_local_words(at: str, expected: str) -> None:
    calendar = replace(
        OFFICE,
        holiday={date(2026, 12, 28): "Boxing Day", date(2026, 12, 26): "Boxing Day"}.get,
        closed={date(2026, 12, 24): "works party"},
        opened={date(2026, 12, 26): windows("10:00-24:00")},
    )

    assert calendar.explain(utc(at)) == expected


def test_lunch_is_out_of_hours_and_explained_by_both_windows() -> None:
    assert LUNCH.explain(utc("2026-11-16 12:30")) == "out of hours (lunch, Mon 12:30, open 09:00-12:00 and 13:00-17:00)"


@pytest.mark.parametrize(
    ("calendar", "at", "start", "end"),
    [
        (LUNCH, "2026-11-16 08:00", "2026-11-16 09:00", "2026-11-16 17:00"),
        (LUNCH, "2026-11-16 09:00", "2026-11-17 09:00", "2026-11-16 17:00"),
        (LUNCH, "2026-11-16 12:30", "2026-11-17 09:00", "2026-11-16 17:00"),
        (LUNCH, "2026-11-20 17:00", "2026-11-23 09:00", "2026-11-23 17:00"),
        (OFFICE, "2026-10-23 20:00", "2026-10-26 09:00", "2026-10-26 17:30"),
        (LATE, "2026-11-16 20:00", "2026-11-17 14:00", "2026-11-17 02:00"),
        (LATE, "2026-11-17 01:00", "2026-11-17 14:00", "2026-11-17 02:00"),
        (LATE, "2026-11-17 02:00", "2026-11-17 14:00", "2026-11-18 02:00"),
    ],
)
def test_a_working_day_runs_from_its_first_window_to_the_end_of_its_last(
    calendar: Calendar, at: str, start: str, end: str
) -> None:
    assert (calendar.next_day_start(utc(at)), calendar.day_end(utc(at))) == (utc(start), utc(end))


@pytest.mark.parametrize(
    ("calendar", "at", "length", "expected"),
    [
        (OFFICE, "2026-11-16 10:00", HOUR, "2026-11-16 11:00"),
        (OFFICE, "2026-11-16 16:30", HOUR, "2026-11-16 17:30"),
        (OFFICE, "2026-11-16 17:00", HOUR, "2026-11-17 09:30"),
        (OFFICE, "2026-11-20 20:00", HOUR, "2026-11-23 10:00"),
        (OFFICE, "2026-10-23 16:00", HOUR, "2026-10-26 09:30"),
        (OFFICE, "2026-11-21 20:00", timedelta(0), "2026-11-21 20:00"),
        (LUNCH, "2026-11-16 11:30", HOUR, "2026-11-16 13:30"),
        (OFFICE, "2026-11-16 09:00", timedelta(hours=85), "2026-11-27 17:30"),
    ],
)
def test_working_time_passes_only_in_hours(calendar: Calendar, at: str, length: timedelta, expected: str) -> None:
    assert calendar.add_working(utc(at), length) == utc(expected)


@pytest.mark.parametrize(
    ("zone", "day", "hours"),
    [
        (LONDON, date(2026, 3, 29), 23),
        (LONDON, date(2026, 10, 25), 25),
        (NEW_YORK, date(2026, 3, 8), 23),
        (NEW_YORK, date(2026, 11, 1), 25),
        (LORD_HOWE, date(2026, 10, 4), 23.5),
        (LORD_HOWE, date(2026, 4, 5), 24.5),
        (KATHMANDU, date(2026, 3, 29), 24),
    ],
)
def test_an_all_day_window_is_as_long_as_the_day_really_is(zone: ZoneInfo, day: date, hours: float) -> None:
    calendar = Calendar("day", zone, ((),) * 7, opened={day: ALL_DAY})
    midday = datetime.combine(day, time(12), zone).astimezone(UTC)

    held = calendar.working_between(midday - timedelta(days=3), midday + timedelta(days=3))

    assert held == timedelta(hours=hours)


@pytest.mark.parametrize(
    ("day", "window", "expected"),
    [
        (date(2026, 3, 29), "01:15-01:45", None),
        (date(2026, 3, 29), "01:30-03:00", ("2026-03-29 01:00", "2026-03-29 02:00")),
        (date(2026, 3, 29), "00:30-01:30", ("2026-03-29 00:30", "2026-03-29 01:00")),
        (date(2026, 10, 25), "01:15-01:45", ("2026-10-25 00:15", "2026-10-25 00:45")),
        (date(2026, 10, 25), "01:30-03:00", ("2026-10-25 00:30", "2026-10-25 03:00")),
        (date(2026, 10, 25), "01:00-02:00", ("2026-10-25 00:00", "2026-10-25 02:00")),
    ],
)
def test_a_window_in_a_clock_change_opens_once_at_most(
    day: date, window: str, expected: tuple[str, str] | None
) -> None:
    calendar = Calendar("night", LONDON, ((),) * 7, opened={day: windows(window)})
    opens = calendar.next_change(datetime.combine(day, time(), UTC) - HOUR)

    assert (opens and (opens, calendar.next_change(opens))) == (expected and tuple(map(utc, expected)))
    assert calendar.next_change(utc("2026-10-26 00:00")) is None


def test_clocks_put_back_over_midnight_do_not_bring_yesterday_back() -> None:
    calendar = Calendar("newfoundland", ST_JOHNS, ((),) * 7, opened={date(2009, 11, 1): ALL_DAY})

    opens = calendar.next_change(utc("2009-10-31 12:00"))

    assert opens == utc("2009-11-01 02:30")
    assert calendar.next_change(opens) == utc("2009-11-02 03:30")
    assert calendar.is_open(utc("2009-11-01 03:00"))


def test_a_calendar_that_never_opens_gives_nothing() -> None:
    at = utc("2026-11-16 10:00")

    assert not NEVER.is_open(at)
    assert NEVER.explain(at) == "out of hours (never, Monday)"
    assert (NEVER.next_change(at), NEVER.next_day_start(at), NEVER.day_end(at)) == (None, None, None)
    assert NEVER.add_working(at, HOUR) is None
    assert NEVER.working_between(at, at + LOOK_AHEAD) == timedelta(0)


def test_a_calendar_that_never_closes_has_no_change_and_no_day_ahead() -> None:
    at = utc("2026-11-16 10:00")

    assert ALWAYS.is_open(at)
    assert (ALWAYS.next_change(at), ALWAYS.next_day_start(at), ALWAYS.day_end(at)) == (None, None, None)
    assert ALWAYS.add_working(at, 100 * HOUR) == at + 100 * HOUR
    assert ALWAYS.working_between(at, at + 2 * LOOK_AHEAD) == 2 * LOOK_AHEAD


def test_a_change_counts_up_to_two_years_ahead_and_no_further() -> None:
    once = Calendar("once", LONDON, ((),) * 7, opened={date(2028, 11, 16): windows("09:00-10:00")})
    opens = utc("2028-11-16 09:00")

    assert once.next_change(opens - LOOK_AHEAD) == opens
    assert once.next_day_start(opens - LOOK_AHEAD) == opens
    assert once.next_change(opens - LOOK_AHEAD - timedelta(seconds=1)) is None
    assert once.next_day_start(opens - LOOK_AHEAD - timedelta(seconds=1)) is None


def test_reversed_bounds_hold_no_working_time() -> None:
    assert OFFICE.working_between(utc("2026-11-16 12:00"), utc("2026-11-16 10:00")) == timedelta(0)


def test_a_calendar_that_has_been_asked_equals_one_that_has_not() -> None:
    asked = replace(OFFICE)

    asked.is_open(utc("2026-11-16 10:00"))

    assert asked == OFFICE


# The model: a wall clock walked through in quarters of an hour. Its hands are held while clocks are put back, so it
# never shows the same time twice; a quarter is open when what it shows lies in one of its day's windows.

QUARTER = timedelta(minutes=15)
CHANGES = (
    (LONDON, date(2026, 3, 29)),
    (LONDON, date(2026, 10, 25)),
    (NEW_YORK, date(2026, 3, 8)),
    (NEW_YORK, date(2026, 11, 1)),
    (LORD_HOWE, date(2026, 4, 5)),
    (LORD_HOWE, date(2026, 10, 4)),
    (KATHMANDU, date(2026, 3, 29)),
)


@lru_cache
def walk(zone: ZoneInfo, change: date) -> tuple[tuple[datetime, datetime], ...]:
    """Each quarter of the fortnight around `change`: its instant, and what the wall clock shows."""
    begins = datetime.combine(change - timedelta(days=7), time(), zone).astimezone(UTC)
    quarters = [begins + number * QUARTER for number in range(14 * 96)]
    shown = accumulate((quarter.astimezone(zone).replace(tzinfo=None) for quarter in quarters), max)
    return tuple(zip(quarters, shown, strict=True))


@dataclass(frozen=True)
class Model:
    """What the fortnight looks like when counted quarter by quarter."""

    quarters: tuple[datetime, ...]
    is_open: tuple[bool, ...]
    runs: tuple[tuple[date, datetime, datetime], ...]

    def next_change(self, at: datetime) -> datetime | None:
        here = bisect_right(self.quarters, at) - 1
        later = range(here + 1, len(self.quarters))
        return next((self.quarters[number] for number in later if self.is_open[number] != self.is_open[here]), None)

    def next_day_start(self, at: datetime) -> datetime | None:
        firsts = {day: since for day, since, _ in reversed(self.runs)}
        return min((since for since in firsts.values() if since > at), default=None)

    def day_end(self, at: datetime) -> datetime | None:
        lasts = {day: until for day, _, until in self.runs}
        return min((until for until in lasts.values() if until > at and until < self.quarters[-1]), default=None)

    def working_between(self, since: datetime, until: datetime) -> timedelta:
        return QUARTER * sum(
            inside for quarter, inside in zip(self.quarters, self.is_open, strict=True) if since <= quarter < until
        )


def model(calendar: Calendar, change: date) -> Model:
    quarters, shown = zip(*walk(calendar.zone, change), strict=True)
    is_open = tuple(_shows_open(calendar, wall) for wall in shown)
    edges = [
        0,
        *(number for number, (one, other) in enumerate(pairwise(is_open), 1) if one != other),
        len(quarters) - 1,
    ]
    runs = tuple(
        (shown[begins].date(), quarters[begins], quarters[ends]) for begins, ends in pairwise(edges) if is_open[begins]
    )
    return Model(quarters, is_open, runs)


def _shows_open(calendar: Calendar, wall: datetime) -> bool:
    day = wall.date()
    held = calendar.week[day.weekday()]
    if calendar.holiday(day):
        held = ()
    held = calendar.opened.get(day, held)
    if day in calendar.closed:
        held = ()
    return any(opens <= wall.time() < (closes if closes != time() else time.max) for opens, closes in held)


@st.composite
def some_windows(draw: st.DrawFn) -> tuple[Window, ...]:
    """None to three windows of whole quarters, in order; some touch, some reach midnight."""
    usual = st.sampled_from([(), windows("09:00-17:30"), windows("00:30-01:30", "02:15-24:00"), ALL_DAY])
    if draw(st.booleans()):
        return draw(usual)
    edges = sorted(draw(st.lists(st.integers(0, 96), min_size=2, max_size=4, unique=True)))
    clocks = [time(quarter // 4 % 24, quarter % 4 * 15) for quarter in edges]
    pairs = list(pairwise(clocks))
    return tuple(pairs if draw(st.booleans()) else pairs[::2])


@st.composite
def calendars_near_a_change(draw: st.DrawFn) -> tuple[Calendar, date]:
    zone, change = draw(st.sampled_from(CHANGES))
    days = st.integers(-7, 6).map(lambda number: change + timedelta(days=number))
    holidays: Mapping[date, str] = draw(st.dictionaries(days, st.just("a holiday"), max_size=3))
    calendar = Calendar(
        "drawn",
        zone,
        tuple(draw(st.lists(some_windows(), min_size=7, max_size=7))),
        holiday=holidays.get,
        closed=draw(st.dictionaries(days, st.just("closed"), max_size=3)),
        opened=draw(st.dictionaries(days, some_windows(), max_size=3)),
    )
    return calendar, change


@settings(deadline=None, max_examples=150)
@given(calendars_near_a_change(), st.data())
def test_it_agrees_with_a_wall_clock_walked_through_quarter_by_quarter(
    drawn: tuple[Calendar, date], draw: st.DataObject
) -> None:
    calendar, change = drawn
    expected = model(calendar, change)
    inner = expected.quarters[2 * 96 :]
    at = draw.draw(st.sampled_from(inner)) + draw.draw(st.sampled_from([timedelta(0), timedelta(minutes=7)]))
    until = draw.draw(st.sampled_from(inner))

    assert tuple(map(calendar.is_open, expected.quarters)) == expected.is_open
    assert calendar.working_between(inner[0], until) == expected.working_between(inner[0], until)
    assert_same_or_beyond(calendar.next_change(at), expected.next_change(at), expected)
    assert_same_or_beyond(calendar.next_day_start(at), expected.next_day_start(at), expected)
    assert_same_or_beyond(calendar.day_end(at), expected.day_end(at), expected)


def assert_same_or_beyond(found: datetime | None, expected: datetime | None, model: Model) -> None:
    if expected is not None:
        assert found == expected
    else:
        assert found is None or found >= model.quarters[-1]


@settings(deadline=None, max_examples=100)
@given(calendars_near_a_change(), st.integers(0, 12 * 96 * 15), st.integers(1, 100 * 60))
def test_adding_working_time_and_measuring_it_are_each_other_undone(
    drawn: tuple[Calendar, date], minute: int, length: int
) -> None:
    calendar, change = drawn
    at = walk(calendar.zone, change)[0][0] + timedelta(minutes=minute)

    found = calendar.add_working(at, timedelta(minutes=length))

    if found is not None:
        assert calendar.working_between(at, found) == timedelta(minutes=length)
        assert calendar.is_open(found - timedelta(microseconds=1))


@settings(deadline=None, max_examples=100)
@given(calendars_near_a_change(), st.integers(0, 12 * 96 * 15))
def test_explain_says_what_is_open_says(drawn: tuple[Calendar, date], minute: int) -> None:
    calendar, change = drawn
    at = walk(calendar.zone, change)[0][0] + timedelta(minutes=minute)

    said = calendar.explain(at)

    assert said.startswith("in hours (drawn, ") is calendar.is_open(at)
    assert said.startswith("out of hours (drawn, ") is not calendar.is_open(at)
