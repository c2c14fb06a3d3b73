"""Pay over HTTP: what a week and a night come to, choices, corrections by hand, and the files for payroll."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from app.service.tokens import Scope
from tests.entrypoints.http.rig import SUNDAY_NIGHT, Rig, rigged

PAY = "/api/v1/pay"
NOVEMBER = f"{PAY}?month=2026-11"
HOURS = {"since": "2026-11-22T03:10:00Z", "was": "70m", "worked": "90m", "why": "wrote it up", "person": "asha"}


@pytest.fixture
async def rig(tmp_path: Path) -> Any:
    """With a day rate for Asha, and for nobody else."""
    (tmp_path / "rates.yaml").write_text("asha: {2026-01-01: 300.00, 2026-11-10: 317.31}\n")
    async with rigged(tmp_path, pay_rates=str(tmp_path / "rates.yaml")) as found:
        yield found


async def a_night(rig: Rig) -> str:
    """Asha has an incident from 03:10 to 04:20 on Sunday 22 November; then it is Tuesday, 1 December."""
    rig.clock.at = SUNDAY_NIGHT
    incident = await rig.opened()
    rig.clock.at = SUNDAY_NIGHT + timedelta(minutes=10)
    await rig.act(incident, "acknowledge", by="asha")
    rig.clock.at = SUNDAY_NIGHT + timedelta(minutes=80)
    await rig.act(incident, "resolve", by="asha")
    rig.clock.at = datetime(2026, 12, 1, 10, tzinfo=UTC)
    return incident


async def shown(rig: Rig, address: str = NOVEMBER, **headers: str) -> dict[str, Any]:
    reply = await rig.client.get(address, headers=headers)
    assert reply.status_code == 200, reply.text
    return dict(reply.json())


def refused(reply: httpx.Response) -> tuple[int, str]:
    """The status, and the field that it names."""
    problem = reply.json()
    return reply.status_code, problem.get("field") or problem["errors"][0]["field"]


async def test_a_month_of_weeks_and_a_night_of_work(rig: Rig) -> None:
    """Five Mondays end in November. The weeks of 26 October to 9 November began before the rate of 10 November: three
    days at 300.00 and two at 317.31, and 70 minutes at 50.00 an hour."""
    incident = await a_night(rig)

    report = await shown(rig)

    assert [(week["since"], week["amount"]) for week in report["weeks"]] == [
        ("2026-10-26T17:30:00Z", "300.00"),
        ("2026-11-02T17:30:00Z", "300.00"),
        ("2026-11-09T17:30:00Z", "300.00"),
        ("2026-11-16T17:30:00Z", "317.31"),
        ("2026-11-23T17:30:00Z", "317.31"),
    ]
    assert report["hours"] == [
        {
            "person": "asha",
            "since": "2026-11-22T03:10:00Z",
            "logged_seconds": 4200,
            "counted_seconds": 4200,
            "hourly": "50.00",
            "amount": "58.33",
            "currency": "GBP",
            "incidents": [incident],
            "edits": [],
        }
    ]
    assert report["totals"] == [
        {
            "person": "asha",
            "name": "Asha",
            "currency": "GBP",
            "weeks": "5.00",
            "days_off": "0.00",
            "on_call": "1534.62",
            "worked_seconds": 4200,
            "work": "58.33",
            "total": "1592.95",
        }
    ]
    assert (report["since"], report["until"]) == ("2026-11-01T00:00:00Z", "2026-12-01T00:00:00Z")
    assert await shown(rig, PAY) == report


async def test_a_week_that_is_not_over_is_not_paid_yet(rig: Rig) -> None:
    assert [week["since"] for week in (await shown(rig))["weeks"]] == [
        "2026-10-26T17:30:00Z",
        "2026-11-02T17:30:00Z",
        "2026-11-09T17:30:00Z",
    ]


async def test_work_that_goes_on_is_named_and_not_counted(rig: Rig) -> None:
    incident = await rig.opened()
    await rig.act(incident, "acknowledge", by="asha")

    report = await shown(rig)

    assert report["hours"] == []
    assert report["unfinished"] == [{"person": "asha", "since": "2026-11-22T03:00:00Z", "incident": incident}]


async def test_the_same_log_gives_the_same_bytes(rig: Rig) -> None:
    await a_night(rig)
    addresses = [NOVEMBER, f"{PAY}/lines.csv?month=2026-11", f"{PAY}/totals.csv?month=2026-11"]

    first = [(await rig.client.get(address)).content for address in addresses]
    rig.clock.pass_by(timedelta(days=40))

    assert [(await rig.client.get(address)).content for address in addresses] == first


async def test_csv_for_payroll(rig: Rig) -> None:
    incident = await a_night(rig)

    lines = (await rig.client.get(f"{PAY}/lines.csv?week=2026-W47")).text.splitlines()
    totals = await rig.client.get(f"{PAY}/totals.csv?week=2026-W47")

    assert lines == [
        "kind,person,rota,since,until,hours,of_hours,share,choice,rate,amount,days_off,currency,incidents,remark",
        "week,asha,primary,2026-11-09T17:30:00Z,2026-11-16T17:30:00Z,125.50,125.50,1.00,pay,300.00,300.00,0.00,GBP,,",
        f"work,asha,,2026-11-22T03:10:00Z,,1.17,1.17,,,50.00,58.33,,GBP,{incident},",
    ]
    assert totals.text.splitlines() == [
        "person,name,currency,weeks,days_off,on_call,hours,work,total,remark",
        "asha,Asha,GBP,1.00,0.00,300.00,1.17,58.33,358.33,",
    ]
    assert totals.headers["content-type"] == "text/csv; charset=utf-8"


async def test_a_person_takes_a_day_off_for_a_week(rig: Rig) -> None:
    await a_night(rig)
    asha = await rig.token(Scope.RESPOND, Scope.READ, person="asha")
    body = {"week": "2026-11-11T12:00:00Z", "choice": "day_off"}

    chosen = await rig.client.post(f"{PAY}/choices", json=body, headers=asha)

    assert chosen.json() == {"rota": "primary", "since": "2026-11-09T17:30:00Z", "person": "asha", "choice": "day_off"}
    week = (await shown(rig))["weeks"][2]
    assert (week["choice"], week["amount"], week["days_off"]) == ("day_off", None, "1.00")
    assert (await shown(rig))["totals"][0]["on_call"] == "1234.62"
    await rig.client.post(f"{PAY}/choices", json=body | {"choice": "pay"}, headers=asha)
    assert (await shown(rig))["weeks"][2]["amount"] == "300.00"


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"rota": "shadow"}, "rota"),
        ({"rota": "primry"}, "rota"),
        ({"person": "ahsa"}, "person"),
        ({"person": ""}, "person"),
        ({"choice": "both"}, "choice"),
        ({"week": "2026"}, "week"),
    ],
)
async def test_a_choice_that_cannot_be_is_422(rig: Rig, changes: dict[str, str], field: str) -> None:
    body = {"week": "2026-11-11T12:00:00Z", "choice": "day_off", "person": "asha"} | changes

    reply = await rig.client.post(f"{PAY}/choices", json=body)

    assert refused(reply) == (422, field)


async def test_hours_are_corrected_and_the_trail_is_shown(rig: Rig) -> None:
    """90 minutes at 50.00 are 75.00."""
    await a_night(rig)

    changed = await rig.client.post(f"{PAY}/hours", json=HOURS | {"by": "asha"})

    (hours,) = (await shown(rig))["hours"]
    assert changed.json() == hours
    assert (hours["logged_seconds"], hours["counted_seconds"], hours["amount"]) == (4200, 5400, "75.00")
    assert hours["edits"] == [
        {
            "before_seconds": 4200,
            "after_seconds": 5400,
            "by": "asha",
            "at": "2026-12-01T10:00:00Z",
            "why": "wrote it up",
        }
    ]


async def test_work_within_an_incident_that_goes_on_is_corrected_once_that_is_over(rig: Rig) -> None:
    """What is in hand from 03:10 on ends at 06:00; until then nobody knows that all of the night is one piece."""
    rig.clock.at = SUNDAY_NIGHT
    long, short = await rig.opened(), await rig.opened(dedup_key="other")
    for incident, minutes, action in ((long, 10, "acknowledge"), (short, 30, "acknowledge"), (short, 60, "resolve")):
        rig.clock.at = SUNDAY_NIGHT + timedelta(minutes=minutes)
        await rig.act(incident, action, by="asha")
    rig.clock.at = SUNDAY_NIGHT + timedelta(hours=2)
    change = {"since": "2026-11-22T03:30:00Z", "was": "30m", "worked": "1h", "why": "wrote it up", "person": "asha"}

    early = await rig.client.post(f"{PAY}/hours", json=change)
    rig.clock.at = SUNDAY_NIGHT + timedelta(hours=3)
    await rig.act(long, "resolve", by="asha")
    report = await shown(rig)

    assert refused(early) == (422, "since")
    assert [(one["since"], one["counted_seconds"]) for one in report["hours"]] == [("2026-11-22T03:10:00Z", 170 * 60)]


async def test_work_that_no_incident_tells_of_is_added(rig: Rig) -> None:
    await a_night(rig)

    added = await rig.client.post(f"{PAY}/hours", json=HOURS | {"since": "2026-11-21T20:00:00Z", "was": "0m"})

    assert (added.json()["logged_seconds"], added.json()["amount"]) == (0, "75.00")
    assert [one["since"] for one in (await shown(rig))["hours"]] == ["2026-11-21T20:00:00Z", "2026-11-22T03:10:00Z"]


async def test_hours_that_were_changed_meanwhile_are_a_conflict(rig: Rig) -> None:
    await a_night(rig)
    await rig.client.post(f"{PAY}/hours", json=HOURS)

    again = await rig.client.post(f"{PAY}/hours", json=HOURS)

    assert again.status_code == 409
    assert "is 90 min long by now, not 70 min" in again.json()["detail"]


async def test_under_the_same_key_hours_are_changed_once(rig: Rig) -> None:
    await a_night(rig)
    key = {"Idempotency-Key": "one"}

    first = await rig.client.post(f"{PAY}/hours", json=HOURS, headers=key)
    again = await rig.client.post(f"{PAY}/hours", json=HOURS, headers=key)

    assert (first.status_code, again.status_code, again.json()) == (200, 200, first.json())
    assert len((await shown(rig))["hours"][0]["edits"]) == 1


@pytest.mark.parametrize(
    ("changes", "field", "said"),
    [
        ({"since": "2026-11-23T10:00:00Z", "was": "0m"}, "since", "in hours"),
        (
            {"since": "2026-11-22T02:00:00Z", "was": "0m"},
            "since",
            "overlaps the work that began at 2026-11-22T03:10:00Z",
        ),
        ({"since": "2026-12-01T08:00:00Z", "was": "0m", "worked": "3h"}, "worked", "is not over yet"),
        ({"worked": "8d"}, "worked", "is more than a week"),
        ({"worked": "2d"}, "worked", "reaches into working hours, which begin at 2026-11-23T09:00:00Z"),
        ({"why": ""}, "why", "at least 1 character"),
    ],
)
async def test_hours_that_cannot_be_are_422(rig: Rig, changes: dict[str, str], field: str, said: str) -> None:
    await a_night(rig)

    reply = await rig.client.post(f"{PAY}/hours", json=HOURS | changes)

    assert refused(reply) == (422, field)
    assert said in reply.json()["detail"]


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("month=2026-13", "month"),
        ("month=11-2026", "month"),
        ("week=2026-W60", "week"),
        ("month=2026-11&week=2026-W48", "week"),
        ("since=2026-11-01T00:00:00Z", "until"),
        ("since=2026-11-01T00:00:00Z&until=2026-11-01T00:00:00Z", "until"),
        ("since=2020-11-01T00:00:00Z&until=2026-11-01T00:00:00Z", "until"),
    ],
)
async def test_a_period_that_is_none_is_422(rig: Rig, query: str, field: str) -> None:
    reply = await rig.client.get(f"{PAY}?{query}")

    assert refused(reply) == (422, field)


async def test_a_missing_rate_is_said_and_never_guessed(tmp_path: Path) -> None:
    async with rigged(tmp_path) as rig:
        await a_night(rig)

        report = await shown(rig)

        assert report["remarks"] == [
            "the day rates cannot be read: ONCALL_PAY_RATES names no file",
            "no day rate is known for asha: their weeks have no amount",
        ]
        assert {week["amount"] for week in report["weeks"]} == {None}
        assert (report["totals"][0]["total"], report["totals"][0]["work"]) == (None, "58.33")


async def test_each_hour_is_paid_to_whoever_held_it_by_the_rules_of_that_time(rig: Rig) -> None:
    """From Tuesday 24 November 12:00 on Ben is primary: Asha has held Monday night, 15.5 of 125.5 hours, and
    317.31 × 15.5 / 125.5 = 39.19. Nobody knows Ben's day rate."""
    rig.clock.at = datetime(2026, 11, 24, 12, tzinfo=UTC)
    file = rig.folder / "routing_rules.yaml"
    file.write_text(file.read_text().replace('"mon 17:30", members: [asha]', '"mon 17:30", members: [ben]'))
    await rig.application.reload()
    rig.clock.at = datetime(2026, 12, 2, 10, tzinfo=UTC)

    weeks = (await shown(rig, f"{PAY}?week=2026-W49"))["weeks"]

    assert [(week["person"], week["held_seconds"], week["share"], week["amount"]) for week in weeks] == [
        ("asha", 15.5 * 3600, "0.12", "39.19"),
        ("ben", 110 * 3600, "0.88", None),
    ]
