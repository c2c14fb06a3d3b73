"""One incident: where it stands, what may be done about it, and everything that happened, each message with its why."""

from datetime import timedelta

import pytest

from tests.entrypoints.http.rig import Rig
from tests.entrypoints.web.visitor import Visitor, visiting

HOSTILE = '"><script>alert(1)</script><img src=x onerror=alert(2)>\u202egnp.exe'


async def test_it_shows_what_a_reader_needs_in_order(rig: Rig, asha: Visitor) -> None:
    id = await rig.opened(description="No request\nhas succeeded.")
    rig.clock.pass_by(timedelta(minutes=18, seconds=50))

    seen = await asha.get(f"/incidents/{id}")

    needed = (
        "critical Payments API is down",
        "Triggered, nobody has it yet second line in 41:10",
        "since 03:00:00, 18:50 ago",
        "1 report from generic",
        "Runbook: payments-api-down",
        "Acknowledge",
        "No request has succeeded.",
        "Look at the dashboard",
        "page Ben, as shadow",
        "console ben sent 03:00:00",
        "Why: new critical alert from generic; asha's week in rota primary",
        '"title":"Payments API is down"',
    )
    places = [seen.said.find(one) for one in needed]
    assert -1 not in places, [one for one, at in zip(needed, places, strict=True) if at < 0]
    assert places == sorted(places)


async def test_every_button_does_what_it_says_and_is_logged(rig: Rig, asha: Visitor) -> None:
    id = await rig.opened()
    await asha.get(f"/incidents/{id}")

    said = [
        (await asha.send(f"/incidents/{id}/note", text="It is the disk")).said,
        (await asha.send(f"/incidents/{id}/tag", squads=["payments"])).said,
        (await asha.send(f"/incidents/{id}/acknowledge")).said,
        (await asha.send(f"/incidents/{id}/second-line", reason="needs an expert")).said,
        (await asha.send(f"/incidents/{id}/park", reason="until tomorrow")).said,
        (await asha.send(f"/incidents/{id}/unacknowledge")).said,
        (await asha.send(f"/incidents/{id}/snooze", **{"for": "90m"})).said,
        (await asha.send(f"/incidents/{id}/reassign", to="chen")).said,
        (await asha.send(f"/incidents/{id}/escalate")).said,
        (await asha.send(f"/incidents/{id}/resolve", reason="disk replaced")).said,
    ]

    expected = ("note is in", "told in their", "You have it", "Second line is", "Parked", "Given back", "Snoozed")
    expected += ("Given to somebody else", "next step is being told", "Resolved.")
    assert [text for text, one in zip(expected, said, strict=True) if text not in one] == []
    acts = (await rig.client.get("/api/v1/audit")).json()["items"]
    assert {(act["who"], act["channel"]) for act in acts if act["what"].startswith("incident.")} == {("asha", "web")}
    assert sum(act["what"].startswith("incident.") for act in acts) == 10
    assert (await rig.incident(id))["status"] == "resolved"


async def test_only_what_would_change_something_is_offered(rig: Rig, asha: Visitor) -> None:
    id = await rig.opened()

    def offered(seen: object) -> list[str]:
        return [str(one["data-act"]) for one in seen.every("button") if "data-act" in one]  # type: ignore[attr-defined]

    before = offered(await asha.get(f"/incidents/{id}"))
    await asha.send(f"/incidents/{id}/acknowledge")
    taken = offered(await asha.get(f"/incidents/{id}"))
    over = offered(await asha.send(f"/incidents/{id}/resolve"))

    assert before == ["acknowledge", "resolve", "second-line"]
    assert taken == ["resolve", "second-line"]
    assert over == []


async def test_a_click_on_an_old_page_changes_nothing_and_shows_what_happened_instead(rig: Rig, asha: Visitor) -> None:
    id = await rig.opened()
    await asha.get(f"/incidents/{id}")
    await rig.act(id, "resolve", by="chen")
    before = await rig.incident(id)

    late = await asha.send(f"/incidents/{id}/acknowledge")
    again = await asha.send(f"/incidents/{id}/resolve")

    assert late.status == 409
    assert "Nothing was changed, for things have moved on" in late.said
    assert "Resolved by Chen" in late.said
    assert "It was so already" in again.said
    assert await rig.incident(id) == before


@pytest.mark.parametrize(
    ("act", "fields", "reason"),
    [
        ("snooze", {"for": "for ever"}, "is not a length of time"),
        ("note", {"text": "  "}, "the note is empty"),
        ("reassign", {"to": "chne"}, "did you mean 'chen'?"),
        ("reassign", {}, "say to whom"),
        ("tag", {}, "choose at least one squad"),
        ("tag", {"squads": "nobody"}, "no squad 'nobody'"),
    ],
)
async def test_what_cannot_be_is_said_and_what_was_typed_stays(
    rig: Rig, asha: Visitor, act: str, fields: dict[str, str | list[str]], reason: str
) -> None:
    id = await rig.opened()
    await asha.get(f"/incidents/{id}")

    seen = await asha.send(f"/incidents/{id}/{act}", **fields)

    assert seen.status == 422
    assert reason in seen.said
    for typed in fields.values():
        assert act in ("tag", "reassign") or str(typed).strip() in seen.html


async def test_from_the_list_one_stays_on_the_list(rig: Rig, asha: Visitor) -> None:
    id = await rig.opened()
    await asha.get("/")

    seen = await asha.send(f"/incidents/{id}/acknowledge", back="list")

    assert seen.path == "/"
    assert "You have it. Nobody else is paged" in seen.said


async def test_a_shadow_is_told_that_it_still_waits_for_somebody(rig: Rig) -> None:
    id = await rig.opened()
    async with visiting(rig, "ben") as ben:
        seen = await ben.send(f"/incidents/{id}/acknowledge")

    assert "You are shadowing" in seen.said
    assert "Triggered, nobody has it yet" in seen.said


async def test_text_of_alerts_and_people_is_inert_wherever_it_stands(rig: Rig, asha: Visitor) -> None:
    id = await rig.opened(
        title=HOSTILE,
        description=HOSTILE,
        labels={"service": HOSTILE, HOSTILE: HOSTILE},
        links=[{"href": "javascript:alert(1)", "text": HOSTILE}, {"href": "https://example.com/", "text": HOSTILE}],
    )
    await asha.get(f"/incidents/{id}")

    seen = await asha.send(f"/incidents/{id}/note", text=HOSTILE)

    assert seen.every("img") == []
    assert [tag for tag in seen.every("script") if not str(tag.get("src")).startswith("/static/")] == []
    assert [a for a in seen.every("a") if str(a.get("href")).startswith("javascript")] == []
    assert "\u202e" not in seen.html
    assert [
        name for _, attributes in seen.tags for name in attributes if name.startswith("on") or name == "style"
    ] == []


async def test_the_live_piece_holds_nothing_of_one_reader_alone(rig: Rig, asha: Visitor) -> None:
    id = await rig.opened()

    seen = await asha.get(f"/live/incident/{id}?once")

    assert "Triggered, nobody has it yet" in seen.said
    assert "form_token" not in seen.html
    assert seen.every("div", id="forms") == [{"id": "forms", "hx-morph-skip": None}]


async def test_what_is_not_there_is_a_page(rig: Rig, asha: Visitor) -> None:
    for path in ("/incidents/06bf80f9c0000001", "/incidents/x", "/live/incident/06bf80f9c0000001"):
        assert (await asha.get(path)).status == 404
    assert (await asha.send(f"/incidents/{await rig.opened()}/explode")).status == 404


async def test_an_incident_raised_by_a_form_is_handled_like_any_other(rig: Rig, asha: Visitor) -> None:
    await asha.get("/raise")

    empty = await asha.send("/raise", title=" ", description="Three customers called", severity="high")
    seen = await asha.send("/raise", title="Checkout is slow", description="Three\r\ncalled", squad="payments")
    wrong = await asha.send("/raise", title="x", severity="critical", squad="nobody")
    done = await asha.send("/raise", title="Checkout is slow", description="Three\r\ncalled", severity="critical")

    assert (empty.status, seen.status, wrong.status) == (422, 422, 422)
    assert "Three customers called" in empty.text
    assert empty.every("input", value="high", checked="") or "checked" in empty.html
    assert "Raised. Whoever is on call is being paged." in done.said
    incident = await rig.incident(done.path.rpartition("/")[2])
    assert (incident["title"], incident["description"]) == ("Checkout is slow", "Three\ncalled")
    assert "raised_by_person" in incident["marks"]
