"""From an incident's end to a published post-mortem: drafted once, written by several, recalled, and announced."""

import asyncio
from pathlib import Path
from typing import Any

import pytest

from app.service.ports import Record
from app.service.postmortem_records import VERSION
from app.service.review import Review
from app.service.review_due import KIND as DUE
from tests.stories.stage import RULES, Remembering, Stage, alert, stage

pytestmark = pytest.mark.usefixtures("on_every_store")

NIGHT = "2026-11-22 03:00"
PUBLISHING = RULES + "\npostmortems: {due: 2 working days, nag_every: 1 working day, publish_to: payments}\n"
EVERYTHING = {
    "impact": "412 customers could not pay.",
    "root_cause": "The pool was too small for the traffic.",
    "detection": "By the alert.",
    "resolution": "The pool was doubled.",
    "prevention": "Load it in the nightly test.",
}


async def review(story: Stage) -> None:
    """What a worker does every few seconds."""
    await story.application.review.round()
    await story.settle()


async def get(story: Stage, path: str) -> dict[str, Any]:
    reply = await story.client.get(f"/api/v1/{path}")
    assert reply.status_code == 200, reply.text
    return dict(reply.json())


async def post(story: Stage, path: str, status: int = 200, **body: object) -> dict[str, Any]:
    reply = await story.client.post(f"/api/v1/{path}", json=body)
    assert reply.status_code == status, reply.text
    await story.settle()
    return dict(reply.json())


async def a_night(story: Stage) -> str:
    """A critical at three, which Asha took at 03:02 and resolved at 04:10; its id."""
    incident = await story.fire_one(alert())
    await story.go_to("2026-11-22 03:02")
    await story.act(incident, "acknowledge", by="asha")
    await story.go_to("2026-11-22 04:10")
    await story.act(incident, "resolve", by="asha")
    story.news()
    return incident


async def test_the_end_of_an_incident_leaves_a_draft_to_whoever_responded(tmp_path: Path) -> None:
    async with stage(tmp_path, NIGHT) as story:
        incident = await a_night(story)

        await review(story)

        found = await get(story, f"postmortems/{incident}")
        assert (found["state"], found["version"], found["owner"]) == ("draft", 1, "asha")
        assert found["people"] == ["asha", "ben"]
        assert [found["opened_at"][11:16], found["acknowledged_at"][11:16], found["resolved_at"][11:16]] == [
            "03:00",
            "03:02",
            "04:10",
        ]
        assert found["due_at"] == "2026-11-27T17:30:00Z"
        assert {"opened", "acknowledged", "resolved"} <= {moment["what"] for moment in found["timeline"]}
        assert "somebody had it after 2 min" in found["sections"]["detection"]
        assert story.news() == ["Sun 04:10 notice asha"]
        assert story.messages()[-1].headline.startswith("A post-mortem is yours to write: ")


async def test_there_is_exactly_one_however_many_workers_look_and_crash(tmp_path: Path) -> None:
    async with stage(tmp_path, NIGHT) as story:
        app = story.application
        incident = await a_night(story)
        others = [Review(app.store, app.post_mortems, app.in_force, app.clock) for _ in range(3)]
        (due,) = await app.store.records(DUE)

        await asyncio.gather(*(one.round() for one in others))
        await app.store.put_record(due)  # As if a worker had died before it could strike it off.
        await review(story)

        versions = await get(story, f"postmortems/{incident}/versions")
        assert [one["version"] for one in versions["items"]] == [1]
        assert story.news() == ["Sun 04:10 notice asha"]
        assert await app.store.records(DUE) == []


async def test_what_is_observed_or_stayed_quiet_or_is_for_the_backlog_gets_none(tmp_path: Path) -> None:
    async with stage(tmp_path, NIGHT) as story:
        await post(story, "silences", 201, matchers=['service="payments"'], by="asha", why="upgrade", **{"for": "2h"})
        quiet = await story.fire_one(alert())
        await story.fire(alert(status="resolved"))
        triage = await story.fire_one(alert("Slow", severity="triage", service="web"))
        await story.act(triage, "resolve", by="eve")

        await review(story)

        assert (await story.incident(quiet))["status"] == "resolved"
        assert (await get(story, "postmortems"))["items"] == []
        by_hand = await post(story, "postmortems", 201, incident=triage, by="eve")
        assert (by_hand["id"], by_hand["owner"]) == (triage, "eve")


async def test_one_that_comes_back_adds_to_the_timeline_of_a_draft_and_is_told_once_it_is_in_review(
    tmp_path: Path,
) -> None:
    async with stage(tmp_path, NIGHT) as story:
        incident = await a_night(story)
        await review(story)
        assert await story.fire_one(alert()) == incident
        await review(story)
        await story.act(incident, "resolve", by="ben", reason="for good")
        await review(story)

        found = await get(story, f"postmortems/{incident}")
        assert (found["version"], found["change"], found["saved_by"]) == (2, "timeline brought up to date", "router")
        assert "resolved by ben: for good" in [moment["text"] for moment in found["timeline"]]

        await post(story, f"postmortems/{incident}/review", by="asha")
        assert await story.fire_one(alert()) == incident
        await story.go_to("2026-11-22 04:15")
        await story.act(incident, "resolve", by="ben")
        story.news()
        await review(story)

        assert (await get(story, f"postmortems/{incident}"))["version"] == 3
        assert story.messages()[-1].headline.startswith("It came back after its post-mortem was written")
        again = await post(story, f"postmortems/{incident}/rework", by="asha")
        assert (again["state"], again["version"], again["resolved_at"]) == ("draft", 4, "2026-11-22T04:15:00Z")


async def test_two_who_write_at_once_do_not_overwrite_each_other(tmp_path: Path) -> None:
    async with stage(tmp_path, NIGHT) as story:
        incident = await a_night(story)
        await review(story)
        path = f"/api/v1/postmortems/{incident}/edit"

        replies = await asyncio.gather(
            *(
                story.client.post(path, json={"version": 1, "by": by, "sections": {"impact": f"By {by}."}})
                for by in ("asha", "ben", "chen")
            )
        )

        assert sorted(reply.status_code for reply in replies) == [200, 409, 409]
        (won,) = [reply.json() for reply in replies if reply.status_code == 200]
        for refused in replies:
            if refused.status_code == 409:
                assert f"is at version 2 by now, saved by {won['saved_by']}" in refused.json()["detail"]
        assert (await get(story, f"postmortems/{incident}"))["sections"] == won["sections"]


async def test_it_is_written_reviewed_and_published_with_every_version_kept(tmp_path: Path) -> None:
    async with stage(tmp_path, NIGHT, PUBLISHING) as story:
        incident = await a_night(story)
        await review(story)
        path = f"postmortems/{incident}"
        await post(story, f"{path}/publish", 409, by="asha")
        await post(story, f"{path}/edit", version=1, by="asha", facilitator="ben", sections=EVERYTHING)
        added = await post(
            story, f"{path}/actions", 201, by="asha", kind="new_alert", text="Alert on the pool", owner="chen"
        )
        await post(story, f"{path}/review", by="asha")
        await post(story, f"{path}/publish", by="ben")

        listed = (await get(story, f"{path}/versions"))["items"]
        assert [(one["version"], one["by"], one["change"]) for one in reversed(listed)] == [
            (1, "router", "drafted"),
            (2, "asha", ", ".join([*(f'"{name}"' for name in HEADINGS), "facilitator ben"])),
            (3, "asha", "action items"),
            (4, "asha", "sent to review"),
            (5, "ben", "published"),
        ]
        assert (await get(story, f"{path}/versions/2"))["sections"] == EVERYTHING
        assert [line.split()[-1] for line in story.news()] == ["asha", "ben", "chen", "payments"]
        published = story.messages()[-1].notice
        assert published
        assert published.lines[0] == "severity: critical"
        (item,) = added["actions"]
        done = await post(story, f"actions/{item['id']}", by="chen", state="done")
        assert (done["state"], done["post_mortem"]) == ("done", incident)
        assert (await get(story, "actions?state=open"))["items"] == []
        assert (await get(story, path))["state"] == "published"


HEADINGS = (
    "Scale and impact",
    "Root cause, beyond the symptoms",
    "How we became aware",
    "How it was resolved",
    "Steps to prevent it",
)


async def test_what_is_overdue_is_recalled_to_its_owner_then_to_the_squad_too(tmp_path: Path) -> None:
    async with stage(tmp_path, NIGHT, PUBLISHING) as story:
        incident = await a_night(story)
        await review(story)
        await post(
            story, f"postmortems/{incident}/actions", 201, by="chen", text="Document it", owner="chen", due="2026-11-25"
        )
        story.news()
        told = []
        for at in ("11-24 17:31", "11-25 09:00", "11-25 09:01", "11-26 09:00", "11-27 09:00"):
            await story.go_to(f"2026-{at}")
            again = Review(
                story.application.store, story.application.post_mortems, story.application.in_force, story.clock
            )
            await review(story)
            await again.round()
            await story.settle()
            told.append(story.news())

        assert told == [
            [],
            ["Wed 09:00 notice asha"],
            [],
            ["Thu 09:00 notice asha", "Thu 09:00 notice chen", "Thu 09:00 notice payments"],
            ["Fri 09:00 notice asha", "Fri 09:00 notice chen", *["Fri 09:00 notice payments"] * 2],
        ]
        assert [one["id"] for one in (await get(story, "postmortems?overdue=true"))["items"]] == [incident]
        assert len((await get(story, "actions?overdue=true"))["items"]) == 1


async def test_a_published_one_and_a_done_action_are_recalled_no_more(tmp_path: Path) -> None:
    async with stage(tmp_path, NIGHT, PUBLISHING) as story:
        incident = await a_night(story)
        await review(story)
        path = f"postmortems/{incident}"
        await post(story, f"{path}/edit", version=1, by="asha", sections=EVERYTHING)
        added = await post(story, f"{path}/actions", 201, by="asha", text="Do it", owner="asha", due="2026-11-23")
        await post(story, f"actions/{added['actions'][0]['id']}", by="asha", state="dropped")
        await post(story, f"{path}/review", by="asha")
        await post(story, f"{path}/publish", by="asha")
        story.news()

        await story.go_to("2026-11-30 09:00")
        await review(story)

        assert story.news() == []


async def test_a_file_goes_out_and_comes_back_only_on_top_of_what_it_was(tmp_path: Path) -> None:
    async with stage(tmp_path, NIGHT) as story:
        incident = await a_night(story)
        await review(story)
        path = f"postmortems/{incident}"
        file = (await get(story, f"{path}/markdown"))["markdown"]
        file = file.replace("## Root cause", "412 customers.\n\n## Root cause", 1) + "\nThanks to all.\n"
        file = file.replace("## Timeline", "- [ ] Alert on the pool (new alert; owner ben)\n\n## Timeline")

        brought = await post(story, f"{path}/import", by="asha", markdown=file)

        assert brought["version"] == 2
        assert brought["sections"]["impact"].endswith("412 customers.")
        assert brought["further"] == "Thanks to all."
        assert [(one["text"], one["owner"]) for one in brought["actions"]] == [("Alert on the pool", "ben")]
        refused = await post(story, f"{path}/import", 409, by="asha", markdown=file)
        assert "is at version 2 by now, saved by asha" in refused["detail"]
        same = (await get(story, f"{path}/markdown"))["markdown"]
        assert (await post(story, f"{path}/import", by="ben", markdown=same))["version"] == 2


async def test_a_runbook_that_did_not_help_is_owed_until_somebody_has_settled_it(tmp_path: Path) -> None:
    async with stage(tmp_path, NIGHT) as story:
        incident = await a_night(story)
        await review(story)
        story.news()

        await post(story, f"postmortems/{incident}/edit", version=1, by="ben", runbook_helped=False)

        (debt,) = (await get(story, "runbook-debts"))["items"]
        assert (debt["id"], debt["runbook"], debt["owner"], debt["by"]) == (
            incident,
            "payments-api-down",
            "payments",
            "ben",
        )
        assert story.news() == ["Sun 04:10 notice payments"]
        await post(story, f"runbook-debts/{incident}/settle", by="asha")
        assert (await get(story, "runbook-debts"))["items"] == []
        assert (await get(story, "runbook-debts?settled=true"))["items"][0]["settled_by"] == "asha"


TRACKED = RULES.replace("members: [asha, ben]}\nrotas", "members: [asha, ben], tickets: {github: example/shop}}\nrotas")


async def test_an_action_item_becomes_a_ticket_of_the_squad_once(tmp_path: Path) -> None:
    async with stage(tmp_path, NIGHT, TRACKED) as story:
        tracker = Remembering(story.clock, "github")
        story.application.dispatcher.channels = {"email": story.channel, "github": tracker}
        incident = await a_night(story)
        await review(story)

        added = await post(
            story, f"postmortems/{incident}/actions", 201, by="asha", text="Alert on the pool", owner="ben", ticket=True
        )
        path = f"actions/{added['actions'][0]['id']}"
        await post(story, path, by="asha", ticket=True, owner="asha")

        [(_, ticket)] = tracker.got
        assert (ticket.address, ticket.headline) == ("example/shop", "Alert on the pool")
        (item,) = (await get(story, f"postmortems/{incident}"))["actions"]
        assert (item["tracked"], item["ticket_problem"]) == ("payments", "")

        tracker.dead.add("*")
        other = await post(story, f"postmortems/{incident}/actions", 201, by="asha", text="Do more", ticket=True)
        listed = {one["id"]: one for one in (await get(story, "actions"))["items"]}
        assert listed[other["actions"][1]["id"]]["ticket_problem"] == "no such mailbox"


async def test_a_version_that_the_store_holds_twice_by_name_is_never_overwritten(tmp_path: Path) -> None:
    async with stage(tmp_path, NIGHT) as story:
        incident = await a_night(story)
        await review(story)
        store = story.application.store
        (first,) = await store.records(VERSION)
        await store.add_record(Record(VERSION, f"{incident}/000002", first.body))

        reply = await story.client.post(
            f"/api/v1/postmortems/{incident}/edit", json={"version": 1, "by": "asha", "further": "More."}
        )

        assert reply.status_code == 409
        assert (await get(story, f"postmortems/{incident}"))["version"] == 1
