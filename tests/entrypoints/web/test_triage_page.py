"""The triage queue as a page: what waits, and decisions on any number of it, without JavaScript."""

from datetime import timedelta

import pytest

from app.service.tokens import Scope
from tests.entrypoints.http.rig import Rig
from tests.entrypoints.web.visitor import Visitor, visiting

HOSTILE = '"><script>alert(1)</script>\u202egnp.exe'
BAD_LINKS = [{"href": "javascript:alert(1)", "text": "x"}, {"href": "https://errors.example.com/7", "text": HOSTILE}]


async def a_bug(rig: Rig, key: str = "bug", **changes: object) -> str:
    rig.clock.pass_by(timedelta(minutes=1))
    return await rig.opened(**{"title": f"Item {key}", "severity": "warning", "dedup_key": key} | changes)


async def test_what_waits_is_shown_oldest_first_with_what_one_needs_to_decide(rig: Rig, asha: Visitor) -> None:
    await a_bug(rig, "old", links=[{"href": "https://errors.example.com/7", "text": "the item"}])
    await a_bug(rig, "new", labels={})
    rig.clock.pass_by(timedelta(hours=5))

    seen = await asha.get("/triage")

    assert seen.said.index("Item old generic Payments the item 5 h 01") < seen.said.index("Item new generic no squad")
    assert [one["href"] for one in seen.every("a", class_="out")] == ["https://errors.example.com/7"]
    assert seen.every("select", name="squad") != []


async def test_any_number_is_handed_over_at_once_and_found_with_its_squad(rig: Rig, asha: Visitor) -> None:
    ids = [await a_bug(rig, str(number), labels={}) for number in range(3)]
    await asha.get("/triage")

    seen = await asha.send("/triage/hand", incident=ids[:2], squad="payments", reason="their release")

    assert "2 handed over, and the squad is told in its channel." in seen.said
    assert ("Item 2" in seen.said, "Item 0" in seen.said) == (True, False)
    assert "Item 1" in (await asha.get("/triage?state=with_squad")).said
    assert {(await rig.incident(id))["squad"] for id in ids[:2]} == {"payments"}
    logged = (await rig.client.get("/api/v1/audit?limit=1")).json()["items"][0]
    assert (logged["what"], logged["channel"], logged["note"]) == ("incident.hand", "web", "payments: their release")


@pytest.mark.parametrize(
    ("decision", "fields", "said", "field", "value"),
    [
        ("promote", {"severity": "critical"}, "1 promoted", "severity", "critical"),
        ("mute", {"length": "a week"}, "1 muted", "marks", ["muted"]),
        ("mute", {"length": "for good"}, "1 muted", "timers", {}),
        ("close", {}, "1 closed", "status", "resolved"),
    ],
)
async def test_each_decision_does_what_it_says(
    rig: Rig, asha: Visitor, decision: str, fields: dict[str, str], said: str, field: str, value: object
) -> None:
    id = await a_bug(rig)
    await asha.get("/triage")

    seen = await asha.send(f"/triage/{decision}", incident=id, **fields)

    assert said in seen.said
    assert "The triage queue is empty" in seen.said
    assert (await rig.incident(id))[field] == value
    assert (await asha.get("/triage?state=muted")).status == 200


@pytest.mark.parametrize(
    ("decision", "fields", "said"),
    [
        ("hand", {"squad": ""}, "choose the squad whose it is"),
        ("promote", {"severity": "worst"}, "say how bad it is"),
        ("mute", {"length": "an age"}, "say for how long"),
    ],
)
async def test_what_cannot_be_is_said_and_what_was_chosen_and_typed_stays(
    rig: Rig, asha: Visitor, decision: str, fields: dict[str, str], said: str
) -> None:
    id = await a_bug(rig)
    await asha.get("/triage")

    seen = await asha.send(f"/triage/{decision}", incident=id, reason="because of <this>", **fields)
    none = await asha.send("/triage/close", reason="x")

    assert (seen.status, said in seen.said, "because of <this>" in seen.said) == (422, True, True)
    assert [one["value"] for one in seen.every("input", type="checkbox") if "checked" in one] == [id]
    assert (none.status, "Choose at least one first." in none.said) == (422, True)
    assert (await rig.incident(id))["marks"] == []


async def test_what_has_moved_on_meanwhile_is_said_and_the_others_are_done(rig: Rig, asha: Visitor) -> None:
    gone, left = await a_bug(rig, "gone"), await a_bug(rig, "left")
    await asha.get("/triage")
    await rig.act(gone, "promote", by="eve", severity="high")

    seen = await asha.send("/triage/mute", incident=[gone, left, "0000000000000001"], length="a day")

    assert seen.status == 409
    assert "1 muted" in seen.said
    assert f"incident {gone} is high, and only what is in triage can be muted" in seen.said
    assert "there is no incident 0000000000000001" in seen.said


async def test_who_may_only_read_sees_no_form_and_cannot_decide(rig: Rig) -> None:
    id = await a_bug(rig)
    async with visiting(rig, "ben", frozenset({Scope.READ})) as ben:
        seen = await ben.get("/triage")
        refused = await ben.send("/triage/close", incident=id)

    assert "Item bug" in seen.said
    assert (seen.every("form", id="decide"), seen.every("input", type="checkbox")) == ([], [])
    assert refused.status == 403
    assert (await rig.incident(id))["status"] == "triggered"


async def test_many_come_in_pages_and_one_can_be_chosen_by_its_address(rig: Rig, asha: Visitor) -> None:
    ids = [await a_bug(rig, str(number)) for number in range(51)]

    first = await asha.get(f"/triage?chosen={ids[3]}")
    (later,) = [str(one["href"]) for one in first.every("a") if "after=" in str(one.get("href"))]

    assert [one["value"] for one in first.every("input", type="checkbox") if "checked" in one] == [ids[3]]
    assert [one["id"] for one in (await asha.get(later)).every("li", class_="row bug")] == [f"i{ids[50]}"]
    assert (await asha.get("/triage?state=nonsense")).status == 404


async def test_text_and_links_of_alerts_are_inert(rig: Rig, asha: Visitor) -> None:
    await a_bug(rig, title=HOSTILE, links=BAD_LINKS)

    seen = await asha.get("/triage")

    assert HOSTILE.replace("\u202e", " ") in seen.text
    assert [str(one["href"]) for one in seen.every("a", class_="out")] == ["https://errors.example.com/7"]
    assert [tag for tag in seen.every("script") if not str(tag.get("src")).startswith("/static/")] == []
    assert ("javascript:" in seen.html, "\u202e" in seen.html) == (False, False)


async def test_a_muted_incident_is_shown_with_its_end_wherever_incidents_are(rig: Rig, asha: Visitor) -> None:
    id = await a_bug(rig)
    await rig.act(id, "mute", by="eve", **{"for": "7d"})

    listed, one = await asha.get("/?show=triage"), await asha.get(f"/incidents/{id}")
    (decide,) = [str(found["href"]) for found in one.every("a") if "chosen=" in str(found.get("href"))]

    assert (listed.status, "mute ends in 7 d 0 h" in listed.said) == (200, True)
    assert (one.status, "mute ends" in one.said) == (200, True)
    assert "muted until" in (await asha.get(decide)).said
