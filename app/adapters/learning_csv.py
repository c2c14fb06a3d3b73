"""A report's tables as CSV, one file each. The same report gives the same bytes."""

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, timedelta

from app.adapters.csv_text import csv_text
from app.domain.learning_report import LearningReport, Summary

Table = tuple[tuple[str, ...], Sequence[Sequence[object]]]

_SUMMARY = (
    "critical",
    "high",
    "triage",
    "still_open",
    "pages",
    "noise",
    "acknowledged",
    "acknowledge_median_s",
    "acknowledge_ninth_s",
    "resolved",
    "resolve_median_s",
    "resolve_ninth_s",
)


def _squads(report: LearningReport) -> Table:
    return ("squad", *_SUMMARY), [_summary(one) for one in report.squads]


def _weeks(report: LearningReport) -> Table:
    return ("week", *_SUMMARY), [_summary(one) for one in report.weeks]


def _people(report: LearningReport) -> Table:
    rows = [(one.person, one.pages, one.nights, one.sleep_hours, *one.by_hour) for one in report.people]
    return ("person", "pages", "nights", "sleep_hours", *(f"h{hour:02}" for hour in range(24))), rows


def _hours(report: LearningReport) -> Table:
    return ("hour", "pages"), list(enumerate(report.hours))


def _rules(report: LearningReport) -> Table:
    return ("rule", "incidents", "pages", "noise"), [
        (one.rule, one.incidents, one.pages, one.noise) for one in report.rules
    ]


def _debt(report: LearningReport) -> Table:
    rows = [
        (one.squad, one.rule, one.title, one.count, f"{one.last_at.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}", one.incident)
        for one in report.runbook_debt
    ]
    return ("squad", "rule", "title", "count", "last_at", "incident"), rows


TABLES: Mapping[str, Callable[[LearningReport], Table]] = {
    "squads": _squads,
    "weeks": _weeks,
    "people": _people,
    "hours": _hours,
    "rules": _rules,
    "runbook-debt": _debt,
}


def table_csv(report: LearningReport, table: str) -> str:
    """`table` is a key of `TABLES`."""
    return csv_text(*TABLES[table](report))


def _summary(one: Summary) -> tuple[object, ...]:
    return (
        one.name,
        one.critical,
        one.high,
        one.triage,
        one.still_open,
        one.pages,
        one.noise,
        one.acknowledge.count,
        _seconds(one.acknowledge.median),
        _seconds(one.acknowledge.ninth),
        one.resolve.count,
        _seconds(one.resolve.median),
        _seconds(one.resolve.ninth),
    )


def _seconds(length: timedelta | None) -> int | None:
    return None if length is None else round(length.total_seconds())
