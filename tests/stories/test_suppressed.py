"""What is kept quiet, why, and who is told once that is over: silences, maintenance, inhibition, flapping."""

from pathlib import Path
from typing import Any

import pytest

from app.domain.suppress import MOST_OTHERS
from tests.stories.stage import RULES, Stage, alert, stage

pytestmark = pytest.mark.usefixtures("on_every_store")

SUNDAY_NIGHT = "2026-11-22 03:00"
INHIBIT = """
inhibit:
  - name: site down
    source: ['alertname="SiteDown"']
    target: ['severity=~"critical|high"']
    equal: [site]
"""


async def silence(story: Stage, **given: Any) -> dict[str, Any]:
    body = {"matchers": ['service="payments"'], "for": "2h", "by": "asha", "why": "database upgrade", **given}
    reply = await story.client.post("/api/v1/silences", json=body)
    assert reply.status_code == 201, reply.text
    return dict(reply.json())


async def end(story: Stage, id: str) -> dict[str, Any]:
    reply = await story.client.post(f"/api/v1/silences/{id}/end", json={"by": "ben"})
    assert reply.status_code == 200, reply.text
    await story.settle()
    return dict(reply.json())


async def test_a_silenced_alert_is_kept_with_the_reason_and_told_once_the_silence_ends(tmp_path: Path) -> None:
    async with stage(tmp_path, SUNDAY_NIGHT) as story:
        made = await silence(story)

        reply = await story.fire(alert())

        assert [one["outcome"] for one in reply["outcomes"]] == ["suppressed"]
        incident = await story.incident(reply["incidents"][0])
        assert (incident["status"], incident["marks"]) == ("triggered", ["suppressed"])
        assert f"silence {made['id']} by asha: database upgrade" in await story.timeline(incident["id"])
        await story.go_to("2026-11-22 04:59")
        assert story.news() == []
        await story.go_to("2026-11-22 05:00")
        assert story.news() == ["Sun 05:00 page asha", "Sun 05:00 page ben"]
        assert (await story.incident(incident["id"]))["marks"] == []
        assert "no longer suppressed (silence" in story.messages()[0].items[0].why
        await story.go_to("2026-11-22 06:00")
        assert "Sun 06:00 page chen" in story.news()


async def test_what_is_over_before_its_silence_ends_is_told_to_nobody(tmp_path: Path) -> None:
    async with stage(tmp_path, SUNDAY_NIGHT) as story:
        await silence(story)
        incident = await story.fire_one(alert())
        await story.fire(alert(status="resolved"))

        await story.go_to("2026-11-22 12:00")

        assert story.news() == []
        assert (await story.incident(incident))["status"] == "resolved"


async def test_a_silence_that_is_ended_early_tells_people_at_once(tmp_path: Path) -> None:
    async with stage(tmp_path, SUNDAY_NIGHT) as story:
        made = await silence(story)
        await story.fire_one(alert())
        await story.go_to("2026-11-22 03:30")
        assert story.news() == []

        ended = await end(story, made["id"])

        assert (ended["state"], ended["ended_by"], ended["told"]) == ("over", "ben", 1)
        assert story.news() == ["Sun 03:30 page asha", "Sun 03:30 page ben"]
        assert (await end(story, made["id"]))["told"] == 0


async def test_a_longer_silence_that_was_made_meanwhile_keeps_it_quiet(tmp_path: Path) -> None:
    async with stage(tmp_path, SUNDAY_NIGHT) as story:
        await silence(story)
        await story.fire_one(alert())
        await story.go_to("2026-11-22 04:30")
        await silence(story, **{"for": "3h"})

        await story.go_to("2026-11-22 07:29")
        assert story.news() == []
        await story.go_to("2026-11-22 07:30")

        assert story.news() == ["Sun 07:30 page asha", "Sun 07:30 page ben"]


async def test_a_silence_keeps_quiet_only_what_it_matches_also_within_a_group(tmp_path: Path) -> None:
    async with stage(tmp_path, SUNDAY_NIGHT) as story:
        await silence(story, matchers=['region="eu"'])

        reply = await story.fire(alert(region="eu"), alert(region="us"), alert(region="eu", zone="b"))

        outcomes = [(one["outcome"], one["incident"]) for one in reply["outcomes"]]
        quiet, told = outcomes[0][1], outcomes[1][1]
        assert outcomes == [("suppressed", quiet), ("opened", told), ("grouped", quiet)]
        assert story.news() == ["Sun 03:00 page asha", "Sun 03:00 page ben"]
        assert {message.items[0].incident for message in story.messages()} == {told}


async def test_two_of_a_group_that_two_silences_keep_quiet_are_told_when_the_first_of_them_ends(tmp_path: Path) -> None:
    async with stage(tmp_path, SUNDAY_NIGHT) as story:
        await silence(story, matchers=['region="eu"'], **{"for": "2h"})
        await silence(story, matchers=['region="us"'], **{"for": "1h"})

        reply = await story.fire(alert(region="eu"), alert(region="us"), alert(region="eu", zone="b"))

        (incident,) = reply["incidents"]
        assert (await story.incident(incident))["suppression"]["ends_at"] == "2026-11-22T04:00:00Z"
        await story.go_to("2026-11-22 03:59")
        assert story.news() == []
        await story.go_to("2026-11-22 04:00")
        assert story.news() == ["Sun 04:00 page asha", "Sun 04:00 page ben"]


async def test_a_longer_silence_for_one_of_a_group_does_not_keep_quiet_about_the_others(tmp_path: Path) -> None:
    async with stage(tmp_path, SUNDAY_NIGHT) as story:
        await silence(story, **{"for": "1h"})
        (incident,) = (await story.fire(alert(region="eu"), alert(region="us")))["incidents"]
        await silence(story, matchers=['region="eu"'], **{"for": "20h"})

        await story.go_to("2026-11-22 03:59")
        assert story.news() == []
        await story.go_to("2026-11-22 04:00")

        assert story.news() == ["Sun 04:00 page asha", "Sun 04:00 page ben"]
        assert {message.items[0].incident for message in story.messages()} == {incident}


async def test_of_a_group_too_large_for_one_quiet_incident_each_alert_is_told_when_its_own_silence_ends(
    tmp_path: Path,
) -> None:
    async with stage(tmp_path, SUNDAY_NIGHT) as story:
        await silence(story, **{"for": "1h"})
        many = [alert(region="eu", number=str(number)) for number in range(MOST_OTHERS + 1)]
        first, second = (await story.fire(*many, alert(region="us")))["incidents"]
        await silence(story, matchers=['region="eu"'], **{"for": "3h"})

        await story.go_to("2026-11-22 04:00")
        assert {message.items[0].incident for message in story.messages()} == {second}
        await story.go_to("2026-11-22 06:00")

        assert {message.items[0].incident for message in story.messages()} == {first, second}


async def test_what_is_over_does_not_end_the_quiet_of_the_others_of_its_group(tmp_path: Path) -> None:
    async with stage(tmp_path, SUNDAY_NIGHT) as story:
        await silence(story, matchers=['region="eu"'], **{"for": "1h"})
        long = await silence(story, matchers=['region="us"'], **{"for": "3h"})
        (incident,) = (await story.fire(alert(region="eu"), alert(region="us")))["incidents"]
        await story.fire(alert(region="eu", status="resolved"))

        assert long["id"] in (await story.incident(incident))["suppression"]["reason"]
        await story.go_to("2026-11-22 05:59")
        assert story.news() == []
        await story.go_to("2026-11-22 06:00")

        assert story.news() == ["Sun 06:00 page asha", "Sun 06:00 page ben"]


async def test_what_a_silence_and_what_an_inhibition_keeps_quiet_in_one_group_are_both_told_in_time(
    tmp_path: Path,
) -> None:
    async with stage(tmp_path, SUNDAY_NIGHT, RULES + INHIBIT) as story:
        await story.fire(alert(alertname="SiteDown", site="a"), group="sites")
        story.news()
        await silence(story, matchers=['region="eu"'], **{"for": "30m"})
        await story.fire(alert(region="eu", site="b"), alert(region="us", site="a"))

        incident = (await story.fire(alert(region="us", site="a")))["incidents"][0]

        await story.go_to("2026-11-22 03:29")
        assert (await story.incident(incident))["marks"] == ["suppressed"]
        await story.go_to("2026-11-22 03:30")

        assert (await story.incident(incident))["marks"] == []


async def test_each_of_what_got_worse_silently_is_told_when_its_own_silence_ends(tmp_path: Path) -> None:
    async with stage(tmp_path, "2026-11-23 10:00") as story:
        regions = {"us": "high", "eu": "critical"}
        calm = [alert(region=region, severity="info") | {"fingerprint": region} for region in regions]
        (incident,) = (await story.fire(*calm))["incidents"]
        await silence(story, matchers=['region="us"'], **{"for": "30m"})
        await silence(story, matchers=['region="eu"'], **{"for": "5h"})
        for region, severity in regions.items():
            await story.fire(alert(region=region, severity=severity) | {"fingerprint": region})
        assert (await story.incident(incident))["severity"] == "triage"

        await story.go_to("2026-11-23 10:30")
        assert (await story.incident(incident))["severity"] == "high"
        await story.go_to("2026-11-23 14:59")
        assert (await story.incident(incident))["severity"] == "high"
        await story.go_to("2026-11-23 15:00")
        assert (await story.incident(incident))["severity"] == "critical"


async def test_what_already_pages_goes_on_and_a_silenced_worse_alert_of_its_own_raises_it_only_afterwards(
    tmp_path: Path,
) -> None:
    async with stage(tmp_path, "2026-11-23 10:00") as story:
        first = alert(severity="high") | {"fingerprint": "same"}
        incident = await story.fire_one(first)
        assert story.news() == ["Mon 10:00 page eve"]
        await silence(story, **{"for": "30m"})

        await story.fire(alert(severity="critical") | {"fingerprint": "same"})

        assert story.news() == []
        assert (await story.incident(incident))["severity"] == "high"
        await story.go_to("2026-11-23 10:30")
        assert story.news() == ["Mon 10:30 page eve"]
        assert (await story.incident(incident))["severity"] == "critical"


@pytest.mark.parametrize(
    ("action", "body"),
    [
        ("snooze", {"for": "3h"}),
        ("reassign", {"to": "chen"}),
        ("escalate", {}),
        ("acknowledge", {}),
        ("park", {}),
    ],
)
async def test_what_got_worse_silently_is_not_forgotten_whatever_somebody_does_meanwhile(
    tmp_path: Path, action: str, body: dict[str, str]
) -> None:
    async with stage(tmp_path, "2026-11-23 10:00") as story:
        first = alert(severity="high") | {"fingerprint": "same"}
        incident = await story.fire_one(first)
        if action == "park":
            await story.act(incident, "acknowledge", by="asha")
        await silence(story, **{"for": "30m"})
        await story.fire(alert(severity="critical") | {"fingerprint": "same"})

        await story.act(incident, action, by="asha", **body)
        await story.go_to("2026-11-23 10:29")
        assert (await story.incident(incident))["severity"] == "high"
        story.news()
        await story.go_to("2026-11-23 10:30")

        assert (await story.incident(incident))["severity"] == "critical"
        assert "Mon 10:30 page eve" in story.news()


async def test_of_what_got_worse_silently_the_worst_counts_once_the_silence_is_over(tmp_path: Path) -> None:
    async with stage(tmp_path, "2026-11-23 10:00") as story:
        incident = await story.fire_one(alert(severity="info") | {"fingerprint": "same"})
        assert (await story.incident(incident))["severity"] == "triage"
        await silence(story, **{"for": "30m"})
        for severity in ("critical", "high"):
            await story.fire(alert(severity=severity) | {"fingerprint": "same"})

        await story.go_to("2026-11-23 10:30")

        assert (await story.incident(incident))["severity"] == "critical"


async def test_somebody_may_take_a_suppressed_incident(tmp_path: Path) -> None:
    async with stage(tmp_path, SUNDAY_NIGHT) as story:
        await silence(story)
        incident = await story.fire_one(alert())

        await story.act(incident, "acknowledge", by="asha")

        assert (await story.incident(incident))["marks"] == []
        await story.go_to("2026-11-22 04:59")
        assert story.news() == []


async def test_recurring_maintenance_keeps_its_local_hours_over_a_clock_change(tmp_path: Path) -> None:
    async with stage(tmp_path, "2026-10-23 12:00") as story:
        await silence(
            story, kind="maintenance", every=["sun 00:30-03:00"], ends_at="2026-11-30T00:00:00Z", **{"for": None}
        )

        await story.go_to("2026-10-25 00:29")
        first = await story.fire_one(alert(n="1"))
        assert story.news() == ["Sun 00:29 page asha", "Sun 00:29 page ben"]
        await story.act(first, "resolve", by="asha")
        story.news()
        await story.go_to("2026-10-25 00:30")
        await story.fire(alert(n="2"), group="g2")
        assert story.news() == []
        await story.go_to("2026-10-25 02:59")  # The clocks go back at 02:00, so this is three hours and a half later.
        assert story.news() == []
        await story.go_to("2026-10-25 03:00")

        assert story.news() == ["Sun 03:00 page asha", "Sun 03:00 page ben"]


async def test_maintenance_ends_for_good_by_itself(tmp_path: Path) -> None:
    async with stage(tmp_path, SUNDAY_NIGHT) as story:
        await silence(
            story, kind="maintenance", every=["sun 02:00-04:00"], ends_at="2026-11-25T00:00:00Z", **{"for": None}
        )
        await story.fire_one(alert())
        await story.fire(alert(status="resolved"))
        assert story.news() == []

        await story.go_to("2026-11-29 03:00")
        await story.fire(alert(n="2"), group="g2")

        assert story.news() == ["Sun 03:00 page asha", "Sun 03:00 page ben"]


async def test_while_the_site_is_down_its_services_are_quiet_and_told_if_they_still_fire_after(tmp_path: Path) -> None:
    async with stage(tmp_path, SUNDAY_NIGHT, RULES + INHIBIT) as story:
        down = await story.fire_one(alert("SiteDown", site="a"))
        assert story.news() == ["Sun 03:00 page asha", "Sun 03:00 page ben"]

        reply = await story.fire(alert("ApiDown", site="a"), alert("DiskFull", site="a"), group="g2")
        other = await story.fire(alert("ApiDown", site="b"), group="g3")

        assert [one["outcome"] for one in reply["outcomes"]] == ["suppressed", "grouped"]
        assert [one["outcome"] for one in other["outcomes"]] == ["opened"]
        assert "inhibited by what site down" in (await story.timeline(reply["incidents"][0]))[1]
        assert story.news() == ["Sun 03:00 page asha", "Sun 03:00 page ben"]
        await story.go_to("2026-11-22 03:10")
        story.news()
        await story.fire(alert("DiskFull", status="resolved", site="a"), group="g2")
        await story.fire(alert("SiteDown", status="resolved", site="a"))
        assert (await story.incident(down))["status"] == "resolved"
        story.news()
        await story.go_to("2026-11-22 03:11")
        assert story.news() == ["Sun 03:11 page asha", "Sun 03:11 page ben"]


async def test_what_is_only_observed_inhibits_nothing_that_is_live(tmp_path: Path) -> None:
    rules = RULES + INHIBIT + "sources:\n  newcomer: {type: generic, mode: observe}\n"
    async with stage(tmp_path, SUNDAY_NIGHT, rules) as story:
        down = {"title": "down", "severity": "critical", "labels": {"alertname": "SiteDown", "site": "a"}}
        reply = await story.client.post("/webhooks/newcomer", json=down | {"runbook": "payments-api-down"})
        assert reply.json()["outcomes"][0]["outcome"] == "opened"

        await story.fire(alert(site="a"))
        also = {"title": "api", "severity": "critical", "labels": {"alertname": "Api", "site": "a"}}
        reply = await story.client.post("/webhooks/newcomer", json=also)

        assert story.news() == ["Sun 03:00 page asha", "Sun 03:00 page ben"]
        assert reply.json()["outcomes"][0]["outcome"] == "suppressed"


async def test_what_inhibits_is_over_also_where_the_tool_says_so_in_fewer_words_and_a_person_is_to_resolve_it(
    tmp_path: Path,
) -> None:
    kept = (
        RULES
        + """  - {match: ['alertname="SiteDown"'], resolve_with_source: false, runbook: payments-api-down}
"""
    )
    async with stage(tmp_path, SUNDAY_NIGHT, kept + INHIBIT + "sources: {other: {type: generic}}") as story:
        down = {
            "title": "down",
            "dedup_key": "d",
            "severity": "critical",
            "labels": {"alertname": "SiteDown", "site": "a"},
        }
        await story.client.post("/webhooks/other", json=down)
        incident = await story.fire_one(alert(site="a"))
        assert (await story.incident(incident))["marks"] == ["suppressed"]

        reply = await story.client.post("/webhooks/other", json={"title": "up", "dedup_key": "d", "status": "resolved"})
        assert reply.json()["outcomes"][0]["outcome"] == "resolved"
        await story.go_to("2026-11-22 03:01")

        assert (await story.incident(incident))["marks"] == []


async def test_in_one_body_what_inhibits_counts_before_what_it_inhibits(tmp_path: Path) -> None:
    async with stage(tmp_path, SUNDAY_NIGHT, RULES + INHIBIT) as story:
        reply = await story.fire(alert("ApiDown", site="a"), alert("SiteDown", site="a"))

        assert [one["outcome"] for one in reply["outcomes"]] == ["suppressed", "opened"]
        assert {message.items[0].title for message in story.messages()} == {"SiteDown is firing"}


async def test_an_incident_that_flaps_is_told_again_only_when_it_goes_on_firing(tmp_path: Path) -> None:
    async with stage(tmp_path, SUNDAY_NIGHT) as story:
        incident = await story.fire_one(alert())
        for minute in (2, 4, 6, 8, 10):
            await story.fire(alert(status="resolved"))
            await story.go_to(f"2026-11-22 03:{minute:02}")
            await story.fire(alert())

        pages = [line for line in story.news() if "page asha" in line]
        assert pages == [f"Sun 03:{minute:02} page asha" for minute in (0, 2, 4, 6)]
        assert (await story.incident(incident))["marks"] == ["suppressed"]
        assert any("flapping: re-opened 3 times within 60 min" in text for text in await story.timeline(incident))
        await story.fire(alert())
        assert story.news() == []
        await story.go_to("2026-11-22 03:24")
        assert story.news() == []
        await story.go_to("2026-11-22 03:25")
        assert story.news() == ["Sun 03:25 page asha", "Sun 03:25 page ben"]


async def test_after_an_hour_a_flapping_incident_tells_people_again(tmp_path: Path) -> None:
    async with stage(tmp_path, SUNDAY_NIGHT) as story:
        for minute in range(0, 66, 6):
            await story.go_to(f"2026-11-22 {3 + minute // 60:02}:{minute % 60:02}")
            await story.fire(alert())
            await story.go_to(f"2026-11-22 {3 + (minute + 2) // 60:02}:{(minute + 2) % 60:02}")
            await story.fire(alert(status="resolved"))

        pages = [line for line in story.news() if "page asha" in line]

        assert pages == [f"Sun {time} page asha" for time in ("03:00", "03:06", "03:12", "03:18")]
        await story.go_to("2026-11-22 04:07")
        await story.fire(alert())
        assert [line for line in story.news() if "page asha" in line] == ["Sun 04:07 page asha"]


async def test_a_silence_outlives_a_restart(tmp_path: Path) -> None:
    async with stage(tmp_path, SUNDAY_NIGHT) as story:
        await silence(story)
    async with stage(tmp_path, "2026-11-22 04:00") as story:
        await story.fire_one(alert())
        assert story.news() == []

        await story.go_to("2026-11-22 05:00")

        assert story.news() == ["Sun 05:00 page asha", "Sun 05:00 page ben"]
