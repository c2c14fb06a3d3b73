"""ntfy keeps the promises of a channel against a server as strict as ntfy's own pages."""

import json
from collections.abc import Mapping

import pytest
from pytest_httpserver import HTTPServer
from werkzeug import Request

from app.adapters.channels.ntfy import InvalidNtfyUrl, Ntfy
from app.adapters.outbound_http import OutboundHttp
from app.domain.message import MessageKind
from app.domain.notification import Rejected, Sent
from app.service.ports import Channel
from tests.adapters.channels.strict_vendor import LINK, Body, StrictVendor, a_rig, a_text, an_object, problem_with
from tests.contracts.channel_contract import HttpContract
from tests.contracts.channel_rig import HttpRig, a_page, an_item

pytestmark = pytest.mark.server

TOKEN = "tk_k3vw8pqzk3vw8pqzk3vw8pqzk3vw8"
TOPIC = "asha-k3Vw8pQz"
BEARER = {"authorization": f"Bearer {TOKEN}"}

# https://docs.ntfy.sh/publish/#publish-as-json and #open-websiteapp
VIEW = an_object("action label url", "clear", action={"const": "view"}, label=a_text(100), url=LINK)
SCHEMA = an_object(
    "topic",
    "message title tags priority actions click sequence_id attach markdown icon filename delay email call",
    topic={"type": "string", "pattern": r"^[-_A-Za-z0-9]{1,64}$"},
    message=a_text(4_096),
    title=a_text(250),
    tags={"type": "array", "items": a_text(50)},
    priority={"enum": [1, 2, 3, 4, 5]},
    actions={"type": "array", "maxItems": 3, "items": VIEW},
    click=LINK,
    sequence_id={"type": "string", "pattern": r"^[-_A-Za-z0-9]{1,64}$"},
    markdown={"type": "boolean"},
)
GOOD: Body = {
    "topic": TOPIC,
    "message": "hello",
    "title": "hi",
    "priority": 5,
    "tags": ["warning"],
    "click": "https://x.example",
}


def problem(request: Request, body: Body) -> str:
    """Also https://docs.ntfy.sh/publish/#limitations (4,096 bytes; as JSON twice that for the whole) and
    #access-tokens."""
    if request.headers.get("authorization") != f"Bearer {TOKEN}":
        return "wrong token"
    if len(body.get("message", "").encode()) > 4_096 or len(request.get_data()) > 8_192:
        return "too long"
    return ""


@pytest.fixture
def vendor(httpserver: HTTPServer) -> StrictVendor:
    vendor = StrictVendor(SCHEMA, {"id": "ntfy-id-01"}, problem, key=lambda body: str(body["sequence_id"]))
    httpserver.expect_request("/", method="POST").respond_with_handler(vendor)
    return vendor


@pytest.fixture
def ntfy(http: OutboundHttp, httpserver: HTTPServer) -> Ntfy:
    return Ntfy(http, httpserver.url_for("/"), TOKEN)


@pytest.fixture
def rig(http: OutboundHttp, ntfy: Ntfy, vendor: StrictVendor) -> HttpRig:
    def at_port(port: int) -> tuple[Channel, str]:
        return Ntfy(http, f"http://127.0.0.1:{port}", TOKEN), TOPIC

    return a_rig(ntfy, TOPIC, vendor, at_port, secrets=(TOKEN, TOPIC))


class TestNtfy(HttpContract):
    """Every promise of a channel over HTTP."""

    may_count_what_is_left_off = True


async def test_a_page_is_loud_and_a_tap_opens_the_link(ntfy: Ntfy, vendor: StrictVendor) -> None:
    outcome = await ntfy.send(a_page(TOPIC))

    link = "https://oncall.example.com/a/ImluY18wMSI.aGVsbG8.c2ln"
    assert outcome == Sent(reference="ntfy-id-01")
    assert vendor.taken == [
        {
            "topic": TOPIC,
            "title": "CRITICAL Checkout answers 500",
            "priority": 5,
            "tags": ["rotating_light"],
            "sequence_id": "6d2759d91ff4c43f3fb868d5e5039c19",
            "click": link,
            "actions": [{"action": "view", "label": "Open and acknowledge", "url": link}],
            "message": "why you: You are primary this week (rule 3, out of hours).\n"
            "runbook: https://wiki.example.com/checkout\n"
            "squad: payments\n"
            "since: Sun 05 Jul 2026, 02:04 UTC\n"
            "count: 12 alerts\n"
            "status: triggered\n"
            "id: inc_01",
        }
    ]


@pytest.mark.parametrize(
    ("kind", "severity", "priority", "tag"),
    [
        (MessageKind.PAGE, "high", 4, "warning"),
        (MessageKind.PAGE, "triage", 3, "memo"),
        (MessageKind.POST, "critical", 3, "rotating_light"),
        (MessageKind.RESOLVED, "critical", 3, "white_check_mark"),
    ],
)
async def test_how_loud_it_is_follows_from_what_is_asked(
    ntfy: Ntfy, vendor: StrictVendor, kind: MessageKind, severity: str, priority: int, tag: str
) -> None:
    await ntfy.send(a_page(TOPIC, an_item(severity=severity), kind=kind))

    assert (vendor.taken[0]["priority"], vendor.taken[0]["tags"]) == (priority, [tag])


@pytest.mark.parametrize("length", [1_500, 1_501, 4_000, 4_001])
async def test_a_long_link_is_left_out_of_the_button_before_it_is_left_out_of_the_tap(
    ntfy: Ntfy, vendor: StrictVendor, length: int
) -> None:
    link = "https://oncall.example.com/a/".ljust(length, "s")

    outcome = await ntfy.send(a_page(TOPIC, an_item(link=link)))

    assert isinstance(outcome, Sent)
    assert ("actions" in vendor.taken[0], "click" in vendor.taken[0]) == (length <= 1_500, length <= 4_000)


async def test_a_text_that_needs_many_escapes_stays_within_what_a_server_takes(
    ntfy: Ntfy, vendor: StrictVendor
) -> None:
    ugly = '"\\é漢' * 2_000
    link = "https://oncall.example.com/a/".ljust(1_500, "s")

    outcome = await ntfy.send(a_page(TOPIC, an_item(title=ugly, why=ugly, remark=ugly, link=link), headline=ugly))

    assert isinstance(outcome, Sent)


@pytest.mark.parametrize(
    "url",
    ["ntfy.sh", "https://ntfy.sh/s3cr3t", "ftp://ntfy.sh", "https://", "https://[s3cr3t", "https://a:s3cr3t@ntfy.sh"],
)
def test_a_url_that_is_no_server_is_refused_at_the_start(http: OutboundHttp, url: str) -> None:
    with pytest.raises(InvalidNtfyUrl, match="must be a server's address") as refused:
        Ntfy(http, url)

    assert "s3cr3t" not in str(refused.value)


async def test_user_and_password_are_sent_as_basic(http: OutboundHttp, httpserver: HTTPServer) -> None:
    httpserver.expect_request("/", headers={"authorization": "Basic YXNoYTpwYSBzcw=="}).respond_with_json({"id": "x"})

    assert await Ntfy(http, httpserver.url_for(""), "asha:pa ss").send(a_page(TOPIC)) == Sent(reference="x")


async def test_without_a_token_none_is_sent(http: OutboundHttp, httpserver: HTTPServer) -> None:
    httpserver.expect_request("/").respond_with_handler(
        StrictVendor(SCHEMA, {"id": "x"}, lambda request, _: "a token" if "authorization" in request.headers else "")
    )

    assert await Ntfy(http, httpserver.url_for("/")).send(a_page(TOPIC)) == Sent(reference="x")


async def test_a_topic_that_the_token_may_not_write_to_says_what_to_do(ntfy: Ntfy, vendor: StrictVendor) -> None:
    vendor.status = 403

    assert await ntfy.send(a_page(TOPIC)) == Rejected("ntfy answered 403: let ONCALL_NTFY_TOKEN write to this topic")


async def test_what_ntfy_says_of_itself_is_not_repeated_whatever_it_is(ntfy: Ntfy, vendor: StrictVendor) -> None:
    vendor.will_say(200, ["no", "object"])

    assert await ntfy.send(a_page(TOPIC)) == Sent()


@pytest.mark.parametrize(
    "wrong",
    [
        {"topics": "x"},
        {"topic": "a/b"},
        {"priority": 6},
        {"priority": "5"},
        {"tags": "warning"},
        {"click": "not a link"},
        {"message": ""},
        {"message": "é" * 3_000},
        {"sequence_id": "inc_01/1"},
        {"actions": [{"action": "view", "label": "Open"}]},
        {"actions": [{"action": "call", "label": "Open", "url": "https://x.example"}]},
    ],
    ids=json.dumps,
)
async def test_the_server_refuses_what_ntfy_does_not_document(
    http: OutboundHttp, vendor: StrictVendor, httpserver: HTTPServer, wrong: Mapping[str, object]
) -> None:
    url = httpserver.url_for("/")

    assert await problem_with(http, url, GOOD, BEARER) is None
    assert await problem_with(http, url, GOOD | wrong, BEARER)
    assert await problem_with(http, url, GOOD) == "wrong token"
