"""Forwarding to Opsgenie keeps the promises of a channel against a peer as strict as Opsgenie's own pages."""

import json
from collections.abc import Mapping

import pytest
from pytest_httpserver import HTTPServer
from werkzeug import Request

from app.adapters.channels.opsgenie import Opsgenie
from app.adapters.outbound_http import OutboundHttp
from app.domain.message import MessageKind
from app.domain.notification import Rejected, Sent
from app.service.ports import Channel
from tests.adapters.channels.strict_vendor import Body, StrictVendor, a_rig, a_text, an_object, problem_with
from tests.contracts.channel_contract import HttpContract
from tests.contracts.channel_rig import HttpRig, a_page, an_item

pytestmark = pytest.mark.server

KEY = "0c0ffee0-1234-4abc-8def-0123456789ab"
GENIE = {"authorization": f"GenieKey {KEY}"}
PAGE_LINK = "https://oncall.example.com/a/ImluY18wMSI.aGVsbG8.c2ln"

# https://docs.opsgenie.com/docs/alert-api#create-alert and #close-alert: the tables of fields and their limits
SCHEMA = an_object(
    "message",
    "alias description responders visibleTo actions tags details entity source priority user note",
    message=a_text(130),
    alias=a_text(512),
    description=a_text(15_000),
    tags={"type": "array", "maxItems": 20, "items": a_text(50)},
    source=a_text(100),
    priority={"enum": ["P1", "P2", "P3", "P4", "P5"]},
)
CLOSE = an_object("", "user source note", source=a_text(100), note=a_text(25_000))
GOOD: Body = {"message": "hello", "alias": "x", "description": "y", "priority": "P1", "tags": ["critical"]}
ACCEPTED: Body = {"result": "Request will be processed", "took": 0.3, "requestId": "0c0ffee0-req-2"}


def problem(request: Request, _: Body) -> str:
    return "" if request.headers.get("authorization") == f"GenieKey {KEY}" else "wrong key"


@pytest.fixture
def vendor(httpserver: HTTPServer) -> StrictVendor:
    vendor = StrictVendor(SCHEMA, ACCEPTED, problem, good=202)
    httpserver.expect_request("/v2/alerts", method="POST").respond_with_handler(vendor)
    return vendor


@pytest.fixture
def opsgenie(http: OutboundHttp, httpserver: HTTPServer) -> Opsgenie:
    return Opsgenie(http, httpserver.url_for(""))


@pytest.fixture
def rig(http: OutboundHttp, opsgenie: Opsgenie, vendor: StrictVendor) -> HttpRig:
    def at_port(port: int) -> tuple[Channel, str]:
        return Opsgenie(http, f"http://127.0.0.1:{port}"), KEY

    return a_rig(opsgenie, KEY, vendor, at_port, secrets=(KEY,), live=("<script>", "<https://evil"))


class TestOpsgenie(HttpContract):
    """Every promise of a channel over HTTP. The key is the incident's, not the message's: repeats are one alert."""

    provider_knows_repeats = False
    may_count_what_is_left_off = True


async def test_a_page_creates_an_alert_with_all_facts(opsgenie: Opsgenie, vendor: StrictVendor) -> None:
    outcome = await opsgenie.send(a_page(KEY))

    assert outcome == Sent(reference="0c0ffee0-req-2")
    [alert] = vendor.taken
    assert alert.pop("alias").startswith("inc_01-")
    assert alert == {
        "message": "CRITICAL Checkout answers 500",
        "description": "why you: You are primary this week (rule 3, out of hours).\n"
        f"act: {PAGE_LINK}\n"
        "runbook: https://wiki.example.com/checkout\n"
        "squad: payments\n"
        "since: Sun 05 Jul 2026, 02:04 UTC\n"
        "count: 12 alerts\n"
        "status: triggered\n"
        "id: inc_01",
        "priority": "P1",
        "source": "oncall-router",
        "tags": ["critical", "payments"],
    }


@pytest.mark.parametrize(
    ("kind", "severity", "priority"),
    [
        (MessageKind.REMINDER, "high", "P2"),
        (MessageKind.PAGE, "triage", "P4"),
        (MessageKind.STOP, "critical", "P5"),
        (MessageKind.POST, "critical", "P5"),
    ],
)
async def test_what_asks_for_nobody_is_only_information_there(
    opsgenie: Opsgenie, vendor: StrictVendor, kind: MessageKind, severity: str, priority: str
) -> None:
    await opsgenie.send(a_page(KEY, an_item(severity=severity), kind=kind))

    assert vendor.taken[0]["priority"] == priority


async def test_every_step_of_an_incident_is_one_alert_there_and_its_end_closes_it(
    opsgenie: Opsgenie, vendor: StrictVendor, httpserver: HTTPServer
) -> None:
    await opsgenie.send(a_page(KEY))
    await opsgenie.send(a_page(KEY, key="inc_01/1/1/1/asha#1.opsgenie", kind=MessageKind.REMINDER))
    first, again = vendor.taken
    closing = StrictVendor(CLOSE, ACCEPTED, problem, good=202)
    httpserver.expect_request(
        f"/v2/alerts/{first['alias']}/close", method="POST", query_string={"identifierType": "alias"}
    ).respond_with_handler(closing)

    outcome = await opsgenie.send(a_page(KEY, kind=MessageKind.RESOLVED, headline="RESOLVED CRITICAL Checkout"))

    assert first["alias"] == again["alias"]
    assert isinstance(outcome, Sent)
    assert closing.taken == [{"source": "oncall-router", "note": "RESOLVED CRITICAL Checkout"}]


async def test_html_in_an_alert_is_shown_and_does_nothing(opsgenie: Opsgenie, vendor: StrictVendor) -> None:
    await opsgenie.send(a_page(KEY, an_item(squad="<b>x</b>"), headline="HIGH <img src=x>"))

    [alert] = vendor.taken
    assert (alert["message"], alert["tags"][1]) == ("HIGH ‹img src=x›", "‹b›x‹/b›")
    assert "squad: ‹b›x‹/b›" in alert["description"]


@pytest.mark.parametrize("status", [401, 403])
async def test_a_refused_key_says_what_to_check(opsgenie: Opsgenie, vendor: StrictVendor, status: int) -> None:
    vendor.will_say(status, {"message": f"Key {KEY} is wrong"})

    assert await opsgenie.send(a_page(KEY)) == Rejected(
        f"opsgenie answered {status}: check the address, the key of an API integration, and ONCALL_OPSGENIE_API_URL"
    )


@pytest.mark.parametrize(
    "wrong",
    [
        {"title": "x"},
        {"message": ""},
        {"message": "x" * 131},
        {"alias": "x" * 513},
        {"description": "x" * 15_001},
        {"priority": "P0"},
        {"priority": 1},
        {"tags": "critical"},
        {"tags": ["x" * 51]},
        {"source": "x" * 101},
    ],
    ids=lambda wrong: json.dumps(wrong)[:60],
)
async def test_the_peer_refuses_what_opsgenie_does_not_document(
    http: OutboundHttp, vendor: StrictVendor, httpserver: HTTPServer, wrong: Mapping[str, object]
) -> None:
    url = httpserver.url_for("/v2/alerts")

    assert await problem_with(http, url, GOOD, GENIE) is None
    assert await problem_with(http, url, GOOD | wrong, GENIE)
    assert await problem_with(http, url, GOOD) == "wrong key"
