"""What is no production alert waits for the first responder, who says whose it is; and the queue changes hands."""

import asyncio
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest

from app.domain.message import Message
from app.domain.notification import Result, Sent
from app.domain.rota import Cover, DatedFacts
from tests.stories.stage import RULES, Stage, alert, london, stage

pytestmark = pytest.mark.usefixtures("on_every_store")

TICKET = "https://tracker.example.com/example/shop/1"
BUGS = RULES.replace(
    "squads:\n",
    "squads:\n  shop: {name: Shop, email: shop@example.com, members: [dee], tickets: {github: example/shop}}\n",
).replace("members: [eve]", "members: [eve, dee]")


@dataclass(slots=True)
class Tracker:
    """A tracker that writes everything down at one address."""

    name: str = "github"
    got: list[Message] = field(default_factory=list)

    async def send(self, message: Message) -> Result:
        self.got.append(message)
        return Sent(TICKET)


async def queue(story: Stage, state: str = "queued") -> list[dict[str, Any]]:
    reply = await story.client.get(f"/api/v1/triage?state={state}")
    assert reply.status_code == 200, reply.text
    return list(reply.json()["items"])


async def handed_over(story: Stage) -> list[str]:
    """Who is told of a handover now."""
    await story.application.triage_handover.look()
    await story.settle()
    return story.news()


async def test_an_alert_without_a_runbook_goes_to_a_squad_which_finds_a_ticket(tmp_path: Path) -> None:
    async with stage(tmp_path, "2026-11-24 11:00", BUGS) as story:
        tracker = Tracker()
        story.application.dispatcher.channels = {"email": story.channel, "github": tracker}
        incident = await story.fire_one(alert("CardsSlow", service="cards"))
        assert story.news() == ["Tue 11:00 post eve"], "no squad, so the first responder of the week"
        assert [(one["id"], one["why"]) for one in await queue(story)] == [(incident, "missing_runbook")]

        await story.act(incident, "hand", by="eve", squad="shop", reason="their release")

        assert story.news() == ["Tue 11:00 post shop"]
        assert [message.address for message in tracker.got] == ["example/shop"]
        assert await queue(story) == []
        assert [one["id"] for one in await queue(story, "with_squad")] == [incident]
        assert f"opened for shop: {TICKET}" in await story.timeline(incident)


async def test_what_is_muted_comes_back_only_when_that_is_over_or_it_gets_worse(tmp_path: Path) -> None:
    async with stage(tmp_path, "2026-11-24 11:00", BUGS) as story:
        incident = await story.fire_one(alert(severity="warning"))
        await story.act(incident, "mute", by="eve", **{"for": "7d"})
        story.news()

        await story.go_to("2026-11-25 11:00")
        await story.fire(alert(status="resolved", severity="warning"))
        await story.go_to("2026-11-26 11:00")
        again = await story.fire(alert(severity="warning"))
        assert (again["incidents"], story.news()) == ([incident], [])
        await story.go_to("2026-12-01 11:00")
        assert story.news() == ["Tue 11:00 post payments"]
        assert [one["id"] for one in await queue(story)] == [incident]

        await story.act(incident, "mute", by="eve", for_good=True)
        await story.go_to("2026-12-25 03:00")
        assert story.news() == []


async def test_what_is_promoted_at_night_pages_whoever_is_on_call(tmp_path: Path) -> None:
    async with stage(tmp_path, "2026-11-22 03:00", BUGS) as story:
        incident = await story.fire_one(alert("CardsSlow", service="cards"))
        story.news()

        await story.act(incident, "promote", by="eve", severity="critical", reason="nobody can pay")

        assert story.news() == ["Sun 03:00 page asha", "Sun 03:00 page ben"]
        assert "promoted to critical by eve: nobody can pay" in story.messages()[-1].items[0].why
        await story.go_to("2026-11-22 04:00")
        assert "Sun 04:00 page chen" in story.news()


async def test_the_queue_is_handed_over_with_the_week_once_to_both(tmp_path: Path) -> None:
    async with stage(tmp_path, "2026-11-23 12:00", BUGS) as story:
        assert await handed_over(story) == [], "at the first look nothing was missed"
        for number in range(12):
            await story.fire(alert(f"Bug{number}", service="cards"), group=f"g{number}")
        await story.go_to("2026-11-30 08:59")
        story.news()
        assert await handed_over(story) == []

        await story.go_to("2026-11-30 09:00")
        second = replace(story.application.triage_handover, _told=None)
        await asyncio.gather(story.application.triage_handover.look(), second.look())
        await story.settle()

        assert story.news() == ["Mon 09:00 notice dee", "Mon 09:00 notice eve"]
        new, old = sorted(story.messages()[-2:], key=lambda one: one.address)
        assert old.headline == "TRIAGE the queue has gone to Dee: 12 wait, the oldest for 6 days"
        assert new.headline == "TRIAGE the queue is yours now, from Eve: 12 wait, the oldest for 6 days"
        assert new.notice
        assert new.notice.lines[:3] == (
            "by source: alertmanager 12",
            "by squad: none 12",
            "without a runbook: 12",
        )
        assert (len(new.notice.lines), new.notice.lines[-1]) == (14, "and 2 more")
        assert await handed_over(story) == []


async def test_a_handover_that_passed_while_nobody_looked_is_told_later_and_only_the_latest(tmp_path: Path) -> None:
    async with stage(tmp_path, "2026-11-23 12:00", BUGS) as story:
        await story.fire(alert("Bug", service="cards"))
        await handed_over(story)
        story.application.triage_handover = replace(story.application.triage_handover, _told=None)

        await story.go_to("2026-12-07 15:00")

        assert await handed_over(story) == ["Mon 15:00 notice dee", "Mon 15:00 notice eve"]
        assert "the queue is yours now, from Dee: 1 waits, the oldest for 13 days" in "".join(
            message.headline for message in story.messages()[-2:]
        )
        assert await handed_over(story) == []


async def test_a_cover_in_the_week_is_no_handover_but_counts_at_one(tmp_path: Path) -> None:
    async with stage(tmp_path, "2026-11-23 12:00", BUGS) as story:
        await story.fire(alert("Bug", service="cards"))
        await handed_over(story)
        cover = Cover("first_responder", "ben", london("2026-11-27 12:00"), london("2026-11-30 12:00"))
        story.application.in_force.facts = DatedFacts(covers=(cover,))

        await story.go_to("2026-11-27 13:00")
        assert await handed_over(story) == []
        await story.go_to("2026-11-30 09:30")

        assert await handed_over(story) == ["Mon 09:30 notice ben"]
        assert "the queue stays yours" in story.messages()[-1].headline


async def test_an_empty_queue_changes_hands_without_a_word(tmp_path: Path) -> None:
    async with stage(tmp_path, "2026-11-23 12:00", BUGS) as story:
        await handed_over(story)
        await story.go_to("2026-11-30 09:30")

        assert await handed_over(story) == []
