"""Calls at Zoom, against a peer as strict as Zoom's own pages: one address to join at, in time, and no secret said."""

import logging
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import pytest
from pytest_httpserver import HTTPServer

from app.adapters.outbound_http import OutboundHttp
from app.adapters.zoom import Zoom, ZoomApp
from app.domain.errors import OutsideUnavailable
from tests.adapters.channels.strict_vendor import Body
from tests.adapters.fake_zoom import ACCOUNT, CLIENT, SECRET, FakeZoom, a_zoom
from tests.contracts.channel_rig import HOSTILE, a_silent_peer, free_port
from tests.stories.stage import VirtualClock

pytestmark = pytest.mark.server

NIGHT = datetime(2026, 11, 22, 3, tzinfo=UTC)
QUICK = timedelta(seconds=0.5)


@pytest.fixture
async def http() -> AsyncIterator[OutboundHttp]:
    http = OutboundHttp()
    yield http
    await http.aclose()


@pytest.fixture
def fake(httpserver: HTTPServer) -> FakeZoom:
    return a_zoom(httpserver)


@pytest.fixture
def clock() -> VirtualClock:
    return VirtualClock(NIGHT)


@pytest.fixture
def zoom(http: OutboundHttp, httpserver: HTTPServer, clock: VirtualClock) -> Zoom:
    return at(http, httpserver.url_for(""), clock)


def at(http: OutboundHttp, url: str, clock: VirtualClock, secret: str = SECRET) -> Zoom:
    return Zoom(http, ZoomApp(ACCOUNT, CLIENT, secret, url, url), clock, QUICK)


async def test_a_call_is_a_meeting_that_anybody_can_join_at_once(zoom: Zoom, fake: FakeZoom) -> None:
    url = await zoom.open("CRITICAL Checkout answers 500")

    assert url == "https://example.zoom.us/j/85746066?pwd=p4ss"
    assert fake.meetings == [
        {
            "topic": "CRITICAL Checkout answers 500",
            "type": 2,
            "start_time": "2026-11-22T03:00:00Z",
            "duration": 60,
            "settings": {"join_before_host": True, "jbh_time": 0, "waiting_room": False},
        }
    ]


async def test_a_token_serves_for_a_quarter_of_an_hour(zoom: Zoom, fake: FakeZoom, clock: VirtualClock) -> None:
    for minutes in (0, 5, 10):
        clock.at = NIGHT + timedelta(minutes=minutes)
        await zoom.open("x")
    assert fake.tokens == 1

    clock.at = NIGHT + timedelta(minutes=15)
    await zoom.open("x")

    assert fake.tokens == 2


async def test_a_token_that_is_taken_no_more_is_replaced(zoom: Zoom, fake: FakeZoom) -> None:
    await zoom.open("x")
    fake.valid = "another"

    await zoom.open("x")

    assert (fake.tokens, len(fake.meetings)) == (2, 2)


async def test_a_long_or_hostile_topic_is_taken(zoom: Zoom, fake: FakeZoom) -> None:
    await zoom.open(HOSTILE * 20)

    assert len(fake.meetings[0]["topic"]) <= 200
    assert fake.meetings[0]["topic"].isprintable()


@pytest.mark.parametrize("status", [301, 400, 401, 403, 404, 429, 500, 503])
async def test_any_other_answer_is_said_with_its_status(zoom: Zoom, fake: FakeZoom, status: int) -> None:
    fake.status = status

    with pytest.raises(OutsideUnavailable, match=str(status)):
        await zoom.open("x")


async def test_a_wrong_secret_is_named_and_not_shown(
    http: OutboundHttp, httpserver: HTTPServer, fake: FakeZoom, clock: VirtualClock, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    zoom = at(http, httpserver.url_for(""), clock, "wr0ngs3cr3t")

    with pytest.raises(OutsideUnavailable) as refused:
        await zoom.open("x")

    assert str(refused.value) == "Zoom gave no token (it answered 400): check ONCALL_ZOOM_CLIENT_SECRET"
    printed = "\n".join([repr(zoom), repr(refused.value), *(repr(record.__dict__) for record in caplog.records)])
    assert [secret for secret in ("wr0ngs3cr3t", CLIENT, ACCOUNT) if secret in printed] == []


async def test_a_silent_and_an_absent_zoom_are_given_up_in_time(http: OutboundHttp, clock: VirtualClock) -> None:
    async with a_silent_peer() as port:
        with pytest.raises(OutsideUnavailable, match="Zoom did not answer in time"):
            await at(http, f"http://127.0.0.1:{port}", clock).open("x")
    with pytest.raises(OutsideUnavailable, match="Zoom: 127"):
        await at(http, f"http://127.0.0.1:{free_port()}", clock).open("x")


async def test_an_answer_without_an_address_to_join_at_is_none(
    http: OutboundHttp, httpserver: HTTPServer, clock: VirtualClock
) -> None:
    httpserver.expect_request("/oauth/token").respond_with_json({"access_token": "t", "expires_in": "soon"})
    httpserver.expect_request("/v2/users/me/meetings").respond_with_json({"join_url": "javascript:x"}, status=201)

    with pytest.raises(OutsideUnavailable, match="Zoom named no address"):
        await at(http, httpserver.url_for(""), clock).open("x")


GOOD: Body = {"topic": "x", "type": 2}


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (GOOD, 201),
        ({"type": 2}, 400),
        (GOOD | {"topic": "x" * 201}, 400),
        (GOOD | {"type": "2"}, 400),
        (GOOD | {"start_time": "2026-11-22 03:00"}, 400),
        (GOOD | {"settings": {"join_before_host": "yes"}}, 400),
        (GOOD | {"settings": {"waitingroom": False}}, 400),
        (GOOD | {"title": "x"}, 400),
    ],
)
async def test_the_peer_refuses_what_zoom_does_not_document(
    zoom: Zoom, http: OutboundHttp, httpserver: HTTPServer, fake: FakeZoom, body: Body, status: int
) -> None:
    await zoom.open("x")
    headers = {"authorization": f"Bearer {fake.valid}"}

    reply = await http.post(httpserver.url_for("/v2/users/me/meetings"), json=body, headers=headers)

    assert reply.status == status
