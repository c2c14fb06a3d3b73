"""CloudWatch alarms by way of SNS: signatures of SNS's own key, topics that are ours, alarms in all their forms."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.adapters.sources import SOURCES
from app.adapters.sources.aws_cloudwatch_sns import AwsCloudwatchSns
from app.adapters.sources.certificate import good_until
from app.domain.alert import Alert, AlertStatus
from app.domain.classify import Severity
from app.domain.errors import InvalidPayload, Unauthorised
from app.service.source_ports import Configurable, Control, Fetching, Request, Verdict
from tests.contracts.source_contract import SignedContract
from tests.contracts.source_rig import (
    AT,
    MALFORMED_PROOFS,
    SECRET,
    Rig,
    a_request,
    alerts_of,
    an_instance,
    mutations,
)
from tests.sns_signing import UNTIL, certificate, signed

FIXTURES = Path(__file__).parent / "fixtures" / "aws-cloudwatch-sns"
SNS = SOURCES["aws-cloudwatch-sns"]
TOPIC = "arn:aws:sns:eu-central-1:210987654321:shop-alarms"
OURS = an_instance(SNS, topics=[TOPIC])
SIGNED = ("Message", "MessageId", "Subject", "Timestamp", "TopicArn", "Type")
SUBSCRIBE = f"https://sns.eu-central-1.amazonaws.com/?Action=ConfirmSubscription&TopicArn={TOPIC}&Token=7a31c0ffee"


def sent(name: str) -> bytes:
    return (FIXTURES / f"{name}.json").read_bytes()


def envelope(name: str, **changes: Any) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(sent(name))
    return found | changes


def arrived(body: bytes, fetched: bytes | None = None) -> Request:
    """A request with the certificate that the shell has fetched for it."""
    request = a_request(body, content_type="text/plain; charset=UTF-8")
    return replace(request, fetched=certificate() if fetched is None else fetched)


def prove(request: Request, secret: str, at: datetime) -> Request:
    """Signed with SNS's key for the right secret, else with one that the certificate is not of."""
    body = signed(json.loads(request.body), key="sns" if secret == SECRET else "another")
    return replace(request, body=body, fetched=certificate())


def with_proof(request: Request, proof: str) -> Request:
    return replace(request, body=json.dumps(json.loads(request.body) | {"Signature": proof}).encode())


def alert(name: str) -> Alert:
    (found,) = alerts_of(SNS, a_request(sent(name)))
    return found


@pytest.fixture
def rig() -> Rig:
    return Rig(
        SNS,
        FIXTURES,
        a_request(sent("firing")),
        a_request(sent("resolved")),
        tests=(a_request(sent("text")), a_request(sent("subscription")), a_request(sent("unsubscription"))),
        prove=prove,
        with_proof=with_proof,
        is_body_signed=False,
        needs_secret=False,
        options={"topics": [TOPIC]},
    )


class TestAwsCloudwatchSns(SignedContract):
    """The contract, on SNS's envelopes. Blanks between the fields are not signed, so a body may change there."""

    @pytest.mark.parametrize("proof", [one for one in MALFORMED_PROOFS if one not in ("\ud800", "\x00")], ids=ascii)
    def test_a_malformed_proof_is_refused(self, rig: Rig, proof: str) -> None:
        """Two of them cannot stand in a JSON body: such a body is no envelope, and so carries no proof."""
        super().test_a_malformed_proof_is_refused(rig, proof)


@given(choice=st.data())
@settings(max_examples=100, deadline=None)
def test_whatever_is_changed_nothing_else_than_what_was_signed_is_believed(choice: st.DataObject) -> None:
    body = signed(envelope("firing"))
    changed = choice.draw(mutations(body))

    try:
        verdict = SNS.verify(arrived(changed), SECRET, AT, OURS)
    except Unauthorised:
        return

    if verdict is Verdict.SIGNED:
        assert {name: json.loads(changed)[name] for name in SIGNED} == {name: json.loads(body)[name] for name in SIGNED}


@pytest.mark.parametrize("version", ["1", "2"])
@pytest.mark.parametrize("name", ["firing", "without_arn", "text", "subscription", "unsubscription"])
def test_every_kind_of_message_is_verified(name: str, version: str) -> None:
    assert SNS.verify(arrived(signed(envelope(name), version)), "", AT, OURS) is Verdict.SIGNED


@pytest.mark.parametrize("field", ["Message", "MessageId", "Subject", "Timestamp", "TopicArn"])
def test_every_signed_field_counts(field: str) -> None:
    changed = json.loads(signed(envelope("firing"))) | {field: "something else"}

    with pytest.raises(Unauthorised, match="does not match"):
        SNS.verify(arrived(json.dumps(changed).encode()), SECRET, AT, OURS)


@pytest.mark.parametrize(
    "changes",
    [
        {"Type": "Whatever"},
        {"SignatureVersion": "3"},
        {"SignatureVersion": None},
        {"Message": None},
        {"Message": {"a": 1}},
        {"Subject": 7},
        {"Signature": None},
        {"Signature": ["x"]},
    ],
    ids=str,
)
def test_an_envelope_that_cannot_be_checked_is_refused(changes: dict[str, Any]) -> None:
    odd = json.loads(signed(envelope("firing"))) | changes

    with pytest.raises(Unauthorised):
        SNS.verify(arrived(json.dumps(odd).encode()), SECRET, AT, OURS)


def test_a_subject_that_is_null_is_not_signed() -> None:
    body = json.loads(signed(envelope("without_arn"))) | {"Subject": None}

    assert SNS.verify(arrived(json.dumps(body).encode()), "", AT, OURS) is Verdict.SIGNED


@pytest.mark.parametrize(
    "topics", [None, [], [TOPIC + "-2"], ["arn:aws:sns:*"], TOPIC[:-1], {TOPIC: 1}, [[TOPIC]]], ids=str
)
def test_a_right_signature_of_a_topic_that_is_not_listed_is_none(topics: object) -> None:
    request = arrived(signed(envelope("firing")))

    assert SNS.verify(request, SECRET, AT, an_instance(SNS, topics=topics)) is Verdict.UNSIGNED


def test_one_topic_may_be_listed_without_a_list() -> None:
    assert SNS.verify(arrived(signed(envelope("firing"))), "", AT, an_instance(SNS, topics=TOPIC)) is Verdict.SIGNED


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({}, []),
        ({"topics": [TOPIC]}, []),
        ({"topics": "arn:aws-cn:sns:cn-north-1:210987654321:a-b_c.fifo"}, []),
        ({"topic": [TOPIC]}, ["lists no topic"]),
        ({"topics": {TOPIC: 1}}, ["lists no topic"]),
        ({"topics": [TOPIC, TOPIC + ":9f", "arn:aws:sns:*:*:*", 7, None]}, ["is not the ARN"] * 4),
    ],
    ids=str,
)
def test_a_topic_that_is_written_wrong_is_said(options: dict[str, object], said: list[str]) -> None:
    assert isinstance(SNS, Configurable)
    found = SNS.problems(options)

    assert len(found) == len(said)
    assert all(words in problem for words, problem in zip(said, found, strict=True))


def test_a_certificate_counts_only_while_it_is_valid() -> None:
    request = arrived(signed(envelope("firing")))

    for at in (UNTIL + timedelta(seconds=1), datetime(2025, 12, 31, tzinfo=UTC)):
        with pytest.raises(Unauthorised, match="expired"):
            SNS.verify(request, SECRET, at, OURS)


@pytest.mark.parametrize("fetched", [b"", b"<html>", b"-----BEGIN CERTIFICATE-----\nxx\n-----END CERTIFICATE-----\n"])
def test_without_a_certificate_no_signature_is_right(fetched: bytes) -> None:
    with pytest.raises(Unauthorised):
        SNS.verify(arrived(signed(envelope("firing")), fetched), SECRET, AT, OURS)
    assert good_until(fetched) is None


def test_a_key_that_can_be_broken_proves_nothing() -> None:
    short = certificate("short", bits=1024)

    with pytest.raises(Unauthorised, match="2048 bits"):
        SNS.verify(arrived(signed(envelope("firing"), key="sns"), short), SECRET, AT, OURS)


@pytest.mark.parametrize(
    "url",
    [
        "https://sns.eu-central-1.amazonaws.com/SimpleNotificationService-6f1c0de5.pem",
        "https://sns.cn-north-1.amazonaws.com.cn/SimpleNotificationService-6f1c0de5.pem",
        "https://sns.us-gov-west-1.amazonaws.com/SimpleNotificationService-6f1c0de5.pem",
    ],
)
def test_certificates_lie_at_sns(url: str) -> None:
    assert isinstance(SNS, Fetching)

    assert SNS.fetches(a_request(signed(envelope("firing"), url=url))) == url


@pytest.mark.parametrize(
    "url",
    [
        "",
        "http://sns.eu-central-1.amazonaws.com/a.pem",
        "HTTPS://sns.eu-central-1.amazonaws.com/a.pem",
        "https://sns.eu-central-1.amazonaws.com.evil.example/a.pem",
        "https://evil.example/sns.eu-central-1.amazonaws.com/a.pem",
        "https://evil.example#sns.eu-central-1.amazonaws.com/a.pem",
        "https://evil.example\\@sns.eu-central-1.amazonaws.com/a.pem",
        "https://sns.eu-central-1.amazonaws.com@evil.example/a.pem",
        "https://sns.eu-central-1.amazonaws.com:8443/a.pem",
        "https://u:p@sns.eu-central-1.amazonaws.com/a.pem",
        "https://sns.eu-central-1.amazonaws.com/a.pem?x=.pem",
        "https://sns.eu-central-1.amazonaws.com/?Action=Unsubscribe&x=.pem",
        "https://sns.eu-central-1.amazonaws.com/a.txt",
        "https://sns.eu-central-1.amazonaws.com/a.pem\n",
        " https://sns.eu-central-1.amazonaws.com/a.pem",
        "https://snsXeu-central-1.amazonaws.com/a.pem",
        "https://sns.eu.central.amazonaws.com/a.pem",
        "https://s3.eu-central-1.amazonaws.com/bucket/a.pem",
        "https://sns.eu-central-1.amazonaws.com.cn.evil.example/a.pem",
        "https://127.0.0.1/a.pem",
    ],
)
def test_a_certificate_at_any_other_place_is_refused_before_it_is_fetched(url: str) -> None:
    request = arrived(signed(envelope("firing"), url=url))
    assert isinstance(SNS, Fetching)

    with pytest.raises(Unauthorised, match="SigningCertURL"):
        SNS.fetches(request)
    with pytest.raises(Unauthorised, match="SigningCertURL"):
        SNS.verify(request, SECRET, AT, OURS)


@pytest.mark.parametrize("body", [b"", b"{", b"[]", sent("firing")])
def test_nothing_is_fetched_for_what_carries_no_signature(body: bytes) -> None:
    assert AwsCloudwatchSns().fetches(a_request(body)) == ""


def test_raw_delivery_has_no_signature_whatever_it_holds() -> None:
    raw = a_request(signed(envelope("firing")), x_amz_sns_rawdelivery="true")

    assert AwsCloudwatchSns().fetches(raw) == ""
    assert SNS.verify(raw, SECRET, AT, OURS) is Verdict.UNSIGNED


def test_a_raw_alarm_is_the_same_alert() -> None:
    message = json.loads(sent("firing"))["Message"]

    (raw,) = alerts_of(SNS, a_request(message, x_amz_sns_rawdelivery="true", x_amz_sns_topic_arn=TOPIC))
    (bare,) = alerts_of(SNS, a_request(message))

    assert raw.dedup_key == bare.dedup_key == alert("firing").dedup_key
    assert raw.labels == alert("firing").labels


def test_an_alarm_is_read_whole() -> None:
    found = alert("firing")

    assert found.dedup_key == "arn:aws:cloudwatch:eu-central-1:210987654321:alarm:orders-queue-age"
    assert (found.title, found.severity) == ("orders-queue-age: Orders wait longer than 5 minutes", "ALARM")
    assert found.started_at == datetime(2026, 6, 14, 2, 11, 39, 870_000, UTC)
    assert found.runbooks == ("orders-queue",)
    assert found.labels == {
        "alertname": "orders-queue-age",
        "alarm": "orders-queue-age",
        "account": "210987654321",
        "region": "eu-central-1",
        "topic": TOPIC,
        "namespace": "AWS/SQS",
        "metric": "ApproximateAgeOfOldestMessage",
        "queuename": "orders",
        "severity": "ALARM",
    }
    assert found.links[0].href.endswith("region=eu-central-1#alarmsV2:alarm/orders-queue-age")
    assert SNS.severities["alarm"] is Severity.CRITICAL


def test_what_lets_others_act_is_not_in_the_copy() -> None:
    request = a_request(signed(envelope("firing")))

    (found,) = alerts_of(SNS, request)

    assert "UnsubscribeURL" not in found.raw
    assert '"Signature"' not in found.raw


def test_json_that_was_unpacked_on_the_way_is_read_and_a_message_without_any_is_refused() -> None:
    unpacked = envelope("firing", Message=json.loads(envelope("firing")["Message"]))

    (found,) = alerts_of(SNS, a_request(json.dumps(unpacked)))

    assert (found.dedup_key, found.title) == (alert("firing").dedup_key, alert("firing").title)
    for nothing in (None, "", " \n"):
        with pytest.raises(InvalidPayload) as refused:
            SNS.parse(a_request(json.dumps(envelope("firing", Message=nothing))), OURS)
        assert refused.value.field == "Message"


def test_an_alarm_without_an_arn_is_known_by_account_region_and_name() -> None:
    firing = envelope("without_arn")
    over = firing | {"Message": firing["Message"].replace('"ALARM"', '"OK"'), "MessageId": "another"}

    (first,) = alerts_of(SNS, a_request(json.dumps(firing)))
    (second,) = alerts_of(SNS, a_request(json.dumps(over)))

    assert (first.dedup_key, second.status) == (second.dedup_key, AlertStatus.RESOLVED)
    assert first.dedup_key != alert("composite").dedup_key
    assert first.labels["region"] == "EU (Frankfurt)"


def test_no_data_fires_and_says_so() -> None:
    found = alert("insufficient_data")

    assert (found.status, found.dedup_key) == (AlertStatus.FIRING, alert("firing").dedup_key)
    assert found.flags == ("CloudWatch has no data for this alarm",)


def test_a_composite_alarm_and_one_over_an_expression_are_alarms_too() -> None:
    assert (alert("composite").title, alert("composite").links[0].text) == ("shop-unhealthy", "CloudWatch")
    assert alert("metric_math").labels["metric"] == "HTTPCode_Target_5XX_Count"
    assert alert("metric_math").labels["loadbalancer"] == "app/shop/1f"


def test_an_alarm_by_way_of_eventbridge_is_the_same_one() -> None:
    found = alert("eventbridge")

    assert (found.dedup_key, found.title) == (alert("firing").dedup_key, alert("firing").title)
    assert (found.severity, found.labels["account"]) == ("ALARM", "210987654321")


@pytest.mark.parametrize(
    ("name", "title"), [("other_service", "RDS Notification Message"), ("almost_json", "ALARM: cut off")]
)
def test_what_is_no_alarm_but_looks_like_more_than_text_is_for_the_backlog(name: str, title: str) -> None:
    found = alert(name)

    assert (found.title, SNS.severities[found.severity]) == (title, Severity.TRIAGE)
    assert "no CloudWatch alarm" in found.flags[0]


def test_a_signed_confirmation_is_to_be_visited() -> None:
    said = SNS.parse(arrived(signed(envelope("subscription"))), OURS)

    assert isinstance(said, Control)
    assert said.visit == SUBSCRIBE
    assert said.note == f"confirmation of the subscription to {TOPIC}, at sns.eu-central-1.amazonaws.com"


def test_a_confirmation_that_nobody_has_signed_is_not() -> None:
    said = SNS.parse(a_request(sent("subscription")), OURS)

    assert isinstance(said, Control)
    assert said.visit == ""


@pytest.mark.parametrize(
    "url",
    [
        "https://evil.example/?Action=ConfirmSubscription",
        "http://sns.eu-central-1.amazonaws.com/?Action=ConfirmSubscription",
        "https://sns.eu-central-1.amazonaws.com.evil.example/",
        "https://sns.eu-central-1.amazonaws.com@evil.example/",
        "https://sns.eu-central-1.amazonaws.com:81/",
        "https://sns.eu-central-1.amazonaws.com/ x",
        "https://169.254.169.254/latest/meta-data/",
    ],
)
def test_a_confirmation_at_any_other_place_is_refused(url: str) -> None:
    with pytest.raises(InvalidPayload) as refused:
        SNS.parse(arrived(signed(envelope("subscription", SubscribeURL=url))), OURS)

    assert refused.value.field == "SubscribeURL"
    assert "7a31c0ffee" not in str(refused.value)


def test_an_end_of_a_subscription_is_information_only() -> None:
    said = SNS.parse(arrived(signed(envelope("unsubscription"))), OURS)

    assert isinstance(said, Control)
    assert said.visit == ""


def test_the_certificates_end_is_how_long_it_is_kept() -> None:
    assert AwsCloudwatchSns().good_until(certificate()) == UNTIL
