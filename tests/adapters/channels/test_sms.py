"""Text messages keep the promises of a channel against a peer as strict as Twilio's own pages."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pytest_httpserver import HTTPServer

from app.adapters.channels.sms import Sms
from app.adapters.channels.sms_text import BODY_LIMIT, DIGEST_TITLE, segments, sms_text
from app.adapters.outbound_http import OutboundHttp
from app.adapters.phone_tickets import PhoneTickets
from app.domain.message import MessageKind
from app.domain.notification import Rejected, Retry, Sent
from app.service.ports import Channel
from tests.adapters.channels.fake_twilio import AUTH_TOKEN, FakeTwilio, account, answering
from tests.contracts.channel_contract import HttpContract
from tests.contracts.channel_rig import QUICK, HttpRig, Received, Rig, a_page, an_item

pytestmark = pytest.mark.server

ASHA = "+441632960001"
MINUTE_AND_A_HALF = timedelta(seconds=90)
TICKETS = PhoneTickets("https://oncall.example.com", "a key", lambda: datetime(2026, 7, 5, 2, 4, tzinfo=UTC))
CODE = TICKETS.code("inc_01", "asha")
LINK = an_item().link


@pytest.fixture
def fake(httpserver: HTTPServer) -> FakeTwilio:
    fake = FakeTwilio()
    httpserver.expect_request("/2010-04-01/Accounts/" + fake.sid + "/Messages.json").respond_with_handler(fake)
    return fake


@pytest.fixture
async def http() -> AsyncIterator[OutboundHttp]:
    http = OutboundHttp(total=QUICK)
    yield http
    await http.aclose()


@pytest.fixture
def sms(http: OutboundHttp, httpserver: HTTPServer) -> Sms:
    return Sms(http, account(httpserver.url_for("")), TICKETS, MINUTE_AND_A_HALF)


@pytest.fixture
def rig(http: OutboundHttp, sms: Sms, fake: FakeTwilio) -> HttpRig:
    def at_port(port: int) -> tuple[Channel, str]:
        return Sms(http, account(f"http://127.0.0.1:{port}"), TICKETS, MINUTE_AND_A_HALF), ASHA

    def received() -> list[Received]:
        tokens = [one["StatusCallback"].rpartition("/")[2] for one in fake.taken]
        return [
            Received(one["Body"], one["Body"], TICKETS.receipt(token).key)
            for one, token in zip(fake.taken, tokens, strict=True)
        ]

    return HttpRig(
        channel=sms,
        address=ASHA,
        received=received,
        live=("\x1b", "\u202e", "\x00", "\r", "\nBcc:", "\nhttps://evil"),
        secrets=(AUTH_TOKEN,),
        at_port=at_port,
        answer=answering(fake),
    )


class TestSms(HttpContract):
    """Every promise of a channel over HTTP, but that a text message has room for what matters only."""

    async def test_a_page_arrives_with_all_its_facts(self, rig: Rig) -> None:
        outcome = await rig.channel.send(a_page(rig.address, person="asha"))

        assert isinstance(outcome, Sent)
        assert rig.received()[0].read == (
            "CRITICAL Checkout answers 500 (payments)\n"
            "https://oncall.example.com/a/ImluY18wMSI.aGVsbG8.c2ln\n"
            f"Reply 4 {CODE} to acknowledge, 6 {CODE} to resolve"
        )

    async def test_a_digest_misses_nothing(self, rig: Rig) -> None:
        links = [f"https://oncall.example.com/a/{number:04d}." + "s" * 120 for number in range(300)]

        outcome = await rig.channel.send(a_page(rig.address, *(an_item(link=link) for link in links)))

        assert isinstance(outcome, Sent)
        [received] = rig.received()
        told = [link for link in links if link in received.read]
        assert len(told) >= 5
        assert f"and {300 - len(told)} more" in received.read


async def test_every_field_is_one_that_twilio_takes_and_a_receipt_is_waited_for(sms: Sms, fake: FakeTwilio) -> None:
    outcome = await sms.send(a_page(ASHA, person="asha"))

    [taken] = fake.taken
    assert outcome == Sent(reference=taken["sid"], receipt_within=MINUTE_AND_A_HALF)
    assert set(taken) - {"kind", "sid"} == {"To", "From", "Body", "StatusCallback"}
    ticket = TICKETS.receipt(taken["StatusCallback"].removeprefix("https://oncall.example.com/twilio/status/"))
    assert (ticket.incidents, ticket.key) == (("inc_01",), a_page(ASHA).key)


async def test_a_messaging_service_and_an_api_key_stand_in_for_number_and_token(
    http: OutboundHttp, httpserver: HTTPServer, fake: FakeTwilio
) -> None:
    fake.credentials = "SK1:key-secret"
    service = "MG" + "a" * 32

    given = account(httpserver.url_for(""), service=service, api_key="SK1:key-secret")
    outcome = await Sms(http, given, TICKETS, MINUTE_AND_A_HALF).send(a_page(ASHA))

    assert isinstance(outcome, Sent)
    assert fake.taken[0]["MessagingServiceSid"] == service
    assert "key-secret" not in repr(given)


async def test_where_twilio_cannot_reach_us_no_receipt_is_asked_or_waited_for(
    http: OutboundHttp, httpserver: HTTPServer, fake: FakeTwilio
) -> None:
    tickets = PhoneTickets("", "a key", lambda: datetime(2026, 7, 5, tzinfo=UTC))

    outcome = await Sms(http, account(httpserver.url_for("")), tickets, MINUTE_AND_A_HALF).send(a_page(ASHA))

    assert outcome == Sent(reference=fake.taken[0]["sid"])
    assert "StatusCallback" not in fake.taken[0]


@pytest.mark.parametrize("address", ["asha", "07700900001", "+44 1632 960001", "+1;DROP", "whatsapp:+441632960001"])
async def test_what_is_no_number_is_refused_here(sms: Sms, fake: FakeTwilio, address: str) -> None:
    assert isinstance(await sms.send(a_page(address)), Rejected)
    assert fake.taken == []


async def test_a_refusal_is_explained_by_its_code_and_never_by_twilios_text(sms: Sms, fake: FakeTwilio) -> None:
    fake.error = 21610

    outcome = await sms.send(a_page(ASHA))

    assert outcome == Rejected(
        "twilio answered 400, error 21610: this number has answered STOP: it must send START to the sender's number"
    )


async def test_an_answer_that_is_not_twilios_is_retried(sms: Sms, httpserver: HTTPServer) -> None:
    httpserver.clear()
    httpserver.expect_request("/2010-04-01/Accounts/" + FakeTwilio().sid + "/Messages.json").respond_with_data("{}")

    assert isinstance(await sms.send(a_page(ASHA)), Retry)


def test_a_text_of_ascii_takes_three_segments_at_most_and_keeps_link_and_codes_whole() -> None:
    text = sms_text(a_page(ASHA, an_item(remark="x " * 500), headline="CRITICAL " + "down " * 300, person="asha"), code)

    assert segments(text) == 3
    assert text.splitlines()[1:] == [LINK, "Reply 4 123456 to acknowledge, 6 123456 to resolve"]


def test_a_text_in_another_script_takes_five_and_typographic_marks_cost_nothing() -> None:
    wide = sms_text(a_page(ASHA, headline="CRITICAL " + "Датацентр " * 90, person="asha"), code)
    plain = sms_text(a_page(ASHA, headline="CRITICAL “Checkout” — it’s down…", person="asha"), code)

    assert segments(wide) == 5
    assert LINK in wide
    assert plain.startswith('CRITICAL "Checkout" - it\'s down... (payments)\n')


def test_a_shadow_and_a_missing_runbook_are_said() -> None:
    item = an_item(remark="NO RUNBOOK. You are shadowing: somebody else has been paged too.")

    assert "You are shadowing" in sms_text(a_page(ASHA, item, person="asha"), code)


@pytest.mark.parametrize("kind", [MessageKind.RESOLVED, MessageKind.STOP, MessageKind.NOTICE, MessageKind.POST])
def test_what_asks_for_nobody_offers_no_codes(kind: MessageKind) -> None:
    assert "Reply" not in sms_text(a_page(ASHA, kind=kind, person="asha"), code)


def test_a_digest_has_a_code_for_each_incident() -> None:
    items = [an_item(incident=f"inc_{n}", title="t" * 200) for n in range(3)]
    text = sms_text(a_page(ASHA, *items, kind=MessageKind.DIGEST, person="asha"), lambda id, _: f"00000{id[-1]}")

    first = f"000000 {'CRITICAL ' + 't' * 200}"[: DIGEST_TITLE + 6]
    assert [line[: len(first)] for line in text.splitlines()[2:]] == [first, "000001" + first[6:], "000002" + first[6:]]


@given(st.text(max_size=400), st.text(max_size=200), st.text(max_size=200))
@settings(max_examples=200, deadline=None)
def test_whatever_an_alert_says_the_link_and_the_codes_are_lines_of_their_own(head: str, squad: str, note: str) -> None:
    text = sms_text(a_page(ASHA, an_item(squad=squad, remark=note), headline=head, person="asha"), code)

    lines = text.split("\n")
    assert (len(lines), lines[1]) == (3, LINK)
    assert len(text) <= BODY_LIMIT


def test_the_text_in_the_docs_is_what_is_sent() -> None:
    docs = Path(__file__).parents[3].joinpath("docs/channels/twilio.md").read_text(encoding="utf-8")

    assert f"```\n{sms_text(a_page(ASHA, person='asha'), lambda *_: '482913')}\n```" in docs


def code(incident: str, person: str) -> str:
    return "123456"
