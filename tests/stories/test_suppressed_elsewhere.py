"""A silence holds wherever alerts come in: on other replicas, and while the store is away."""

from contextlib import AsyncExitStack
from datetime import timedelta
from pathlib import Path
from secrets import token_hex

import pytest

from tests.stories.conftest import SHARED
from tests.stories.outages import replica, switchable
from tests.stories.stage import Stage, alert, stage
from tests.stories.test_suppressed import INHIBIT, RULES, SUNDAY_NIGHT, end, silence


async def only_incident(story: Stage) -> dict[str, object]:
    (found,) = (await story.client.get("/api/v1/incidents")).json()["items"]
    return dict(found)


async def test_a_silence_known_before_the_outage_keeps_a_journalled_critical_quiet_to_its_end(tmp_path: Path) -> None:
    async with switchable(tmp_path) as switch, replica(tmp_path / "one", SUNDAY_NIGHT, switch) as story:
        made = await silence(story)
        switch.away = True

        assert (await story.fire(alert()))["journalled"] == 1
        await story.go_to("2026-11-22 04:00")
        assert story.news() == []

        switch.away = False
        await story.settle()
        incident = await only_incident(story)
        assert (incident["status"], incident["marks"]) == ("triggered", ["suppressed"])
        assert f"silence {made['id']} by asha: database upgrade" in await story.timeline(str(incident["id"]))
        await story.go_to("2026-11-22 04:59")
        assert story.news() == []
        await story.go_to("2026-11-22 05:00")
        assert story.news() == ["Sun 05:00 page asha", "Sun 05:00 page ben"]


async def test_people_are_told_when_a_silence_ends_in_the_outage_and_not_again_after_it(tmp_path: Path) -> None:
    async with switchable(tmp_path) as switch, replica(tmp_path / "one", SUNDAY_NIGHT, switch) as story:
        await silence(story)
        switch.away = True
        await story.fire(alert())

        await story.go_to("2026-11-22 05:01")

        assert story.news() == ["Sun 05:00 page asha", "Sun 05:00 page ben"]
        switch.away = False
        await story.settle()
        assert (await only_incident(story))["marks"] == []
        assert story.news() == []


async def test_what_a_silence_does_not_match_pages_in_the_outage(tmp_path: Path) -> None:
    async with switchable(tmp_path) as switch, replica(tmp_path / "one", SUNDAY_NIGHT, switch) as story:
        await silence(story, matchers=['region="eu"'])
        switch.away = True

        await story.fire(alert(region="eu"), alert(region="us"))

        assert story.news() == ["Sun 03:00 page asha", "Sun 03:00 page ben"]
        switch.away = False
        await story.settle()
        found = (await story.client.get("/api/v1/incidents")).json()["items"]
        assert sorted(one["marks"] for one in found) == [[], ["suppressed"]]


async def test_what_inhibits_in_the_outage_keeps_quiet_in_it(tmp_path: Path) -> None:
    async with (
        switchable(tmp_path) as switch,
        replica(tmp_path / "one", SUNDAY_NIGHT, switch, RULES + INHIBIT) as story,
    ):
        switch.away = True

        await story.fire(alert("SiteDown", site="a"))
        assert story.news() == ["Sun 03:00 page asha", "Sun 03:00 page ben"]
        await story.fire(alert("ApiDown", site="a"), group="g2")

        assert story.news() == []
        await story.fire(alert("SiteDown", status="resolved", site="a"))
        story.news()
        await story.go_to("2026-11-22 03:01")
        assert story.news() == ["Sun 03:01 page asha", "Sun 03:01 page ben"]


async def test_no_silence_is_made_while_the_store_is_away(tmp_path: Path) -> None:
    async with switchable(tmp_path) as switch, replica(tmp_path / "one", SUNDAY_NIGHT, switch) as story:
        switch.away = True

        reply = await story.client.post(
            "/api/v1/silences", json={"matchers": ["a=b"], "for": "2h", "by": "asha", "why": "x"}
        )

        assert (reply.status_code, "retry-after" in reply.headers) == (503, True)
        assert story.application.in_force.silences == ()


@pytest.mark.server
@pytest.mark.parametrize("shared", SHARED)
async def test_a_silence_made_on_one_replica_is_in_force_on_the_other_after_its_refresh(
    tmp_path: Path, request: pytest.FixtureRequest, shared: str
) -> None:
    place = {
        "store": request.getfixturevalue(shared),
        "deployment": token_hex(4),
        "secret_key": "a key that all replicas have",
    }
    async with AsyncExitStack() as stack:
        stages = []
        for name in ("one", "other"):
            folder = tmp_path / name
            folder.mkdir()
            stages.append(
                await stack.enter_async_context(stage(folder, SUNDAY_NIGHT, journal=folder / "journal", **place))
            )
        here, there = stages
        made = await silence(here)

        await there.application.silences.refresh()
        reply = await there.fire(alert())

        assert [one["outcome"] for one in reply["outcomes"]] == ["suppressed"]
        assert (await there.incident(reply["incidents"][0]))["suppression"]["by"] == "silence"
        for one in stages:
            await one.pass_time(timedelta(hours=1))
        await end(there, made["id"])
        await here.application.silences.refresh()
        assert here.application.in_force.silences == ()
        assert sorted([*here.news(), *there.news()]) == ["Sun 04:00 page asha", "Sun 04:00 page ben"]
        assert (await here.fire(alert("Other", n="2"), group="g2"))["outcomes"][0]["outcome"] == "opened"
