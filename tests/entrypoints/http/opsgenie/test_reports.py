"""Create, acknowledge and close: alerts like any other, named by an alias, an id or a number."""

from datetime import timedelta
from typing import Any

import pytest

from app.domain.errors import StoreUnavailable
from tests.entrypoints.http.opsgenie.genie import ALIAS, Genie
from tests.entrypoints.http.rig import OTHER_GENIE_KEY, Rig


async def test_an_alert_pages_is_acknowledged_in_the_tool_and_ends_with_its_close(rig: Rig, genie: Genie) -> None:
    id = await genie.create()

    assert [str(one.kind) for one in rig.channel.got] == ["page", "page"]
    assert (await rig.incident(id))["status"] == "triggered"
    assert (await genie.act("acknowledge"))["success"]
    assert (await rig.incident(id))["status"] == "triggered"
    assert (await genie.act("close"))["success"]
    assert (await rig.incident(id))["status"] == "resolved"
    assert await genie.notes(id) == [
        f"source_acknowledged: {ALIAS}: acknowledged in the tool, which stops nothing here",
        "resolved: resolved by opsgenie: all its alerts are resolved",
    ]


async def test_where_the_source_may_acknowledge_its_word_counts(rig: Rig) -> None:
    genie = Genie(rig, OTHER_GENIE_KEY)
    id = await genie.create()

    await genie.act("acknowledge", {"user": "Asha", "note": "on it"})

    incident = await rig.incident(id)
    assert (incident["status"], incident["acknowledged_by"]) == ("acknowledged", "opsgenie-shop")
    assert (await genie.notes(id))[-1] == "note: acknowledged in the tool by Asha (asha): on it"
    assert (await genie.alert())["acknowledged"] is True


async def test_a_second_create_of_an_open_alias_only_counts(rig: Rig, genie: Genie) -> None:
    id = await genie.create()

    again = await genie.create(message="Another text", priority="P3")

    shown = await genie.alert()
    assert (again, shown["count"], shown["message"], shown["priority"]) == (id, 2, "Payments API is down", "P1")


async def test_after_a_close_the_alias_opens_a_new_one(rig: Rig, genie: Genie) -> None:
    first = await genie.create(details={"run": "1"})
    await genie.act("close")
    rig.clock.pass_by(rig.application.in_force.rules.limits.reopen_window * 2)

    second = await genie.create(details={"run": "2"})

    assert second != first
    assert (await genie.alert())["details"] == {"run": "2"}
    assert (await genie.alert(first, "id"))["details"] == {"run": "1"}


async def test_an_alert_without_an_alias_is_known_by_what_the_status_says(genie: Genie) -> None:
    reply = await genie.ask("POST", "", {"message": "The letter box is full"})

    status = await genie.status(reply)
    assert (status["status"], status["action"], status["success"]) == ("Created alert", "Create", True)
    assert (await genie.alert(status["alias"]))["id"] == status["alertId"]


@pytest.mark.parametrize("by", ["id", "tiny"])
async def test_an_id_and_its_number_close_all_that_fires_under_it(rig: Rig, genie: Genie, by: str) -> None:
    id = await genie.create()
    name = id if by == "id" else (await genie.alert())["tinyId"]

    reply = await genie.ask("POST", f"/{name}/close", **({} if by == "id" else {"identifierType": by}))

    assert (reply.status_code, (await genie.status(reply))["alertId"]) == (202, id)
    assert (await rig.incident(id))["status"] == "resolved"


async def test_of_alerts_that_a_rule_gathers_each_closes_by_itself(rig: Rig, genie: Genie) -> None:
    rules = rig.folder / "routing_rules.yaml"
    gathered = "rules:\n  - {name: halls, match: ['entity=~\"hall.*\"'], group_by: [entity]}"
    rules.write_text(rules.read_text().replace("rules:", gathered))
    await rig.client.post("/api/v1/rules/reload")

    first = await genie.create(alias="a", entity="hall-2")
    second = await genie.create(alias="b", entity="hall-2", message="Another")
    await genie.ask("POST", "/a/close", identifierType="alias")

    assert first == second
    assert ((await genie.alert("a"))["status"], (await genie.alert("b"))["status"]) == ("closed", "open")
    assert (await genie.alert("b"))["message"] == "Another"
    assert (await rig.incident(first))["firing"] == 1
    await genie.ask("POST", f"/{first}/close")
    assert (await rig.incident(first))["status"] == "resolved"


@pytest.mark.parametrize(("action", "word"), [("close", "Close"), ("acknowledge", "Acknowledge")])
@pytest.mark.parametrize(
    ("name", "by"), [("nothing", "alias"), ("0000000000000000", "id"), ("x", "id"), ("12", "tiny")]
)
async def test_a_report_that_meets_nothing_is_202_and_its_status_says_so(
    genie: Genie, action: str, word: str, name: str, by: str
) -> None:
    reply = await genie.ask("POST", f"/{name}/{action}", identifierType=by)

    status = await genie.status(reply)
    assert (reply.status_code, status["isSuccess"], status["success"]) == (202, False, False)
    assert (status["status"], status["action"]) == ("Alert does not exist", word)
    assert (status["alertId"], status["alias"]) == ("", "")


async def test_a_close_of_what_is_closed_meets_nothing(genie: Genie) -> None:
    await genie.create()
    await genie.act("close")

    assert (await genie.act("close"))["status"] == "Alert does not exist"


async def test_who_closes_and_why_is_in_the_timeline(genie: Genie) -> None:
    for _ in range(2):  # A sender that repeats an alert repeats its note.
        id = await genie.create(user="thermod", note="third time this week")
    await genie.act("close", {"user": "ASHA", "source": "script", "note": "restarted"})

    assert [note for note in await genie.notes(id) if note.startswith("note")] == [
        "note: reported by thermod: third time this week",
        "note: closed in the tool by Asha (asha): restarted",
    ]


async def test_a_key_reaches_nothing_of_another_key(rig: Rig, genie: Genie) -> None:
    id = await genie.create()
    other = Genie(rig, OTHER_GENIE_KEY)

    assert (await other.act("close"))["success"] is False
    reply = await other.ask("POST", f"/{id}/close")
    assert (await other.status(reply))["success"] is False
    assert (await other.ask("GET", f"/{id}")).status_code == 404
    assert (await other.ask("GET", "")).json()["data"] == []
    assert (await other.ask("GET", f"/requests/{reply.json()['requestId']}")).status_code == 200
    assert (await genie.ask("GET", f"/requests/{reply.json()['requestId']}")).status_code == 404
    assert (await rig.incident(id))["status"] == "triggered"


async def test_the_webhook_of_the_source_takes_a_create_too(rig: Rig, genie: Genie) -> None:
    body = {"message": "By the webhook", "alias": "w", "tags": ["t"], "responders": [{"name": "kilns", "type": "team"}]}

    reply = await rig.client.post("/webhooks/opsgenie", json=body)

    (id,) = reply.json()["incidents"]
    shown = await genie.alert("w")
    assert (shown["id"], shown["tags"], shown["responders"][0]["name"]) == (id, ["t"], "kilns")
    await genie.ask("POST", "/w/close", identifierType="alias")
    assert (await genie.alert("w"))["message"] == "By the webhook"


async def test_a_body_that_cannot_be_read_is_in_quarantine(rig: Rig, genie: Genie) -> None:
    await genie.ask("POST", "", b'{"message": ')
    await genie.ask("POST", "/x%2Fy/close", b"[]", identifierType="alias")

    items = (await rig.client.get("/api/v1/quarantine")).json()["items"]
    assert [one["source"] for one in items] == ["opsgenie", "opsgenie"]
    kept = (await rig.client.get(f"/api/v1/quarantine/{items[0]['id']}")).text
    assert genie.key not in kept


async def test_without_a_store_it_is_503_in_their_shape(
    rig: Rig, genie: Genie, monkeypatch: pytest.MonkeyPatch
) -> None:
    store: Any = rig.application.store

    async def fails(*given: object) -> None:
        raise StoreUnavailable("the disk is full", retry_after=9)

    monkeypatch.setattr(store, "commit", fails)
    reply = await genie.ask("POST", "", {"message": "x"})

    assert (reply.status_code, reply.headers["retry-after"]) == (503, "9")
    assert reply.json()["message"] == "the disk is full"


async def test_above_its_limit_a_source_is_429_in_their_shape_and_its_clients_ask_again(rig: Rig, genie: Genie) -> None:
    rules = rig.folder / "routing_rules.yaml"
    limited = "sources:\n  opsgenie: {rate_limit: 1}"
    rules.write_text(rules.read_text().replace("sources:", limited))
    await rig.client.post("/api/v1/rules/reload")
    await genie.ask("POST", "", {"message": "one"})

    for path in ("", "/one/close"):
        reply = await genie.ask("POST", path, {"message": "two"}, identifierType="alias")
        assert (reply.status_code, reply.json()["message"]) == (429, "TooManyRequests")
        assert (reply.headers["x-ratelimit-state"], reply.headers["retry-after"]) == ("THROTTLED", "2")

    rig.clock.pass_by(timedelta(minutes=3))
    assert (await genie.ask("POST", "", {"message": "two"})).status_code == 202
