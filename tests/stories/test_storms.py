"""Floods: what is due to somebody together is told together, nothing is missing, and nobody else waits for it."""

from collections import Counter
from datetime import timedelta
from pathlib import Path

import pytest

from app.domain.message import MessageKind
from tests.stories.stage import RULES, Stage, alert, stage

pytestmark = pytest.mark.usefixtures("on_every_store")

SUNDAY_NIGHT = "2026-11-22 03:00"


@pytest.mark.server
async def test_two_thousand_criticals_in_a_minute_are_one_digest_for_each_person_and_nothing_is_missing(
    tmp_path: Path,
) -> None:
    async with stage(tmp_path, SUNDAY_NIGHT) as story:
        opened: set[str] = set()
        for moment in range(400):
            for n in range(5):
                name = f"{moment}-{n}"
                opened.update((await story.post(alert(n=name), group=name))["incidents"])
            await story.settle()
            await story.pass_time(timedelta(seconds=0.149))

        await story.go_to("2026-11-22 03:10")

        assert len(opened) == 2_000
        for who in ("asha@example.com", "ben@example.com"):
            got = [message for message in story.messages() if message.address == who]
            told = Counter(item.incident for message in got for item in message.items)
            assert set(told) == opened
            assert set(told.values()) == {1}
            assert [message.kind for message in got].count(MessageKind.DIGEST) == 1
            assert len(got) == 6


@pytest.mark.server
async def test_two_thousand_criticals_at_once_are_one_digest(tmp_path: Path) -> None:
    async with stage(tmp_path, SUNDAY_NIGHT) as story:
        opened = [(await story.post(alert(n=str(n)), group=str(n)))["incidents"][0] for n in range(2_000)]

        await story.settle()

        assert story.news() == ["Sun 03:00 digest asha", "Sun 03:00 digest ben"]
        assert all({item.incident for item in message.items} == set(opened) for message in story.messages())


@pytest.mark.server
async def test_fifty_thousand_repeats_are_one_page_and_an_exact_count(tmp_path: Path) -> None:
    async with stage(tmp_path, SUNDAY_NIGHT) as story:
        one = alert()
        incident = await story.fire_one(one)

        for _ in range(100):
            await story.post(*[one] * 500)
        await story.settle()

        assert story.news() == ["Sun 03:00 page asha", "Sun 03:00 page ben"]
        assert (await story.incident(incident))["count"] == 50_001


async def test_a_flood_from_one_source_does_not_delay_the_critical_of_another(tmp_path: Path) -> None:
    async with stage(tmp_path, SUNDAY_NIGHT) as story:
        for n in range(500):
            await story.post(alert(n=str(n)), group=str(n))
        await story.settle()
        await story.pass_time(timedelta(seconds=20))
        await story.post(alert(n="late"), group="late")
        sent_at = story.clock.at

        reply = await story.client.post(
            "/webhooks/generic",
            json={"title": "Till is dead", "severity": "critical", "labels": {"service": "payments"}},
        )
        await story.settle()

        (incident,) = reply.json()["incidents"]
        arrived = {message.address: at for at, message in story.channel.got if message.items[0].incident == incident}
        assert set(arrived) == {"asha@example.com", "ben@example.com"}
        assert all(at - sent_at <= timedelta(seconds=1) for at in arrived.values())


async def test_a_source_over_its_limit_is_taken_all_the_same_and_counted(tmp_path: Path) -> None:
    rules = RULES + "sources:\n  alertmanager: {type: alertmanager, rate_limit: 10}\n"
    async with stage(tmp_path, SUNDAY_NIGHT, rules) as story:
        await story.fire(*(alert(n=str(n)) for n in range(10)))

        reply = await story.fire(alert(n="one too many"))

        assert reply["accepted"] == 1
        assert 'oncall_over_limit_total{source="alertmanager"} 1.0' in (await story.client.get("/metrics")).text


async def test_pagerdutys_clients_are_told_to_come_again(tmp_path: Path) -> None:
    rules = RULES + "sources:\n  pagerduty: {type: pagerduty, rate_limit: 1}\n"
    event = {"event_action": "trigger", "payload": {"summary": "Down", "source": "a", "severity": "critical"}}
    async with stage(tmp_path, SUNDAY_NIGHT, rules) as story:
        replies = [await story.client.post("/v2/enqueue", json={"dedup_key": str(n), **event}) for n in range(2)]

        assert [reply.status_code for reply in replies] == [202, 429]
        assert replies[1].json()["status"] == "throttle exceeded"
        assert replies[1].headers["retry-after"] == "30"


async def test_what_a_storm_has_kept_waiting_says_until_when(tmp_path: Path) -> None:
    async with stage(tmp_path, SUNDAY_NIGHT) as story:
        for n in range(8):
            last = (await story.fire(alert(n=str(n)), group=str(n)))["incidents"][0]

        reply = await story.client.get(f"/api/v1/incidents/{last}/notifications")

        sends = [send for one in reply.json()["items"] for send in one["sends"]]
        assert {send["state"] for send in sends} == {"pending"}
        assert {send["gathered_until"] for send in sends} == {"2026-11-22T03:01:00Z"}
        await story.go_to("2026-11-22 03:01")
        assert Counter(line.split()[-1] for line in story.news()) == {"asha": 8, "ben": 8}


async def test_observing_records_who_would_be_told_and_tells_nobody(tmp_path: Path) -> None:
    async with stage(tmp_path, SUNDAY_NIGHT, "mode: observe\n" + RULES) as story:
        incident = await story.fire_one(alert())
        await story.go_to("2026-11-22 04:00")

        assert story.news() == []
        assert (await story.incident(incident))["marks"] == ["observed"]
        told = await would_be_told(story, incident)
        assert [one for one in told if one[1] != "pending"] == [(who, "observed") for who in ("asha", "ben", "chen")]


async def would_be_told(story: Stage, incident: str) -> list[tuple[str, str]]:
    reply = await story.client.get(f"/api/v1/incidents/{incident}/notifications")
    return sorted({(one["reader"], send["state"]) for one in reply.json()["items"] for send in one["sends"]})


async def test_one_source_may_be_observed_while_others_are_live(tmp_path: Path) -> None:
    rules = RULES + "sources:\n  newcomer: {type: generic, mode: observe}\n"
    async with stage(tmp_path, SUNDAY_NIGHT, rules) as story:
        sent = {"title": "Till is dead", "severity": "critical", "labels": {"service": "payments"}}
        await story.client.post("/webhooks/newcomer", json=sent)
        await story.settle()
        assert story.news() == []

        await story.client.post("/webhooks/generic", json=sent)
        await story.settle()

        assert story.news() == ["Sun 03:00 page asha", "Sun 03:00 page ben"]


async def test_what_was_observed_and_is_open_when_the_rules_go_live_is_told(tmp_path: Path) -> None:
    async with stage(tmp_path, SUNDAY_NIGHT, "mode: observe\n" + RULES) as story:
        await story.fire_one(alert())
        (tmp_path / "routing_rules.yaml").write_text(RULES)
        await story.application.reload()

        await story.settle()

        assert story.news() == ["Sun 03:00 page asha", "Sun 03:00 page ben"]
        await story.go_to("2026-11-22 04:00")
        assert "Sun 04:00 page chen" in story.news()


@pytest.mark.parametrize("way", ["repeat", "timer"])
async def test_what_a_crash_kept_from_being_told_when_the_rules_went_live_is_told_by_its_next_event(
    tmp_path: Path, way: str
) -> None:
    rules = RULES.replace(", {again: 15m}", "")
    async with stage(tmp_path, SUNDAY_NIGHT, "mode: observe\n" + rules) as story:
        incident = await story.fire_one(alert())
    async with stage(tmp_path, "2026-11-22 03:05", rules) as story:
        if way == "repeat":
            await story.fire(alert())
        else:
            await story.go_to("2026-11-22 04:00")

        assert [line.split(maxsplit=2)[2] for line in story.news()] == ["page asha", "page ben"]
        assert (await story.incident(incident))["marks"] == []
