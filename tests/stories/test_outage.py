"""The store goes away in the night: what is accepted is kept, people are told, and nothing is told twice afterwards."""

from pathlib import Path

from app.domain.message import DEGRADED
from tests.stories.outages import replica, switchable
from tests.stories.stage import Stage, alert

NIGHT = "2026-11-22 03:00"
PAYMENTS_DOWN = {"title": "Payments are down", "severity": "critical", "labels": {"service": "payments"}}


def link_of(story: Stage, who: str) -> str:
    """The path of the newest action page that this reader was sent."""
    links = [one.items[0].link for one in story.messages() if one.address.startswith(who)]
    return "/a/" + links[-1].partition("/a/")[2]


async def only_incident(story: Stage) -> dict[str, object]:
    reply = await story.client.get("/api/v1/incidents")
    (found,) = reply.json()["items"]
    return dict(found)


async def test_a_critical_in_an_outage_is_journalled_and_paged_and_moves_into_the_store_when_it_is_back(
    tmp_path: Path,
) -> None:
    async with switchable(tmp_path) as switch, replica(tmp_path / "one", NIGHT, switch) as story:
        switch.away = True

        reply = await story.fire(alert())

        assert reply == {"accepted": 1, "journalled": 1, "incidents": [], "outcomes": []}
        assert story.news() == ["Sun 03:00 page asha", "Sun 03:00 page ben"]
        assert all(message.items[0].remark.startswith(DEGRADED) for message in story.messages())
        told = {message.items[0].incident for message in story.messages()}

        assert (await story.fire(alert()))["journalled"] == 1
        assert story.news() == []
        await story.go_to("2026-11-22 03:20")
        assert story.news() == ["Sun 03:15 reminder asha", "Sun 03:15 reminder ben"]

        switch.away = False
        await story.settle()

        incident = await only_incident(story)
        assert {incident["id"]} == told
        assert (incident["status"], incident["count"]) == ("triggered", 2)
        assert story.news() == []
        assert not story.application.outage.is_open
        await story.go_to("2026-11-22 04:00")
        assert story.news() == [
            *(f"Sun 03:{minute} reminder {who}" for minute in (30, 45) for who in ("asha", "ben")),
            "Sun 04:00 reminder asha",
            "Sun 04:00 reminder ben",
            "Sun 04:00 page chen",
        ]
        assert all(DEGRADED not in message.items[0].remark for message in story.messages()[-7:])
        assert (await story.fire(alert()))["outcomes"][0]["outcome"] == "repeated"


async def test_second_line_is_paged_after_an_hour_of_outage_and_not_again_when_it_is_over(tmp_path: Path) -> None:
    async with switchable(tmp_path) as switch, replica(tmp_path / "one", NIGHT, switch) as story:
        switch.away = True
        await story.fire(alert())

        await story.go_to("2026-11-22 04:05")

        assert story.news()[-1] == "Sun 04:00 page chen"
        switch.away = False
        await story.settle()
        await story.go_to("2026-11-22 05:01")
        late = story.news()
        assert [line for line in late if " page " in line] == ["Sun 05:00 page asha", "Sun 05:00 page ben"]
        assert "Sun 04:15 reminder chen" in late
        keys = [message.key for message in story.messages()]
        assert len(keys) == len(set(keys))


async def test_whoever_acknowledges_by_link_in_the_outage_has_it_and_keeps_it(tmp_path: Path) -> None:
    async with switchable(tmp_path) as switch, replica(tmp_path / "one", NIGHT, switch) as story:
        switch.away = True
        await story.fire(alert())
        link = link_of(story, "asha")
        assert "PaymentsApiDown" in (await story.client.get(link)).text

        reply = await story.client.post(f"{link}/acknowledge")

        assert reply.headers["location"].endswith("?did=acknowledged")
        assert "Acknowledged by Asha" in (await story.client.get(link)).text
        story.news()
        await story.go_to("2026-11-22 04:30")
        assert story.news() == []

        switch.away = False
        await story.settle()

        incident = await only_incident(story)
        assert (incident["status"], incident["acknowledged_by"]) == ("acknowledged", "asha")
        audit = (await story.client.get("/api/v1/audit")).json()["items"]
        assert [(one["what"], one["who"]) for one in audit] == [("incident.acknowledge", "asha")]
        await story.go_to("2026-11-22 05:00")
        assert story.news() == ["Sun 05:00 stop asha"]


async def test_an_answer_by_api_that_the_state_does_not_allow_is_refused_and_not_journalled(tmp_path: Path) -> None:
    async with switchable(tmp_path) as switch, replica(tmp_path / "one", NIGHT, switch) as story:
        switch.away = True
        await story.fire(alert())
        incident = story.messages()[0].items[0].incident

        assert (await story.act(incident, "resolve", by="asha", reason="it was nothing"))["effect"] == "resolved"
        waiting = story.application.outage.waiting

        await story.act(incident, "acknowledge", 409, by="asha")
        assert (await story.act(incident, "resolve", by="asha"))["effect"] == "already"
        await story.act(incident, "snooze", 503, by="asha", **{"for": "10m"})
        await story.act(incident, "acknowledge", 422, by="nobody")

        assert story.application.outage.waiting == waiting
        switch.away = False
        await story.settle()
        found = await only_incident(story)
        assert (found["status"], found["resolved_by"]) == ("resolved", "asha")
        assert any("it was nothing" in line for line in await story.timeline(incident))


async def test_a_source_resolves_in_the_outage_what_fired_in_it(tmp_path: Path) -> None:
    async with switchable(tmp_path) as switch, replica(tmp_path / "one", NIGHT, switch) as story:
        switch.away = True
        await story.fire(alert())
        story.news()

        await story.fire(alert(status="resolved"))

        assert story.news() == ["Sun 03:00 resolved asha", "Sun 03:00 resolved ben"]
        switch.away = False
        await story.go_to("2026-11-22 05:00")
        assert story.news() == []
        assert (await only_incident(story))["status"] == "resolved"


async def test_a_source_resolves_in_the_outage_what_fired_before_it(tmp_path: Path) -> None:
    async with switchable(tmp_path) as switch, replica(tmp_path / "one", NIGHT, switch) as story:
        incident = await story.fire_one(alert())
        switch.away = True
        await story.fire(alert(status="resolved"))
        story.news()

        switch.away = False
        await story.settle()

        assert story.news() == ["Sun 03:00 resolved asha", "Sun 03:00 resolved ben"]
        assert (await story.incident(incident))["status"] == "resolved"


async def test_only_what_is_worth_waking_somebody_for_is_told_in_the_outage(tmp_path: Path) -> None:
    async with switchable(tmp_path) as switch, replica(tmp_path / "one", "2026-11-23 11:00", switch) as story:
        switch.away = True

        await story.fire(alert("Slow", severity="high"))

        await story.go_to("2026-11-23 13:00")
        assert story.news() == []
        switch.away = False
        await story.settle()
        assert story.news() == ["Mon 13:00 page eve"]
        await story.go_to("2026-11-23 14:00")
        assert story.news() == ["Mon 14:00 post payments"]
        assert (await only_incident(story))["severity"] == "high"


async def test_a_high_alert_that_got_worse_in_the_outage_is_one_incident_told_once(tmp_path: Path) -> None:
    async with switchable(tmp_path) as switch, replica(tmp_path / "one", NIGHT, switch) as story:
        switch.away = True
        await story.fire(alert("Slow", severity="high"))

        await story.fire(alert("Down"))

        assert story.news() == ["Sun 03:00 page asha", "Sun 03:00 page ben"]
        switch.away = False
        await story.go_to("2026-11-22 03:10")
        assert story.news() == []
        found = await only_incident(story)
        assert (found["severity"], found["alerts"], found["firing"]) == ("critical", 2, 2)


async def test_what_is_open_already_is_paged_once_more_for_nobody_can_know_and_stays_one_incident(
    tmp_path: Path,
) -> None:
    async with switchable(tmp_path) as switch, replica(tmp_path / "one", NIGHT, switch) as story:
        incident = await story.fire_one(alert())
        await story.act(incident, "acknowledge", by="asha")
        story.news()
        switch.away = True

        await story.fire(alert())

        assert story.news() == ["Sun 03:00 page asha", "Sun 03:00 page ben"]
        other = link_of(story, "ben")
        switch.away = False
        await story.go_to("2026-11-22 04:30")
        assert story.news() == []
        found = await only_incident(story)
        assert (found["id"], found["status"], found["count"]) == (incident, "acknowledged", 2)
        assert any("told: asha, ben" in line for line in await story.timeline(incident))
        assert incident in (await story.client.get(other)).text
        assert (await story.client.post(f"{other}/note", data={"text": "from the old link"})).status_code == 303
        assert "from the old link" in await story.timeline(incident)


async def test_the_store_goes_away_twice_and_each_is_told_once(tmp_path: Path) -> None:
    async with switchable(tmp_path) as switch, replica(tmp_path / "one", NIGHT, switch) as story:
        for minute in ("05", "10"):
            switch.away = True
            await story.fire(alert(f"Down{minute}"), group=minute)
            switch.away = False
            await story.go_to(f"2026-11-22 03:{minute}")

        assert [line for line in story.news() if " page " in line] == [
            *("Sun 03:00 page asha", "Sun 03:00 page ben"),
            *("Sun 03:05 page asha", "Sun 03:05 page ben"),
        ]
        assert len((await story.client.get("/api/v1/incidents")).json()["items"]) == 2


async def test_a_journal_that_is_full_refuses_and_says_when_to_come_back(tmp_path: Path) -> None:
    async with switchable(tmp_path) as switch, replica(tmp_path / "one", NIGHT, switch, journal_mb=1) as story:
        switch.away = True
        body = {"title": "x" * 300, "severity": "critical", "dedup_key": "0", "description": "x" * 100_000}

        replies = [await story.client.post("/webhooks/generic", json=body | {"dedup_key": str(n)}) for n in range(12)]

        statuses = [reply.status_code for reply in replies]
        kept = statuses.count(202)
        assert statuses == [202] * kept + [503] * (12 - kept)
        assert 0 < kept < 12
        assert int(replies[-1].headers["retry-after"]) > 0
        switch.away = False
        await story.settle()
        assert len((await story.client.get("/api/v1/incidents")).json()["items"]) == kept
        assert story.application.outage.room == 1


async def test_a_refused_body_is_answered_as_such_in_an_outage_too(tmp_path: Path) -> None:
    async with switchable(tmp_path) as switch, replica(tmp_path / "one", NIGHT, switch) as story:
        switch.away = True

        reply = await story.client.post("/webhooks/alertmanager", content=b"{")

        assert reply.status_code == 400


async def test_a_restart_in_the_outage_loses_nothing_and_knows_who_has_it(tmp_path: Path) -> None:
    async with switchable(tmp_path) as switch:
        async with replica(tmp_path / "one", NIGHT, switch) as story:
            switch.away = True
            await story.fire(alert("First"), group="1")
            await story.fire(alert("Second"), group="2")
            await story.client.post(f"{link_of(story, 'asha')}/acknowledge")
        async with replica(tmp_path / "one", "2026-11-22 03:40", switch) as story:
            await story.settle()

            assert {line for line in story.news() if " page " in line} == {"Sun 03:40 page asha", "Sun 03:40 page ben"}
            assert {message.items[0].title for message in story.messages()} == {"First is firing"}
            await story.go_to("2026-11-22 04:00")
            assert "Sun 04:00 page chen" in story.news()

            switch.away = False
            await story.settle()
            items = (await story.client.get("/api/v1/incidents")).json()["items"]
            assert {(one["title"], one["status"]) for one in items} == {
                ("First is firing", "triggered"),
                ("Second is firing", "acknowledged"),
            }
            assert story.application.outage.waiting == 0


async def test_a_crash_after_half_the_hand_over_loses_nothing_and_opens_nothing_twice(tmp_path: Path) -> None:
    async with switchable(tmp_path) as switch:
        async with replica(tmp_path / "one", NIGHT, switch) as story:
            switch.away = True
            await story.fire(alert("First"), group="1")
            await story.fire(alert("Second"), group="2")
            switch.away = False
            before = sorted((tmp_path / "one" / "journal").iterdir())
            kept = {file: file.read_bytes() for file in before}
            await story.settle()
        for file, content in kept.items():  # As if the process had died before it could drop anything.
            file.write_bytes(content)
        async with replica(tmp_path / "one", "2026-11-22 03:05", switch) as story:
            await story.settle()

            items = (await story.client.get("/api/v1/incidents")).json()["items"]
            assert sorted((one["title"], one["count"]) for one in items) == [
                ("First is firing", 1),
                ("Second is firing", 1),
            ]
            assert [line for line in story.news() if " page " in line] == []
            assert story.application.outage.waiting == 0


async def test_two_replicas_that_journalled_the_same_alert_make_one_incident(tmp_path: Path) -> None:
    async with (
        switchable(tmp_path) as switch,
        replica(tmp_path / "one", NIGHT, switch) as one,
        replica(tmp_path / "two", NIGHT, switch) as two,
    ):
        switch.away = True
        await one.fire(alert())
        await two.fire(alert())
        await two.client.post(f"{link_of(two, 'asha')}/acknowledge")

        switch.away = False
        await one.settle()
        await two.settle()

        found = await only_incident(one)
        assert (found["count"], found["status"], found["acknowledged_by"]) == (2, "acknowledged", "asha")


async def test_a_link_on_a_replica_that_does_not_hold_it_says_so_and_to_try_again(tmp_path: Path) -> None:
    async with (
        switchable(tmp_path) as switch,
        replica(tmp_path / "one", NIGHT, switch) as one,
        replica(tmp_path / "two", NIGHT, switch) as two,
    ):
        switch.away = True
        await one.fire(alert())

        reply = await two.client.post(f"{link_of(one, 'asha')}/acknowledge")

        assert (reply.status_code, "Try again" in reply.text) == (503, True)
        assert int(reply.headers["retry-after"]) > 0


async def test_what_the_primary_stored_and_no_replica_confirmed_is_journalled_and_paged_by_the_workers(
    tmp_path: Path,
) -> None:
    async with switchable(tmp_path) as switch, replica(tmp_path / "one", NIGHT, switch) as story:
        switch.unconfirmed = True

        reply = await story.client.post("/webhooks/generic", json={"title": "Down", "severity": "triage"})

        assert reply.json() == {"accepted": 1, "journalled": 1, "incidents": [], "outcomes": []}
        outage = story.application.outage
        await outage.round()
        assert (outage.waiting, outage.is_open, len(story.messages())) == (1, False, 0)
        switch.unconfirmed = False
        await story.settle()
        assert outage.waiting == 0
        assert (await only_incident(story))["count"] == 1


async def test_what_the_primary_stored_and_a_failover_lost_comes_back_from_the_journal(tmp_path: Path) -> None:
    async with switchable(tmp_path) as switch, replica(tmp_path / "one", NIGHT, switch) as story:
        switch.unconfirmed = True
        await story.client.post("/webhooks/generic", json=PAYMENTS_DOWN)
        await story.application.outage.round()
        lost = await only_incident(story)

        await switch.fail_over(tmp_path / "promoted.db")
        await story.settle()

        assert (await only_incident(story))["id"] == lost["id"]
        assert story.news() == ["Sun 03:00 page asha", "Sun 03:00 page ben"]
        assert story.application.outage.waiting == 0


async def test_a_commit_whose_reply_was_lost_is_paged_and_opens_nothing_twice(tmp_path: Path) -> None:
    async with switchable(tmp_path) as switch, replica(tmp_path / "one", NIGHT, switch) as story:
        switch.loses_replies = True

        assert (await story.fire(alert()))["journalled"] == 1

        assert story.news() == ["Sun 03:00 page asha", "Sun 03:00 page ben"]
        await story.client.post(f"{link_of(story, 'asha')}/acknowledge")
        switch.away = False
        await story.settle()
        found = await only_incident(story)
        assert (found["count"], found["acknowledged_by"]) == (1, "asha")


async def test_a_hand_over_whose_reply_was_lost_moves_each_incident_once(tmp_path: Path) -> None:
    async with switchable(tmp_path) as switch, replica(tmp_path / "one", NIGHT, switch) as story:
        switch.away = True
        await story.fire(alert("First"), group="1")
        await story.fire(alert("Second"), group="2")
        story.news()
        switch.away, switch.loses_replies = False, True
        await story.settle()
        assert switch.away
        await story.client.post(f"{link_of(story, 'asha')}/acknowledge")

        switch.away = False
        await story.settle()

        items = (await story.client.get("/api/v1/incidents")).json()["items"]
        assert sorted((one["title"], one["count"], one["status"]) for one in items) == [
            ("First is firing", 1, "triggered"),
            ("Second is firing", 1, "acknowledged"),
        ]
        assert story.news() == []
        await story.go_to("2026-11-22 03:15")
        assert story.news() == ["Sun 03:15 reminder asha", "Sun 03:15 reminder ben"]
