"""Calendars of the file: weekly hours, public holidays, and extra closed and open days."""

from collections.abc import Iterator, Mapping
from datetime import date, time
from zoneinfo import ZoneInfo

from app.adapters.rules_yaml.holiday_names import holiday_in
from app.adapters.rules_yaml.report import Report
from app.adapters.rules_yaml.shapes import CalendarShape, FileShape
from app.adapters.rules_yaml.times import parse_day, parse_days, parse_window, windows_in_order
from app.domain.calendar import Calendar, Window
from app.domain.complaint import Place

OFFICE = "office"
_OFFICE_DAY: tuple[Window, ...] = ((time(9), time(17, 30)),)
_OFFICE_WEEK = (*[_OFFICE_DAY] * 5, (), ())


def build_calendars(file: FileShape, report: Report) -> dict[str, Calendar]:
    """All calendars; where the file has none, one named `office`."""
    zone = file.defaults.timezone
    if not file.calendars:
        return {OFFICE: Calendar(OFFICE, zone, _OFFICE_WEEK)}
    return {name: _calendar(name, shape, zone, report) for name, shape in file.calendars.items()}


def default_calendar(file: FileShape, report: Report) -> str:
    """The one that `defaults` names, else `office`, else the only one."""
    names = tuple(file.calendars) or (OFFICE,)
    if file.defaults.calendar:
        return file.defaults.calendar
    if OFFICE in names or len(names) == 1:
        return OFFICE if OFFICE in names else names[0]
    report.refuse(
        file.at("defaults"), f'"calendar" is missing; say which of {", ".join(names)} is the usual one', "defaults"
    )
    return names[0]


def _calendar(name: str, shape: CalendarShape, zone: ZoneInfo, report: Report) -> Calendar:
    key = f"calendars.{name}"
    week = _week(shape, report, key)
    return Calendar(
        name=name,
        zone=shape.timezone or zone,
        week=week,
        holiday=holiday_in(shape.holidays) if shape.holidays else lambda _: None,
        closed=_closed(shape, report, key),
        opened=_opened(shape, week, report, key),
    )


def _week(shape: CalendarShape, report: Report, key: str) -> tuple[tuple[Window, ...], ...]:
    if shape.hours is None:
        return _OFFICE_WEEK
    week: dict[int, tuple[Window, ...]] = {}
    for days, hours in shape.hours.items():
        place, path = shape.at("hours", days), f"{key}.hours.{days}"
        try:
            windows = _windows(tuple(hours))
            for day in parse_days(days):
                if day in week:
                    raise ValueError("one of these days has its hours already")
                week[day] = windows
        except ValueError as error:
            report.refuse(place, str(error), path)
    return tuple(week.get(day, ()) for day in range(7))


def _windows(texts: tuple[str, ...]) -> tuple[Window, ...]:
    return windows_in_order([parse_window(text) for text in texts])


def _closed(shape: CalendarShape, report: Report, key: str) -> Mapping[date, str]:
    closed: dict[date, str] = {}
    for day, reason, place in _days(shape, "closed"):
        try:
            closed[parse_day(day)] = str(reason or "closed")
        except ValueError as error:
            report.refuse(place, str(error), f"{key}.closed")
    return closed


def _opened(
    shape: CalendarShape, week: tuple[tuple[Window, ...], ...], report: Report, key: str
) -> Mapping[date, tuple[Window, ...]]:
    """A day without hours of its own is open as that weekday is, or as the week's first working day is."""
    opened: dict[date, tuple[Window, ...]] = {}
    usual = next((windows for windows in week if windows), _OFFICE_DAY)
    for text, hours, place in _days(shape, "open"):
        try:
            day = parse_day(text)
            opened[day] = _windows(hours) if isinstance(hours, tuple) else (week[day.weekday()] or usual)
        except ValueError as error:
            report.refuse(place, str(error), f"{key}.open")
    return opened


def _days(shape: CalendarShape, key: str) -> Iterator[tuple[str, str | tuple[str, ...] | None, Place]]:
    for number, entry in enumerate(shape.closed if key == "closed" else shape.open):
        if isinstance(entry, str):
            yield entry, None, shape.at(key, number)
            continue
        for day, value in entry.items():
            yield day, value, shape.at(key, number, day)
