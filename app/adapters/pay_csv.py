"""Pay as CSV: a line for each week and stretch of work, or one for each person. The same pay gives the same bytes."""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from decimal import Decimal

from app.adapters.csv_text import csv_text
from app.domain.pay import Hours, Share
from app.domain.pay_report import PayReport
from app.domain.pay_terms import PENNY

LINES = (
    "kind",
    "person",
    "rota",
    "since",
    "until",
    "hours",
    "of_hours",
    "share",
    "choice",
    "rate",
    "amount",
    "days_off",
    "currency",
    "incidents",
    "remark",
)
TOTALS = ("person", "name", "currency", "weeks", "days_off", "on_call", "hours", "work", "total", "remark")

_HOUR = Decimal(3600)
_NO_RATE = "no day rate is known"


def lines_csv(report: PayReport) -> str:
    return csv_text(LINES, [*map(_week, report.shares), *map(_work, report.hours)])


def totals_csv(report: PayReport, names: Mapping[str, str]) -> str:
    """For payroll; `names` are people's names by id."""
    return csv_text(TOTALS, _totals(report, names))


def _week(one: Share) -> tuple[object, ...]:
    remark = _NO_RATE if one.amount is None and not one.days_off else ""
    return (
        "week",
        one.person,
        one.rota,
        _instant(one.since),
        _instant(one.until),
        _hours(one.held),
        _hours(one.total),
        one.share,
        one.choice.value,
        one.day_rate,
        one.amount,
        one.days_off,
        one.currency,
        "",
        remark,
    )


def _work(one: Hours) -> tuple[object, ...]:
    remark = "; ".join(f"{edit.by}: {edit.why}" for edit in one.edits)
    return (
        "work",
        one.person,
        "",
        _instant(one.since),
        "",
        _hours(one.counted),
        _hours(one.logged),
        None,
        "",
        one.hourly,
        one.amount,
        None,
        one.currency,
        " ".join(one.incidents),
        remark,
    )


def _totals(report: PayReport, names: Mapping[str, str]) -> Iterator[tuple[object, ...]]:
    for one in report.totals():
        yield (
            one.person,
            names.get(one.person, one.person),
            one.currency,
            one.weeks,
            one.days_off,
            one.on_call,
            _hours(one.worked),
            one.work,
            one.total,
            _NO_RATE if one.total is None else "",
        )


def _hours(length: timedelta) -> Decimal:
    return (Decimal(int(length.total_seconds())) / _HOUR).quantize(PENNY)


def _instant(at: datetime) -> str:
    return f"{at.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"
