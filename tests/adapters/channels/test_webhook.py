"""The outgoing webhook keeps the promises of a channel and those of Standard Webhooks."""

import base64
import json
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime

import pytest
from pytest_httpserver import HTTPServer
from standardwebhooks import Webhook as Verifier
from standardwebhooks import WebhookVerificationError
from werkzeug import Request, Response

from app.adapters.channels.webhook import InvalidWebhookSecret, Webhook
from app.adapters.outbound_http import OutboundHttp
from app.domain.notification import Rejected, Sent
from app.service.ports import Channel
from tests.contracts.channel_contract import HttpContract
from tests.contracts.channel_rig import QUICK, FixedClock, HttpRig, Received, a_page, an_item, shown_in_docs

pytestmark = pytest.mark.server

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"


@dataclass
class Receiver:
    """Takes a webhook only when the reference library says that its signature is right."""

    status: int = 204
    headers: Mapping[str, str] = field(default_factory=dict)
    requests: list[Request] = field(default_factory=list)

    def __call__(self, request: Request) -> Response:
        try:
            Verifier(SECRET).verify(request.get_data(), dict(request.headers))
        except WebhookVerificationError:
            return Response(status=418)
        self.requests.append(request)
        return Response(status=self.status, headers=self.headers)

    def received(self) -> list[Received]:
        return [
            Received(
                read=json.dumps(request.get_json(), ensure_ascii=False),
                raw=request.get_data(as_text=True),
                key=request.headers["webhook-id"],
            )
            for request in self.requests
        ]


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock(datetime.now(UTC))


@pytest.fixture
def receiver(httpserver: HTTPServer) -> Receiver:
    receiver = Receiver()
    httpserver.expect_request("/hook", method="POST").respond_with_handler(receiver)
    return receiver


@pytest.fixture
async def http() -> AsyncIterator[OutboundHttp]:
    http = OutboundHttp(total=QUICK)
    yield http
    await http.aclose()


@pytest.fixture
def rig(http: OutboundHttp, receiver: Receiver, httpserver: HTTPServer, clock: FixedClock) -> HttpRig:
    webhook = Webhook(http, SECRET, clock)

    def address(port: int) -> str:
        return f"http://user:hunter2@127.0.0.1:{port}/hook?token=s3cr3t"

    def at_port(port: int) -> tuple[Channel, str]:
        return webhook, address(port)

    def answer(status: int, headers: Mapping[str, str]) -> None:
        receiver.status, receiver.headers = status, headers

    return HttpRig(
        channel=webhook,
        address=address(httpserver.port),
        received=receiver.received,
        live=("\x1b", "\x00", "\r"),
        secrets=(SECRET, SECRET.removeprefix("whsec_"), "hunter2", "s3cr3t"),
        at_port=at_port,
        answer=answer,
    )


class TestWebhook(HttpContract):
    """Every promise of a channel over HTTP."""


async def test_the_body_is_the_one_that_the_docs_show(rig: HttpRig, receiver: Receiver, clock: FixedClock) -> None:
    outcome = await rig.channel.send(a_page(rig.address, an_item(remark="NO RUNBOOK")))

    assert outcome == Sent()
    [request] = receiver.requests
    assert request.headers["webhook-timestamp"] == str(int(clock.at.timestamp()))
    assert request.get_json() == json.loads(shown_in_docs("json", "channels/webhook.md"))


@pytest.mark.parametrize(
    ("key", "webhook_id"),
    [
        ("inc_01/1/0/asha", "inc_01/1/0/asha"),
        ("inc_01/1/asha.k#1.webhook", "inc_01/1/asha%2Ek#1%2Ewebhook"),
        ("inc_01/Søren 100%", "inc_01/S%C3%B8ren%20100%25"),
    ],
)
async def test_the_id_is_the_key_without_the_full_stops_that_the_scheme_forbids(
    rig: HttpRig, receiver: Receiver, key: str, webhook_id: str
) -> None:
    await rig.channel.send(a_page(rig.address, key=key))

    assert [received.key for received in receiver.received()] == [webhook_id]


async def test_a_receiver_with_another_secret_does_not_believe_it(
    http: OutboundHttp, rig: HttpRig, receiver: Receiver, clock: FixedClock
) -> None:
    other = "whsec_" + base64.b64encode(b"another secret of 24 byte").decode()

    outcome = await Webhook(http, other, clock).send(a_page(rig.address))

    assert (outcome, receiver.requests) == (Rejected(f"webhook: 127.0.0.1:{_port(rig)} answered 418"), [])


def _port(rig: HttpRig) -> str:
    return rig.address.partition("127.0.0.1:")[2].partition("/")[0]


async def test_without_a_secret_nothing_is_sent_and_it_says_what_to_set(
    http: OutboundHttp, rig: HttpRig, receiver: Receiver, clock: FixedClock
) -> None:
    outcome = await Webhook(http, " ", clock).send(a_page(rig.address))

    assert outcome == Rejected("webhook has no signing secret: set ONCALL_WEBHOOK_SECRET (whsec_…)")
    assert receiver.requests == []


@pytest.mark.parametrize("secret", ["hunter2", "whsec_", "whsec_!!!!", "whsec_c2hvcnQ=", SECRET.removeprefix("whsec_")])
def test_a_secret_that_cannot_sign_is_refused_without_repeating_it(
    http: OutboundHttp, clock: FixedClock, secret: str
) -> None:
    with pytest.raises(InvalidWebhookSecret) as refused:
        Webhook(http, secret, clock)

    assert str(refused.value) == "ONCALL_WEBHOOK_SECRET must be whsec_ and the base64 of at least 24 random bytes"


@pytest.mark.parametrize("address", ["", "asha", "ftp://x.example/", "http://", "http://[", "https://x.example/\n"])
async def test_an_address_that_is_no_web_address_is_rejected(rig: HttpRig, address: str) -> None:
    assert await rig.channel.send(a_page(address)) == Rejected("webhook address is not an http(s) URL")
