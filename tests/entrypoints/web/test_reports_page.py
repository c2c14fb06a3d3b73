"""The page of reports: plots that are read out, the same in tables, and nothing of an alert that does anything."""

from datetime import timedelta

import pytest

from tests.entrypoints.http.rig import Rig
from tests.entrypoints.web.visitor import Visitor

HOSTILE = '"><script>alert(1)</script>'


async def a_night(rig: Rig) -> None:
    """Asha and the shadow are paged, Asha has it after four minutes; another alert has no runbook."""
    incident = await rig.opened()
    rig.clock.pass_by(timedelta(minutes=4))
    await rig.act(incident, "acknowledge", by="asha")
    rig.clock.pass_by(timedelta(minutes=26))
    await rig.act(incident, "resolve", by="asha")
    await rig.opened(labels={"service": "web"}, title=HOSTILE, dedup_key="web")
    rig.clock.pass_by(timedelta(minutes=1))


async def test_the_last_weeks_in_plots_and_figures(rig: Rig, asha: Visitor) -> None:
    await a_night(rig)

    seen = await asha.get("/reports")

    assert [plot["role"] for plot in seen.every("svg", class_="plot")] == ["img"] * 4
    assert "payments 1 0 0 0 2 0 4:00 (90 %: 4:00) 30:00 (90 %: 30:00)" in seen.said
    assert "asha 2 1 1" in seen.said
    assert "Whoever was paged was needed." in seen.said
    assert "Who bore primary" in seen.said
    assert "<script>alert(1)" not in seen.html


async def test_a_month_and_a_squad_are_asked_for(rig: Rig, asha: Visitor) -> None:
    await a_night(rig)

    november = await asha.get("/reports?month=2026-11&squad=payments")
    october = await asha.get("/reports?month=2026-10")

    assert november.value("month") == "2026-11"
    assert "2026-11-16" in november.said
    assert "Alerts without a runbook" in november.said
    assert "<script>" not in november.said
    assert "No incident was opened in this time." in october.said
    assert november.every("a", href="/reports/csv/rules?month=2026-11&week=&squad=payments")


async def test_a_table_as_csv(rig: Rig, asha: Visitor) -> None:
    await a_night(rig)

    assert (await asha.get("/reports/csv/rules?month=2026-11")).html.splitlines()[1:] == [",1,2,0", "payments,1,2,0"]
    assert (await asha.get("/reports/csv/secrets")).status == 404


@pytest.mark.parametrize("query", ["month=nonsense", "week=2026-W60", "squad=nobody"])
async def test_what_cannot_be_is_said_above_the_usual_weeks(asha: Visitor, query: str) -> None:
    seen = await asha.get(f"/reports?{query}")

    assert (seen.status, len(seen.every("p", class_="wrong"))) == (422, 1)
