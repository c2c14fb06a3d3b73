"""The rota on a page: who is on call, the weeks around, and cover by a few taps, without JavaScript."""

import re
from collections.abc import AsyncIterator
from datetime import date, timedelta

import pytest

from app.domain.cover import Actor, Stretch
from app.service.tokens import Scope
from tests.entrypoints.http.rig import Rig
from tests.entrypoints.web.visitor import Seen, Visitor, visiting

COVER = "/rota/cover?rota=primary&since=2026-11-22T03:00:00Z&until=2026-11-23T17:30:00Z"
"""What is left of asha's shift."""

HOSTILE = '"><script>alert(1)</script>\u202e'
FORM = {"rota": "primary", "since": "2026-11-22T18:00", "until": "2026-11-22T22:00", "note": "school concert"}


IMPOSSIBLE: tuple[tuple[str, dict[str, str], str], ...] = (
    ("offer", {"until": "2026-11-22T17:00"}, "until: must lie after the start"),
    ("offer", {"since": "soon"}, "since: is not a time, such as"),
    ("offer", {"rota": "primry"}, "rota: no rota 'primry' in the rules file"),
    ("give", {}, "to: say to whom"),
    ("give", {"to": "eve"}, "person: eve has not agreed to be on call"),
    ("swap", {}, "theirs: say for which shift"),
    ("swap", {"theirs": "ben x y"}, "is not an ISO 8601 instant"),
    ("take", {}, "asha holds all of that already"),
)
"""A button, what is typed otherwise, and what is said of it."""


@pytest.fixture
async def ben(rig: Rig) -> AsyncIterator[Visitor]:
    async with visiting(rig, "ben", frozenset({Scope.READ, Scope.RESPOND})) as visitor:
        yield visitor


def stretches(seen: Seen) -> list[str]:
    """What each cell of the calendar says to whoever points at it."""
    return [
        str(found["title"]) for tag, found in seen.tags if tag in ("a", "span") and " to " in (found.get("title") or "")
    ]


async def covers(rig: Rig) -> list[tuple[str, str]]:
    return [(one.person, one.instead_of) for one in (await rig.application.rota_facts.kept()).covers]


async def test_it_says_who_is_on_call_now_and_in_this_week(rig: Rig, asha: Visitor) -> None:
    seen = await asha.get("/rota")

    assert seen.status == 200
    assert "primary Asha until Mon 23 Nov 17:30" in seen.said
    assert "Week of 16 November 2026" in seen.said
    assert "Asha, Mon 16 Nov 17:30 to Mon 23 Nov 17:30" not in stretches(seen), "it is cut to the week"
    assert seen.every("td", class_="stretch held tone0", colspan="301")
    assert [th["colspan"] for th in seen.every("th", scope="colgroup")] == ["48"] * 7


async def test_a_month_has_all_its_weeks_and_a_day_of_a_clock_change_its_own_length(asha: Visitor) -> None:
    seen = await asha.get("/rota?view=month&at=2026-10-14")

    days = seen.every("th", scope="colgroup")
    assert (len(days), [day["colspan"] for day in days].count("50")) == (35, 1)
    assert "October 2026" in seen.said
    assert seen.every("a", rel="next", href="/rota?view=month&at=2026-11-01")
    assert seen.every("a", rel="prev", href="/rota?view=month&at=2026-09-01")


async def test_a_day_that_is_none_is_refused(asha: Visitor) -> None:
    for day in ("yesterday", "0001-01-01", "9999-12-31"):
        assert (await asha.get(f"/rota?at={day}")).status in (400, 422)


async def test_a_cover_is_a_layer_of_its_own_and_a_gap_is_named(rig: Rig, asha: Visitor) -> None:
    by = Actor("ben")
    stretch = Stretch("primary", rig.clock.at, rig.clock.at + timedelta(hours=12))
    await rig.application.covers.take(stretch, "ben", by, HOSTILE, lambda change: ())
    (rig.folder / "routing_rules.yaml").write_text(
        (rig.folder / "routing_rules.yaml").read_text().replace("members: [chen]", "members: []")
    )
    await rig.application.reload()

    seen = await asha.get("/rota")

    assert "Ben covers Asha, 03:00:00 to 15:00:00" in stretches(seen)
    assert [row for row in ("cover", "rotation") if f" {row} " in seen.said] == ["cover", "rotation"]
    assert seen.every("td", class_="stretch gap tone0")
    assert "second line nobody" in seen.said
    assert "Ben covers Asha in primary" in seen.said
    assert "<script>alert" not in seen.html
    assert "\u202e" not in seen.html


async def test_whoever_holds_it_asks_for_cover_and_the_first_who_says_yes_has_it(
    rig: Rig, asha: Visitor, ben: Visitor
) -> None:
    seen = await asha.get(COVER)
    assert seen.value("since") == "2026-11-22T03:00"
    asked = await asha.send("/rota/cover/offer", **FORM, to="ben")
    assert "They are asked. It is yours until somebody says yes." in asked.said

    seen = await ben.get("/rota")
    (accept,) = [str(one["formaction"]) for one in seen.every("button") if one.get("formaction")]
    taken = await ben.send(accept)
    again = await ben.send(accept)

    assert "It is yours, at once. Both of you are told." in taken.said
    assert again.status == 200
    assert await covers(rig) == [("ben", "asha")]
    acts = [one.act for one in await rig.application.audit_log.page(9)]
    assert ("cover.accept", "ben", "web") in [(act.what, act.who, act.channel) for act in acts]


async def test_it_is_taken_given_swapped_and_taken_back(rig: Rig, asha: Visitor, ben: Visitor) -> None:
    await asha.get(COVER)
    assert "It is theirs" in (await asha.send("/rota/cover/give", **FORM, to="ben")).said
    await ben.get(COVER)
    took = await ben.send("/rota/cover/take", **FORM | {"since": "2026-11-23T01:00", "until": "2026-11-23T02:00"})
    assert "It is yours" in took.said

    back = [str(one["action"]) for one in took.every("form") if str(one.get("action")).endswith("/withdraw")]
    assert len(back) == 2
    assert "Taken back" in (await ben.send(back[0])).said

    assert await covers(rig) == [("ben", "asha"), ("ben", "asha")]


async def test_a_swap_is_chosen_from_the_shifts_of_others(rig: Rig, asha: Visitor) -> None:
    rules = rig.folder / "routing_rules.yaml"
    rules.write_text(rules.read_text().replace("members: [asha], starts", "members: [asha, ben], starts"))
    await rig.application.reload()
    held = "rota=primary&since=2026-11-23T17:30:00Z&until=2026-11-30T17:30:00Z"

    seen = await asha.get(f"/rota/cover?{held}")
    theirs = next(str(one["value"]) for one in seen.every("option") if str(one["value"]).startswith("ben 2026-11-30"))
    wants = {"rota": "primary", "since": "2026-11-23T17:30", "until": "2026-11-30T17:30", "theirs": theirs}
    swapped = await asha.send("/rota/cover/swap", **wants)

    assert "Swapped, at once." in swapped.said
    assert sorted(await covers(rig)) == [("asha", "ben"), ("ben", "asha")]


async def test_what_cannot_be_is_said_above_the_form_that_still_holds_it(asha: Visitor) -> None:
    await asha.get(COVER)

    for path, changes, says in IMPOSSIBLE:
        seen = await asha.send(f"/rota/cover/{path}", **FORM | changes)

        assert (seen.status, says in seen.said) == (422, True), says
        assert (seen.value("since"), seen.value("note")) == ((FORM | changes)["since"], "school concert")


async def test_a_button_that_is_none_and_a_cover_that_is_none_are_not_found(asha: Visitor) -> None:
    await asha.get(COVER)

    for path in ("/rota/cover/burn", "/rota/offers/1/burn", "/rota/offers/1/accept", "/rota/covers/1/withdraw"):
        assert (await asha.send(path, **FORM)).status == 404


async def test_who_may_only_read_sees_no_button(rig: Rig) -> None:
    async with visiting(rig, "chen", frozenset({Scope.READ})) as chen:
        seen = await chen.get(COVER)
        refused = await chen.send("/rota/cover/take", **FORM)

    assert not [form for form in seen.every("form") if "/rota/" in str(form.get("action"))]
    assert refused.status == 403


async def test_times_are_the_readers(rig: Rig, asha: Visitor) -> None:
    asha.client.cookies.set("oncall_zone", "Asia/Tokyo")

    seen = await asha.get(COVER)

    assert seen.value("since") == "2026-11-22T12:00"
    assert re.search(r"on the clocks of Asia/Tokyo", seen.said)


async def test_the_past_is_shown_and_cannot_be_chosen(asha: Visitor) -> None:
    seen = await asha.get(f"/rota?at={date(2026, 3, 4)}")

    assert stretches(seen)
    assert not [one for one in seen.every("a") if str(one.get("href")).startswith("/rota/cover")]


async def test_the_calendar_stays_up_to_date_and_holds_nothing_of_one_reader(rig: Rig, asha: Visitor) -> None:
    page = await asha.get("/rota?view=month&at=2026-11-01")
    (address,) = [str(one["hx-sse:connect"]) for one in page.every("div") if one.get("hx-sse:connect")]
    stretch = Stretch("primary", rig.clock.at, rig.clock.at + timedelta(hours=12))
    await rig.application.covers.take(stretch, "ben", Actor("ben"), "", lambda change: ())

    seen = await asha.get(f"{address}&once")

    assert seen.said.startswith("first responder Eve")
    assert "primary Ben until 15:00:00" in seen.said
    assert "form_token" not in seen.html
    assert (await asha.get("/live/rota?at=nonsense&once")).status in (400, 422)
