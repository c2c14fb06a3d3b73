"""A month of five people: swaps, an opt-out, a shadow who becomes primary, Easter, a clock change, eleven incidents;
what it comes to in pay, who writes about what, and what there is to learn, worked out by hand."""

from pathlib import Path
from typing import Any

import pytest

from tests.stories.conftest import TWO_STORES
from tests.stories.stage import RULES, Stage, alert, stage

MONTH = "since=2026-03-24T00:00:00Z&until=2026-04-28T00:00:00Z"
FIVE = RULES.replace(
    'primary: {rotate: weekly, handover: "mon 17:30", members: [asha], starts: 2026-01-05}',
    'primary: {rotate: weekly, handover: "mon 17:30", members: [asha, ben, chen, dee, eve], starts: 2026-03-23}',
)
FIVE = FIVE.replace("members: [eve], starts", "members: [ben], starts").replace(
    'shadow: {rotate: weekly, handover: "mon 17:30", members: [ben]',
    'shadow: {rotate: weekly, handover: "mon 17:30", members: [eve]',
)
FIVE = FIVE.replace("members: [chen], starts", "members: [ben], starts")
RATES = "person,day_rate\nasha,300\nben,280\nchen,320\ndee,250\neve,240\n"


async def agreements(s: Stage) -> None:
    """Asha and Dee swap a day of each other's weeks, Ben skips his, and Eve shadows until she is ready on 20 April."""
    mine = {"rota": "primary", "since": "2026-03-28T09:00:00Z", "until": "2026-03-29T08:00:00Z"}
    theirs = {"rota": "primary", "since": "2026-04-18T08:00:00Z", "until": "2026-04-19T08:00:00Z"}
    await post(s, "covers/swap", {"mine": mine, "theirs": theirs, "other": "dee", "by": "asha"}, 201)
    await post(s, "opt-outs", {"rota": "primary", "since": "2026-03-30", "until": "2026-04-06", "by": "ben"}, 201)
    shadow = {"person": "eve", "since": "2026-03-24", "until": "2026-05-31", "by": "asha"}
    begun = await post(s, "shadowings", shadow, 201)
    await post(s, "consents", {"by": "eve", "since": "2026-04-20"})
    await post(s, f"shadowings/{begun['shadowing']['id']}/ready", {"by": "asha", "since": "2026-04-20"})


async def incident(s: Stage, number: int, fired: str, had: str, who: str, over: str) -> None:
    """One that is fired, taken and resolved at these London times."""
    id = await fired_at(s, number, fired)
    await s.go_to(had)
    await s.act(id, "acknowledge", by=who)
    await s.go_to(over)
    await s.act(id, "resolve", by=who)


async def fired_at(s: Stage, number: int, when: str) -> str:
    await s.go_to(when)
    (id,) = (await s.fire(alert(f"Alert{number}"), group=f"g{number}"))["incidents"]
    return str(id)


async def the_month(s: Stage) -> None:
    await agreements(s)
    await incident(s, 1, "2026-03-26 02:00", "2026-03-26 02:05", "asha", "2026-03-26 03:05")
    # An hour, for the clocks go from 01:00 to 02:00.
    await incident(s, 2, "2026-03-29 00:30", "2026-03-29 00:30", "dee", "2026-03-29 02:30")
    # Good Friday: two hours, then parked until Tuesday, when it is the first responder's.
    easter = await fired_at(s, 3, "2026-04-03 11:00")
    await s.act(easter, "acknowledge", by="chen")
    await incident(s, 4, "2026-04-06 10:00", "2026-04-06 10:10", "chen", "2026-04-06 10:40")
    await s.go_to("2026-04-07 09:30")
    await s.act(easter, "acknowledge", by="ben")
    await s.go_to("2026-04-07 10:00")
    await s.act(easter, "resolve", by="ben")
    # The first responder is still at it half an hour after the day's end.
    await incident(s, 5, "2026-04-08 16:00", "2026-04-08 16:05", "ben", "2026-04-08 18:00")
    # Two at once.
    first = await fired_at(s, 6, "2026-04-11 20:00")
    await s.act(first, "acknowledge", by="chen")
    second = await fired_at(s, 7, "2026-04-11 21:00")
    await s.act(second, "acknowledge", by="chen")
    await s.go_to("2026-04-11 21:30")
    await s.act(first, "resolve", by="chen")
    await s.go_to("2026-04-11 22:15")
    await s.act(second, "resolve", by="chen")
    await incident(s, 8, "2026-04-18 12:00", "2026-04-18 12:01", "asha", "2026-04-18 12:46")
    # Eve's first night, and second line comes to help.
    night = await fired_at(s, 9, "2026-04-21 03:00")
    await s.go_to("2026-04-21 03:10")
    await s.act(night, "acknowledge", by="eve")
    await s.act(night, "second-line", by="eve")
    await s.go_to("2026-04-21 03:20")
    await s.act(night, "acknowledge", by="ben")
    await s.go_to("2026-04-21 04:10")
    await s.act(night, "resolve", by="eve")
    await incident(s, 10, "2026-04-22 12:00", "2026-04-22 12:05", "ben", "2026-04-22 12:30")
    await fired_at(s, 11, "2026-04-23 23:00")
    await s.go_to("2026-04-23 23:04")
    await s.fire(alert("Alert11", status="resolved"), group="g11")
    await s.go_to("2026-04-28 10:00")


async def said_afterwards(s: Stage) -> None:
    """Chen takes a day off for Easter's week, and Asha says that her night was a quarter of an hour longer."""
    choice = {"week": "2026-04-01T12:00:00Z", "choice": "day_off", "person": "chen"}
    longer = {"since": "2026-03-26T02:05:00Z", "was": "60m", "worked": "75m", "why": "wrote it up", "person": "asha"}
    await post(s, "pay/choices", choice)
    await post(s, "pay/hours", longer)


async def post(s: Stage, path: str, body: dict[str, Any], status: int = 200) -> dict[str, Any]:
    reply = await s.client.post(f"/api/v1/{path}", json=body)
    assert reply.status_code == status, reply.text
    return dict(reply.json())


async def got(s: Stage, address: str) -> dict[str, Any]:
    reply = await s.client.get(address)
    assert reply.status_code == 200, reply.text
    return dict(reply.json())


@pytest.mark.parametrize("on_every_store", TWO_STORES, indirect=True)
async def test_a_month_in_pay_post_mortems_and_figures(on_every_store: None, tmp_path: Path) -> None:
    (tmp_path / "rates.csv").write_text(RATES)
    async with stage(tmp_path, "2026-03-23 12:00", FIVE, pay_rates=str(tmp_path / "rates.csv")) as s:
        await the_month(s)
        await said_afterwards(s)

        while await s.application.review.round():
            pass
        written = await got(s, "/api/v1/postmortems")
        pay = await got(s, f"/api/v1/pay?{MONTH}")
        learnt = await got(s, f"/api/v1/reports?{MONTH}")

    weeks = [(one["since"][:10], one["person"], one["held_seconds"] / 3600, one["amount"]) for one in pay["weeks"]]
    assert weeks == [
        # 167 hours, less 42.5 of work; Dee's day had 23. 300 × 101.5 / 124.5 and 250 × 23 / 124.5
        ("2026-03-23", "asha", 101.5, "244.58"),
        ("2026-03-23", "dee", 23, "46.18"),
        # 168 hours, less three working days. Chen fills in for Ben, and takes a day off.
        ("2026-03-30", "chen", 142.5, None),
        ("2026-04-06", "chen", 125.5, "320.00"),
        # 300 × 24 / 125.5 and 250 × 101.5 / 125.5
        ("2026-04-13", "asha", 24, "57.37"),
        ("2026-04-13", "dee", 101.5, "202.19"),
        ("2026-04-20", "eve", 125.5, "240.00"),
    ]
    hours = [(one["person"], one["since"][5:16], one["counted_seconds"] / 60, one["amount"]) for one in pay["hours"]]
    assert hours == [
        ("asha", "03-26T02:05", 75, "62.50"),
        ("asha", "04-18T11:01", 45, "37.50"),
        ("ben", "04-08T16:30", 30, "25.00"),
        ("ben", "04-21T02:20", 50, "41.67"),
        ("chen", "04-03T10:00", 120, "100.00"),
        ("chen", "04-06T09:10", 30, "25.00"),
        ("chen", "04-11T19:00", 135, "112.50"),
        ("dee", "03-29T00:30", 60, "50.00"),
        ("eve", "04-21T02:10", 60, "50.00"),
    ]
    totals = [(one["person"], one["days_off"], one["on_call"], one["work"], one["total"]) for one in pay["totals"]]
    assert totals == [
        ("asha", "0.00", "301.95", "100.00", "401.95"),
        ("ben", "0.00", "0.00", "66.67", "66.67"),
        ("chen", "1.00", "320.00", "237.50", "557.50"),
        ("dee", "0.00", "248.37", "50.00", "298.37"),
        ("eve", "0.00", "240.00", "50.00", "290.00"),
    ]
    assert (pay["remarks"], pay["unfinished"]) == ([], [])

    # Whoever responded first; of the last, which went by itself, whoever was paged.
    owners = {one["title"].removesuffix(" is firing"): one["owner"] for one in written["items"]}
    assert owners == {
        "Alert1": "asha",
        "Alert2": "dee",
        "Alert3": "chen",
        "Alert4": "chen",
        "Alert5": "ben",
        "Alert6": "chen",
        "Alert7": "chen",
        "Alert8": "asha",
        "Alert9": "eve",
        "Alert10": "ben",
        "Alert11": "eve",
    }

    whole = learnt["whole"]
    assert (whole["critical"], whole["still_open"], whole["noise"]) == (11, 0, 1)
    # 0, 0, 0, 0, 1, 5, 5, 5, 10 and 10 minutes; 4, 30, 40, 46, 60, 65, 70, 75, 90, 120 minutes and 95 hours.
    assert whole["acknowledge"] == {"count": 10, "median_seconds": 180, "ninth_seconds": 600}
    assert whole["resolve"] == {"count": 11, "median_seconds": 65 * 60, "ninth_seconds": 120 * 60}
    nights = {one["person"]: (one["nights"], one["sleep_hours"]) for one in learnt["people"] if one["nights"]}
    assert nights == {"asha": (1, 1), "ben": (1, 1), "dee": (1, 1), "eve": (2, 2)}
