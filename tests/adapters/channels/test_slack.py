"""Slack keeps the promises of a channel against a peer as strict as Slack's own pages."""

import json
from collections.abc import AsyncIterator, Mapping
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pytest_httpserver import HTTPServer

from app.adapters.channels.slack import Slack, _payload
from app.adapters.outbound_http import OutboundHttp
from app.domain.notification import Rejected, Retry, Sent
from app.service.ports import Channel
from tests.adapters.channels.fake_slack import FakeSlack, check_blocks
from tests.contracts.channel_contract import HttpContract
from tests.contracts.channel_rig import QUICK, HttpRig, a_page, an_item

pytestmark = pytest.mark.server

TOKEN = "xoxb-1234-s3cr3t"
CHANNEL = "C0123456789"
GOOD: Mapping[str, object] = {
    "channel": CHANNEL,
    "text": "hello",
    "blocks": [{"type": "section", "text": {"type": "mrkdwn", "text": "hello"}}],
    "client_msg_id": "b181edda-fcde-50b6-a255-1c6193e55107",
}


@pytest.fixture
def fake(httpserver: HTTPServer) -> FakeSlack:
    fake = FakeSlack(TOKEN)
    httpserver.expect_request("/api/chat.postMessage", method="POST").respond_with_handler(fake)
    return fake


@pytest.fixture
async def http() -> AsyncIterator[OutboundHttp]:
    http = OutboundHttp(total=QUICK)
    yield http
    await http.aclose()


@pytest.fixture
def slack(http: OutboundHttp, httpserver: HTTPServer) -> Slack:
    return Slack(http, TOKEN, httpserver.url_for("/api"))


@pytest.fixture
def rig(http: OutboundHttp, slack: Slack, fake: FakeSlack) -> HttpRig:
    def at_port(port: int) -> tuple[Channel, str]:
        return Slack(http, TOKEN, f"http://127.0.0.1:{port}/api"), CHANNEL

    def answer(status: int, headers: Mapping[str, str]) -> None:
        fake.status, fake.headers = status, headers

    return HttpRig(
        channel=slack,
        address=CHANNEL,
        received=fake.received,
        live=("<!channel>", "<https://evil", "<script>", "```", "\\u001b", "\u202e"),
        secrets=(TOKEN,),
        at_port=at_port,
        answer=answer,
    )


class TestSlack(HttpContract):
    """Every promise of a channel over HTTP."""


async def test_a_page_is_a_headline_its_facts_and_a_button(slack: Slack, fake: FakeSlack) -> None:
    outcome = await slack.send(a_page(CHANNEL))

    link = "https://oncall.example.com/a/ImluY18wMSI.aGVsbG8.c2ln"
    assert outcome == Sent(reference=f"{CHANNEL}/1503435956.000247")
    assert fake.taken == [
        {
            "channel": CHANNEL,
            "text": f"CRITICAL Checkout answers 500\n<{link}>",
            "blocks": [
                _section("*CRITICAL Checkout answers 500*"),
                _section(
                    "*why you*  You are primary this week (rule 3, out of hours).\n"
                    f"*act*  <{link}>\n"
                    "*runbook*  <https://wiki.example.com/checkout>\n"
                    "*squad*  payments\n"
                    "*since*  Sun 05 Jul 2026, 02:04 UTC\n"
                    "*count*  12 alerts\n"
                    "*status*  triggered\n"
                    "*id*  inc_01"
                ),
                {
                    "type": "actions",
                    "elements": [
                        {
                            "type": "button",
                            "text": {"type": "plain_text", "text": "Open and acknowledge"},
                            "url": link,
                            "action_id": "open_incident",
                        }
                    ],
                },
            ],
            "client_msg_id": "b181edda-fcde-50b6-a255-1c6193e55107",
            "link_names": False,
            "unfurl_links": False,
            "unfurl_media": False,
        }
    ]


def _section(text: str) -> dict[str, object]:
    return {"type": "section", "text": {"type": "mrkdwn", "text": text, "verbatim": True}}


@settings(max_examples=50, deadline=None)
@given(st.lists(st.tuples(st.text(), st.integers(1, 3_000), st.integers(0, 2_000)), max_size=80), st.text())
def test_no_text_of_any_length_makes_blocks_that_slack_refuses(
    sizes: list[tuple[str, int, int]], headline: str
) -> None:
    items = [
        an_item(title=text * length, remark=f"<&{text}" * length, link="https://x.example/" + "s" * link)
        for text, length, link in sizes
    ]

    payload = _payload(a_page(CHANNEL, *items, headline=headline))

    check_blocks(json.loads(json.dumps(payload["blocks"])))
    assert len(str(payload["text"])) <= 40_000


async def test_a_digest_too_long_for_slack_counts_what_it_leaves_off(slack: Slack, fake: FakeSlack) -> None:
    items = [an_item(title="x" * 90, link="https://oncall.example.com/" + "s" * 200) for _ in range(3_000)]

    outcome = await slack.send(a_page(CHANNEL, *items))

    assert isinstance(outcome, Sent)
    [received] = fake.received()
    shown = received.read.count("https://oncall.example.com/")
    assert f"… and {3_000 - shown} more: see the list of incidents" in received.read


@pytest.mark.parametrize(
    "error",
    ["ratelimited", "rate_limited", "internal_error", "fatal_error", "service_unavailable", "request_timeout"],
)
async def test_an_error_that_may_pass_is_retried(slack: Slack, fake: FakeSlack, error: str) -> None:
    fake.error, fake.headers = error, {"retry-after": "7"}

    assert await slack.send(a_page(CHANNEL)) == Retry(f"slack says {error}", timedelta(seconds=7))


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        ("channel_not_found", "check the address: a channel id (C…) or a person's member id (U…)"),
        ("not_in_channel", "invite the app to the channel: /invite @oncall-router"),
        ("invalid_auth", "check ONCALL_SLACK_TOKEN"),
        ("missing_scope", "give the app the scope chat:write and install it again"),
    ],
)
async def test_an_error_for_good_says_what_to_do(slack: Slack, fake: FakeSlack, error: str, reason: str) -> None:
    fake.error = error

    assert await slack.send(a_page(CHANNEL)) == Rejected(f"slack says {error}: {reason}")


async def test_an_error_that_nobody_knows_is_for_good(slack: Slack, fake: FakeSlack) -> None:
    fake.error = "brand_new_error"

    assert await slack.send(a_page(CHANNEL)) == Rejected("slack says brand_new_error")


async def test_an_error_that_is_no_code_is_not_repeated(slack: Slack, fake: FakeSlack) -> None:
    fake.error = f"bad token {TOKEN}"

    assert await slack.send(a_page(CHANNEL)) == Rejected("slack says an unknown error")


@pytest.mark.parametrize("body", ["<html>proxy</html>", "[]", "null", ""])
async def test_a_reply_that_is_not_slacks_is_retried(slack: Slack, httpserver: HTTPServer, body: str) -> None:
    httpserver.expect_request("/api/chat.postMessage").respond_with_data(body)

    assert isinstance(await slack.send(a_page(CHANNEL)), Retry)


async def test_without_a_token_it_says_what_to_set(http: OutboundHttp) -> None:
    assert await Slack(http, " ").send(a_page(CHANNEL)) == Rejected("slack has no token: set ONCALL_SLACK_TOKEN")


@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        ({"chanel": CHANNEL}, "invalid_arg_name"),
        ({"text": 5}, "invalid_arguments"),
        ({"blocks": "[]"}, "invalid_arguments"),
        ({"unfurl_links": "false"}, "invalid_arguments"),
        ({"channel": "C404"}, "channel_not_found"),
        ({"text": "", "blocks": []}, "no_text"),
        ({"text": "x" * 40_001}, "msg_too_long"),
        ({"client_msg_id": "inc_01/1"}, "invalid_arguments"),
        ({"blocks": [{"type": "section"}]}, "invalid_blocks"),
        ({"blocks": [_section("x" * 3_001)]}, "invalid_blocks"),
        ({"blocks": [_section("x")] * 51}, "invalid_blocks"),
        ({"blocks": [{"type": "section", "text": {"type": "markdown", "text": "x"}}]}, "invalid_blocks"),
        ({"blocks": [{"type": "actions", "elements": [{"type": "button", "label": "x"}]}]}, "invalid_blocks"),
    ],
)
async def test_the_fake_refuses_what_slack_does_not_document(
    http: OutboundHttp, fake: FakeSlack, httpserver: HTTPServer, wrong: Mapping[str, object], code: str
) -> None:
    url, headers = httpserver.url_for("/api/chat.postMessage"), {"authorization": f"Bearer {TOKEN}"}

    good = await http.post(url, json=dict(GOOD), headers=headers)
    bad = await http.post(url, json={**GOOD, **wrong}, headers=headers)

    assert b'"ok": true' in good.body
    assert f'"error": "{code}"'.encode() in bad.body


async def test_the_fake_refuses_a_wrong_token_and_a_form(
    http: OutboundHttp, fake: FakeSlack, httpserver: HTTPServer
) -> None:
    url = httpserver.url_for("/api/chat.postMessage")

    replies = [
        await http.post(url, json=dict(GOOD)),
        await http.post(url, json=dict(GOOD), headers={"authorization": "Bearer other"}),
        await http.post(url, content=b"channel=C", headers={"authorization": f"Bearer {TOKEN}"}),
    ]

    for reply, code in zip(replies, ("not_authed", "invalid_auth", "invalid_post_type"), strict=True):
        assert f'"error": "{code}"'.encode() in reply.body
