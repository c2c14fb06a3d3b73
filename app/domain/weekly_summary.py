"""The weekly summary: what a squad's week had to teach, in a few lines that are read in a channel."""

from collections.abc import Iterator
from datetime import date, timedelta

from app.domain.learning_report import LearningReport, Times
from app.domain.message import Notice

_MOST_OWED = 3
_MINUTE = timedelta(minutes=1)


def summary_notice(report: LearningReport, name: str, monday: date, link: str) -> Notice:
    """`name` is the squad's, `monday` the first day of the week that `report` is about."""
    whole = report.whole
    production = whole.critical + whole.high
    week = f"{monday:%d %b} to {monday + timedelta(days=6):%d %b}"
    happened = f"{_count(production, 'production incident')}, {_count(whole.pages, 'page')}"
    return Notice(f"{name}, week of {week}: {happened}", tuple(_lines(report)), link)


def _lines(report: LearningReport) -> Iterator[str]:
    whole = report.whole
    if whole.acknowledge.count:
        yield f"Somebody had it after {_in_words(whole.acknowledge)}."
    if whole.resolve.count:
        yield f"It was over after {_in_words(whole.resolve)}."
    if whole.still_open:
        yield f"Still open: {whole.still_open}."
    if whole.triage:
        yield f"Into the triage queue: {whole.triage}."
    nights = sum(one.nights for one in report.people)
    if nights:
        yield f"Nights interrupted: {nights}, of {_count(sum(1 for one in report.people if one.nights), 'person')}."
    if whole.noise:
        worst = report.rules[0]
        yield f"Noise: {whole.noise} that needed nobody, most from rule {worst.rule or '(none)'} ({worst.noise})."
    for owed in report.runbook_debt[:_MOST_OWED]:
        yield f"Without a runbook: {owed.title} ({'once' if owed.count == 1 else f'{owed.count} times'})."
    if len(report.runbook_debt) > _MOST_OWED:
        yield f"And {len(report.runbook_debt) - _MOST_OWED} more alerts without a runbook."


def _in_words(times: Times) -> str:
    if times.median is None or times.ninth is None:
        return "no time"
    return f"{_minutes(times.median)} (median), nine of ten within {_minutes(times.ninth)}"


def _minutes(length: timedelta) -> str:
    minutes = round(length / _MINUTE)
    hours, rest = divmod(minutes, 60)
    return f"{hours} h {rest:02} min" if hours else f"{minutes} min"


def _count(number: int, noun: str) -> str:
    plural = "people" if noun == "person" else f"{noun}s"
    return f"{number} {noun if number == 1 else plural}"
