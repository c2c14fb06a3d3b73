"""Checkly: one check is one alert; its certificate is another."""

import hmac
from datetime import datetime
from hashlib import sha256
from pathlib import Path

import pytest

from app.adapters.sources import SOURCES
from app.adapters.sources.checkly import SIGNATURE
from app.adapters.sources.unread import FLAG
from app.domain.alert import AlertStatus
from app.domain.classify import Severity
from app.service.source_ports import Request
from tests.contracts.source_contract import SignedContract
from tests.contracts.source_rig import Rig, a_request, alerts_of, with_header

FIXTURES = Path(__file__).parent / "fixtures" / "checkly"
CHECKLY = SOURCES["checkly"]
CHECK = "5b0f6c6e-2a9f-4a57-9a55-0d3b5e7a9c10"


def sent(name: str) -> bytes:
    return (FIXTURES / f"{name}.json").read_bytes()


def sign(request: Request, secret: str, at: datetime) -> Request:
    return with_header(request, SIGNATURE, hmac.new(secret.encode(), request.body, sha256).hexdigest())


@pytest.fixture
def rig() -> Rig:
    return Rig(
        CHECKLY,
        FIXTURES,
        a_request(sent("failure")),
        a_request(sent("recovery")),
        tests=(a_request(sent("goes_on_passing")),),
        prove=sign,
        with_proof=lambda request, value: with_header(request, SIGNATURE, value),
    )


class TestCheckly(SignedContract):
    """The contract, on Checkly's bodies."""


def test_a_failure_is_read_whole() -> None:
    (alert,) = alerts_of(CHECKLY, a_request(sent("failure")))

    assert (alert.dedup_key, alert.severity) == (CHECK, "ALERT_FAILURE")
    assert alert.title == 'Check "Berth search" has failed'
    assert alert.description.startswith("Expected 200, got 502")
    assert alert.runbooks == ("https://wiki.example.net/runbooks/berth-search",)
    assert alert.labels["alertname"] == alert.labels["check"] == "Berth search"
    assert alert.labels["squad"] == "harbour"
    assert alert.labels["region"] == "eu-central-1"
    assert alert.links[0].text == "check result"
    assert alert.started_at is not None


@pytest.mark.parametrize(
    ("name", "status", "severity"),
    [
        ("failure", AlertStatus.FIRING, Severity.CRITICAL),
        ("failure_remains", AlertStatus.FIRING, Severity.CRITICAL),
        ("degraded_failure", AlertStatus.FIRING, Severity.CRITICAL),
        ("degraded", AlertStatus.FIRING, Severity.TRIAGE),
        ("recovery", AlertStatus.RESOLVED, Severity.TRIAGE),
        ("degraded_recovery", AlertStatus.RESOLVED, Severity.TRIAGE),
        ("edited_template", AlertStatus.FIRING, Severity.CRITICAL),
    ],
)
def test_every_transition_is_about_the_same_check(name: str, status: AlertStatus, severity: Severity) -> None:
    (alert,) = alerts_of(CHECKLY, a_request(sent(name)))

    assert (alert.dedup_key, alert.status) == (CHECK, status)
    assert CHECKLY.severities[alert.severity.lower()] is severity


def test_a_certificate_that_runs_out_is_not_closed_by_the_recovery_of_its_check() -> None:
    (alert,) = alerts_of(CHECKLY, a_request(sent("certificate")))

    assert (alert.dedup_key, alert.status) == (f"{CHECK}:ssl", AlertStatus.FIRING)
    assert alert.labels["days_remaining"] == "14"


def test_a_template_without_the_type_is_resolved_by_its_title() -> None:
    (alert,) = alerts_of(CHECKLY, a_request(sent("edited_template_without_type")))

    assert (alert.dedup_key, alert.status) == (CHECK, AlertStatus.RESOLVED)


def test_a_variable_that_was_not_expanded_is_no_label() -> None:
    (alert,) = alerts_of(CHECKLY, a_request(sent("edited_template")))

    assert "region" not in alert.labels
    assert alert.value("service") == "berths"


def test_a_body_of_names_that_nobody_knows_tells_a_person() -> None:
    (alert,) = alerts_of(CHECKLY, a_request(sent("nothing_known")))

    assert (alert.status, alert.flags) == (AlertStatus.FIRING, (FLAG,))
