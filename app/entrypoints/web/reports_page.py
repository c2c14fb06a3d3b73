"""What incidents have to teach: plots for those who would rather look, and every figure in a table."""

from fastapi import APIRouter, Response

from app.adapters.learning_csv import TABLES, table_csv
from app.adapters.learning_plots import PLOTS, plot_of
from app.domain.calendar import Span
from app.domain.errors import InvalidPayload, NotFound
from app.domain.learning_report import LearningReport
from app.domain.period import month_of, week_of_year, weeks_before
from app.entrypoints.http.csv_replies import csv_reply
from app.entrypoints.web.page_route import PageRoute
from app.entrypoints.web.viewer import Page, Reading
from app.service.fair_shares import fair_shares
from app.service.respond import must_be_squad

router = APIRouter(prefix="/reports", route_class=PageRoute, include_in_schema=False)

WEEKS = 12


@router.api_route("", methods=["GET", "HEAD"])
async def reports(page: Reading, month: str = "", week: str = "", squad: str = "") -> Response:
    """Of the last twelve weeks and the present one, unless a month or week is asked for."""
    wrong = ""
    try:
        report = await _report(page, month, week, squad)
    except InvalidPayload as error:
        wrong, month, week, squad = str(error), "", "", ""
        report = await _report(page, "", "", "")
    fair = await fair_shares(page.application.rota_history, page.application.in_force, report.since, report.until)
    return page.show(
        "reports.html",
        422 if wrong else 200,
        report=report,
        plots={name: plot_of(report, name, page.rules.learning) for name in PLOTS},
        fair=[one for one in fair if any(share.hours for share in one.shares)],
        squads=sorted(page.rules.squads),
        asked={"month": month, "week": week, "squad": squad},
        wrong=wrong,
    )


@router.get("/csv/{table}")
async def table(page: Reading, table: str, month: str = "", week: str = "", squad: str = "") -> Response:
    if table not in TABLES:
        raise NotFound(f"there is no table called {table[:40]!r}")
    return csv_reply(table_csv(await _report(page, month, week, squad), table), f"{table}.csv")


async def _report(page: Page, month: str, week: str, squad: str) -> LearningReport:
    if squad:
        must_be_squad(squad, "squad", page.rules)
    since, until = _span(page, month, week)
    return await page.application.reports.report(since, until, squad)


def _span(page: Page, month: str, week: str) -> Span:
    zone = page.rules.zone
    try:
        if month:
            return month_of(month, zone)
        return week_of_year(week, zone) if week else (weeks_before(page.now, WEEKS, zone), page.now)
    except ValueError as error:
        raise InvalidPayload(str(error), "month" if month else "week") from None
