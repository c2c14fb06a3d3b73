"""Teams keeps the promises of a channel against a peer as strict as Microsoft's own pages."""

import json
from collections.abc import Mapping
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pytest_httpserver import HTTPServer
from werkzeug import Request

from app.adapters.channels.teams import Teams, _payload
from app.adapters.outbound_http import OutboundHttp
from app.domain.notification import Rejected, Result, Retry, Sent
from app.service.ports import Channel
from tests.adapters.channels.strict_vendor import LINK, Body, StrictVendor, a_rig, an_object, problem_with
from tests.contracts.channel_contract import HttpContract
from tests.contracts.channel_rig import HttpRig, a_page, an_item

pytestmark = pytest.mark.server

SECRET = "k3Vw8pQzs3cr3t"
PATH = "/workflows/1f2/triggers/manual/paths/invoke"
QUERY = f"api-version=2016-06-01&sig={SECRET}"
PAGE_LINK = "https://oncall.example.com/a/ImluY18wMSI.aGVsbG8.c2ln"

# https://adaptivecards.io/explorer/: AdaptiveCard, RichTextBlock, TextRun and Action.OpenUrl of version 1.4. Only
# elements in which Markdown means nothing are let through.
SIZES = {"enum": ["Default", "Small", "Medium", "Large", "ExtraLarge"]}
COLOURS = {"enum": ["Default", "Dark", "Light", "Accent", "Good", "Warning", "Attention"]}
OPEN = an_object("type url", "title", type={"const": "Action.OpenUrl"}, url=LINK, title={"type": "string"})
RUN = an_object(
    "type text",
    "color fontType highlight isSubtle italic selectAction size strikethrough underline weight",
    type={"const": "TextRun"},
    text={"type": "string", "minLength": 1},
    color=COLOURS,
    size=SIZES,
    weight={"enum": ["Default", "Lighter", "Bolder"]},
    selectAction=OPEN,
)
BLOCK = an_object(
    "type inlines",
    "horizontalAlignment separator spacing id isVisible",
    type={"const": "RichTextBlock"},
    inlines={"type": "array", "minItems": 1, "items": RUN},
    spacing={"enum": ["None", "Small", "Default", "Medium", "Large"]},
)
CARD = an_object(
    "type version body",
    "$schema actions msteams fallbackText",
    type={"const": "AdaptiveCard"},
    version={"enum": ["1.2", "1.3", "1.4"]},
    body={"type": "array", "minItems": 1, "items": BLOCK},
    actions={"type": "array", "items": OPEN},
    msteams=an_object("", "width", width={"const": "Full"}),
)
# https://learn.microsoft.com/microsoftteams/platform/webhooks-and-connectors/how-to/connectors-using
ATTACHMENT = an_object(
    "contentType content", "contentUrl", contentType={"const": "application/vnd.microsoft.card.adaptive"}, content=CARD
)
SCHEMA = an_object(
    "type attachments",
    type={"const": "message"},
    attachments={"type": "array", "minItems": 1, "maxItems": 1, "items": ATTACHMENT},
)


def a_message(**card: object) -> Body:
    body = [{"type": "RichTextBlock", "inlines": [{"type": "TextRun", "text": "hello"}]}]
    good: Body = {"type": "AdaptiveCard", "version": "1.4", "body": body}
    kind = "application/vnd.microsoft.card.adaptive"
    return {"type": "message", "attachments": [{"contentType": kind, "content": good | card}]}


def problem(request: Request, _: Body) -> str:
    """The limit of 28 kB, and the signature in the address."""
    if request.args.get("sig") != SECRET:
        return "wrong signature"
    return "too large" if len(request.get_data()) > 28_000 else ""


@pytest.fixture
def vendor(httpserver: HTTPServer) -> StrictVendor:
    vendor = StrictVendor(SCHEMA, {}, problem, good=202)
    httpserver.expect_request(PATH, method="POST").respond_with_handler(vendor)
    return vendor


@pytest.fixture
def rig(http: OutboundHttp, vendor: StrictVendor, httpserver: HTTPServer) -> HttpRig:
    teams = Teams(http)

    def at_port(port: int) -> tuple[Channel, str]:
        return teams, f"http://127.0.0.1:{port}{PATH}?{QUERY}"

    live = ('"TextBlock"', '"FactSet"', '"entities"', '"url": "https://evil', '"url":"https://evil', "\\u0002", "\x02")
    return a_rig(teams, f"{httpserver.url_for(PATH)}?{QUERY}", vendor, at_port, secrets=(SECRET,), live=live)


class TestTeams(HttpContract):
    """Every promise of a channel over HTTP."""

    provider_knows_repeats = False
    may_count_what_is_left_off = True


async def test_a_page_is_a_card_of_a_headline_its_facts_and_a_button(rig: HttpRig, vendor: StrictVendor) -> None:
    outcome = await rig.channel.send(a_page(rig.address, an_item(remark="**NO** [RUNBOOK](https://evil.example)")))

    assert outcome == Sent()
    [attachment] = vendor.taken[0]["attachments"]
    card = attachment["content"]
    assert card["actions"] == [{"type": "Action.OpenUrl", "title": "Open and acknowledge", "url": PAGE_LINK}]
    assert card["body"][0]["inlines"] == [
        {
            "type": "TextRun",
            "text": "CRITICAL Checkout answers 500",
            "weight": "Bolder",
            "size": "Large",
            "color": "Attention",
        }
    ]
    assert ["".join(run["text"] for run in block["inlines"]) for block in card["body"][1:]] == [
        "note: **NO** [RUNBOOK](https://evil.example)",
        "why you: You are primary this week (rule 3, out of hours).",
        f"act: {PAGE_LINK}",
        "runbook: https://wiki.example.com/checkout",
        "squad: payments",
        "since: Sun 05 Jul 2026, 02:04 UTC",
        "count: 12 alerts",
        "status: triggered",
        "id: inc_01",
    ]
    opened = [run["selectAction"]["url"] for block in card["body"] for run in block["inlines"] if "selectAction" in run]
    assert opened == [PAGE_LINK, "https://wiki.example.com/checkout"]


async def test_a_digest_of_what_28_kb_hold_has_every_incident(rig: HttpRig, vendor: StrictVendor) -> None:
    items = [an_item(title=f"Down {n}", link=f"{PAGE_LINK}{n:03d}") for n in range(80)]

    outcome = await rig.channel.send(a_page(rig.address, *items))

    assert isinstance(outcome, Sent)
    read = rig.received()[0].read
    assert [item.link for item in items if item.link not in read] == []
    assert "more: see" not in read


@pytest.mark.parametrize(
    ("said", "outcome"),
    [
        ("1", Sent()),
        (
            "Webhook message delivery failed with error: Microsoft Teams endpoint returned HTTP error 429 with",
            Retry("teams answered 429", timedelta(seconds=9)),
        ),
        ("… Microsoft Teams endpoint returned HTTP error 413 …", Rejected("teams answered 413")),
    ],
)
async def test_a_good_status_with_a_bad_one_inside_is_the_bad_one(
    rig: HttpRig, vendor: StrictVendor, said: str, outcome: Result
) -> None:
    vendor.will_say(200, said, {"retry-after": "9"})

    assert await rig.channel.send(a_page(rig.address)) == outcome


async def test_a_workflow_that_is_off_says_so(rig: HttpRig, vendor: StrictVendor) -> None:
    vendor.status = 404

    assert await rig.channel.send(a_page(rig.address)) == Rejected(
        "teams answered 404: the workflow is off or gone, or its address is not whole"
    )


@settings(max_examples=30, deadline=None)
@given(st.lists(st.tuples(st.text(), st.integers(1, 2_000), st.integers(0, 300)), max_size=60), st.text())
def test_no_text_of_any_length_makes_a_message_that_teams_refuses(
    texts: list[tuple[str, int, int]], headline: str
) -> None:
    items = [
        an_item(title=text * length, remark=f'"{text}\\' * length, link="https://x.example/" + "s" * link)
        for text, length, link in texts
    ]

    payload = _payload(a_page("https://x", *items, headline=f"x{headline}"))

    assert len(json.dumps(payload, ensure_ascii=False, separators=(",", ":")).encode()) <= 28_000


@pytest.mark.parametrize(
    "wrong",
    [
        a_message(bdy=[]),
        a_message(version="2.0"),
        a_message(body=[]),
        a_message(body=[{"type": "TextBlock", "text": "**bold**"}]),
        a_message(body=[{"type": "RichTextBlock", "inlines": [{"type": "TextRun", "txt": "x"}]}]),
        a_message(body=[{"type": "RichTextBlock", "inlines": [{"type": "TextRun", "text": "x", "color": "Red"}]}]),
        a_message(actions=[{"type": "Action.OpenUrl", "title": "Open"}]),
        a_message(actions=[{"type": "Action.Submit", "title": "Open", "url": "https://x.example"}]),
        a_message() | {"type": "msg"},
        {"text": "hello"},
        a_message(body=[{"type": "RichTextBlock", "inlines": [{"type": "TextRun", "text": "x" * 28_000}]}]),
    ],
    ids=lambda wrong: json.dumps(wrong)[-60:],
)
async def test_the_peer_refuses_what_microsoft_does_not_document(
    http: OutboundHttp, vendor: StrictVendor, httpserver: HTTPServer, wrong: Mapping[str, object]
) -> None:
    url = f"{httpserver.url_for(PATH)}?{QUERY}"

    assert await problem_with(http, url, a_message()) is None
    assert await problem_with(http, url, wrong)
    assert await problem_with(http, httpserver.url_for(PATH), a_message()) == "wrong signature"
