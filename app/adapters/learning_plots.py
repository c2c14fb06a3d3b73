"""Which plots a report has, for those who would rather look than read."""

from collections.abc import Callable, Mapping
from datetime import time, timedelta

from app.adapters.plots_svg import Value, columns, rows
from app.domain.learning import Learning
from app.domain.learning_report import LearningReport, Summary, Times

MOST_ROWS = 20
_MINUTE = timedelta(minutes=1)

Plot = Callable[[LearningReport, Learning], str]


def _acknowledge(report: LearningReport, learning: Learning) -> str:
    return _by_week("acknowledge", "Minutes until somebody had it: median by week", report, lambda one: one.acknowledge)


def _resolve(report: LearningReport, learning: Learning) -> str:
    return _by_week("resolve", "Minutes until it was over: median by week", report, lambda one: one.resolve)


def _hours(report: LearningReport, learning: Learning) -> str:
    values = [
        Value(f"{hour:02}", pages, _pages(pages), faint=not learning.is_asleep(time(hour)))
        for hour, pages in enumerate(report.hours)
    ]
    return columns("hours", "Pages by local hour of the day; hours of sleep are darker", values)


def _people(report: LearningReport, learning: Learning) -> str:
    most = sorted(report.people, key=lambda one: (-one.pages, one.person))[:MOST_ROWS]
    values = [Value(one.person, one.pages, f"{_pages(one.pages)}, {_count(one.nights, 'night')}") for one in most]
    return rows("people", "Pages by person, and nights that they interrupted", values)


def _noise(report: LearningReport, learning: Learning) -> str:
    noisy = [one for one in report.rules if one.noise][:MOST_ROWS]
    values = [Value(one.rule or "no rule", one.noise, f"{one.noise} of {one.incidents}") for one in noisy]
    return rows("noise", "Noise by rule: paged somebody, and nobody was needed", values)


PLOTS: Mapping[str, Plot] = {
    "acknowledge": _acknowledge,
    "resolve": _resolve,
    "hours": _hours,
    "people": _people,
    "noise": _noise,
}


def plot_of(report: LearningReport, name: str, learning: Learning) -> str:
    """The SVG of one plot; `name` is a key of `PLOTS`."""
    return PLOTS[name](report, learning)


def _by_week(id: str, title: str, report: LearningReport, times: Callable[[Summary], Times]) -> str:
    return columns(id, title, [_median(one.name, times(one)) for one in report.weeks])


def _median(week: str, times: Times) -> Value:
    if times.median is None:
        return Value(week[5:], 0, "none")
    minutes = times.median / _MINUTE
    return Value(week[5:], minutes, f"{minutes:.0f} min, of {times.count}")


def _pages(count: int) -> str:
    return _count(count, "page")


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"
