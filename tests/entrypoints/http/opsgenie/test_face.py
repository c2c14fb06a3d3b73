"""Every reply below /v2/alerts looks like Opsgenie's: its headers, its refusals, its way with paths."""

import pytest

from tests.entrypoints.http.opsgenie.genie import NEEDS, Genie
from tests.entrypoints.http.rig import GENIE_KEY, Rig

HEADERS = ("x-request-id", "x-response-time", "x-ratelimit-state", "x-ratelimit-reason", "x-ratelimit-period-in-sec")


async def test_a_202_has_the_body_and_the_headers_that_clients_read(genie: Genie) -> None:
    reply = await genie.ask("POST", "", {"message": "x"})

    body = reply.json()
    assert (reply.status_code, body["result"]) == (202, "Request will be processed")
    assert body["requestId"] == reply.headers["x-request-id"]
    assert len(body["requestId"]) == 36
    assert body["took"] > 0
    assert float(reply.headers["x-response-time"]) > 0
    assert reply.headers["x-ratelimit-state"] == "OK"
    assert [name for name in reply.headers if name in HEADERS] == list(HEADERS)


async def test_an_id_that_the_caller_gives_is_not_the_requests(rig: Rig) -> None:
    headers = {"authorization": f"GenieKey {GENIE_KEY}", "x-request-id": "mine"}

    reply = await rig.client.post("/v2/alerts", json={"message": "x"}, headers=headers)

    assert reply.headers.get_list("x-request-id") == [reply.json()["requestId"]]
    assert reply.json()["requestId"] != "mine"


@pytest.mark.parametrize(
    "value", ["", "GenieKey", "GenieKey ", "GenieKey nope", f"Bearer {GENIE_KEY}", "Basic YTpi", "Bearer", GENIE_KEY]
)
async def test_without_a_good_key_every_route_is_401_in_their_shape(rig: Rig, value: str) -> None:
    for method, path in NEEDS:
        reply = await rig.client.request(method, path, headers={"authorization": value}, content=b"{")

        assert reply.status_code == 401, (method, path, reply.text)
        assert set(reply.json()) == {"message", "took", "requestId"}
        assert reply.headers["x-request-id"] == reply.json()["requestId"]


async def test_an_empty_secret_never_matches_an_empty_key(rig: Rig) -> None:
    rules = rig.folder / "routing_rules.yaml"
    rules.write_text(rules.read_text().replace("sources:", "sources:\n  opsgenie-bare: {type: opsgenie}"))
    await rig.client.post("/api/v1/rules/reload")

    reply = await rig.client.post("/v2/alerts", json={"message": "x"}, headers={"authorization": "GenieKey "})

    assert reply.status_code == 401


@pytest.mark.parametrize("raw", [b"", b"{", b"[]", b"\xff", b'{"message": NaN}', b'"x"', b'{"message": "\\ud800"}'])
async def test_what_cannot_be_read_is_400_in_their_shape(genie: Genie, raw: bytes) -> None:
    reply = await genie.ask("POST", "", raw)

    assert reply.status_code == 400
    assert set(reply.json()) == {"message", "took", "requestId"}
    assert reply.headers["content-type"] == "application/json"


async def test_a_create_without_a_message_is_422_word_for_word(genie: Genie) -> None:
    reply = await genie.ask("POST", "", {"alias": "x"})

    body = reply.json()
    assert reply.status_code == 422
    assert body["message"] == "Request body is not processable. Please check the errors."
    assert body["errors"] == {"message": "Message can not be empty."}


async def test_other_refusals_have_their_shape_too(rig: Rig, genie: Genie) -> None:
    assert (await genie.ask("PATCH", "/x/message", {"message": "y"})).status_code == 405
    assert (await genie.ask("POST", "/x/dance")).status_code == 404
    assert (await genie.ask("POST", "", b" " * 1_048_577)).status_code == 413
    for method, path in (("PATCH", "/x/message"), ("POST", "/x/dance"), ("DELETE", "")):
        reply = await genie.ask(method, path)
        assert set(reply.json()) == {"message", "took", "requestId"}, reply.text
    headers = {"authorization": f"GenieKey {GENIE_KEY}", "content-type": "text/xml"}
    assert (await rig.client.post("/v2/alerts", content=b"<x/>", headers=headers)).status_code == 415
    packed = {"authorization": f"GenieKey {GENIE_KEY}", "content-encoding": "br"}
    assert (await rig.client.post("/v2/alerts", content=b"{}", headers=packed)).status_code == 415


@pytest.mark.parametrize(
    "kind", ["", "text/plain", "application/x-www-form-urlencoded", "application/json;charset=utf-8"]
)
async def test_json_is_read_whatever_it_calls_itself(rig: Rig, kind: str) -> None:
    headers = {"authorization": f"GenieKey {GENIE_KEY}", "content-type": kind}

    assert (await rig.client.post("/v2/alerts", content=b'{"message": "x"}', headers=headers)).status_code == 202


@pytest.mark.parametrize("alias", ["requests/1", "count", "a/close", "a/b/c", "%2F", "ö ü", "a?b#c", "🔥"])
async def test_any_alias_goes_through_the_path(genie: Genie, alias: str) -> None:
    id = await genie.create(alias=alias)

    shown = await genie.alert(alias) if alias != "count" else {"alias": alias, "id": id}

    assert (shown["alias"], shown["id"]) == (alias, id)


@pytest.mark.parametrize("name", ["%00", "%ff", "%ED%A0%80", "%20", "a" * 5_000, "%0d%0aX-Evil:1"])
async def test_a_strange_identifier_is_refused_or_meets_nothing(genie: Genie, name: str) -> None:
    for by in ("id", "alias", "tiny"):
        for method, path in (("GET", ""), ("POST", "/close"), ("POST", "/notes"), ("DELETE", "")):
            body = {"note": "x"} if path == "/notes" else None
            reply = await genie.ask(method, f"/{name}{path}", body, identifierType=by)
            assert reply.status_code in (202, 400, 404, 422), reply.text
            assert "x-evil" not in reply.headers


async def test_the_log_has_the_id_of_the_request_and_not_its_key(
    genie: Genie, capsys: pytest.CaptureFixture[str]
) -> None:
    reply = await genie.ask("POST", "", {"message": "x"})

    said = capsys.readouterr().out
    assert reply.json()["requestId"] in said
    assert GENIE_KEY not in said


async def test_a_path_with_a_slash_at_its_end_is_the_same(rig: Rig, genie: Genie) -> None:
    assert (await genie.ask("POST", "/", {"message": "x"})).status_code == 202
    assert (await genie.ask("GET", "/count/")).json()["data"]["count"] == 1
