"""Pushover keeps the promises of a channel against a peer as strict as Pushover's own pages."""

import json
from collections.abc import Mapping
from urllib.parse import parse_qsl, urlencode

import pytest
from pytest_httpserver import HTTPServer
from werkzeug import Request

from app.adapters.channels.pushover import Pushover
from app.adapters.outbound_http import OutboundHttp
from app.domain.message import MessageKind
from app.domain.notification import Rejected, Retry, Sent
from app.service.ports import Channel
from tests.adapters.channels.strict_vendor import LINK, Body, StrictVendor, a_rig, a_text, an_object
from tests.contracts.channel_contract import HttpContract
from tests.contracts.channel_rig import HttpRig, a_page, an_item

pytestmark = pytest.mark.server

TOKEN = "ak3Vw8pQzk3Vw8pQzk3Vw8pQz12yUi"
USER = "uk3Vw8pQzk3Vw8pQzk3Vw8pQz12RsG"
LINK_SENT = "https://oncall.example.com/a/ImluY18wMSI.aGVsbG8.c2ln"

# https://pushover.net/api: the parameters, and "Limits" for their lengths. Without `html` a text has no markup.
SCHEMA = an_object(
    "token user message",
    "device priority sound timestamp title ttl url url_title",
    token={"const": TOKEN},
    user={"type": "string", "pattern": "^[A-Za-z0-9]{30}$"},
    message=a_text(1_024),
    title=a_text(250),
    priority={"enum": ["-2", "-1", "0", "1"]},
    url={**LINK, "maxLength": 512},
    url_title=a_text(100),
)
GOOD: Body = {"token": TOKEN, "user": USER, "message": "hello", "priority": "1", "url": "https://x.example"}


def form_of(request: Request) -> Body:
    if request.mimetype != "application/x-www-form-urlencoded":
        raise ValueError(request.mimetype)
    pairs = parse_qsl(request.get_data(as_text=True), keep_blank_values=True, strict_parsing=True)
    if len(dict(pairs)) != len(pairs):
        raise ValueError("a parameter twice")
    return dict(pairs)


@pytest.fixture
def vendor(httpserver: HTTPServer) -> StrictVendor:
    vendor = StrictVendor(SCHEMA, {"status": 1, "request": "0c0ffee0-req-1"}, read=form_of)
    httpserver.expect_request("/1/messages.json", method="POST").respond_with_handler(vendor)
    return vendor


@pytest.fixture
def pushover(http: OutboundHttp, httpserver: HTTPServer) -> Pushover:
    return Pushover(http, TOKEN, httpserver.url_for(""))


@pytest.fixture
def rig(http: OutboundHttp, pushover: Pushover, vendor: StrictVendor) -> HttpRig:
    def at_port(port: int) -> tuple[Channel, str]:
        return Pushover(http, TOKEN, f"http://127.0.0.1:{port}"), USER

    return a_rig(pushover, USER, vendor, at_port, secrets=(TOKEN, USER), live=("html=",))


class TestPushover(HttpContract):
    """Every promise of a channel over HTTP."""

    provider_knows_repeats = False
    may_count_what_is_left_off = True


async def test_a_page_is_heard_in_quiet_hours_and_has_the_link_as_its_button(
    pushover: Pushover, vendor: StrictVendor
) -> None:
    outcome = await pushover.send(a_page(USER))

    assert outcome == Sent(reference="0c0ffee0-req-1")
    assert vendor.taken == [
        {
            "token": TOKEN,
            "user": USER,
            "title": "CRITICAL Checkout answers 500",
            "message": "why you: You are primary this week (rule 3, out of hours).\n"
            "runbook: https://wiki.example.com/checkout\n"
            "squad: payments\n"
            "since: Sun 05 Jul 2026, 02:04 UTC\n"
            "count: 12 alerts\n"
            "status: triggered\n"
            "id: inc_01",
            "priority": "1",
            "url": LINK_SENT,
            "url_title": "Open and acknowledge",
        }
    ]


@pytest.mark.parametrize(
    ("kind", "severity", "priority"),
    [
        (MessageKind.REMINDER, "critical", "1"),
        (MessageKind.PAGE, "high", "0"),
        (MessageKind.POST, "critical", "0"),
        (MessageKind.RESOLVED, "critical", "0"),
    ],
)
async def test_only_what_wakes_people_is_heard_in_quiet_hours(
    pushover: Pushover, vendor: StrictVendor, kind: MessageKind, severity: str, priority: str
) -> None:
    await pushover.send(a_page(USER, an_item(severity=severity), kind=kind))

    assert vendor.taken[0]["priority"] == priority


@pytest.mark.parametrize(("length", "is_button"), [(512, True), (513, False), (900, False)])
async def test_a_link_too_long_for_the_button_stands_in_the_text(
    pushover: Pushover, vendor: StrictVendor, length: int, is_button: bool
) -> None:
    link = "https://oncall.example.com/a/".ljust(length, "s")

    outcome = await pushover.send(a_page(USER, an_item(link=link)))

    assert isinstance(outcome, Sent)
    [taken] = vendor.taken
    assert (taken.get("url") == link, link in taken["message"]) == (is_button, not is_button)


@pytest.mark.parametrize(
    ("said", "reason"),
    [
        ({"token": "invalid", "errors": [f"token {TOKEN}"], "status": 0}, ": check ONCALL_PUSHOVER_TOKEN"),
        ({"user": "invalid", "status": 0}, ": check the address: a user's or group's key"),
        ({"message": "cannot be blank", "status": 0}, ""),
        ([], ""),
    ],
)
async def test_an_error_for_good_says_what_to_do(
    pushover: Pushover, vendor: StrictVendor, said: object, reason: str
) -> None:
    vendor.will_say(400, said)

    assert await pushover.send(a_page(USER)) == Rejected(f"pushover answered 400{reason}")


async def test_a_good_status_without_the_word_for_it_is_believed_not_to_be_one(
    pushover: Pushover, vendor: StrictVendor
) -> None:
    vendor.will_say(200, {"status": 0})
    refused = await pushover.send(a_page(USER))
    vendor.will_say(200, "a proxy's page")
    other = await pushover.send(a_page(USER))

    assert refused == Rejected("pushover did not take the message")
    assert isinstance(other, Retry)


@pytest.mark.parametrize(
    "wrong",
    [
        {"usr": USER},
        {"html": "1"},
        {"user": "asha@example.com"},
        {"token": "other"},
        {"priority": "2"},
        {"priority": "high"},
        {"message": ""},
        {"message": "x" * 1_025},
        {"title": "x" * 251},
        {"url": "https://x.example/" + "x" * 500},
        {"url_title": "x" * 101},
    ],
    ids=json.dumps,
)
async def test_the_peer_refuses_what_pushover_does_not_document(
    http: OutboundHttp, vendor: StrictVendor, httpserver: HTTPServer, wrong: Mapping[str, str]
) -> None:
    url, headers = httpserver.url_for("/1/messages.json"), {"content-type": "application/x-www-form-urlencoded"}

    good = await http.post(url, content=urlencode(GOOD).encode(), headers=headers)
    bad = await http.post(url, content=urlencode(GOOD | wrong).encode(), headers=headers)
    unlabelled = await http.post(url, content=urlencode(GOOD).encode())

    assert (good.status, bad.status, unlabelled.status) == (200, 400, 400)
