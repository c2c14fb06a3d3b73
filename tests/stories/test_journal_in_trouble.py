"""The way from the journal into the store, with all that can go wrong on it: the order holds, nothing is lost."""

import asyncio
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from random import Random

import pytest

from app.adapters.journal_file import FileJournal
from app.adapters.journal_segments import Folder
from app.domain.errors import InvalidPayload, StoreUnavailable
from app.entrypoints.worker import Worker
from app.service import hand_over
from tests.stories.outages import Switch, replica, switchable
from tests.stories.stage import RULES, Stage, alert
from tests.stories.test_outage import NIGHT

WITH_SHOP = RULES + "sources:\n  alertmanager: {type: alertmanager}\n  shop: {type: generic}\n"


async def titles(story: Stage) -> dict[str, str]:
    """Every incident's title and status; no title twice."""
    reply = await story.client.get("/api/v1/incidents?limit=100")
    items = reply.json()["items"]
    found = {one["title"].removesuffix(" is firing"): one["status"] for one in items}
    assert len(found) == len(items), items
    return found


async def put_aside(story: Stage) -> list[tuple[str, str]]:
    """Source and reason of what is in quarantine."""
    items = (await story.client.get("/api/v1/quarantine")).json()["items"]
    return [(one["source"], one["reason"]) for one in items]


async def test_until_the_journal_is_empty_what_comes_waits_behind_what_came(tmp_path: Path) -> None:
    async with switchable(tmp_path) as switch, replica(tmp_path / "one", NIGHT, switch) as story:
        switch.away = True
        await story.fire(alert("Down"))
        switch.away = False

        reply = await story.client.post("/webhooks/alertmanager", json=webhook(alert("Down", status="resolved")))

        assert reply.json()["journalled"] == 1
        await story.settle()
        assert await titles(story) == {"Down": "resolved"}


async def test_an_alert_that_the_store_cannot_keep_holds_up_no_other(tmp_path: Path) -> None:
    async with switchable(tmp_path) as switch, replica(tmp_path / "one", NIGHT, switch) as story:
        switch.away = True
        for name in ("First", "Second", "Third"):
            await story.fire(alert(name), group=name)
        switch.away, switch.refuses = False, {"Second is firing"}

        for _ in range(12):
            await story.settle()

        assert await titles(story) == {"First": "triggered", "Third": "triggered"}
        assert await put_aside(story) == [("alertmanager", "from the journal: a stored document cannot be read")]
        assert (story.application.outage.waiting, story.application.outage.put_aside) == (0, 1)


async def test_an_alert_that_the_store_has_no_room_for_now_waits_until_it_has(tmp_path: Path) -> None:
    async with switchable(tmp_path) as switch, replica(tmp_path / "one", NIGHT, switch) as story:
        switch.away = True
        await story.fire(alert("First"), group="First")
        switch.away, switch.full = False, {"First is firing"}

        for _ in range(12):
            await story.settle()

        assert (story.application.outage.waiting, await put_aside(story)) == (1, [])
        switch.full = set()
        await story.settle()
        assert await titles(story) == {"First": "triggered"}


async def test_a_journal_whose_disk_fails_does_not_stand_before_a_store_that_works(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def dead(*_: object) -> None:
        raise OSError(5, "Input/output error")

    async with switchable(tmp_path) as switch, replica(tmp_path / "one", NIGHT, switch) as story:
        switch.away = True
        await story.fire(alert("First"), group="First")
        with monkeypatch.context() as patched:
            for name in ("read", "write", "try_disk"):
                patched.setattr(Folder, name, dead)
            switch.away = False

            reply = await story.fire(alert("Second"), group="Second")

        assert [one["outcome"] for one in reply["outcomes"]] == ["opened"]


async def test_people_are_told_on_although_the_journal_cannot_be_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def unreadable(*_: object) -> None:
        raise StoreUnavailable("the journal cannot be used: Input/output error")

    async with switchable(tmp_path) as switch, replica(tmp_path / "one", NIGHT, switch) as story:
        switch.away = True
        await story.fire(alert())
        outage = story.application.outage
        story.news()
        story.clock.at += timedelta(minutes=15)

        with monkeypatch.context() as patched:
            patched.setattr(FileJournal, "entries", unreadable)
            with pytest.raises(StoreUnavailable):
                await outage.round()
            await outage.sent()

        assert story.news() == ["Sun 03:15 reminder asha", "Sun 03:15 reminder ben"]


async def test_a_slow_journal_is_waited_for_and_holds_up_nobody(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The journal is empty, and an alert is on its way into it: whoever empties it must let that get there."""
    append, begun, disk = FileJournal.append, asyncio.Event(), asyncio.Event()

    async def slow(journal: FileJournal, entry: bytes) -> None:
        begun.set()
        await disk.wait()
        await append(journal, entry)

    async with switchable(tmp_path) as switch, replica(tmp_path / "one", NIGHT, switch) as story:
        switch.away = True
        await story.fire(alert("First"), group="First")
        switch.away = False
        monkeypatch.setattr(FileJournal, "append", slow)
        second = asyncio.create_task(story.post(alert("Second"), group="Second"))
        await begun.wait()
        asyncio.get_running_loop().call_later(0.05, disk.set)

        with within_seconds(20):
            await story.application.outage.round()

        assert (await second)["journalled"] == 1
        await story.settle()
        assert await titles(story) == {"First": "triggered", "Second": "triggered"}


@contextmanager
def within_seconds(most: float) -> Iterator[None]:
    """Also where the event loop itself stands still, so that none of its own time-outs would come."""

    def end(*_: object) -> None:
        raise AssertionError(f"the event loop has stood still for {most} s")

    before = signal.signal(signal.SIGALRM, end)
    signal.setitimer(signal.ITIMER_REAL, most)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


async def test_an_answer_of_the_store_that_nobody_foresaw_loses_no_alert(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def strange(*_: object) -> None:
        raise RuntimeError("ERR unknown")

    async with switchable(tmp_path) as switch, replica(tmp_path / "one", NIGHT, switch) as story:
        with monkeypatch.context() as patched:
            patched.setattr(switch.store, "commit", strange)
            body = {"title": "Down", "severity": "critical", "dedup_key": "down"}
            reply = await story.client.post("/webhooks/generic", json=body)

        assert (reply.status_code, reply.json()["journalled"]) == (202, 1)
        await story.settle()
        assert await titles(story) == {"Down": "triggered"}


async def test_what_is_the_senders_to_mend_is_refused_and_not_journalled(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def refuses(*_: object) -> None:
        raise InvalidPayload("nobody can mean that", "title")

    async with switchable(tmp_path) as switch, replica(tmp_path / "one", NIGHT, switch) as story:
        monkeypatch.setattr(switch.store, "commit", refuses)

        reply = await story.client.post("/webhooks/generic", json={"title": "Down", "severity": "critical"})

        assert (reply.status_code, story.application.outage.waiting) == (400, 0)


async def test_a_process_that_ends_empties_its_journal_into_a_store_that_is_back(tmp_path: Path) -> None:
    async with switchable(tmp_path) as switch, replica(tmp_path / "one", NIGHT, switch) as story:
        switch.away = True
        await story.fire(alert("First"), group="First")
        switch.away = False

        await Worker(story.application).stop()

        assert story.application.outage.waiting == 0
        assert await titles(story) == {"First": "triggered"}


async def test_an_alert_whose_source_is_gone_from_the_rules_is_put_aside(tmp_path: Path) -> None:
    async with switchable(tmp_path) as switch, replica(tmp_path / "one", NIGHT, switch, WITH_SHOP) as story:
        switch.away = True
        await story.client.post("/webhooks/shop", json={"title": "Shop down", "severity": "critical"})
        await story.fire(alert("Down"))
        rules = tmp_path / "one" / "routing_rules.yaml"
        rules.write_text(rules.read_text().replace("shop:", "other:"))
        switch.away = False
        assert await story.application.reload()

        await story.settle()

        assert await titles(story) == {"Down": "triggered"}
        assert await put_aside(story) == [
            ("shop", "from the journal: its source is not in the rules file any more"),
        ]


async def test_an_entry_that_this_version_cannot_read_is_put_aside(tmp_path: Path) -> None:
    journal = await FileJournal.open(tmp_path / "one" / "journal", 2**20)
    await journal.append(b'{"written": "by a later version"')
    await journal.close()
    async with switchable(tmp_path) as switch, replica(tmp_path / "one", NIGHT, switch) as story:
        await story.fire(alert("Down"))
        await story.settle()

        assert await titles(story) == {"Down": "triggered"}
        assert await put_aside(story) == [
            ("journal", "from the journal: entry 1 of the journal cannot be read by this version")
        ]


async def test_a_store_that_goes_away_in_the_middle_takes_over_each_incident_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hand_over, "MOST_ENTRIES", 1)
    async with switchable(tmp_path) as switch, replica(tmp_path / "one", NIGHT, switch) as story:
        switch.away = True
        for name in ("First", "Second"):
            await story.fire(alert(name), group=name)
        story.news()
        switch.away, switch.commits = False, 1

        await story.settle()

        assert (switch.away, story.application.outage.waiting) == (True, 1)
        await story.fire(alert("First", status="resolved"), group="First")
        assert story.news() == []
        await story.go_to("2026-11-22 04:00")
        assert story.news()[-1] == "Sun 04:00 page chen"
        assert {message.items[0].title for message in story.messages()[-9:]} == {"Second is firing"}
        switch.away, switch.commits = False, 1_000
        await story.settle()
        assert await titles(story) == {"First": "resolved", "Second": "triggered"}


async def test_a_store_that_hangs_holds_up_nobodys_page(tmp_path: Path) -> None:
    async with switchable(tmp_path) as switch, replica(tmp_path / "one", NIGHT, switch) as story:
        switch.away = switch.hangs = True
        reply = await story.client.post("/webhooks/alertmanager", json=webhook(alert("Down")))
        assert reply.status_code == 202

        await story.application.outage.round()
        await story.application.outage.sent()

        assert story.news() == ["Sun 03:00 page asha", "Sun 03:00 page ben"]


async def test_whoever_cannot_be_reached_in_an_outage_is_passed_over(tmp_path: Path) -> None:
    async with switchable(tmp_path) as switch, replica(tmp_path / "one", NIGHT, switch) as story:
        switch.away = True
        story.channel.dead |= {f"{who}@example.com" for who in ("asha", "ben", "chen")}

        await story.fire(alert("Down"))

        assert story.news() == ["Sun 03:00 page cto"]
        switch.away = False
        await story.settle()
        assert story.news() == []


@pytest.mark.parametrize("seed", [*range(8), *(pytest.param(n, marks=pytest.mark.server) for n in range(8, 40))])
async def test_whatever_happens_each_alert_ends_as_its_tool_said_last_and_no_answer_is_lost(
    tmp_path: Path, seed: int
) -> None:
    chance = Random(seed)
    said: dict[str, str] = {}
    notes: set[str] = set()
    async with switchable(tmp_path) as switch:
        for life in range(3):
            async with replica(tmp_path / "one", f"2026-11-22 03:{life}0", switch) as story:
                for _ in range(25):
                    await something(chance, story, switch, said, notes)
        switch.away = switch.loses_replies = switch.unconfirmed = False
        async with replica(tmp_path / "one", "2026-11-22 03:30", switch) as story:
            await story.settle()
            await story.settle()

            assert story.application.outage.waiting == 0
            assert await still_firing(story) == {name for name, status in said.items() if status == "firing"}
            assert notes <= await all_lines(story)


async def something(chance: Random, story: Stage, switch: Switch, said: dict[str, str], notes: set[str]) -> None:
    """One thing that may happen; what was accepted of an alert or of a person is noted."""
    match chance.randrange(10):
        case 0:
            switch.away, switch.loses_replies = chance.random() < 0.5, False
        case 1:
            switch.loses_replies = True
        case 2:
            switch.unconfirmed = not switch.unconfirmed
        case 3:
            await story.settle()
        case 4 | 5 if story.messages():
            link = chance.choice(story.messages()).items[0].link
            text = f"note {len(notes)}"
            reply = await story.client.post("/a/" + link.partition("/a/")[2] + "/note", data={"text": text})
            notes |= {text} if reply.status_code == 303 else set()
            await story.client.post("/a/" + link.partition("/a/")[2] + "/acknowledge")
        case _:
            name, status = f"Alert{chance.randrange(4)}", chance.choice(["firing", "resolved"])
            group = "shared" if name in ("Alert0", "Alert1") else name
            reply = await story.client.post("/webhooks/alertmanager", json=webhook(alert(name, status=status), group))
            assert reply.status_code == 202, reply.text
            said[name] = status


async def still_firing(story: Stage) -> set[str]:
    """Names of the alerts that fire under an open incident."""
    firing: set[str] = set()
    for one in (await story.client.get("/api/v1/incidents?status=open&limit=100")).json()["items"]:
        for row in (await story.client.get(f"/api/v1/incidents/{one['id']}/alerts")).json()["items"]:
            firing |= {row["title"].removesuffix(" is firing")} if row["firing"] else set()
    return firing


async def all_lines(story: Stage) -> set[str]:
    """Every text in every timeline."""
    items = (await story.client.get("/api/v1/incidents?limit=100")).json()["items"]
    return {line for one in items for line in await story.timeline(one["id"])}


def webhook(one: dict[str, object], group: str = "g1") -> dict[str, object]:
    """A webhook of Alertmanager's with this alert alone."""
    return {
        "version": "4",
        "groupKey": group,
        "status": one["status"],
        "receiver": "router",
        "groupLabels": {},
        "commonLabels": {},
        "commonAnnotations": {},
        "externalURL": "http://alertmanager.example.com",
        "truncatedAlerts": 0,
        "alerts": [one],
    }


async def test_what_an_incident_includes_that_moved_is_not_applied_to_it_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hand_over, "MOST_ENTRIES", 1)
    async with switchable(tmp_path) as switch, replica(tmp_path / "one", NIGHT, switch) as story:
        switch.away = True
        for _ in range(3):
            await story.fire(alert("Down"))
        link = "/a/" + story.messages()[0].items[0].link.partition("/a/")[2]
        await story.client.post(f"{link}/note", data={"text": "on my way"})

        switch.away = False
        await story.settle()

        (found,) = (await story.client.get("/api/v1/incidents")).json()["items"]
        assert found["count"] == 3
        assert (await story.timeline(found["id"])).count("on my way") == 1


async def test_pages_of_an_outage_do_not_stand_in_the_way_of_the_stores_own(tmp_path: Path) -> None:
    async with switchable(tmp_path) as switch, replica(tmp_path / "one", NIGHT, switch) as story:
        switch.loses_replies = True
        await story.fire(alert("Down"))
        await story.go_to("2026-11-22 04:00")
        assert story.news()[-1] == "Sun 04:00 page chen"
        await story.fire(alert("Down"))

        switch.away = False
        await story.settle()
        await story.go_to("2026-11-22 04:16")

        assert [line for line in story.news() if line.endswith("chen")] == [
            "Sun 04:00 page chen",
            "Sun 04:15 reminder chen",
        ]
