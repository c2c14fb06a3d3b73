"""Telegram keeps the promises of a channel against a peer as strict as the Bot API's own page."""

import json
from collections.abc import Mapping
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pytest_httpserver import HTTPServer
from werkzeug import Request

from app.adapters.channels.telegram import Telegram, _payload
from app.adapters.outbound_http import OutboundHttp
from app.domain.notification import Rejected, Retry, Sent
from app.service.ports import Channel
from tests.adapters.channels.strict_vendor import LINK, Body, StrictVendor, a_rig, a_text, an_object, problem_with
from tests.contracts.channel_contract import HttpContract
from tests.contracts.channel_rig import HttpRig, a_page, an_item

pytestmark = pytest.mark.server

TOKEN = "1135:k3Vw8pQz-s3cr3t_k3Vw8pQz"
CHAT = "-1009876543210"
PATH = f"/bot{TOKEN}/sendMessage"

# https://core.telegram.org/bots/api#sendmessage, #inlinekeyboardbutton and #linkpreviewoptions
BUTTON = an_object("text url", text=a_text(100), url=LINK)
SCHEMA = an_object(
    "chat_id text",
    "business_connection_id message_thread_id entities link_preview_options disable_notification protect_content "
    "allow_paid_broadcast message_effect_id reply_parameters reply_markup",
    chat_id={"type": "string", "pattern": r"^(-?\d+|@\w{4,32})$"},
    text=a_text(4_096),
    link_preview_options=an_object("", "is_disabled url", is_disabled={"type": "boolean"}),
    reply_markup=an_object(
        "inline_keyboard", inline_keyboard={"type": "array", "items": {"type": "array", "items": BUTTON}}
    ),
    disable_notification={"type": "boolean"},
)
GOOD: Body = {
    "chat_id": CHAT,
    "text": "hello",
    "reply_markup": {"inline_keyboard": [[{"text": "a", "url": "https://x.example"}]]},
}


def problem(_: Request, body: Body) -> str:
    """4,096 characters as Telegram counts them, in UTF-16 (#messageentity); and what it answers for odd buttons."""
    if len(body["text"].encode("utf-16-le")) > 2 * 4_096:
        return "message is too long"
    buttons = [one for row in body.get("reply_markup", {}).get("inline_keyboard", []) for one in row]
    return "wrong HTTP URL" if any("://localhost" in one["url"] for one in buttons) else ""


@pytest.fixture
def vendor(httpserver: HTTPServer) -> StrictVendor:
    answer = {"ok": True, "result": {"message_id": 4217, "chat": {"id": int(CHAT)}}}
    vendor = StrictVendor(SCHEMA, answer, problem, shown=lambda text: text.replace("\N{WORD JOINER}", ""))
    httpserver.expect_request(PATH, method="POST").respond_with_handler(vendor)
    return vendor


@pytest.fixture
def telegram(http: OutboundHttp, httpserver: HTTPServer) -> Telegram:
    return Telegram(http, TOKEN, httpserver.url_for(""))


@pytest.fixture
def rig(http: OutboundHttp, telegram: Telegram, vendor: StrictVendor) -> HttpRig:
    def at_port(port: int) -> tuple[Channel, str]:
        return Telegram(http, TOKEN, f"http://127.0.0.1:{port}"), CHAT

    return a_rig(
        telegram,
        CHAT,
        vendor,
        at_port,
        secrets=(TOKEN,),
        live=("parse_mode", "mallory@evil", "@mallory", "@everyone", "/stop", "/start"),
    )


class TestTelegram(HttpContract):
    """Every promise of a channel over HTTP."""

    provider_knows_repeats = False
    may_count_what_is_left_off = True


async def test_a_page_is_a_headline_its_facts_and_a_button(telegram: Telegram, vendor: StrictVendor) -> None:
    outcome = await telegram.send(a_page(CHAT))

    link = "https://oncall.example.com/a/ImluY18wMSI.aGVsbG8.c2ln"
    assert outcome == Sent(reference="4217")
    assert vendor.taken == [
        {
            "chat_id": CHAT,
            "text": "CRITICAL Checkout answers 500\n\n"
            "why you: You are primary this week (rule 3, out of hours).\n"
            f"act: {link}\n"
            "runbook: https://wiki.example.com/checkout\n"
            "squad: payments\n"
            "since: Sun 05 Jul 2026, 02:04 UTC\n"
            "count: 12 alerts\n"
            "status: triggered\n"
            "id: inc_01",
            "link_preview_options": {"is_disabled": True},
            "reply_markup": {"inline_keyboard": [[{"text": "Open and acknowledge", "url": link}]]},
        }
    ]


async def test_an_alert_can_mention_nobody_and_command_no_bot(telegram: Telegram, vendor: StrictVendor) -> None:
    await telegram.send(a_page(CHAT, headline="CRITICAL @asha #tag /stop $USD a@b"))

    assert vendor.taken[0]["text"].startswith("CRITICAL @\u2060asha #\u2060tag /\u2060stop $\u2060USD a@\u2060b")


async def test_a_link_that_telegram_takes_for_none_is_in_the_text_alone(
    telegram: Telegram, vendor: StrictVendor
) -> None:
    link = "http://localhost:8080/a/x"

    outcome = await telegram.send(a_page(CHAT, an_item(link=link)))

    assert isinstance(outcome, Sent)
    assert "reply_markup" not in vendor.taken[0]
    assert link in vendor.taken[0]["text"]


@pytest.mark.parametrize(
    ("parameters", "headers", "after"),
    [
        ({"retry_after": 35}, {}, 35),
        ({"retry_after": 86_400}, {}, 900),
        ({"retry_after": 35}, {"retry-after": "7"}, 35),
        ({"retry_after": "soon"}, {"retry-after": "7"}, 7),
        ({"retry_after": True}, {}, None),
        ({"retry_after": -1}, {}, None),
    ],
)
async def test_the_wait_in_the_body_is_obeyed(
    telegram: Telegram, vendor: StrictVendor, parameters: object, headers: Mapping[str, str], after: int | None
) -> None:
    vendor.will_say(429, {"ok": False, "error_code": 429, "parameters": parameters}, headers)

    wait = None if after is None else timedelta(seconds=after)
    assert await telegram.send(a_page(CHAT)) == Retry("telegram answered 429", wait)


@pytest.mark.parametrize(
    ("status", "said", "reason"),
    [
        (400, {"description": "Bad Request: chat not found"}, ": check the address: a chat's id; a person must have"),
        (400, {"parameters": {"migrate_to_chat_id": -1001}}, ": the group has become a supergroup"),
        (400, {"description": f"bad {TOKEN}"}, ""),
        (401, {}, ": check ONCALL_TELEGRAM_TOKEN"),
        (403, {"description": "Forbidden: bot was blocked by the user"}, ": the person must press Start"),
    ],
)
async def test_an_error_for_good_says_what_to_do(
    telegram: Telegram, vendor: StrictVendor, status: int, said: object, reason: str
) -> None:
    vendor.will_say(status, said)

    outcome = await telegram.send(a_page(CHAT))

    assert isinstance(outcome, Rejected)
    assert outcome.reason.startswith(f"telegram answered {status}{reason}")
    assert TOKEN not in outcome.reason


@pytest.mark.parametrize("said", [[], {}, {"ok": False}, "page"])
async def test_a_reply_that_is_not_telegrams_is_retried(telegram: Telegram, vendor: StrictVendor, said: object) -> None:
    vendor.will_say(200, said)

    assert isinstance(await telegram.send(a_page(CHAT)), Retry)


@settings(max_examples=50, deadline=None)
@given(st.lists(st.tuples(st.text(), st.integers(1, 2_000), st.integers(0, 300)), max_size=60), st.text())
def test_no_text_of_any_length_makes_a_message_that_telegram_refuses(
    sizes: list[tuple[str, int, int]], headline: str
) -> None:
    items = [
        an_item(title=text * length, remark=f"@{text}" * length, link="https://x.example/" + "s" * link)
        for text, length, link in sizes
    ]

    text = str(_payload(a_page(CHAT, *items, headline=f"x{headline}"))["text"])

    assert 0 < len(text.encode("utf-16-le")) <= 2 * 4_096


@pytest.mark.parametrize(
    "wrong",
    [
        {"chat": CHAT},
        {"parse_mode": "HTML"},
        {"chat_id": "asha"},
        {"text": ""},
        {"text": "x" * 4_097},
        {"text": "\U0001f525" * 2_049},
        {"link_preview_options": {"disabled": True}},
        {"reply_markup": {"inline_keyboard": [{"text": "a", "url": "https://x.example"}]}},
        {"reply_markup": {"inline_keyboard": [[{"text": "a"}]]}},
        {"reply_markup": {"inline_keyboard": [[{"text": "a", "url": "http://localhost/"}]]}},
    ],
    ids=json.dumps,
)
async def test_the_peer_refuses_what_telegram_does_not_document(
    http: OutboundHttp, vendor: StrictVendor, httpserver: HTTPServer, wrong: Mapping[str, object]
) -> None:
    url = httpserver.url_for(PATH)

    assert await problem_with(http, url, GOOD) is None
    assert await problem_with(http, url, GOOD | wrong)
