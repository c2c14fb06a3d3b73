"""Grafana: groups like Alertmanager's, legacy bodies, HMAC with and without a signed time, test buttons."""

import hmac
import json
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from hashlib import sha256
from pathlib import Path

import pytest

from app.adapters.sources import SOURCES
from app.adapters.sources.unread import FLAG
from app.domain.alert import AlertStatus
from app.domain.errors import InvalidPayload, Unauthorised
from app.service.source_ports import Control, Request, Verdict
from tests.contracts.source_contract import SignedContract
from tests.contracts.source_rig import AT, SECRET, Rig, a_request, alerts_of, an_instance, with_header

FIXTURES = Path(__file__).parent / "fixtures" / "grafana"
GRAFANA = SOURCES["grafana"]
SIGNATURE = "x-grafana-alerting-signature"
TIMESTAMP = "x-grafana-alerting-timestamp"


def sent(name: str) -> bytes:
    return (FIXTURES / f"{name}.json").read_bytes()


def sign(request: Request, secret: str, at: datetime) -> Request:
    return with_header(request, SIGNATURE, hmac.new(secret.encode(), request.body, sha256).hexdigest())


def sign_with_time(request: Request, secret: str, at: datetime, header: str = TIMESTAMP) -> Request:
    stamp = str(int(at.timestamp()))
    digest = hmac.new(secret.encode(), stamp.encode() + b":" + request.body, sha256).hexdigest()
    return with_header(with_header(request, SIGNATURE, digest), header, stamp)


def a_rig(prove: Callable[[Request, str, datetime], Request], *, is_time_signed: bool) -> Rig:
    return Rig(
        GRAFANA,
        FIXTURES,
        a_request(sent("firing")),
        a_request(sent("resolved")),
        tests=(a_request(sent("test_button")), a_request(sent("legacy_test"))),
        prove=prove,
        with_proof=lambda request, value: with_header(request, SIGNATURE, value),
        is_time_signed=is_time_signed,
    )


class TestGrafana(SignedContract):
    @pytest.fixture
    def rig(self) -> Rig:
        return a_rig(sign, is_time_signed=False)


class TestGrafanaWithSignedTime(SignedContract):
    @pytest.fixture
    def rig(self) -> Rig:
        return a_rig(sign_with_time, is_time_signed=True)


def test_headers_may_have_names_of_their_own() -> None:
    instance = an_instance(GRAFANA, timestamp_header="X-Sent-At", signature_header="X-Proof")
    signed = sign_with_time(a_request(sent("firing")), SECRET, AT, header="x-sent-at")
    renamed = with_header(signed, "x-proof", signed.headers[SIGNATURE])

    assert GRAFANA.verify(renamed, SECRET, AT, instance) is Verdict.SIGNED
    assert GRAFANA.verify(signed, SECRET, AT, instance) is Verdict.UNSIGNED


def test_a_signature_without_the_time_that_was_agreed_on_is_refused() -> None:
    instance = an_instance(GRAFANA, timestamp_header="X-Sent-At")

    with pytest.raises(Unauthorised, match="x-sent-at"):
        GRAFANA.verify(sign(a_request(sent("firing")), SECRET, AT), SECRET, AT, instance)


def test_a_signed_time_cannot_be_taken_away() -> None:
    signed = sign_with_time(a_request(sent("firing")), SECRET, AT)
    stripped = {name: value for name, value in signed.headers.items() if name != TIMESTAMP}

    with pytest.raises(Unauthorised):
        GRAFANA.verify(replace(signed, headers=stripped), SECRET, AT, an_instance(GRAFANA))


@pytest.mark.parametrize("stamp", ["", "now", "１７３８５５７９０５", "-1", "1e9", "9" * 400])
def test_a_malformed_time_is_refused(stamp: str) -> None:
    signed = with_header(sign_with_time(a_request(sent("firing")), SECRET, AT), TIMESTAMP, stamp)

    with pytest.raises(Unauthorised):
        GRAFANA.verify(signed, SECRET, AT, an_instance(GRAFANA))


def test_an_alert_is_read_with_its_links() -> None:
    (alert,) = alerts_of(GRAFANA, a_request(sent("firing")))

    assert alert.title == "Basket p99 > 2s & climbing: Basket is slow for 1 in 100 customers"
    assert alert.runbooks == ("https://wiki.example.net/runbooks/basket?tab=1&x=2",)
    assert [link.text for link in alert.links] == ["source", "dashboard", "panel", "silence"]
    assert alert.severity == "high"


def test_an_alert_for_missing_data_names_its_rule() -> None:
    (alert,) = alerts_of(GRAFANA, a_request(sent("no_data")))

    assert alert.title == "DatasourceNoData (Basket p99)"


def test_a_test_alert_beside_a_real_one_is_left_out() -> None:
    (alert,) = alerts_of(GRAFANA, a_request(sent("test_button_beside_alert")))

    assert alert.labels["alertname"] == "Basket p99 > 2s & climbing"


def test_a_rule_of_ours_that_is_called_test_alert_pages() -> None:
    body = json.dumps({"alerts": [{"labels": {"alertname": "TestAlert", "instance": "pg-1"}}], "version": "1"})

    assert len(alerts_of(GRAFANA, a_request(body))) == 1


def test_legacy_bodies_are_known_by_their_rule() -> None:
    (alerting,) = alerts_of(GRAFANA, a_request(sent("legacy_alerting")))
    (fine,) = alerts_of(GRAFANA, a_request(sent("legacy_ok")))
    (no_data,) = alerts_of(GRAFANA, a_request(sent("legacy_no_data")))

    assert alerting.dedup_key == fine.dedup_key == no_data.dedup_key == "31"
    assert (alerting.title, alerting.severity) == ("Mail backlog", "error")
    assert alerting.description == "Mail backlog above 400\nbacklog = 412"
    assert fine.status is AlertStatus.RESOLVED
    assert (no_data.status, no_data.flags) == (AlertStatus.FIRING, ("Grafana got no data for this rule",))


def test_a_paused_legacy_rule_opens_and_closes_nothing() -> None:
    assert isinstance(GRAFANA.parse(a_request(sent("legacy_paused")), an_instance(GRAFANA)), Control)


@pytest.mark.parametrize("body", ['{"receiver":"x"}', '{"alerts":null,"state":"ok"}', '{"alerts":[{},3]}'])
def test_a_body_of_another_shape_pages_flagged(body: str) -> None:
    (alert,) = alerts_of(GRAFANA, a_request(body))

    assert (alert.status, alert.flags, alert.raw) == (AlertStatus.FIRING, (FLAG,), body)


@pytest.mark.parametrize("body", ["{}", "[]"])
def test_a_body_that_holds_nothing_is_refused(body: str) -> None:
    with pytest.raises(InvalidPayload):
        GRAFANA.parse(a_request(body), an_instance(GRAFANA))
