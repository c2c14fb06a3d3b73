"""Runbooks on the web: what they are for, when they were needed, which did not help, and what has none."""

from datetime import timedelta

from tests.entrypoints.http.rig import Rig
from tests.entrypoints.web.visitor import Visitor


async def test_the_list_says_what_each_is_for_and_when_it_was_last_needed(rig: Rig, asha: Visitor) -> None:
    before = await asha.get("/runbooks")
    first, last = await rig.opened(dedup_key="a"), await rig.opened(dedup_key="b")

    seen = await asha.get("/runbooks")

    assert "Payments API down payments-api-down Payments rules payments – 0" in before.words
    assert "rules payments 03:00:00 2" in seen.words
    assert seen.every("a", href=f"/incidents/{last}")
    assert not seen.every("a", href=f"/incidents/{first}")


async def test_one_is_shown_as_it_is_written_and_can_do_no_harm(rig: Rig, asha: Visitor) -> None:
    incident = await rig.opened()

    seen = await asha.get("/runbooks/payments-api-down")

    assert "File payments-api-down.md Owner Payments Rules payments" in seen.words
    assert seen.every("a", href="https://grafana.example.com/d/payments")
    assert "<script>alert(1)</script> is text here." in seen.text
    assert seen.every("img") == []
    assert seen.every("a", href=f"/incidents/{incident}")
    assert (await asha.get("/runbooks/nothing")).status == 404


async def test_one_that_did_not_help_is_owed_until_somebody_settles_it(rig: Rig, asha: Visitor) -> None:
    incident = await rig.opened()
    rig.clock.pass_by(timedelta(minutes=5))
    await rig.act(incident, "resolve", by="asha")
    await rig.application.review.round()
    body = {"version": 1, "by": "ben", "runbook_helped": False}
    await rig.client.post(f"/api/v1/postmortems/{incident}/edit", json=body)

    owed = await asha.get("/runbooks")
    shown = await asha.get("/runbooks/payments-api-down")
    settled = await asha.send(f"/runbooks/debts/{incident}/settle")

    assert "payments-api-down Payments Payments API is down 03:05:00 , Ben" in owed.words
    assert "did not help" in owed.words.partition("Runbooks that did not help")[0]
    assert "Where it did not help" in shown.words
    assert "It is off the list." in settled.words
    assert "None is owed." in settled.words
    assert (await asha.send("/runbooks/debts/0123456789abcdef/settle")).status == 404


async def test_what_came_without_a_runbook_is_listed_by_how_often(rig: Rig, asha: Visitor) -> None:
    for key, title in (("a", "Disk full"), ("b", "Disk full"), ("c", "Queue long")):
        await rig.opened(dedup_key=key, title=title, labels={})

    seen = await asha.get("/runbooks")

    listed = seen.words.partition("Alerts without a runbook")[2]
    assert listed.find("Disk full none 03:00:00 2") < listed.find("Queue long none 03:00:00 1")
    assert "Disk full none 03:00:00 2" in listed


async def test_one_without_steps_says_that_it_does_not_count(rig: Rig, asha: Visitor) -> None:
    (rig.folder / "runbooks" / "empty.md").write_text("---\nalerts: [Slow]\n---\n# Slow\n")
    await rig.application.reload()

    listed, shown = await asha.get("/runbooks"), await asha.get("/runbooks/empty")

    assert "Slow no steps, so it does not count empty nobody alerts Slow" in listed.words
    assert "it does not count as a runbook" in shown.words
