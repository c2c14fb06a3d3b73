"""What incidents have to teach: figures, CSV and plots of a period, for everybody who may read."""

from dataclasses import asdict
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Annotated

from fastapi import APIRouter, Query, Response

from app.adapters.learning_csv import table_csv
from app.adapters.learning_plots import plot_of
from app.adapters.plots_svg import alone
from app.domain.calendar import Span
from app.domain.learning_report import LearningReport, Summary, Times
from app.domain.period import weeks_before
from app.entrypoints.http.api_route import ApiRoute
from app.entrypoints.http.assembled import App
from app.entrypoints.http.auth import Reader
from app.entrypoints.http.csv_replies import CSV, csv_reply
from app.entrypoints.http.documented import READING, refusals
from app.entrypoints.http.examples import exemplified
from app.entrypoints.http.periods import Asked, Period
from app.entrypoints.http.view import View
from app.service.respond import must_be_squad
from app.wiring import Application

router = APIRouter(prefix="/api/v1/reports", tags=["reports"], route_class=ApiRoute)

WEEKS = 12
_TIMES = {"count": 3, "median_seconds": 240, "ninth_seconds": 900}
_SUMMARY = {
    "name": "payments",
    "critical": 2,
    "high": 1,
    "triage": 4,
    "still_open": 0,
    "pages": 5,
    "noise": 1,
    "acknowledge": _TIMES,
    "resolve": _TIMES,
}

Squad = Annotated[str, Query(max_length=200, description="One squad only.")]


class TableName(StrEnum):
    SQUADS = "squads"
    WEEKS = "weeks"
    PEOPLE = "people"
    HOURS = "hours"
    RULES = "rules"
    RUNBOOK_DEBT = "runbook-debt"


class PlotName(StrEnum):
    ACKNOWLEDGE = "acknowledge"
    RESOLVE = "resolve"
    HOURS = "hours"
    PEOPLE = "people"
    NOISE = "noise"


class Svg(Response):
    """As the document names its content type."""

    media_type = "image/svg+xml"


class TimesView(View):
    """How many there are, their median, and the length that nine of ten do not exceed; null where there is none."""

    count: int
    median_seconds: int | None
    ninth_seconds: int | None


class SummaryView(View):
    """Incidents by severity, pages to people, and noise: incidents that paged somebody and needed nobody.
    `acknowledge` (from the first page) and `resolve` (from opening) are of critical and high ones."""

    model_config = exemplified(_SUMMARY)

    name: str
    critical: int
    high: int
    triage: int
    still_open: int
    pages: int
    noise: int
    acknowledge: TimesView
    resolve: TimesView


class PagedView(View):
    """One person's pages by local hour of the day, and the nights and hours of sleep that they interrupted."""

    person: str
    pages: int
    by_hour: list[int]
    nights: int
    sleep_hours: int


class RuleNoiseView(View):
    """Incidents of a rule that paged somebody; an empty `rule` stands for those that no rule matched."""

    rule: str
    incidents: int
    pages: int
    noise: int


class RunbookDebtView(View):
    """An alert without a runbook: how often it came, and its last incident."""

    squad: str
    rule: str
    title: str
    count: int
    last_at: datetime
    incident: str


class ReportView(View):
    """Of incidents that were opened from `since` to before `until`. `weeks` are named by their Monday, `hours` are
    pages by local hour of the day."""

    model_config = exemplified(
        {
            "since": "2026-11-01T00:00:00Z",
            "until": "2026-12-01T00:00:00Z",
            "squad": "",
            "whole": {**_SUMMARY, "name": ""},
            "squads": [_SUMMARY],
            "weeks": [{**_SUMMARY, "name": "2026-11-16"}],
            "people": [
                {"person": "asha", "pages": 1, "by_hour": [0, 0, 0, 1] + [0] * 20, "nights": 1, "sleep_hours": 1}
            ],
            "hours": [0, 0, 0, 1] + [0] * 20,
            "rules": [{"rule": "payments", "incidents": 3, "pages": 5, "noise": 1}],
            "runbook_debt": [
                {
                    "squad": "payments",
                    "rule": "payments",
                    "title": "Queue is long",
                    "count": 2,
                    "last_at": "2026-11-22T03:00:00Z",
                    "incident": "06bf80f9c0000001",
                }
            ],
        }
    )

    since: datetime
    until: datetime
    squad: str
    whole: SummaryView
    squads: list[SummaryView]
    weeks: list[SummaryView]
    people: list[PagedView]
    hours: list[int]
    rules: list[RuleNoiseView]
    runbook_debt: list[RunbookDebtView]


@router.get("", summary="What a period's incidents have to teach", responses=refusals(*READING, 422))
async def get_report(application: App, token: Reader, period: Period, squad: Squad = "") -> ReportView:
    """The last twelve weeks and the present one, unless another time is asked for."""
    return report_view(await report_of(application, period, squad))


@router.get("/{table}.csv", summary="One table of it as CSV", response_class=CSV, responses=refusals(*READING, 422))
async def get_table(table: TableName, application: App, token: Reader, period: Period, squad: Squad = "") -> Response:
    return csv_reply(table_csv(await report_of(application, period, squad), table.value))


@router.get("/{plot}.svg", summary="One plot of it", response_class=Svg, responses=refusals(*READING, 422))
async def get_plot(plot: PlotName, application: App, token: Reader, period: Period, squad: Squad = "") -> Response:
    report = await report_of(application, period, squad)
    drawn = plot_of(report, plot.value, application.in_force.rules.learning)
    return Svg(alone(drawn).encode("utf-8", "replace"))


async def report_of(application: Application, period: Asked, squad: str) -> LearningReport:
    """Raises `InvalidPayload` for a period that is none, or an unknown squad."""
    rules, now = application.in_force.rules, application.clock.now()
    if squad:
        must_be_squad(squad, "squad", rules)

    def lately() -> Span:
        return weeks_before(now, WEEKS, rules.zone), now

    return await application.reports.report(*period.span(rules.zone, lately), squad)


def report_view(report: LearningReport) -> ReportView:
    return ReportView(
        since=report.since,
        until=report.until,
        squad=report.squad,
        whole=_summary(report.whole),
        squads=[_summary(one) for one in report.squads],
        weeks=[_summary(one) for one in report.weeks],
        people=[PagedView(**asdict(one)) for one in report.people],
        hours=list(report.hours),
        rules=[RuleNoiseView(**asdict(one)) for one in report.rules],
        runbook_debt=[RunbookDebtView(**asdict(one)) for one in report.runbook_debt],
    )


def _summary(one: Summary) -> SummaryView:
    return SummaryView(
        name=one.name,
        critical=one.critical,
        high=one.high,
        triage=one.triage,
        still_open=one.still_open,
        pages=one.pages,
        noise=one.noise,
        acknowledge=_times(one.acknowledge),
        resolve=_times(one.resolve),
    )


def _times(one: Times) -> TimesView:
    return TimesView(count=one.count, median_seconds=_seconds(one.median), ninth_seconds=_seconds(one.ninth))


def _seconds(length: timedelta | None) -> int | None:
    return None if length is None else round(length.total_seconds())
