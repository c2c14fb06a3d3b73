"""Slack keeps the promises of a channel against a peer as strict as Slack's own pages."""

import json
import re
from collections.abc import AsyncIterator, Mapping
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pytest_httpserver import HTTPServer

from app.adapters.channels.slack import Slack, payload_of
from app.adapters.channels.slack_api import SlackApi
from app.adapters.outbound_http import OutboundHttp
from app.domain.notification import Rejected, Result, Retry, Sent
from app.service.ports import Channel
from tests.adapters.channels.fake_slack import FakeSlack, check_blocks
from tests.contracts.channel_contract import LiveContract
from tests.contracts.channel_rig import QUICK, HttpRig, a_page, an_item

pytestmark = pytest.mark.server

TOKEN = "xoxb-1234-s3cr3t"
CHANNEL = "C0123456789"
KEY = a_page(CHANNEL).key
GOOD: Mapping[str, object] = {
    "channel": CHANNEL,
    "text": "hello",
    "blocks": [{"type": "section", "text": {"type": "mrkdwn", "text": "hello"}}],
    "client_msg_id": "b181edda-fcde-50b6-a255-1c6193e55107",
}
UPDATE: Mapping[str, object] = {"channel": CHANNEL, "ts": "1503435956.000247", "text": "changed"}
MODAL: Mapping[str, object] = {"type": "modal", "title": {"type": "plain_text", "text": "Note"}, "blocks": []}
OPENED: Mapping[str, object] = {"trigger_id": "1.2.abc", "view": MODAL}


@pytest.fixture
def fake(httpserver: HTTPServer) -> FakeSlack:
    fake = FakeSlack(TOKEN)
    httpserver.expect_request(re.compile(r"/api/[\w.]+"), method="POST").respond_with_handler(fake)
    return fake


@pytest.fixture
async def http() -> AsyncIterator[OutboundHttp]:
    http = OutboundHttp(total=QUICK)
    yield http
    await http.aclose()


@pytest.fixture
def slack(http: OutboundHttp, httpserver: HTTPServer) -> Slack:
    return Slack(SlackApi(http, TOKEN, httpserver.url_for("/api")), answerable=True)


@pytest.fixture
def rig(http: OutboundHttp, slack: Slack, fake: FakeSlack) -> HttpRig:
    def at_port(port: int) -> tuple[Channel, str]:
        return Slack(SlackApi(http, TOKEN, f"http://127.0.0.1:{port}/api")), CHANNEL

    def answer(status: int, headers: Mapping[str, str]) -> None:
        fake.status, fake.headers = status, headers

    return HttpRig(
        channel=slack,
        address=CHANNEL,
        received=fake.received,
        live=(
            "<!channel>",
            "<!here>",
            "<!subteam",
            "<@U0123456789>",
            "<https://evil",
            "<script>",
            "```",
            "\\u001b",
            "\u202e",
        ),
        secrets=(TOKEN,),
        at_port=at_port,
        answer=answer,
    )


class TestSlack(LiveContract):
    """Every promise of a channel over HTTP whose messages can be changed."""


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


async def test_answers_are_buttons_that_name_the_message(slack: Slack, fake: FakeSlack) -> None:
    item = an_item(answers=("acknowledge", "resolve", "second-line", "note"))

    await slack.send(a_page(CHANNEL, item))

    [*_, actions] = fake.taken[0]["blocks"]
    assert [(one["action_id"], one["text"]["text"], one.get("value")) for one in actions["elements"]] == [
        ("acknowledge", "Acknowledge", KEY),
        ("resolve", "Resolve", KEY),
        ("second-line", "Second line", KEY),
        ("note", "Note", KEY),
        ("open_incident", "Open and acknowledge", None),
    ]


async def test_where_no_click_arrives_there_is_only_the_link(
    http: OutboundHttp, httpserver: HTTPServer, fake: FakeSlack
) -> None:
    slack = Slack(SlackApi(http, TOKEN, httpserver.url_for("/api")))

    await slack.send(a_page(CHANNEL, an_item(answers=("acknowledge",))))

    assert fake.buttons(CHANNEL) == [["open_incident"]]


async def test_a_digest_has_no_buttons(slack: Slack, fake: FakeSlack) -> None:
    items = [an_item(answers=("acknowledge",)), an_item(incident="inc_02", answers=("acknowledge",))]

    await slack.send(a_page(CHANNEL, *items))

    assert {block["type"] for block in fake.taken[0]["blocks"]} == {"section"}


async def test_a_message_that_was_posted_is_changed_where_it_stands(slack: Slack, fake: FakeSlack) -> None:
    posted = await slack.send(a_page(CHANNEL))
    assert isinstance(posted, Sent)

    changed = await slack.update(posted.reference, a_page(CHANNEL, headline="RESOLVED"))

    assert changed == posted
    assert [text.partition("\n")[0] for text in fake.shown(CHANNEL)] == ["*RESOLVED*"]


async def test_lines_go_into_the_thread_of_a_message_once(slack: Slack, fake: FakeSlack) -> None:
    posted = await slack.send(a_page(CHANNEL))
    assert isinstance(posted, Sent)

    for _ in range(2):
        await slack.reply(posted.reference, "a key", ["03:12 note: <!channel> `x`", "03:13 note: y"])

    first, again = fake.taken[1:]
    assert first == again
    assert first["thread_ts"] == posted.reference.partition("/")[2]
    assert fake.shown(CHANNEL)[1] == "03:12 note: <!channel> 'x'\n03:13 note: y"
    assert "<!channel>" not in first["text"] + str(first["blocks"])


async def test_a_thread_of_any_length_fits(slack: Slack, fake: FakeSlack) -> None:
    posted = await slack.send(a_page(CHANNEL))
    assert isinstance(posted, Sent)

    assert isinstance(await slack.reply(posted.reference, "k", ["<&>" * 3_000] * 400), Sent)


async def test_members_are_called_by_their_ids_and_by_nothing_else(slack: Slack, fake: FakeSlack) -> None:
    await slack.send(a_page(CHANNEL, mentions=("U0ASHA", "!channel", "W1B", "U0> <!here")))

    assert fake.taken[0]["text"].startswith("<@U0ASHA> <@W1B> CRITICAL")
    assert fake.taken[0]["blocks"][0]["text"]["text"] == "<@U0ASHA> <@W1B> *CRITICAL Checkout answers 500*"


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        ("message_not_found", Rejected("slack says message_not_found")),
        ("ratelimited", Retry("slack says ratelimited", timedelta(seconds=7))),
    ],
)
async def test_a_change_that_slack_refuses_says_whether_to_try_again(
    slack: Slack, fake: FakeSlack, error: str, expected: Result
) -> None:
    fake.error, fake.headers = error, {"retry-after": "7"}

    assert await slack.update("C0/1.2", a_page(CHANNEL)) == expected


async def test_a_message_without_a_reference_cannot_be_changed(slack: Slack, fake: FakeSlack) -> None:
    assert isinstance(await slack.update("/", a_page(CHANNEL)), Rejected)
    assert isinstance(await slack.reply("", "k", ["x"]), Rejected)
    assert fake.requests == []


@settings(max_examples=50, deadline=None)
@given(st.lists(st.tuples(st.text(), st.integers(1, 3_000), st.integers(0, 2_000)), max_size=80), st.text())
def test_no_text_of_any_length_makes_blocks_that_slack_refuses(
    sizes: list[tuple[str, int, int]], headline: str
) -> None:
    items = [
        an_item(title=text * length, remark=f"<&{text}" * length, link="https://x.example/" + "s" * link)
        for text, length, link in sizes
    ]

    payload = payload_of(a_page(CHANNEL, *items, headline=headline), answerable=True)

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
    assert await Slack(SlackApi(http, " ")).send(a_page(CHANNEL)) == Rejected(
        "slack has no token: set ONCALL_SLACK_TOKEN"
    )


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


@pytest.mark.parametrize(
    ("method", "good", "wrong", "code"),
    [
        ("chat.update", UPDATE, {"unfurl_links": False}, "invalid_arg_name"),
        ("chat.update", UPDATE, {"client_msg_id": GOOD["client_msg_id"]}, "invalid_arg_name"),
        ("chat.update", UPDATE, {"ts": "1.2"}, "message_not_found"),
        ("chat.update", UPDATE, {"channel": "U0123456789"}, "channel_not_found"),
        ("chat.update", UPDATE, {"blocks": [{"type": "section"}]}, "invalid_blocks"),
        ("chat.postMessage", GOOD, {"thread_ts": "9.9"}, "thread_not_found"),
        ("views.open", OPENED, {"trigger_id": ""}, "invalid_arguments"),
        ("views.open", OPENED, {"view": {**MODAL, "private_metadata": "x" * 3_001}}, "invalid_arguments"),
        ("views.open", OPENED, {"view": {**MODAL, "titel": "x"}}, "invalid_arguments"),
        (
            "views.open",
            OPENED,
            {"view": {**MODAL, "title": {"type": "plain_text", "text": "x" * 25}}},
            "invalid_blocks",
        ),
    ],
)
async def test_the_fake_refuses_wrong_changes_threads_and_modals(
    http: OutboundHttp,
    fake: FakeSlack,
    httpserver: HTTPServer,
    method: str,
    good: Mapping[str, object],
    wrong: Mapping[str, object],
    code: str,
) -> None:
    headers = {"authorization": f"Bearer {TOKEN}"}
    await http.post(httpserver.url_for("/api/chat.postMessage"), json=dict(GOOD), headers=headers)
    url = httpserver.url_for(f"/api/{method}")

    right = await http.post(url, json=dict(good), headers=headers)
    bad = await http.post(url, json={**good, **wrong}, headers=headers)

    assert b'"ok": true' in right.body
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
