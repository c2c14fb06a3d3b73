"""Forwarding to PagerDuty keeps the promises of a channel against a peer as strict as PagerDuty's own pages."""

import json
from collections.abc import Mapping

import pytest
from pytest_httpserver import HTTPServer
from werkzeug import Request

from app.adapters.channels.pagerduty import PagerDuty
from app.adapters.outbound_http import OutboundHttp
from app.domain.message import MessageKind
from app.domain.notification import Rejected, Sent
from app.service.ports import Channel
from tests.adapters.channels.strict_vendor import LINK, Body, StrictVendor, a_rig, a_text, an_object, problem_with
from tests.contracts.channel_contract import HttpContract
from tests.contracts.channel_rig import HttpRig, a_page, an_item

pytestmark = pytest.mark.server

KEY = "k3vw8pqzk3vw8pqzk3vw8pqzk3vw81a6"
PAGE_LINK = "https://oncall.example.com/a/ImluY18wMSI.aGVsbG8.c2ln"

# https://developer.pagerduty.com/docs/send-alert-event: the table of fields
PAYLOAD = an_object(
    "summary source severity",
    "timestamp component group class custom_details",
    summary=a_text(1_024),
    source=a_text(1_024),
    severity={"enum": ["critical", "warning", "error", "info"]},
    custom_details={"type": "object"},
)
TRIGGER = an_object(
    "routing_key event_action payload",
    "dedup_key client client_url links images",
    routing_key={"const": KEY},
    event_action={"const": "trigger"},
    dedup_key=a_text(255),
    payload=PAYLOAD,
    client={"type": "string"},
    client_url=LINK,
    links={"type": "array", "items": an_object("href", "text", href=LINK, text={"type": "string"})},
)
OTHER = an_object(
    "routing_key event_action dedup_key",
    routing_key={"const": KEY},
    event_action={"enum": ["acknowledge", "resolve"]},
    dedup_key=a_text(255),
)
GOOD: Body = {
    "routing_key": KEY,
    "event_action": "trigger",
    "dedup_key": "x",
    "payload": {"summary": "s", "source": "s", "severity": "error"},
}


def problem(request: Request, _: Body) -> str:
    """https://developer.pagerduty.com/docs/events-api-v2-overview: 512 kB an event."""
    return "too large" if len(request.get_data()) > 512_000 else ""


@pytest.fixture
def vendor(httpserver: HTTPServer) -> StrictVendor:
    answer = {"status": "success", "message": "Event processed", "dedup_key": "theirs"}
    vendor = StrictVendor({"oneOf": [TRIGGER, OTHER]}, answer, problem, good=202)
    httpserver.expect_request("/v2/enqueue", method="POST").respond_with_handler(vendor)
    return vendor


@pytest.fixture
def pagerduty(http: OutboundHttp, httpserver: HTTPServer) -> PagerDuty:
    return PagerDuty(http, httpserver.url_for(""))


@pytest.fixture
def rig(http: OutboundHttp, pagerduty: PagerDuty, vendor: StrictVendor) -> HttpRig:
    def at_port(port: int) -> tuple[Channel, str]:
        return PagerDuty(http, f"http://127.0.0.1:{port}"), KEY

    return a_rig(pagerduty, KEY, vendor, at_port, secrets=(KEY,), live=('"href":"https://evil',))


class TestPagerDuty(HttpContract):
    """Every promise of a channel over HTTP. The key is the incident's, not the message's: repeats are one alert."""

    provider_knows_repeats = False


async def test_a_page_triggers_an_event_with_all_facts_and_links(pagerduty: PagerDuty, vendor: StrictVendor) -> None:
    outcome = await pagerduty.send(a_page(KEY))

    assert outcome == Sent(reference="theirs")
    [event] = vendor.taken
    assert event.pop("dedup_key").startswith("inc_01-")
    assert event == {
        "routing_key": KEY,
        "event_action": "trigger",
        "client": "oncall-router",
        "client_url": PAGE_LINK,
        "links": [
            {"href": PAGE_LINK, "text": "Open and acknowledge"},
            {"href": "https://wiki.example.com/checkout", "text": "Runbook"},
        ],
        "payload": {
            "summary": "CRITICAL Checkout answers 500",
            "source": "payments",
            "severity": "critical",
            "custom_details": {
                "why you": "You are primary this week (rule 3, out of hours).",
                "act": PAGE_LINK,
                "runbook": "https://wiki.example.com/checkout",
                "squad": "payments",
                "since": "Sun 05 Jul 2026, 02:04 UTC",
                "count": "12 alerts",
                "status": "triggered",
                "id": "inc_01",
            },
        },
    }


@pytest.mark.parametrize(
    ("kind", "severity", "theirs"),
    [
        (MessageKind.REMINDER, "critical", "critical"),
        (MessageKind.HAND_OVER, "high", "error"),
        (MessageKind.PAGE, "triage", "warning"),
        (MessageKind.STOP, "critical", "info"),
        (MessageKind.POST, "critical", "info"),
    ],
)
async def test_what_asks_for_nobody_is_only_information_there(
    pagerduty: PagerDuty, vendor: StrictVendor, kind: MessageKind, severity: str, theirs: str
) -> None:
    await pagerduty.send(a_page(KEY, an_item(severity=severity), kind=kind))

    assert vendor.taken[0]["payload"]["severity"] == theirs


@pytest.mark.parametrize("squad", ["", " ", "\u202e\x00"])
async def test_without_a_squad_the_source_is_this_program(
    pagerduty: PagerDuty, vendor: StrictVendor, squad: str
) -> None:
    await pagerduty.send(a_page(KEY, an_item(squad=squad)))

    assert vendor.taken[0]["payload"]["source"] == "oncall-router"


async def test_every_step_of_an_incident_is_one_alert_there_and_its_end_resolves_it(
    pagerduty: PagerDuty, vendor: StrictVendor
) -> None:
    await pagerduty.send(a_page(KEY))
    await pagerduty.send(a_page(KEY, key="inc_01/1/1/1/asha#1.pagerduty", kind=MessageKind.REMINDER))
    await pagerduty.send(a_page(KEY, key="inc_01/1/resolved@x/asha#1.pagerduty", kind=MessageKind.RESOLVED))

    page, reminder, end = vendor.taken
    assert page["dedup_key"] == reminder["dedup_key"] == end["dedup_key"]
    assert end == {"routing_key": KEY, "event_action": "resolve", "dedup_key": page["dedup_key"]}


async def test_a_refused_event_says_what_to_check(pagerduty: PagerDuty, vendor: StrictVendor) -> None:
    vendor.will_say(400, {"status": "invalid event", "errors": [f"routing_key {KEY}"]})

    assert await pagerduty.send(a_page(KEY)) == Rejected(
        "pagerduty answered 400: check the address: the 32 characters of an Events API v2 integration key"
    )


@pytest.mark.parametrize(
    "wrong",
    [
        {"service_key": "x"},
        {"routing_key": "other"},
        {"event_action": "close"},
        {"dedup_key": "x" * 256},
        {"payload": {"summary": "s", "source": "s"}},
        {"payload": {"summary": "s", "source": "s", "severity": "high"}},
        {"payload": {"summary": "x" * 1_025, "source": "s", "severity": "info"}},
        {"payload": {"summary": "s", "source": "s", "severity": "info", "details": {}}},
        {"payload": {"summary": "s", "source": "s", "severity": "info", "custom_details": {"x": "y" * 512_000}}},
        {"links": [{"url": "https://x.example"}]},
        {"event_action": "resolve"},
    ],
    ids=lambda wrong: json.dumps(wrong)[:60],
)
async def test_the_peer_refuses_what_pagerduty_does_not_document(
    http: OutboundHttp, vendor: StrictVendor, httpserver: HTTPServer, wrong: Mapping[str, object]
) -> None:
    url = httpserver.url_for("/v2/enqueue")

    assert await problem_with(http, url, GOOD) is None
    assert await problem_with(http, url, GOOD | wrong)
