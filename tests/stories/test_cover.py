"""People cover each other: in effect at once, both told, and never who was on call in the past."""

import asyncio
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from app.domain.cover import Actor, Stretch
from app.domain.errors import Conflict
from app.domain.rota_facts import KeptCover
from app.service import covers as covers_module
from app.service.covers import Covers
from app.service.in_force import InForce
from app.service.ports import Record
from app.service.rota_facts import Change, RotaFacts
from tests.stories.stage import RULES, Stage, alert, london, stage

THREE = RULES.replace("members: [asha], starts", "members: [asha, ben, dee], starts")
"""Asha's week as primary is the one of Monday 16 November 2026, then ben's, then dee's."""

ENDS = THREE.replace("ben, dee], starts", "ben, dee], ends: 2026-12-01, starts")

SUNDAY = "2026-11-22 12:00"

pytestmark = pytest.mark.usefixtures("on_every_store")


def nothing_besides(change: Change) -> Sequence[Record]:
    return ()


def at(text: str) -> str:
    return london(text).isoformat()


async def said(stage: Stage, path: str, status: int = 201, **body: Any) -> dict[str, Any]:
    """Post to the API as somebody; the reply's body."""
    reply = await stage.client.post(f"/api/v1/{path}", json=body)
    assert reply.status_code == status, reply.text
    await stage.settle()
    return dict(reply.json())


async def primary(stage: Stage, moment: str = "") -> str | None:
    """Who is primary then, or now."""
    query = {"at": at(moment)} if moment else {}
    reply = await stage.client.get("/api/v1/oncall", params=query)
    return {one["rota"]: one["person"] for one in reply.json()["items"]}["primary"]


def said_of_holder(stage: Stage) -> str:
    """The line of the latest message that says who holds it now."""
    notice = stage.messages()[-1].notice
    return next(line for line in notice.lines if line.startswith("Now held")) if notice else ""


async def test_a_cover_is_in_effect_at_once_and_both_are_told(tmp_path: Path) -> None:
    async with stage(tmp_path, SUNDAY, THREE) as town:
        found = await said(
            town, "covers", rota="primary", until=at("2026-11-22 18:00"), by="ben", note="school concert"
        )

        assert town.news() == ["Sun 12:00 notice asha", "Sun 12:00 notice ben"]
        assert [(one["person"], one["instead_of"], one["state"]) for one in found["items"]] == [
            ("ben", "asha", "in effect")
        ]
        assert [await primary(town), await primary(town, "2026-11-22 18:00")] == ["ben", "asha"]
        headline = town.messages()[-1].headline
        assert headline.startswith("Ben covers Asha in rota primary, Sun 22 Nov 12:00 GMT to Sun 22 Nov 18:00 GMT")
        assert headline.endswith(": school concert")
        assert town.messages()[-1].link().endswith("/rota")

        await town.fire(alert())

        assert "Sun 12:00 page ben" in town.news()


async def test_what_pages_already_goes_on_and_what_comes_next_goes_to_the_new_person(tmp_path: Path) -> None:
    async with stage(tmp_path, SUNDAY, THREE) as town:
        await town.fire(alert())
        assert town.news() == ["Sun 12:00 page asha", "Sun 12:00 page ben"]

        await said(town, "covers", rota="primary", person="dee", by="asha")
        assert "Stays with Asha: CRITICAL PaymentsApiDown" in town.messages()[-1].text()
        town.news()
        await town.go_to("2026-11-22 12:20")
        assert town.news() == ["Sun 12:15 reminder asha", "Sun 12:15 reminder ben"]
        await town.go_to("2026-11-22 14:00")

        assert "Sun 14:00 page dee" in town.news()


async def test_somebody_who_is_given_a_cover_that_begins_soon_is_told_loudly(tmp_path: Path) -> None:
    loud = THREE.replace("urgent: [{send: [email]}", "urgent: [{send: [email, webhook]}").replace(
        "email: dee@example.com", "email: dee@example.com, webhook: 'https://dee.example.com/'"
    )
    async with stage(tmp_path, SUNDAY, loud) as town:
        await said(town, "covers", rota="primary", person="dee", by="asha")
        rows = await town.application.store.notices("", 10)

        plans = {row.reader: [rung.channel for rung in row.plan] for row in rows}
        assert plans == {"asha": ["email"], "dee": ["email", "webhook"]}


async def test_the_first_to_say_yes_has_an_offer_and_nobody_else(tmp_path: Path) -> None:
    async with stage(tmp_path, SUNDAY, THREE) as town:
        offer = (await said(town, "cover-offers", rota="primary", shift="2026-11-23", person="ben", by="ben"))["offer"]
        assert town.news() == ["Sun 12:00 notice asha", "Sun 12:00 notice dee"]
        assert await primary(town, "2026-11-25 12:00") == "ben"

        taken = await said(town, f"cover-offers/{offer['id']}/accept", 200, by="dee")
        late = await said(town, f"cover-offers/{offer['id']}/accept", 409, by="asha")
        again = await said(town, f"cover-offers/{offer['id']}/accept", 200, by="dee")

        assert late["detail"] == "dee has taken it already"
        assert (again["effect"], again["items"]) == ("already", taken["items"])
        assert await primary(town, "2026-11-25 12:00") == "dee"
        assert town.news() == ["Sun 12:00 notice ben", "Sun 12:00 notice dee"]


async def test_an_offer_that_is_made_twice_asks_once(tmp_path: Path) -> None:
    async with stage(tmp_path, SUNDAY, THREE) as town:
        first = await said(town, "cover-offers", rota="primary", by="asha")
        town.news()
        await town.go_to("2026-11-22 12:01")

        again = await said(town, "cover-offers", rota="primary", by="asha")

        assert (again["effect"], again["offer"]["id"]) == ("already", first["offer"]["id"])
        assert town.news() == []


async def test_of_many_who_say_yes_at_once_in_two_replicas_exactly_one_has_it(tmp_path: Path) -> None:
    async with stage(tmp_path, SUNDAY, THREE) as town:
        offer = (await said(town, "cover-offers", rota="primary", by="asha"))["offer"]["id"]
        here, app = town.application.covers, town.application
        there = Covers(RotaFacts(app.store, InForce(app.in_force.rules, town.clock.at), town.clock), app.new_id, "")

        found = await asyncio.gather(
            *(covers.accept(offer, Actor(who), nothing_besides) for covers in (here, there) for who in ("ben", "dee")),
            return_exceptions=True,
        )

        held = [one.about for one in found if isinstance(one, Change)]
        takers = {cover.person for about in held for cover in about if isinstance(cover, KeptCover)}
        assert len(takers) == 1
        assert [type(one) for one in found if not isinstance(one, Change)] == [Conflict, Conflict]
        assert len((await app.rota_facts.kept()).covers) == 1


async def test_two_who_take_the_same_at_once_both_know_who_has_it(tmp_path: Path) -> None:
    async with stage(tmp_path, SUNDAY, THREE) as town:
        await asyncio.gather(*(said(town, "covers", rota="primary", by=who) for who in ("ben", "dee")))

        covers = (await town.application.rota_facts.kept()).covers

        assert covers[0].instead_of == "asha"
        assert covers[1].instead_of == covers[0].person
        assert await primary(town) == covers[1].person


async def test_the_last_word_holds_though_another_replicas_clock_is_ahead(tmp_path: Path) -> None:
    async with stage(tmp_path, SUNDAY, THREE) as town:
        ahead = Covers(town.application.rota_facts, lambda: "7fffffffffffff00", "")
        await ahead.take(
            Stretch("primary", london("2026-11-22 12:00"), london("2026-11-23 17:30")),
            "ben",
            Actor("ben"),
            "",
            nothing_besides,
        )
        assert await primary(town) == "ben"

        await said(town, "covers", rota="primary", by="asha")

        assert await primary(town) == "asha"


async def test_there_is_an_end_to_covers_and_those_that_are_over_do_not_count(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(covers_module, "MOST", 2)
    async with stage(tmp_path, SUNDAY, THREE) as town:
        hour = {"rota": "primary", "for": "1h"}
        await said(town, "covers", **hour, by="ben")
        await said(town, "cover-offers", **hour, since=at("2026-11-22 14:00"), by="asha")

        refused = await said(town, "covers", 409, **hour, by="dee")
        assert refused["detail"].startswith("there are 2 covers and offers to come")
        await town.go_to("2026-11-22 13:00")

        await said(town, "covers", **hour, by="dee")


async def test_a_note_of_many_lines_is_one_in_what_people_are_told(tmp_path: Path) -> None:
    async with stage(tmp_path, SUNDAY, THREE) as town:
        await said(
            town, "covers", rota="primary", by="ben", note="first\r\nAct now: http://evil.example.com" + "x" * 900
        )

        headline = town.messages()[-1].headline
        assert "\n" not in headline
        assert len(headline) < 400


async def test_a_swap_is_both_or_neither(tmp_path: Path) -> None:
    mine, theirs = {"rota": "primary", "shift": "2026-11-23"}, {"rota": "primary", "shift": "2026-11-30"}
    async with stage(tmp_path, SUNDAY, THREE) as town:
        refused = await said(town, "covers/swap", 409, by="ben", mine=mine, other="asha", theirs=theirs)
        assert refused["detail"].startswith("asha holds nothing of rota primary, Mon 30 Nov 17:30")
        assert await primary(town, "2026-11-25 12:00") == "ben"

        found = await said(town, "covers/swap", by="ben", mine=mine, other="dee", theirs=theirs)

        weeks = [await primary(town, day) for day in ("2026-11-25 12:00", "2026-12-02 12:00")]
        assert weeks == ["dee", "ben"]
        assert town.news() == ["Sun 12:00 notice ben", "Sun 12:00 notice dee"]
        await said(town, f"covers/{found['items'][0]['id']}/withdraw", 200, by="dee")
        weeks = [await primary(town, day) for day in ("2026-11-25 12:00", "2026-12-02 12:00")]
        assert weeks == ["ben", "dee"]


async def test_what_was_held_of_a_cover_stays_when_it_is_withdrawn(tmp_path: Path) -> None:
    async with stage(tmp_path, SUNDAY, THREE) as town:
        cover = (await said(town, "covers", rota="primary", by="ben"))["items"][0]["id"]
        town.news()
        await town.go_to("2026-11-22 15:00")

        await said(town, f"covers/{cover}/withdraw", 200, by="asha")
        again = await said(town, f"covers/{cover}/withdraw", 200, by="ben")

        assert again["effect"] == "already"
        assert [await primary(town, one) for one in ("2026-11-22 14:59", "2026-11-22 15:00")] == ["ben", "asha"]
        assert town.news() == ["Sun 15:00 notice asha", "Sun 15:00 notice ben"]
        reply = await town.client.get(
            "/api/v1/rotas/primary/shifts", params={"since": at(SUNDAY), "until": at("2026-11-22 18:00")}
        )
        held = [(one["person"], one["since"]) for one in reply.json()["items"]]
        assert held == [("ben", "2026-11-22T12:00:00Z"), ("asha", "2026-11-22T15:00:00Z")]


async def test_whose_it_is_after_a_withdrawal_is_told_though_they_had_no_part_in_it(tmp_path: Path) -> None:
    """Ben covers Asha, and Dee covers Ben: without Ben it is still hers, and without her it is Asha's."""
    async with stage(tmp_path, SUNDAY, THREE) as town:
        bens = (await said(town, "covers", rota="primary", by="ben"))["items"][0]["id"]
        dees = (await said(town, "covers", rota="primary", by="dee"))["items"][0]["id"]
        town.news()
        await said(town, f"covers/{bens}/withdraw", 200, by="ben")
        first = town.news()

        await said(town, f"covers/{dees}/withdraw", 200, by="dee")

        assert first == ["Sun 12:00 notice asha", "Sun 12:00 notice ben", "Sun 12:00 notice dee"]
        assert town.news() == ["Sun 12:00 notice asha", "Sun 12:00 notice ben", "Sun 12:00 notice dee"]
        assert said_of_holder(town) == "Now held by: Asha."
        assert await primary(town) == "asha"


async def test_a_gap_that_a_withdrawal_leaves_again_is_told_to_all_who_could_fill_it(tmp_path: Path) -> None:
    async with stage(
        tmp_path,
        "2026-12-01 12:00",
        ENDS,
    ) as town:
        stretch = {"since": at("2026-12-02 18:00"), "until": at("2026-12-02 22:00")}
        cover = (await said(town, "covers", rota="primary", by="ben", **stretch))["items"][0]["id"]
        town.news()

        await said(town, f"covers/{cover}/withdraw", 200, by="ben")

        assert town.news() == [f"Tue 12:00 notice {one}" for one in ("asha", "ben", "dee")]
        assert said_of_holder(town) == "Now held by: nobody."


async def test_the_one_whose_turn_fills_in_for_is_in_debt(tmp_path: Path) -> None:
    async with stage(tmp_path, SUNDAY, THREE) as town:
        weeks = {"rota": "primary", "since": "2026-11-23", "until": "2026-11-30"}
        skipped = (await said(town, "opt-outs", **weeks, by="ben", note="moving house"))["opt_out"]["id"]

        assert await primary(town, "2026-11-25 12:00") == "dee"
        debts = (await town.client.get("/api/v1/rotas/primary/debts")).json()
        assert debts["owed"] == [{"person": "ben", "to": "dee", "shifts": 1}]

        await said(town, f"opt-outs/{skipped}/withdraw", 200, by="ben")

        assert await primary(town, "2026-11-25 12:00") == "ben"
        assert (await town.client.get("/api/v1/rotas/primary/debts")).json()["owed"] == []


SHADOWED = THREE.replace("members: [asha, ben, dee]", "members: [asha, ben, dee, eve]").replace(
    "members: [ben], starts", "members: [eve], starts"
)


async def test_a_shadow_becomes_primary_when_somebody_says_that_they_are_ready(tmp_path: Path) -> None:
    async with stage(tmp_path, "2026-11-22 12:00", SHADOWED) as town:
        learns = {"person": "eve", "since": "2026-11-23", "until": "2026-12-28"}
        id = (await said(town, "shadowings", **learns, by="asha"))["shadowing"]["id"]
        refused = await said(town, f"shadowings/{id}/ready", 409, by="asha")
        assert refused["detail"].startswith("eve has not agreed to be on call on 2026-11-23")
        await said(town, "consents", 200, by="eve")
        assert await who(town, "shadow", "2026-12-02 12:00") == "eve"
        assert await primary(town, "2026-12-30 12:00") == "asha"
        await said(town, f"shadowings/{id}/ready", 403, by="eve")

        await said(town, f"shadowings/{id}/ready", 200, by="dee", since="2026-12-07")

        assert [await who(town, "shadow", f"2026-12-{day} 12:00") for day in ("02", "09")] == ["eve", None]
        assert await primary(town, "2026-12-30 12:00") == "eve"
        acts = [one.act.what for one in await town.application.audit_log.page(9)]
        assert acts == ["shadowing.ready", "consent.give", "shadowing.begin"]


async def who(stage: Stage, rota: str, moment: str) -> str | None:
    reply = await stage.client.get("/api/v1/oncall", params={"at": at(moment)})
    return {one["rota"]: one["person"] for one in reply.json()["items"]}[rota]
