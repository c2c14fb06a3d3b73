"""Reports over HTTP: figures, tables and plots of what happened, for one squad or all."""

from datetime import timedelta
from typing import Any
from xml.etree import ElementTree

import pytest

from app.adapters.learning_csv import TABLES
from app.adapters.learning_plots import PLOTS
from app.entrypoints.http.reports import PlotName, TableName
from tests.entrypoints.http.rig import Rig

REPORTS = "/api/v1/reports"
NOVEMBER = "month=2026-11"


async def a_night(rig: Rig) -> str:
    """Asha and the shadow are paged at 03:00, Asha has it at 03:04, and it is over at 03:30."""
    incident = await rig.opened()
    rig.clock.pass_by(timedelta(minutes=4))
    await rig.act(incident, "acknowledge", by="asha")
    rig.clock.pass_by(timedelta(minutes=26))
    await rig.act(incident, "resolve", by="asha")
    return incident


async def test_a_night_in_figures(rig: Rig) -> None:
    await a_night(rig)

    report = (await rig.client.get(f"{REPORTS}?{NOVEMBER}")).json()

    times = {"acknowledge": {"count": 1, "median_seconds": 240, "ninth_seconds": 240}}
    times["resolve"] = {"count": 1, "median_seconds": 1800, "ninth_seconds": 1800}
    counts: dict[str, Any] = {"critical": 1, "high": 0, "triage": 0, "still_open": 0, "pages": 2, "noise": 0}
    summary = {"name": "", **counts, **times}
    at_three = [0, 0, 0, 1, *[0] * 20]
    assert report == {
        "since": "2026-11-01T00:00:00Z",
        "until": "2026-12-01T00:00:00Z",
        "squad": "",
        "whole": summary,
        "squads": [{**summary, "name": "payments"}],
        "weeks": [{**summary, "name": "2026-11-16"}],
        "people": [
            {"person": person, "pages": 1, "by_hour": at_three, "nights": 1, "sleep_hours": 1}
            for person in ("asha", "ben")
        ],
        "hours": [0, 0, 0, 2, *[0] * 20],
        "rules": [{"rule": "payments", "incidents": 1, "pages": 2, "noise": 0}],
        "runbook_debt": [],
    }
    assert (await rig.client.get(REPORTS)).json()["whole"] == summary


async def test_runbook_debt_names_the_last_incident(rig: Rig) -> None:
    owed = await rig.opened(labels={"service": "web"}, title="Web is down", dedup_key="web")

    (debt,) = (await rig.client.get(f"{REPORTS}?{NOVEMBER}")).json()["runbook_debt"]

    assert (debt["title"], debt["count"], debt["incident"]) == ("Web is down", 1, owed)


async def test_what_was_opened_at_another_time_is_left_out(rig: Rig) -> None:
    await a_night(rig)

    for query in ("month=2026-10", "since=2026-11-22T03:00:01Z&until=2026-11-23T00:00:00Z"):
        assert (await rig.client.get(f"{REPORTS}?{query}")).json()["whole"]["critical"] == 0
    exact = "since=2026-11-22T03:00:00Z&until=2026-11-22T03:00:01Z"
    assert (await rig.client.get(f"{REPORTS}?{exact}")).json()["whole"]["critical"] == 1


async def test_a_squad_has_its_own(rig: Rig) -> None:
    await a_night(rig)

    assert (await rig.client.get(f"{REPORTS}?{NOVEMBER}&squad=payments")).json()["whole"]["critical"] == 1
    unknown = await rig.client.get(f"{REPORTS}?{NOVEMBER}&squad=paymnts")
    assert (unknown.status_code, unknown.json()["field"]) == (422, "squad")


@pytest.mark.parametrize(
    ("table", "line"),
    [
        ("squads", "payments,1,0,0,0,2,0,1,240,240,1,1800,1800"),
        ("weeks", "2026-11-16,1,0,0,0,2,0,1,240,240,1,1800,1800"),
        ("people", "asha,1,1,1,0,0,0,1" + ",0" * 20),
        ("hours", "0,0"),
        ("rules", "payments,1,2,0"),
    ],
)
async def test_a_table_as_csv(rig: Rig, table: str, line: str) -> None:
    await a_night(rig)

    reply = await rig.client.get(f"{REPORTS}/{table}.csv?{NOVEMBER}")

    assert reply.headers["content-type"] == "text/csv; charset=utf-8"
    assert reply.text.splitlines()[1] == line


async def test_a_title_in_csv_is_no_formula(rig: Rig) -> None:
    await rig.opened(labels={"service": "web"}, title='=HYPERLINK("http://evil")', dedup_key="web")

    reply = await rig.client.get(f"{REPORTS}/runbook-debt.csv?{NOVEMBER}")

    assert reply.text.splitlines()[1].startswith(""",,"'=HYPERLINK(""http://evil"")",1,""")


@pytest.mark.parametrize("plot", PLOTS)
async def test_a_plot_is_an_image_that_loads_nothing(rig: Rig, plot: str) -> None:
    await a_night(rig)

    reply = await rig.client.get(f"{REPORTS}/{plot}.svg?{NOVEMBER}")

    assert ElementTree.fromstring(reply.content).get("role") == "img"  # noqa: S314 - our own
    assert reply.headers["content-type"] == "image/svg+xml"
    assert "default-src 'none'" in reply.headers["content-security-policy"]


async def test_what_is_no_table_or_plot_is_422(rig: Rig) -> None:
    assert (await rig.client.get(f"{REPORTS}/secrets.csv")).status_code == 422
    assert (await rig.client.get(f"{REPORTS}/secrets.svg")).status_code == 422


def test_the_document_names_every_table_and_plot() -> None:
    assert [one.value for one in TableName] == list(TABLES)
    assert [one.value for one in PlotName] == list(PLOTS)
