"""Something that should be heard of every half hour: it dies and comes back, and people hear of it once each time."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from app.domain.errors import StoreUnavailable
from app.service.apply import Applier
from app.service.heartbeat_records import Watch, watch_record
from app.service.job import Applied, Job
from app.service.replicas import announce
from app.service.watching import GONE, HEARD, NOT_DUE
from tests.stories.outages import Switch, replica, switchable
from tests.stories.stage import RULES, TOKEN, Stage, london, stage
from tests.stories.town import town_rules

BACKUP = """
heartbeats:
  backup: {every: 30m, grace: 5m, squad: payments, runbook: payments-api-down}
"""
TWO = BACKUP + "  export: {every: 20m, severity: high, runbook: payments-api-down}\n"
NIGHT = "2026-11-22 03:00"
PAGED = ["Sun 03:35 page asha", "Sun 03:35 page ben"]


async def ping(story: Stage, name: str = "backup", **query: str) -> dict[str, Any]:
    reply = await story.client.post(f"/heartbeats/{name}", params=query)
    assert reply.status_code == 202, reply.text
    await story.settle()
    return dict(reply.json())


async def ping_at(story: Stage, *times: str) -> None:
    for at in times:
        await story.go_to(f"2026-11-22 {at}")
        await ping(story)


async def heartbeat(story: Stage, name: str = "backup") -> dict[str, Any]:
    reply = await story.client.get("/api/v1/heartbeats")
    assert reply.status_code == 200, reply.text
    (found,) = [one for one in reply.json()["items"] if one["name"] == name]
    return dict(found)


async def incidents(story: Stage) -> list[dict[str, Any]]:
    return list((await story.client.get("/api/v1/incidents")).json()["items"])


async def use(story: Stage, text: str) -> None:
    """Another rules file comes into force."""
    story.application.in_force.rules = town_rules(text)
    await story.settle()


@pytest.mark.usefixtures("on_every_store")
async def test_a_heartbeat_dies_and_comes_back(tmp_path: Path) -> None:
    async with stage(tmp_path, NIGHT, RULES + BACKUP) as story:
        await story.settle()
        await ping_at(story, "03:10", "03:25")
        assert await heartbeat(story) == {
            "name": "backup",
            "every": 1800.0,
            "grace": 300.0,
            "severity": "critical",
            "squad": "payments",
            "state": "ok",
            "last_ping": "2026-11-22T03:25:00Z",
            "deadline": "2026-11-22T04:00:00Z",
            "incident": None,
        }

        await story.go_to("2026-11-22 03:59")
        assert story.news() == []
        await story.go_to("2026-11-22 04:01")
        assert story.news() == ["Sun 04:00 page asha", "Sun 04:00 page ben"]
        (incident,) = await incidents(story)
        assert (incident["title"], incident["source"], incident["dedup_key"]) == (
            "Heartbeat backup is quiet",
            "heartbeats",
            "backup",
        )
        assert (incident["squad"], incident["severity"], incident["count"]) == ("payments", "critical", 1)
        assert incident["description"] == (
            "Its last ping came Sun 22 Nov 03:25 GMT; one is expected every 30 min, at most 5 min late."
        )
        found = await heartbeat(story)
        assert (found["state"], found["incident"]) == ("quiet", incident["id"])

        await story.go_to("2026-11-22 04:10")
        assert await ping(story) == {"heartbeat": "backup", "failed": False, "stored": True}
        assert (await story.incident(incident["id"]))["status"] == "resolved"
        assert "heartbeat backup pinged" in " ".join(await story.timeline(incident["id"]))
        found = await heartbeat(story)
        assert (found["state"], found["deadline"], found["incident"]) == ("ok", "2026-11-22T04:45:00Z", None)
        await story.go_to("2026-11-22 04:44")
        assert {line.split()[2] for line in story.news()} <= {"resolved", "notice", "reminder"}


@pytest.mark.usefixtures("on_every_store")
async def test_one_that_never_pings_counts_from_when_it_was_first_seen_and_is_told_of_once(tmp_path: Path) -> None:
    async with stage(tmp_path, NIGHT, RULES + BACKUP) as story:
        await story.settle()
        assert (await heartbeat(story))["state"] == "new"

        await story.go_to("2026-11-22 04:10")

        assert story.news()[:2] == PAGED
        (incident,) = await incidents(story)
        assert incident["count"] == 1
        assert incident["description"].startswith("It has not pinged since it was defined, Sun 22 Nov 03:00 GMT;")


async def test_a_flapping_one_reopens_its_incident_each_time_that_it_goes_quiet(tmp_path: Path) -> None:
    text = RULES + BACKUP.replace("every: 30m, grace: 5m", "every: 5m, grace: 0m")
    async with stage(tmp_path, NIGHT, text) as story:
        await story.settle()
        for at in ("03:06", "03:12", "03:18"):
            await ping_at(story, at)

        pages = [line for line in story.news() if " page asha" in line]
        assert pages == ["Sun 03:05 page asha", "Sun 03:11 page asha", "Sun 03:17 page asha"]
        (incident,) = await incidents(story)
        assert (incident["status"], incident["count"]) == ("resolved", 3)


async def test_what_a_person_has_resolved_is_not_raised_again_for_the_same_silence(tmp_path: Path) -> None:
    async with stage(tmp_path, NIGHT, RULES + BACKUP) as story:
        await story.settle()
        await story.go_to("2026-11-22 03:36")
        (incident,) = await incidents(story)
        await story.act(incident["id"], "resolve", by="asha")
        story.news()

        await story.go_to("2026-11-22 05:00")
        assert story.news() == []
        assert (await heartbeat(story))["state"] == "quiet"

        await ping(story)
        await story.go_to("2026-11-22 05:36")
        assert story.news() == ["Sun 05:35 page asha", "Sun 05:35 page ben"]


async def test_a_failure_is_raised_at_once_and_over_with_the_next_good_ping(tmp_path: Path) -> None:
    async with stage(tmp_path, NIGHT, RULES + BACKUP) as story:
        await story.settle()
        await story.go_to("2026-11-22 03:10")

        assert await ping(story, state="fail") == {"heartbeat": "backup", "failed": True, "stored": True}
        assert story.news() == ["Sun 03:10 page asha", "Sun 03:10 page ben"]
        found = await heartbeat(story)
        assert (found["state"], found["deadline"]) == ("failed", "2026-11-22T03:45:00Z")

        await story.go_to("2026-11-22 03:46")
        assert [line for line in story.news() if "page" in line] == []
        (incident,) = await incidents(story)
        assert (incident["title"], incident["count"]) == ("Heartbeat backup reports a failure", 2)
        await ping(story)
        assert (await story.incident(incident["id"]))["status"] == "resolved"


async def test_after_a_restart_in_between_it_goes_on_counting(tmp_path: Path) -> None:
    async with stage(tmp_path, NIGHT, RULES + BACKUP) as story:
        await story.settle()
        await ping_at(story, "03:10")
    async with stage(tmp_path, "2026-11-22 03:10", RULES + BACKUP) as story:
        await story.settle()

        await story.go_to("2026-11-22 03:46")

        assert story.news() == ["Sun 03:45 page asha", "Sun 03:45 page ben"]
    async with stage(tmp_path, "2026-11-22 03:46", RULES + BACKUP) as story:
        await story.settle()
        await ping(story)
        (incident,) = await incidents(story)
        assert (incident["status"], incident["count"]) == ("resolved", 1)


async def test_a_ping_that_was_due_while_no_process_ran_is_waited_for_once_more(tmp_path: Path) -> None:
    async with stage(tmp_path, NIGHT, RULES + TWO) as story:
        await story.settle()
        await ping_at(story, "03:10")
        await ping(story, "export")
    async with stage(tmp_path, "2026-11-22 03:42", RULES + TWO) as story:
        await story.settle()

        await story.go_to("2026-11-22 04:16")
        assert story.news() == []
        assert (await heartbeat(story))["deadline"] == "2026-11-22T04:17:00Z"
        await story.go_to("2026-11-22 04:18")

        assert story.news() == ["Sun 04:17 page asha", "Sun 04:17 page ben"]
        assert {one["dedup_key"] for one in await incidents(story)} == {"backup", "export"}


async def test_a_ping_that_was_not_due_in_the_gap_puts_off_nothing(tmp_path: Path) -> None:
    async with stage(tmp_path, NIGHT, RULES + BACKUP) as story:
        await story.settle()
        await ping_at(story, "03:10")
    async with stage(tmp_path, "2026-11-22 03:20", RULES + BACKUP) as story:
        await story.settle()

        await story.go_to("2026-11-22 03:46")

        assert story.news() == ["Sun 03:45 page asha", "Sun 03:45 page ben"]


async def test_one_that_is_taken_out_of_the_rules_ends_its_alert_with_that_reason(tmp_path: Path) -> None:
    async with stage(tmp_path, NIGHT, RULES + BACKUP) as story:
        await story.settle()
        await story.go_to("2026-11-22 03:36")
        (incident,) = await incidents(story)

        await use(story, RULES)

        assert (await story.incident(incident["id"]))["status"] == "resolved"
        assert GONE in " ".join(await story.timeline(incident["id"]))
        await use(story, RULES + BACKUP)
        assert (await heartbeat(story))["state"] == "new"


async def test_another_interval_applies_at_once(tmp_path: Path) -> None:
    async with stage(tmp_path, NIGHT, RULES + BACKUP) as story:
        await story.settle()
        await story.go_to("2026-11-22 03:20")

        await use(story, RULES + BACKUP.replace("30m", "10m"))
        assert story.news() == ["Sun 03:20 page asha", "Sun 03:20 page ben"]
        (incident,) = await incidents(story)
        await use(story, RULES + BACKUP.replace("30m", "40m"))

        assert (await story.incident(incident["id"]))["status"] == "resolved"
        assert NOT_DUE in " ".join(await story.timeline(incident["id"]))
        story.news()
        await story.go_to("2026-11-22 03:46")
        assert [line for line in story.news() if "page" in line] == ["Sun 03:45 page asha", "Sun 03:45 page ben"]


async def test_rules_match_heartbeats_like_any_other_alert(tmp_path: Path) -> None:
    rule = "  - {match: ['source=\"heartbeats\"', 'heartbeat=\"export\"'], severity: critical}\n"
    async with stage(tmp_path, NIGHT, RULES + rule + TWO) as story:
        await story.settle()

        await story.go_to("2026-11-22 03:22")

        assert story.news() == ["Sun 03:21 page asha", "Sun 03:21 page ben"]


class HeldUp:
    """An applier that is given something and does not get round to it until it is let go."""

    def __init__(self, applier: Applier) -> None:
        self._applier = applier
        self.given, self.let_go = asyncio.Event(), asyncio.Event()

    async def submit(self, jobs: Sequence[Job]) -> list[Applied]:
        self.given.set()
        await self.let_go.wait()
        return await self._applier.submit(jobs)


@asynccontextmanager
async def two_workers(folder: Path) -> AsyncIterator[tuple[Stage, Stage]]:
    """On one store, at the instant at which the heartbeat becomes quiet, of which neither has told."""
    text = RULES + BACKUP
    async with (
        switchable(folder) as switch,
        replica(folder / "one", NIGHT, switch, text) as one,
        replica(folder / "two", NIGHT, switch, text) as two,
    ):
        await one.settle()
        await one.go_to("2026-11-22 03:34")
        await one.application.store.put_record(watch_record(Watch(london("2026-11-22 03:34:50"))))
        one.clock.at = two.clock.at = london("2026-11-22 03:35")
        yield one, two


async def test_two_workers_that_look_at_once_tell_once(tmp_path: Path) -> None:
    async with two_workers(tmp_path) as (one, two):
        await asyncio.gather(one.application.watching.look(), two.application.watching.look())
        await one.settle()
        await two.settle()

        assert sorted(one.news() + two.news()) == PAGED
        (incident,) = await incidents(one)
        assert incident["count"] == 1


async def test_a_worker_that_is_held_up_tells_nobody_again_whatever_has_happened_meanwhile(tmp_path: Path) -> None:
    async with two_workers(tmp_path) as (one, two):
        held = HeldUp(two.application.applier)
        looking = asyncio.create_task(replace(two.application.watching, applier=held).look())
        await held.given.wait()
        await one.settle()
        (incident,) = await incidents(one)
        await one.act(incident["id"], "resolve", by="asha")
        one.news()

        held.let_go.set()
        await looking
        await two.settle()

        assert one.news() + two.news() == []
        (incident,) = await incidents(one)
        assert (incident["status"], incident["count"]) == ("resolved", 1)


async def test_a_worker_that_is_held_up_does_not_end_the_alert_of_a_later_silence(tmp_path: Path) -> None:
    async with two_workers(tmp_path) as (one, two):
        await one.settle()
        one.clock.at = two.clock.at = london("2026-11-22 03:36")
        assert (await one.client.post("/heartbeats/backup")).status_code == 202
        held = HeldUp(two.application.applier)
        looking = asyncio.create_task(replace(two.application.watching, applier=held).look())
        await held.given.wait()
        await one.go_to("2026-11-22 04:12")
        one.news()
        two.clock.at = one.clock.at

        held.let_go.set()
        await looking
        await two.settle()

        (incident,) = [found for found in await incidents(two) if found["status"] != "resolved"]
        assert incident["count"] == 1
        assert two.news() == []


async def test_a_ping_that_comes_while_its_silence_is_being_told_ends_it_all_the_same(tmp_path: Path) -> None:
    async with two_workers(tmp_path) as (one, two):
        held = HeldUp(two.application.applier)
        looking = asyncio.create_task(replace(two.application.watching, applier=held).look())
        await held.given.wait()
        one.clock.at = two.clock.at = london("2026-11-22 03:35:01")
        assert (await one.client.post("/heartbeats/backup")).status_code == 202

        held.let_go.set()
        await looking
        assert [one["status"] for one in await incidents(two)] == ["triggered"]
        await two.settle()

        (incident,) = await incidents(two)
        assert incident["status"] == "resolved"
        assert HEARD in " ".join(await two.timeline(incident["id"]))


async def test_processes_with_other_rules_do_not_end_what_is_right_elsewhere(tmp_path: Path) -> None:
    async with two_workers(tmp_path) as (one, two):
        await one.settle()
        here = one.application.presence()
        await announce(replace(here, name="elsewhere", seen_at=one.clock.at), one.application.store)
        two.application.in_force.rules = town_rules(RULES)

        await two.settle()
        assert [found["status"] for found in await incidents(two)] == ["triggered"]
        await announce(replace(here, name="elsewhere", rules=town_rules(RULES).version), two.application.store)
        await two.settle()

        assert [found["status"] for found in await incidents(two)] == ["resolved"]


async def test_pings_in_an_outage_are_kept_in_memory_and_nobody_is_paged_for_them(tmp_path: Path) -> None:
    async with switchable(tmp_path) as switch, replica(tmp_path / "one", NIGHT, switch, RULES + BACKUP) as story:
        await story.settle()
        await ping_at(story, "03:10")
        switch.away = True
        await story.go_to("2026-11-22 03:40")

        assert await ping(story) == {"heartbeat": "backup", "failed": False, "stored": False}
        await story.go_to("2026-11-22 03:50")
        switch.away = False
        await story.settle()

        assert (await heartbeat(story))["last_ping"] == "2026-11-22T03:40:00Z"
        await story.go_to("2026-11-22 04:14")
        assert story.news() == []
        await story.go_to("2026-11-22 04:16")
        assert story.news() == ["Sun 04:15 page asha", "Sun 04:15 page ben"]


async def test_after_a_short_outage_the_pings_that_wait_elsewhere_come_before_the_verdict(tmp_path: Path) -> None:
    async with two_workers(tmp_path) as (api, worker):
        switch = api.application.store
        assert isinstance(switch, Switch)
        switch.away = True
        for story in (api, worker):
            story.clock.at = london("2026-11-22 03:34:55")
        assert (await api.client.post("/heartbeats/backup")).json()["stored"] is False
        with pytest.raises(StoreUnavailable):
            await worker.application.watching.look()
        for story in (api, worker):
            story.clock.at = london("2026-11-22 03:35:10")
        switch.away = False

        looked = await worker.application.watching.look()
        assert (looked.quiet, looked.again) == ((), london("2026-11-22 03:35:15"))
        await api.application.pings.flush()
        worker.clock.at = london("2026-11-22 03:35:15")

        assert (await worker.application.watching.look()).quiet == ()
        assert await incidents(api) == []


async def test_pings_that_were_lost_in_an_outage_page_nobody_and_silence_after_it_does(tmp_path: Path) -> None:
    async with switchable(tmp_path) as switch:
        async with replica(tmp_path / "one", NIGHT, switch, RULES + BACKUP) as story:
            await story.settle()
            await ping_at(story, "03:10")
            switch.away = True
            await story.go_to("2026-11-22 03:40")
            await ping(story)
        switch.away = False
        async with replica(tmp_path / "one", "2026-11-22 03:50", switch, RULES + BACKUP) as story:
            await story.settle()

            await story.go_to("2026-11-22 04:24")
            assert story.news() == []
            await story.go_to("2026-11-22 04:26")

            assert story.news() == ["Sun 04:25 page asha", "Sun 04:25 page ben"]


async def test_a_failure_in_an_outage_pages_at_once_and_ends_with_a_good_ping(tmp_path: Path) -> None:
    async with switchable(tmp_path) as switch, replica(tmp_path / "one", NIGHT, switch, RULES + BACKUP) as story:
        await story.settle()
        switch.away = True
        await story.go_to("2026-11-22 03:10")

        assert (await ping(story, state="fail"))["stored"] is False
        assert story.news() == ["Sun 03:10 page asha", "Sun 03:10 page ben"]
        await story.go_to("2026-11-22 03:12")
        await ping(story)
        switch.away = False
        await story.settle()

        (incident,) = await incidents(story)
        assert (incident["status"], incident["resolved_by"]) == ("resolved", "heartbeats")
        found = await heartbeat(story)
        assert (found["state"], found["last_ping"]) == ("ok", "2026-11-22T03:12:00Z")


async def test_a_failure_at_one_replica_ends_with_a_good_ping_that_another_took_later(tmp_path: Path) -> None:
    async with two_workers(tmp_path) as (one, two):
        switch = one.application.store
        assert isinstance(switch, Switch)
        switch.away = True
        assert (await ping(one, state="fail"))["stored"] is False
        two.clock.at = one.clock.at = london("2026-11-22 03:36")
        assert (await ping(two))["stored"] is False
        switch.away = False

        await two.application.pings.flush()
        await one.settle()

        (incident,) = await incidents(one)
        assert (incident["title"], incident["status"]) == ("Heartbeat backup reports a failure", "resolved")
        assert (await heartbeat(one))["state"] == "ok"


async def test_a_ping_that_comes_while_the_journal_is_being_emptied_is_seen_by_those_who_watch(tmp_path: Path) -> None:
    async with two_workers(tmp_path) as (one, two):
        log = one.application.pings.journalling
        assert log
        log.is_open = True
        assert (await one.client.post("/heartbeats/backup")).json()["stored"] is False

        assert (await two.application.watching.look()).quiet == ()


async def test_a_crash_around_the_commit_of_an_alert_neither_loses_nor_doubles_it(tmp_path: Path) -> None:
    async with switchable(tmp_path) as switch:
        async with replica(tmp_path / "one", NIGHT, switch, RULES + BACKUP) as story:
            await story.settle()
            await story.go_to("2026-11-22 03:34")
            story.clock.at = london("2026-11-22 03:35")
            switch.loses_replies = True
            with pytest.raises(StoreUnavailable):
                await story.application.watching.look()
        switch.away = False
        async with replica(tmp_path / "two", "2026-11-22 03:36", switch, RULES + BACKUP) as story:
            await story.settle()

            await story.go_to("2026-11-22 03:50")

            assert [line for line in story.news() if "page" in line] == ["Sun 03:36 page asha", "Sun 03:36 page ben"]
            (incident,) = await incidents(story)
            assert incident["count"] == 1


async def test_without_a_journal_a_failure_that_cannot_be_kept_is_refused_and_a_ping_is_not(tmp_path: Path) -> None:
    async with stage(tmp_path, NIGHT, RULES + BACKUP) as story:
        await story.settle()
        await story.application.store.close()

        failure = await story.client.post("/heartbeats/backup/fail", headers={"Authorization": f"Bearer {TOKEN}"})
        reply = await story.client.post("/heartbeats/backup")

        assert (failure.status_code, reply.status_code) == (503, 202)
        assert failure.headers["retry-after"]
        assert reply.json()["stored"] is False
