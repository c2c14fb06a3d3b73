"""Amazon SNS from end to end: who is believed, what is fetched for it, and that nobody else can make us fetch."""

import asyncio
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest
from pytest_httpserver import HTTPServer
from structlog.testing import capture_logs

from app.adapters.outbound_http import OutboundHttp
from app.service.tokens import Scope
from tests.entrypoints.http.rig import RULES, SUNDAY_NIGHT, Rig, rigged
from tests.sns_signing import CERTIFICATE_URL, certificate, signed

pytestmark = pytest.mark.server

TOPIC = "arn:aws:sns:eu-central-1:210987654321:shop-alarms"
FOREIGN_TOPIC = "arn:aws:sns:eu-central-1:666666666666:anything"
CERTIFICATE = urlsplit(CERTIFICATE_URL).path
CONFIRM = "https://sns.eu-central-1.amazonaws.com/?Action=ConfirmSubscription&Token=7a31c0ffee"
SECRET = "sns-secret-of-the-tests"
PATH = "/webhooks/aws-cloudwatch-sns"
OURS = RULES.replace("sources:\n", f'sources:\n  aws-cloudwatch-sns: {{options: {{topics: ["{TOPIC}"]}}}}\n')
FIXTURES = Path(__file__).parents[2] / "adapters" / "sources" / "fixtures" / "aws-cloudwatch-sns"


@dataclass(slots=True)
class Amazon:
    """The addresses of SNS, answered by a server of the test's by way of the real client; `asked` is what went out."""

    server: HTTPServer
    http: OutboundHttp
    asked: list[str] = field(default_factory=list)

    async def fetch(self, url: str) -> bytes:
        self.asked.append(url)
        return await self.http.fetch(self.server.url_for(url.partition("amazonaws.com")[2]))

    def serves(self, pem: bytes, path: str = CERTIFICATE) -> None:
        self.server.clear()
        self.server.expect_request(path).respond_with_data(pem)
        self.server.expect_request("/").respond_with_data("<ConfirmSubscriptionResponse/>")


@dataclass(slots=True)
class Night:
    """The application that SNS posts to, with SNS's addresses; `client` holds no credential."""

    rig: Rig
    amazon: Amazon
    client: httpx.AsyncClient

    async def post(self, body: bytes, query: str = "", **headers: str) -> httpx.Response:
        sent = {"content-type": "text/plain; charset=UTF-8"} | headers
        return await self.client.post(f"{PATH}{query}", content=body, headers=sent)


@pytest.fixture
async def night(tmp_path: Path, httpserver: HTTPServer) -> AsyncIterator[Night]:
    http = OutboundHttp(total=timedelta(seconds=2))
    amazon = Amazon(httpserver, http)
    amazon.serves(certificate())
    secrets = {"AWS_CLOUDWATCH_SNS": SECRET}
    async with rigged(tmp_path, secrets, amazon, written=OURS) as rig:
        transport = httpx.ASGITransport(rig.app)
        async with httpx.AsyncClient(transport=transport, base_url="http://router.test") as client:
            yield Night(rig, amazon, client)
    await http.aclose()


def envelope(name: str = "firing", **changes: Any) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((FIXTURES / f"{name}.json").read_text())
    return found | changes


def confirming(**changes: Any) -> dict[str, Any]:
    return envelope("subscription", **{"SubscribeURL": CONFIRM, **changes})


async def test_a_signed_alarm_of_our_topic_needs_nothing_else(night: Night) -> None:
    firing = await night.post(signed(envelope()))
    over = await night.post(signed(envelope("resolved"), "1"))

    assert (firing.status_code, firing.json()["outcomes"][0]["outcome"]) == (202, "opened")
    assert over.json()["incidents"] == firing.json()["incidents"]
    assert (await night.rig.incident(firing.json()["incidents"][0]))["status"] == "resolved"
    assert night.amazon.asked == [CERTIFICATE_URL]


async def test_no_secret_needs_to_be_set_for_it(tmp_path: Path, night: Night) -> None:
    (tmp_path / "other").mkdir()
    async with rigged(tmp_path / "other", {}, night.amazon, written=OURS) as rig:
        reply = await rig.client.post(PATH, content=signed(envelope()), headers={"authorization": ""})
        wrong = await rig.client.post(PATH, content=signed(envelope(), key="another"))

    assert (reply.status_code, wrong.status_code) == (202, 401)


@pytest.mark.parametrize("query", ["", f"?token={SECRET}"])
async def test_a_body_that_was_changed_is_refused_even_with_a_token(night: Night, query: str) -> None:
    body = signed(envelope()).replace(b"orders-queue-age", b"orders-queue-old")

    reply = await night.post(body, query)

    assert reply.status_code == 401
    assert (await night.rig.client.get("/api/v1/incidents")).json()["items"] == []


@pytest.mark.parametrize("query", ["", f"?token={SECRET}"])
async def test_a_certificate_at_a_foreign_host_is_refused_and_not_fetched(night: Night, query: str) -> None:
    host = "https://sns.eu-central-1.amazonaws.com.evil.example"

    reply = await night.post(signed(envelope(), url=f"{host}{CERTIFICATE}"), query)

    assert reply.status_code == 401
    assert night.amazon.asked == []


async def test_a_stale_certificate_proves_nothing(night: Night) -> None:
    night.amazon.serves(certificate(until=SUNDAY_NIGHT - timedelta(seconds=1)))

    assert (await night.post(signed(envelope()))).status_code == 401
    assert (await night.post(signed(envelope()))).status_code == 401
    assert night.amazon.asked == [CERTIFICATE_URL] * 2


async def test_a_certificate_that_ends_is_fetched_anew(night: Night) -> None:
    night.amazon.serves(certificate(until=SUNDAY_NIGHT + timedelta(hours=1)))
    assert (await night.post(signed(envelope()))).status_code == 202

    night.rig.clock.pass_by(timedelta(hours=1, seconds=1))
    night.amazon.serves(certificate())

    assert (await night.post(signed(envelope()))).status_code == 202
    assert night.amazon.asked == [CERTIFICATE_URL] * 2


async def test_a_burst_fetches_the_certificate_once(night: Night) -> None:
    replies = await asyncio.gather(*[night.post(signed(envelope())) for _ in range(20)])

    assert {reply.status_code for reply in replies} == {202}
    assert night.amazon.asked == [CERTIFICATE_URL]


async def test_a_right_signature_of_a_foreign_topic_is_not_enough(night: Night) -> None:
    body = signed(envelope(TopicArn=FOREIGN_TOPIC))
    token = await night.rig.token(Scope.INGEST)

    refused = await night.post(body)
    wrong = await night.post(body, "?token=wrong")
    with_secret = await night.post(body, f"?token={SECRET}")
    with_token = await night.post(body, **token)

    assert (refused.status_code, wrong.status_code) == (401, 401)
    assert (with_secret.status_code, with_token.status_code) == (202, 202)


async def test_without_a_signature_a_token_is_asked_for(night: Night) -> None:
    bare = json.dumps(envelope()).encode()
    raw = envelope()["Message"].encode()
    delivered_raw = {"x-amz-sns-rawdelivery": "true"}

    assert [(await night.post(bare)).status_code, (await night.post(raw, **delivered_raw)).status_code] == [401, 401]
    assert (await night.post(bare, f"?token={SECRET}")).status_code == 202
    assert (await night.post(raw, f"?token={SECRET}", **delivered_raw)).status_code == 202
    assert night.amazon.asked == []


@pytest.mark.parametrize("query", ["", f"?token={SECRET}"])
async def test_while_the_certificate_cannot_be_had_sns_is_asked_to_come_again(night: Night, query: str) -> None:
    elsewhere = {"location": night.amazon.server.url_for("/elsewhere")}
    for status, body in ((404, "gone"), (500, "broken"), (302, ""), (200, "<html>a proxy</html>"), (200, "x" * 70_000)):
        night.amazon.server.clear()
        night.amazon.server.expect_request(CERTIFICATE).respond_with_data(body, status, elsewhere)
        night.amazon.server.expect_request("/elsewhere").respond_with_data(certificate())

        reply = await night.post(signed(envelope()), query)

        assert (reply.status_code, reply.headers["retry-after"]) == (503, "5")
        assert SECRET not in reply.text
        assert [request.path for request, _ in night.amazon.server.log] == [CERTIFICATE]
    assert (await night.rig.client.get("/api/v1/incidents")).json()["items"] == []

    night.amazon.serves(certificate())
    assert (await night.post(signed(envelope()), query)).status_code == 202


async def test_a_body_that_cannot_be_read_is_kept_when_its_sender_may_send(night: Night) -> None:
    assert (await night.post(b"{")).status_code == 401
    assert (await night.post(b"{", f"?token={SECRET}")).status_code == 400

    (kept,) = (await night.rig.client.get("/api/v1/quarantine")).json()["items"]
    assert kept["source"] == "aws-cloudwatch-sns"


async def test_a_subscription_is_confirmed_once_and_its_token_is_in_no_log(night: Night) -> None:
    with capture_logs() as lines:
        reply = await night.post(signed(confirming()))

    assert (reply.status_code, reply.json()["accepted"]) == (202, 0)
    assert night.amazon.asked == [CERTIFICATE_URL, CONFIRM]
    (line,) = [one for one in lines if one["event"] == "webhook.confirmed"]
    assert line["note"] == f"confirmation of the subscription to {TOPIC}, at sns.eu-central-1.amazonaws.com"
    assert "7a31c0ffee" not in repr(lines) + reply.text


async def test_a_subscription_to_a_foreign_topic_is_confirmed_with_a_token_only(night: Night) -> None:
    body = signed(confirming(TopicArn=FOREIGN_TOPIC))

    assert (await night.post(body)).status_code == 401
    assert night.amazon.asked == [CERTIFICATE_URL]

    assert (await night.post(body, f"?token={SECRET}")).status_code == 202
    assert night.amazon.asked == [CERTIFICATE_URL, CONFIRM]


@pytest.mark.parametrize("delivery", ["false", "true"])
async def test_a_confirmation_that_nobody_has_signed_is_never_followed(night: Night, delivery: str) -> None:
    unsigned = json.dumps(confirming()).encode()
    foreign = json.dumps(confirming(SubscribeURL="https://evil.example/")).encode()

    for body in (unsigned, foreign, signed(confirming(), key="another") if delivery == "true" else unsigned):
        reply = await night.post(body, f"?token={SECRET}", **{"x-amz-sns-rawdelivery": delivery})
        assert reply.status_code == 202

    assert night.amazon.asked == []


async def test_a_confirmation_at_a_foreign_address_is_never_followed(night: Night) -> None:
    for url in (
        "https://evil.example/?Token=7a31c0ffee",
        "http://sns.eu-central-1.amazonaws.com/",
        "http://127.0.0.1/",
    ):
        reply = await night.post(signed(confirming(SubscribeURL=url)))
        assert (reply.status_code, reply.json()["field"]) == (400, "SubscribeURL")

    assert night.amazon.asked == [CERTIFICATE_URL]


async def test_what_was_kept_of_a_confirmation_is_not_followed_when_it_is_replayed(night: Night) -> None:
    await night.post(signed(confirming(SubscribeURL="http://sns.eu-central-1.amazonaws.com/")))
    (kept,) = (await night.rig.client.get("/api/v1/quarantine")).json()["items"]

    replayed = await night.rig.client.post(f"/api/v1/quarantine/{kept['id']}/replay")

    assert replayed.status_code in (200, 202)
    assert night.amazon.asked == [CERTIFICATE_URL]


@pytest.mark.parametrize("status", [302, 403, 500])
async def test_a_confirmation_that_fails_is_asked_for_again(night: Night, status: int) -> None:
    away = {"location": night.amazon.server.url_for("/elsewhere")}
    night.amazon.server.clear()
    night.amazon.server.expect_request(CERTIFICATE).respond_with_data(certificate())
    night.amazon.server.expect_request("/").respond_with_data("", status, away)

    reply = await night.post(signed(confirming()))

    assert (reply.status_code, reply.headers["retry-after"]) == (503, "5")
    assert "7a31c0ffee" not in reply.text
    assert [request.path for request, _ in night.amazon.server.log] == [CERTIFICATE, "/"]


async def test_an_end_of_a_subscription_is_noted_and_nothing_fetched_for_it(night: Night) -> None:
    reply = await night.post(signed(envelope("unsubscription")))

    assert (reply.status_code, reply.json()["note"]) == (202, f"the subscription to {TOPIC} has ended")
    assert night.amazon.asked == [CERTIFICATE_URL]
