"""Calls keep the promises of a channel against a peer as strict as Twilio's own pages."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from pytest_httpserver import HTTPServer

from app.adapters.channels.voice import RECEIPT_WITHIN, Voice
from app.adapters.outbound_http import OutboundHttp
from app.adapters.phone_tickets import MOST_INCIDENTS, CallTicket, PhoneTickets
from app.adapters.twiml import question
from app.domain.errors import Unauthorised
from app.domain.message import MessageKind, Notice
from app.domain.notification import Rejected, Sent
from app.service.call_answers import MENU
from app.service.ports import Channel
from tests.adapters.channels.fake_twilio import AUTH_TOKEN, NUMBER, FakeTwilio, account, answering
from tests.contracts.channel_contract import HttpContract
from tests.contracts.channel_rig import QUICK, FixedClock, HttpRig, Received, Rig, a_page, an_item

pytestmark = pytest.mark.server

ASHA = "+441632960001"
AT = datetime(2026, 7, 5, 2, 4, tzinfo=UTC)
BASE = "https://oncall.example.com"
TICKETS = PhoneTickets(BASE, "a key", FixedClock(AT).now)


@pytest.fixture
def fake(httpserver: HTTPServer) -> FakeTwilio:
    fake = FakeTwilio()
    httpserver.expect_request("/2010-04-01/Accounts/" + fake.sid + "/Calls.json").respond_with_handler(fake)
    return fake


@pytest.fixture
async def http() -> AsyncIterator[OutboundHttp]:
    http = OutboundHttp(total=QUICK)
    yield http
    await http.aclose()


@pytest.fixture
def voice(http: OutboundHttp, httpserver: HTTPServer) -> Voice:
    return Voice(http, account(httpserver.url_for("")), TICKETS)


def ticket_of(call: dict[str, str]) -> CallTicket:
    return TICKETS.call(call["Url"].removeprefix(f"{BASE}/twilio/voice/"))


@pytest.fixture
def rig(http: OutboundHttp, voice: Voice, fake: FakeTwilio) -> HttpRig:
    def at_port(port: int) -> tuple[Channel, str]:
        return Voice(http, account(f"http://127.0.0.1:{port}"), TICKETS), ASHA

    def received() -> list[Received]:
        keys = [TICKETS.receipt(one["StatusCallback"].rpartition("/")[2]).key for one in fake.taken]
        texts = [ticket_of(one).text for one in fake.taken]
        return [Received(text, question(text, BASE), key) for text, key in zip(texts, keys, strict=True)]

    return HttpRig(
        channel=voice,
        address=ASHA,
        received=received,
        live=(
            "<script>",
            "<!channel>",
            "<Hangup",
            "<Dial",
            "<Redirect",
            "<break",
            "<audio",
            "</speak>",
            "& ",
            "\x1b",
            "\u202e",
            "\x00",
            "\n",
        ),
        secrets=(AUTH_TOKEN,),
        at_port=at_port,
        answer=answering(fake),
    )


class TestVoice(HttpContract):
    """Every promise of a channel over HTTP, but that nobody listens to links and facts at night."""

    async def test_a_page_arrives_with_all_its_facts(self, rig: Rig) -> None:
        outcome = await rig.channel.send(a_page(rig.address, person="asha"))

        assert isinstance(outcome, Sent)
        assert rig.received()[0].read == "CRITICAL Checkout answers 500. Squad payments"

    async def test_a_notice_says_each_of_its_lines_and_its_link(self, rig: Rig) -> None:
        notice = Notice("", ("Ben takes Tue 18:00 to 22:00", "Asha asked"), "https://oncall.example.com/covers/7")

        await rig.channel.send(a_page(rig.address, headline="Ben covers you tonight", items=(), notice=notice))

        assert rig.received()[0].read == "Ben covers you tonight. Ben takes Tue 18:00 to 22:00. Asha asked"

    async def test_a_digest_misses_nothing(self, rig: Rig) -> None:
        items = [an_item(incident=f"inc_{number}") for number in range(MOST_INCIDENTS)]
        headline = f"DIGEST {MOST_INCIDENTS} incidents: {MOST_INCIDENTS} critical"

        await rig.channel.send(a_page(rig.address, *items, headline=headline, person="asha"))

        assert rig.received()[0].read == headline

    async def test_long_texts_are_cut_but_never_the_link(self, rig: Rig) -> None:
        long = "x & <y> " * 20_000

        outcome = await rig.channel.send(a_page(rig.address, an_item(title=long, squad=long), headline=long))

        assert isinstance(outcome, Sent)
        assert len(rig.received()[0].read) <= 200


async def test_every_field_is_one_that_twilio_takes_and_no_machine_is_guessed(voice: Voice, fake: FakeTwilio) -> None:
    outcome = await voice.send(a_page(ASHA, person="asha"))

    [call] = fake.taken
    assert outcome == Sent(reference=call["sid"], receipt_within=RECEIPT_WITHIN)
    assert call | {"Url": "", "StatusCallback": ""} == {
        "kind": "Calls",
        "sid": call["sid"],
        "To": ASHA,
        "From": NUMBER,
        "Url": "",
        "Method": "POST",
        "StatusCallback": "",
        "StatusCallbackMethod": "POST",
        "Timeout": "30",
        "TimeLimit": "180",
    }
    ticket = ticket_of(call)
    assert (ticket.person, ticket.incidents, ticket.asks) == ("asha", ("inc_01",), True)


async def test_each_call_has_an_address_of_its_own_that_is_good_for_an_hour(voice: Voice, fake: FakeTwilio) -> None:
    for _ in range(2):
        await voice.send(a_page(ASHA, person="asha"))

    first, second = map(ticket_of, fake.taken)
    assert first.nonce != second.nonce
    token = fake.taken[0]["Url"].rpartition("/")[2]
    later = PhoneTickets(BASE, "a key", FixedClock(AT + timedelta(hours=2)).now)
    for tickets, given in ((later, token), (TICKETS, token[:-1]), (TICKETS, TICKETS.receipt_url(a_page(ASHA))[-80:])):
        with pytest.raises(Unauthorised):
            tickets.call(given)


def test_the_call_in_the_docs_is_what_is_said() -> None:
    docs = Path(__file__).parents[3].joinpath("docs/channels/twilio.md").read_text(encoding="utf-8")
    opening = f"STILL OPEN CRITICAL Checkout answers 500. Squad payments. {MENU}"

    assert f'"{opening}"' in " ".join(docs.split())


async def test_a_notice_asks_for_nothing(voice: Voice, fake: FakeTwilio) -> None:
    await voice.send(a_page(ASHA, kind=MessageKind.RESOLVED, person="asha"))

    assert not ticket_of(fake.taken[0]).asks


async def test_without_a_public_address_or_a_number_nobody_is_called(http: OutboundHttp, fake: FakeTwilio) -> None:
    nowhere = PhoneTickets("", "a key", FixedClock(AT).now)
    service_only = account("http://127.0.0.1:1", number="", service="MG" + "a" * 32)

    first = await Voice(http, account("http://127.0.0.1:1"), nowhere).send(a_page(ASHA))
    second = await Voice(http, service_only, TICKETS).send(a_page(ASHA))

    assert first == Rejected("calls need ONCALL_PUBLIC_URL, for Twilio asks there what to say")
    assert second == Rejected("calls need a number to call from: set ONCALL_TWILIO_FROM")
