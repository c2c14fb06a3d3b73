"""One alert, lists and counts, in the shapes that Opsgenie's clients read."""

from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import pytest

from app.service.tokens import Scope
from tests.entrypoints.http.opsgenie.genie import ALIAS, CRITICAL, NEEDS, Genie
from tests.entrypoints.http.rig import Rig


async def listed(genie: Genie, **query: str) -> list[str]:
    reply = await genie.ask("GET", "", **query)
    assert reply.status_code == 200, reply.text
    return [one["alias"] for one in reply.json()["data"]]


async def test_an_alert_is_shown_whole(rig: Rig, genie: Genie) -> None:
    await genie.ask(
        "POST", "", {**CRITICAL, "entity": "api-1", "source": "probe", "tags": ["t"], "details": {"a": "b"}}
    )
    rig.clock.pass_by(timedelta(minutes=3))

    shown = await genie.alert()

    id = shown["id"]
    assert shown == {
        "id": id,
        "tinyId": str(int(id, 16)),
        "alias": ALIAS,
        "message": "Payments API is down",
        "status": "open",
        "acknowledged": False,
        "isSeen": False,
        "tags": ["t"],
        "snoozed": False,
        "count": 1,
        "lastOccurredAt": "2026-11-22T03:00:00.000Z",
        "createdAt": "2026-11-22T03:00:00.000Z",
        "updatedAt": "2026-11-22T03:00:00.000Z",
        "source": "probe",
        "owner": "",
        "priority": "P1",
        "teams": [],
        "responders": [],
        "integration": {"id": "opsgenie", "name": "opsgenie", "type": "API"},
        "report": {},
        "actions": [],
        "entity": "api-1",
        "description": "",
        "details": {"a": "b"},
    }


async def test_how_long_it_took_is_in_the_report(rig: Rig, genie: Genie) -> None:
    id = await genie.create()
    rig.clock.pass_by(timedelta(seconds=90))
    await rig.act(id, "acknowledge", by="asha")
    rig.clock.pass_by(timedelta(seconds=10))
    await genie.act("close")

    assert (await genie.alert())["report"] == {
        "ackTime": 90_000,
        "acknowledgedBy": "asha",
        "closeTime": 100_000,
        "closedBy": "opsgenie",
    }


@pytest.mark.parametrize(("name", "by"), [("zz", "alias"), ("f" * 16, "id"), ("7", "tiny"), ("9" * 30, "tiny")])
async def test_what_there_is_not_is_404(genie: Genie, name: str, by: str) -> None:
    reply = await genie.ask("GET", f"/{name}", identifierType=by)

    assert (reply.status_code, reply.json()["message"]) == (404, "Alert does not exist")


async def test_a_type_of_identifier_that_there_is_not_is_422(genie: Genie) -> None:
    reply = await genie.ask("GET", "/x", identifierType="name")

    assert (reply.status_code, list(reply.json()["errors"])) == (422, ["identifierType"])


async def test_a_request_that_is_not_known_says_so_in_a_header_that_clients_poll_on(genie: Genie) -> None:
    reply = await genie.ask("GET", "/requests/43a29c5c-3dbf-4fa4-9c26-f4f71023e120")

    assert (reply.status_code, reply.headers["x-opsgenie-errortype"]) == (404, "RequestNotProcessed")


async def test_a_list_comes_in_pages_newest_first(rig: Rig, genie: Genie) -> None:
    for number in range(5):
        await genie.create(alias=f"a{number}")
        rig.clock.pass_by(timedelta(seconds=1))

    reply = (await genie.ask("GET", "", limit="2", offset="2")).json()

    assert [one["alias"] for one in reply["data"]] == ["a2", "a1"]
    offsets = {name: parse_qs(urlsplit(url).query)["offset"] for name, url in reply["paging"].items()}
    assert offsets == {"first": ["0"], "next": ["4"], "last": ["4"]}
    assert await listed(genie, sort="alias", order="asc") == ["a0", "a1", "a2", "a3", "a4"]
    assert await listed(genie, offset="9") == []
    assert "details" not in reply["data"][0]


async def test_a_list_can_be_sorted_by_everything_that_is_documented(genie: Genie) -> None:
    await genie.create(alias="a", priority="P3")
    await genie.create(alias="b", priority="P1")
    await genie.create(alias="b", priority="P1")

    assert await listed(genie, sort="count") == ["b", "a"]
    assert await listed(genie, sort="priority", order="asc") == ["b", "a"]
    assert await listed(genie, sort="tinyId", order="asc") == ["a", "b"]
    for sort in ("createdAt", "snoozedUntil", "report.ackTime", "integration.name", "acknowledged", "owner"):
        assert sorted(await listed(genie, sort=sort)) == ["a", "b"]


@pytest.mark.parametrize(
    "query", [{"limit": "101"}, {"limit": "0"}, {"offset": "-1"}, {"sort": "colour"}, {"order": "up"}]
)
async def test_a_page_that_cannot_be_is_422(genie: Genie, query: dict[str, str]) -> None:
    reply = await genie.ask("GET", "", **query)

    assert (reply.status_code, list(reply.json()["errors"])) == (422, list(query))


async def test_lists_and_counts_can_be_searched(rig: Rig, genie: Genie) -> None:
    await genie.create(alias="a", tags=["db"], details={"region": "eu"}, message="Disk is full")
    await genie.create(alias="b", priority="P3", entity="api", message="Queue is long")
    await genie.ask("POST", "/b/close", identifierType="alias")

    async def found(query: str) -> list[str]:
        names = await listed(genie, query=query)
        counted = (await genie.ask("GET", "/count", query=query)).json()["data"]["count"]
        assert counted == len(names)
        return names

    assert await found("status: open") == ["a"]
    assert await found("tag: db AND details.key: region") == ["a"]
    assert await found("NOT status = open") == ["b"]
    assert await found("message: disk OR entity: api") == ["b", "a"]
    assert await found("createdAt > 0 count < 2") == ["b", "a"]


async def test_a_query_that_cannot_be_read_is_422(genie: Genie) -> None:
    for path in ("", "/count"):
        reply = await genie.ask("GET", path, query="colour: red")
        assert (reply.status_code, list(reply.json()["errors"])) == (422, ["query"])


async def test_tokens_of_ours_open_what_their_scope_says(rig: Rig, genie: Genie) -> None:
    await genie.create(alias="plain")
    for scope in (Scope.INGEST, Scope.READ, Scope.RESPOND):
        header = await rig.token(scope)
        for (method, path), needed in NEEDS.items():
            url = path.format(identifier="plain", requestId="x", actionName="y")
            reply = await rig.client.request(method, url, headers=header, params={"identifierType": "alias"})
            assert (reply.status_code == 403) == (scope is not needed), (scope, method, path, reply.text)
            if reply.status_code == 403:
                assert reply.json()["code"] == 40301
