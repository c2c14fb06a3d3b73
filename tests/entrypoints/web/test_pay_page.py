"""The page of pay: a month at a glance, choices and corrections by form, and nobody's pay to anybody else."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from app.entrypoints.web.nav import NAV
from app.service.tokens import Scope
from tests.entrypoints.http.rig import SUNDAY_NIGHT, Rig, rigged
from tests.entrypoints.web.visitor import Visitor, visiting

NOVEMBER = "/pay?month=2026-11"
OWN = frozenset({Scope.READ, Scope.RESPOND})
WORK = {"month": "2026-11", "person": "asha", "since": "2026-11-22T03:10:00+00:00", "was": "4200s", "worked": "90m"}


@pytest.fixture
async def rig(tmp_path: Path) -> AsyncIterator[Rig]:
    """After Asha's night, with her day rate, on 1 December."""
    (tmp_path / "rates.yaml").write_text("asha: 317.31\n")
    async with rigged(tmp_path, pay_rates=str(tmp_path / "rates.yaml")) as found:
        incident = await found.opened()
        found.clock.at = SUNDAY_NIGHT + timedelta(minutes=10)
        await found.act(incident, "acknowledge", by="asha")
        found.clock.at = SUNDAY_NIGHT + timedelta(minutes=80)
        await found.act(incident, "resolve", by="asha")
        found.clock.at = datetime(2026, 12, 1, 10, tzinfo=UTC)
        yield found


async def test_the_month_before_this_one_is_shown(asha: Visitor) -> None:
    seen = await asha.get("/pay")

    assert seen.said.startswith("Pay in November 2026")
    assert "Asha 5.00 0.00 1586.55 GBP 1:10 58.33 GBP 1644.88 GBP" in seen.said
    assert "Mon 09 Nov 2026, 17:30 GMT primary asha 125:30 of 125:30 1.00 317.31 GBP" in seen.said
    assert (await asha.get(NOVEMBER)).said == seen.said
    assert seen.every("a", href="/pay?month=2026-10")
    assert seen.every("a", href="/pay?month=2026-12")


async def test_a_month_without_pay_says_so(asha: Visitor) -> None:
    assert "No week that ended in December 2026 was yours" in (await asha.get("/pay?month=2026-12")).said


async def test_a_month_that_is_none_is_said_above_the_usual_one(asha: Visitor) -> None:
    seen = await asha.get("/pay?month=novembre")

    assert (seen.status, "Pay in November 2026" in seen.said) == (422, True)
    assert 'is not a month; write it as "2026-11"' in seen.said


async def test_a_day_off_is_taken_by_a_button(asha: Visitor) -> None:
    await asha.get(NOVEMBER)

    seen = await asha.send(
        "/pay/choices", month="2026-11", rota="primary", week="2026-11-09T17:30:00Z", person="asha", choice="day_off"
    )

    assert "Kept. The last choice for a week holds." in seen.said
    assert "Mon 09 Nov 2026, 17:30 GMT primary asha 125:30 of 125:30 1.00 1.00 days a day off" in seen.said


async def test_work_is_corrected_and_the_change_stays_to_be_seen(asha: Visitor) -> None:
    await asha.get(NOVEMBER)

    seen = await asha.send("/pay/hours", **WORK, why="wrote it up")

    assert "asha 1:30 75.00 GBP" in seen.said
    assert "asha, Tue 01 Dec 2026, 10:00 GMT: 1:10 to 1:30, wrote it up" in seen.said


async def test_what_cannot_be_is_said_and_what_was_typed_is_kept(asha: Visitor) -> None:
    await asha.get(NOVEMBER)

    seen = await asha.send("/pay/hours", **WORK | {"worked": "soon"}, why="wrote it up")

    assert seen.status == 422
    assert '"soon" is not a length of time' in seen.said
    assert seen.every("input", name="worked", value="soon")
    assert seen.every("input", name="why", value="wrote it up")


@pytest.mark.parametrize("since", ["0001-01-05T00:00", "9999-12-31T23:59"])
async def test_a_time_at_an_end_of_the_calendar_is_said_to_be_none(asha: Visitor, since: str) -> None:
    await asha.get(NOVEMBER)

    seen = await asha.send("/pay/hours", month="2026-11", person="asha", since=since, worked="30m", why="x")

    assert (seen.status, "is not a time" in seen.said) == (422, True)


async def test_nobody_takes_a_day_off_for_nobody(rig: Rig) -> None:
    async with visiting(rig, person="cto", scopes=OWN | {Scope.PAY}) as cto:
        await cto.get(NOVEMBER)

        seen = await cto.send(
            "/pay/choices", month="2026-11", rota="primary", week="2026-11-09T17:30:00Z", person="", choice="day_off"
        )

        assert seen.status == 400


async def test_work_is_added_in_the_readers_own_zone(rig: Rig, asha: Visitor) -> None:
    asha.client.cookies.set("oncall_zone", "Asia/Tokyo")
    await asha.get(NOVEMBER)

    seen = await asha.send(
        "/pay/hours", month="2026-11", person="asha", since="2026-11-22T05:00", worked="30m", why="x"
    )

    assert seen.status == 200
    assert "Sun 22 Nov 2026, 05:00 JST asha 0:30 25.00 GBP No incident tells of it." in seen.said


async def test_a_person_sees_their_own_only(rig: Rig) -> None:
    async with visiting(rig, "ben", OWN, shows_pay=True) as ben:
        seen = await ben.get(NOVEMBER)
        csv = await ben.get("/pay/lines.csv?month=2026-11")
        changed = await ben.send("/pay/hours", **WORK, why="mine")
        chosen = await ben.send(
            "/pay/choices", rota="primary", week="2026-11-09T17:30:00Z", person="asha", choice="pay"
        )

    assert seen.status == 200
    assert "317.31" not in seen.html + csv.html
    assert "58.33" not in seen.html + csv.html
    assert (changed.status, chosen.status) == (403, 403)


async def test_asha_sees_hers_without_the_scope(rig: Rig) -> None:
    async with visiting(rig, "asha", OWN, shows_pay=True) as asha:
        assert "1644.88 GBP" in (await asha.get(NOVEMBER)).said
        assert "317.31" in (await asha.get("/pay/lines.csv?month=2026-11")).html


async def test_who_came_by_a_link_that_somebody_else_made_sees_nobodys(rig: Rig) -> None:
    """Whoever may manage could make one as anybody, and see all pay."""
    manager = await rig.token(Scope.MANAGE)
    made = await rig.client.post("/api/v1/sign-in-links", json={"person": "asha"}, headers=manager)
    path = made.json()["url"].removeprefix("http://router.test")
    async with visiting(rig) as browser:
        await browser.send(path)
        pages = [await browser.get(path) for path in (NOVEMBER, "/pay/totals.csv", "/pay/lines.csv")]

    assert [seen.status for seen in pages] == [403, 403, 403]


async def test_who_may_see_pay_makes_links_that_show_it(rig: Rig) -> None:
    made = await rig.client.post("/api/v1/sign-in-links", json={"person": "asha"})
    async with visiting(rig) as browser:
        await browser.send(made.json()["url"].removeprefix("http://router.test"))

        assert "1644.88 GBP" in (await browser.get(NOVEMBER)).said


async def test_no_page_of_the_navigation_shows_anothers_pay(rig: Rig) -> None:
    async with visiting(rig, "ben", frozenset({Scope.READ, Scope.RESPOND, Scope.MANAGE})) as ben:
        for item in NAV:
            assert "317.31" not in (await ben.get(item.path)).html
