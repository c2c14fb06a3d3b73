"""One table of statuses, and nothing of a URL but its host ever shown."""

import asyncio
import logging
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

from app.adapters.outbound_http import (
    BODY_LIMIT,
    FETCH_LIMIT,
    OutboundHttp,
    Reply,
    Unreachable,
    object_in,
    objects_in,
    outcome_of,
    place_of,
    retry_after,
    verdict_of,
    wait_of,
    wait_until,
)
from app.domain.errors import OutsideUnavailable
from app.domain.notification import Rejected, Retry, Sent
from tests.contracts.channel_contract import REFUSED, RETRIED
from tests.contracts.channel_rig import QUICK, a_silent_peer, free_port

THEN = "Sun, 05 Jul 2026 02:00:00 GMT"


@pytest.fixture
async def http() -> AsyncIterator[OutboundHttp]:
    http = OutboundHttp(total=QUICK)
    yield http
    await http.aclose()


@pytest.mark.parametrize("status", [200, 201, 202, 204, 299])
def test_2xx_took_it(status: int) -> None:
    assert outcome_of(status, {}) == Sent()


@pytest.mark.parametrize("status", [*RETRIED, 599])
def test_what_may_pass_is_retried(status: int) -> None:
    assert outcome_of(status, {}) == Retry(f"answered {status}")


@pytest.mark.parametrize("status", [*REFUSED, 100, 499])
def test_what_stays_is_rejected(status: int) -> None:
    assert isinstance(outcome_of(status, {}), Rejected)


@pytest.mark.parametrize(
    ("value", "date", "seconds"),
    [
        ("0", "", 0),
        ("120", "", 120),
        (" 7 ", "", 7),
        ("901", "", 900),
        ("9" * 5_000, "", 900),
        ("Sun, 05 Jul 2026 02:01:30 GMT", THEN, 90),
        ("Sun, 05 Jul 2026 04:00:00 +0200", THEN, 0),
        ("Sun, 05 Jul 2026 01:00:00 GMT", THEN, 0),
        ("Mon, 06 Jul 2026 02:00:00 GMT", THEN, 900),
    ],
)
def test_the_asked_wait_is_read_and_capped(value: str, date: str, seconds: int) -> None:
    assert retry_after({"retry-after": value, "date": date}) == timedelta(seconds=seconds)


@pytest.mark.parametrize("value", ["", "-5", "soon", "1.5", "²", "Sun, 99 Foo 2026", THEN])
def test_a_wait_that_cannot_be_read_is_none(value: str) -> None:
    assert retry_after({"retry-after": value}) is None


@pytest.mark.parametrize(
    ("instant", "date", "seconds"),
    [
        ("1783216890", THEN, 90),
        ("1783216000", THEN, 0),
        ("9" * 5_000, THEN, 900),
        ("1783216890", "", None),
        ("soon", THEN, None),
        ("-1", THEN, None),
    ],
)
def test_a_wait_until_an_instant_is_by_the_replys_own_clock(instant: str, date: str, seconds: int | None) -> None:
    assert wait_until(instant, {"date": date}) == (None if seconds is None else timedelta(seconds=seconds))


@pytest.mark.parametrize(
    ("body", "found"),
    [(b'[{"a": 1}, 2, {}]', [{"a": 1}, {}]), (b"{}", []), (b"[", []), (b"[" * 100_000, [])],
)
def test_the_objects_of_a_list_are_found_whatever_stands_beside_them(body: bytes, found: list[dict[str, int]]) -> None:
    assert objects_in(Reply(200, {}, body)) == found


@pytest.mark.parametrize(
    ("url", "place"),
    [
        ("https://user:hunter2@hooks.example.com/T0/s3cr3t?token=s3cr3t#s3cr3t", "hooks.example.com"),
        ("http://127.0.0.1:8080/x", "127.0.0.1:8080"),
        ("http://[", "an address that is no URL"),
        ("http://host:port/", "an address that is no URL"),
        ("hunter2", "an address that is no URL"),
    ],
)
def test_only_host_and_port_of_a_url_are_shown(url: str, place: str) -> None:
    assert place_of(url) == place


@pytest.mark.server
async def test_a_reply_comes_back_whole_with_lower_case_headers(http: OutboundHttp, httpserver: HTTPServer) -> None:
    httpserver.expect_request("/x", data="hello").respond_with_data("hi", status=202, headers={"X-Request-Id": "7"})

    reply = await http.post(httpserver.url_for("/x"), content=b"hello")

    assert (reply.status, reply.body, reply.headers["x-request-id"]) == (202, b"hi", "7")


@pytest.mark.server
async def test_a_redirect_is_not_followed(http: OutboundHttp, httpserver: HTTPServer) -> None:
    away = {"location": httpserver.url_for("/elsewhere")}
    httpserver.expect_request("/x").respond_with_data("", status=307, headers=away)
    httpserver.expect_request("/elsewhere").respond_with_data("stolen")

    reply = await http.post(httpserver.url_for("/x"), content=b"secret")

    assert (reply.status, len(httpserver.log)) == (307, 1)


@pytest.mark.server
async def test_an_endless_reply_is_cut_and_no_compression_is_asked_for(
    http: OutboundHttp, httpserver: HTTPServer
) -> None:
    asked: list[str] = []

    def endless(request: Request) -> Response:
        asked.append(request.headers["accept-encoding"])
        return Response(b"x" * (BODY_LIMIT + 1))

    httpserver.expect_request("/x").respond_with_handler(endless)

    reply = await http.post(httpserver.url_for("/x"))

    assert (len(reply.body), asked) == (BODY_LIMIT, ["identity"])


@pytest.mark.server
async def test_what_goes_wrong_is_said_without_the_url(http: OutboundHttp, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    async with a_silent_peer() as silent:
        reasons = [
            await _reason(http, f"http://u:hunter2@127.0.0.1:{port}/s3cr3t?t=s3cr3t") for port in (silent, free_port())
        ]

    assert [reason.partition(" ")[2] for reason in reasons] == ["did not answer in time", "could not be connected to"]
    assert not any(secret in text for secret in ("hunter2", "s3cr3t") for text in (*reasons, caplog.text))


@pytest.mark.parametrize(
    "url", ["", "asha", "ftp://x.example/", "http://[", "http://" + "a" * 300 + ".example/", "http://x.example/\n"]
)
async def test_a_url_that_cannot_be_used_raises_nothing_else(http: OutboundHttp, url: str) -> None:
    assert await _reason(http, url)


@pytest.mark.parametrize("value", ["Bearer s3cr3t\r\nx: y", "Bearer s3cr3té"])
async def test_a_header_that_cannot_be_sent_is_not_repeated(http: OutboundHttp, value: str) -> None:
    reason = await _reason(http, f"http://127.0.0.1:{free_port()}/", {"authorization": value})

    assert "s3cr3t" not in reason


async def _reason(http: OutboundHttp, url: str, headers: dict[str, str] | None = None) -> str:
    with pytest.raises(Unreachable) as unreachable:
        await http.post(url, headers=headers)
    assert unreachable.value.__suppress_context__
    return unreachable.value.reason


@pytest.mark.server
async def test_what_is_fetched_is_a_whole_reply_of_200(http: OutboundHttp, httpserver: HTTPServer) -> None:
    httpserver.expect_request("/x").respond_with_data(b"x" * FETCH_LIMIT)

    assert await http.fetch(httpserver.url_for("/x")) == b"x" * FETCH_LIMIT


@pytest.mark.server
@pytest.mark.parametrize("status", [201, 204, 302, 403, 404, 500])
async def test_no_other_status_is_fetched_and_no_redirect_followed(
    http: OutboundHttp, httpserver: HTTPServer, status: int
) -> None:
    away = {"location": httpserver.url_for("/elsewhere")}
    httpserver.expect_request("/s3cr3t").respond_with_data("x", status=status, headers=away)

    with pytest.raises(OutsideUnavailable) as failed:
        await http.fetch(httpserver.url_for("/s3cr3t?t=s3cr3t"))

    assert str(failed.value) == f"{httpserver.host}:{httpserver.port} answered {status}"
    assert len(httpserver.log) == 1


@pytest.mark.server
async def test_what_is_too_long_or_never_comes_is_not_fetched(http: OutboundHttp, httpserver: HTTPServer) -> None:
    httpserver.expect_request("/x").respond_with_data(b"x" * (FETCH_LIMIT + 1))

    async with a_silent_peer() as silent:
        for url in (httpserver.url_for("/x"), f"http://127.0.0.1:{silent}/", f"http://127.0.0.1:{free_port()}/"):
            with pytest.raises(OutsideUnavailable):
                await http.fetch(url)


@pytest.mark.parametrize(
    ("seconds", "asked"),
    [(0, 0), (1.5, 1.5), (901, 900), (float("inf"), 900), (10**400, 900)],
)
def test_a_wait_in_json_is_capped(seconds: float, asked: float) -> None:
    assert wait_of(seconds) == timedelta(seconds=asked)


@pytest.mark.parametrize("seconds", [None, "7", True, -1, float("nan"), [], {}])
def test_a_wait_in_json_that_is_no_number_of_seconds_is_none(seconds: object) -> None:
    assert wait_of(seconds) is None


@pytest.mark.parametrize("body", [b"", b"page", b"[]", b"null", b"\xff", b"[" * 100_000])
def test_what_is_no_json_object_is_an_empty_one(body: bytes) -> None:
    assert object_in(Reply(200, {}, body)) == {}


@pytest.mark.parametrize(
    ("status", "verdict"),
    [(204, Sent()), (503, Retry("pigeon answered 503", timedelta(seconds=7))), (404, Rejected("pigeon answered 404"))],
)
def test_a_verdict_names_the_channel(status: int, verdict: object) -> None:
    assert verdict_of("pigeon", Reply(status, {"retry-after": "7"}, b"")) == verdict


@pytest.mark.server
async def test_peers_that_hang_take_no_connection_from_one_that_answers(httpserver: HTTPServer) -> None:
    httpserver.expect_request("/").respond_with_data("yes")
    http = OutboundHttp(total=timedelta(seconds=5))
    async with a_silent_peer() as port:
        hanging = [asyncio.create_task(http.post(f"http://127.0.0.1:{port}/", json={})) for _ in range(160)]
        await asyncio.sleep(0.3)

        async with asyncio.timeout(3):
            reply = await http.post(httpserver.url_for("/"), json={})

        for one in hanging:
            one.cancel()
        await asyncio.gather(*hanging, return_exceptions=True)
    await http.aclose()
    assert reply.body == b"yes"
