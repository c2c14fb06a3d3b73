"""Discord keeps the promises of a channel against a peer as strict as Discord's own pages."""

import json
import re
from collections.abc import Mapping
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pytest_httpserver import HTTPServer
from werkzeug import Request

from app.adapters.channels.discord import Discord, _payload
from app.adapters.outbound_http import OutboundHttp
from app.domain.notification import Rejected, Retry, Sent
from app.service.ports import Channel
from tests.adapters.channels.strict_vendor import LINK, Body, StrictVendor, a_rig, a_text, an_object, problem_with
from tests.contracts.channel_contract import HttpContract
from tests.contracts.channel_rig import HttpRig, a_page, an_item

pytestmark = pytest.mark.server

SECRET = "k3Vw8pQz-s3cr3t_k3Vw8pQz-s3cr3t9"
PATH = f"/api/webhooks/1135000000000000001/{SECRET}"
PAGE_LINK = "https://oncall.example.com/a/ImluY18wMSI.aGVsbG8.c2ln"

# https://discord.com/developers/docs/resources/webhook#execute-webhook, …/message#embed-object and
# #allowed-mentions-object
EMBED = an_object(
    "",
    "title description url timestamp color footer image thumbnail author fields",
    title=a_text(256),
    description=a_text(4_096),
    url=LINK,
    color={"type": "integer", "minimum": 0, "maximum": 0xFFFFFF},
)
SCHEMA = an_object(
    "allowed_mentions",
    "content username avatar_url tts embeds components attachments flags thread_name applied_tags poll",
    content=a_text(2_000),
    embeds={"type": "array", "minItems": 1, "maxItems": 10, "items": EMBED},
    allowed_mentions=an_object("parse", parse={"type": "array", "maxItems": 0}),
)
GOOD: Body = {"content": "hello", "allowed_mentions": {"parse": []}, "embeds": [{"description": "x", "color": 1}]}


def problem(request: Request, body: Body) -> str:
    """Also: an answer with a message only with `wait`; 6,000 characters in all embeds together; a text or an embed."""
    if request.args.get("wait") != "true":
        return "no wait"
    return sizes(body)


def sizes(body: Body) -> str:
    texts = [one.get(name, "") for one in body.get("embeds", []) for name in ("title", "description")]
    if sum(units(text) for text in texts) > 6_000 or any(units(text) > 4_096 for text in texts):
        return "embeds too long"
    if units(body.get("content", "")) > 2_000:
        return "content too long"
    return "" if body.get("content") or body.get("embeds") else "cannot send an empty message"


def units(text: str) -> int:
    return len(text.encode("utf-16-le")) // 2


@pytest.fixture
def vendor(httpserver: HTTPServer) -> StrictVendor:
    vendor = StrictVendor(SCHEMA, {"id": "1029384756"}, problem, shown=lambda text: re.sub(r"\\([^\w\s])", r"\1", text))
    httpserver.expect_request(PATH, method="POST").respond_with_handler(vendor)
    return vendor


@pytest.fixture
def rig(http: OutboundHttp, vendor: StrictVendor, httpserver: HTTPServer) -> HttpRig:
    discord = Discord(http)

    def at_port(port: int) -> tuple[Channel, str]:
        return discord, f"http://127.0.0.1:{port}{PATH}"

    live = ("<https://evil", "<!channel>", "<script>", "```", "https://evil", " @everyone", " @here", "<@8", "[click](")
    return a_rig(discord, httpserver.url_for(PATH), vendor, at_port, secrets=(SECRET,), live=live)


class TestDiscord(HttpContract):
    """Every promise of a channel over HTTP."""

    provider_knows_repeats = False
    may_count_what_is_left_off = True


async def test_a_page_is_a_headline_and_an_embed_whose_title_opens_the_link(rig: HttpRig, vendor: StrictVendor) -> None:
    outcome = await rig.channel.send(a_page(rig.address))

    assert outcome == Sent(reference="1029384756")
    assert vendor.taken == [
        {
            "content": "CRITICAL Checkout answers 500",
            "allowed_mentions": {"parse": []},
            "embeds": [
                {
                    "title": "Open and acknowledge",
                    "url": PAGE_LINK,
                    "color": 0xB3261E,
                    "description": "why you: You are primary this week \\(rule 3, out of hours\\).\n"
                    f"act: <{PAGE_LINK}>\n"
                    "runbook: <https://wiki.example.com/checkout>\n"
                    "squad: payments\n"
                    "since: Sun 05 Jul 2026, 02\\:04 UTC\n"
                    "count: 12 alerts\n"
                    "status: triggered\n"
                    "id: inc\\_01",
                }
            ],
        }
    ]


async def test_markup_and_mentions_in_an_alert_are_shown_and_do_nothing(rig: HttpRig, vendor: StrictVendor) -> None:
    await rig.channel.send(
        a_page(rig.address, headline="CRITICAL **@everyone** <@80351110224678912> [x](https://evil)")
    )

    assert vendor.taken[0]["content"] == (r"CRITICAL \*\*\@everyone\*\* \<\@80351110224678912\> \[x\]\(https\://evil\)")


async def test_a_thread_in_the_address_stays_in_it(rig: HttpRig, vendor: StrictVendor) -> None:
    await rig.channel.send(a_page(f"{rig.address}?thread_id=42"))

    assert dict(vendor.requests[0].args) == {"thread_id": "42", "wait": "true"}


@pytest.mark.parametrize(
    ("said", "headers", "after"),
    [
        (
            {"message": "You are being rate limited.", "retry_after": 64.57, "global": False},
            {"retry-after": "64"},
            64.57,
        ),
        ({"retry_after": 64.57}, {}, 64.57),
        ({"retry_after": "NaN"}, {"retry-after": "7"}, 7),
        ([], {"retry-after": "7"}, 7),
        ({}, {}, None),
    ],
)
async def test_the_wait_in_the_body_is_obeyed(
    rig: HttpRig, vendor: StrictVendor, said: object, headers: Mapping[str, str], after: float | None
) -> None:
    vendor.will_say(429, said, headers)

    wait = None if after is None else timedelta(seconds=after)
    assert await rig.channel.send(a_page(rig.address)) == Retry("discord answered 429", wait)


async def test_a_webhook_that_was_deleted_says_so(rig: HttpRig, vendor: StrictVendor) -> None:
    vendor.will_say(404, {"message": "Unknown Webhook", "code": 10015})

    assert await rig.channel.send(a_page(rig.address)) == Rejected(
        "discord answered 404: the webhook was deleted, or its address is not whole"
    )


@settings(max_examples=50, deadline=None)
@given(st.lists(st.tuples(st.text(), st.integers(1, 2_000), st.integers(0, 300)), max_size=60), st.text())
def test_no_text_of_any_length_makes_a_message_that_discord_refuses(
    texts: list[tuple[str, int, int]], headline: str
) -> None:
    items = [
        an_item(title=text * length, remark=f"*@{text}" * length, link="https://x.example/" + "s" * link)
        for text, length, link in texts
    ]

    assert sizes(_payload(a_page("https://x", *items, headline=f"x{headline}"))) == ""


@pytest.mark.parametrize(
    "wrong",
    [
        {"text": "x"},
        {"content": "x" * 2_001},
        {"content": 5},
        {"allowed_mentions": {"parse": ["everyone"]}},
        {"embeds": [{"descripton": "x"}]},
        {"embeds": [{"title": "x" * 257}]},
        {"embeds": [{"description": "x" * 4_097}]},
        {"embeds": [{"description": "x" * 4_000}, {"description": "x" * 4_000}]},
        {"embeds": [{"description": "x", "color": "red"}]},
        {"embeds": []},
    ],
    ids=lambda wrong: json.dumps(wrong)[:60],
)
async def test_the_peer_refuses_what_discord_does_not_document(
    http: OutboundHttp, vendor: StrictVendor, httpserver: HTTPServer, wrong: Mapping[str, object]
) -> None:
    url = f"{httpserver.url_for(PATH)}?wait=true"

    assert await problem_with(http, url, GOOD) is None
    assert await problem_with(http, url, GOOD | wrong)
    assert await problem_with(http, httpserver.url_for(PATH), GOOD) == "no wait"
