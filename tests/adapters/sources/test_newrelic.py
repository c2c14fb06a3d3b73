"""New Relic: the issue is the alert, and a person's action on it is an acknowledgement."""

import json
from pathlib import Path
from urllib.parse import urlencode

import pytest

from app.adapters.sources import SOURCES
from app.adapters.sources.unread import FLAG
from app.domain.alert import AlertStatus
from app.domain.classify import Severity
from app.service.source_ports import Control
from tests.contracts.source_contract import SourceContract
from tests.contracts.source_rig import Rig, a_request, alerts_of, an_instance

FIXTURES = Path(__file__).parent / "fixtures" / "newrelic"
NEWRELIC = SOURCES["newrelic"]


def sent(name: str) -> bytes:
    return (FIXTURES / f"{name}.json").read_bytes()


@pytest.fixture
def rig() -> Rig:
    return Rig(
        NEWRELIC,
        FIXTURES,
        a_request(sent("activated")),
        a_request(sent("closed")),
        tests=(a_request(sent("legacy_test")), a_request(sent("deployment"))),
    )


class TestNewRelic(SourceContract):
    """The contract, on New Relic's bodies."""


def test_an_issue_is_read_whole() -> None:
    (alert,) = alerts_of(NEWRELIC, a_request(sent("activated")))

    assert (alert.dedup_key, alert.severity) == ("0f6f5e0a-3d1b-4b5e-9f0e-6a8d7c2b1e44", "CRITICAL")
    assert alert.title == "Quay API query result is > 5.0 for 10 minutes on 'Errors per minute'"
    assert alert.labels["alertname"] == alert.labels["condition"] == "Errors per minute"
    assert alert.labels["policy"] == "Quay golden signals"
    assert alert.labels["entity"] == "quay-api, quay-worker"
    assert alert.value("squad") == "harbour"
    assert alert.runbooks == ("https://wiki.example.net/runbooks/quay-api",)
    assert alert.links[0].text == "issue"
    assert alert.started_at is not None
    assert NEWRELIC.severities["critical"] is Severity.CRITICAL


@pytest.mark.parametrize(
    ("name", "status"),
    [
        ("created", AlertStatus.FIRING),
        ("activated", AlertStatus.FIRING),
        ("acknowledged", AlertStatus.ACKNOWLEDGED),
        ("acknowledged_without_trigger", AlertStatus.ACKNOWLEDGED),
        ("activated_again_after_acknowledgement", AlertStatus.FIRING),
        ("title_as_list", AlertStatus.FIRING),
        ("closed", AlertStatus.RESOLVED),
    ],
)
def test_every_state_is_about_the_same_issue(name: str, status: AlertStatus) -> None:
    (alert,) = alerts_of(NEWRELIC, a_request(sent(name)))

    assert (alert.dedup_key, alert.status) == ("0f6f5e0a-3d1b-4b5e-9f0e-6a8d7c2b1e44", status)


@pytest.mark.parametrize(
    ("name", "status"),
    [
        ("legacy_open", AlertStatus.FIRING),
        ("legacy_acknowledged", AlertStatus.ACKNOWLEDGED),
        ("legacy_closed", AlertStatus.RESOLVED),
    ],
)
def test_the_older_channels_are_known_by_incident_and_condition(name: str, status: AlertStatus) -> None:
    (alert,) = alerts_of(NEWRELIC, a_request(sent(name)))

    assert (alert.dedup_key, alert.status) == ("990017:31", status)
    assert alert.title == "Apdex (high): Apdex < 0.7 for at least 10 minutes on 'quay-api'"
    assert alert.labels["service"] == "quay"
    assert alert.labels["target"] == "quay-api"
    assert alert.runbooks == ("https://wiki.example.net/runbooks/quay-apdex",)


def test_an_older_channel_may_send_a_form() -> None:
    form = urlencode(
        {"incident_id": "990017", "condition_id": "31", "condition_name": "Apdex", "current_state": "open"}
    )

    (alert,) = alerts_of(NEWRELIC, a_request(form, content_type="application/x-www-form-urlencoded"))

    assert (alert.dedup_key, alert.title) == ("990017:31", "Apdex")


def test_a_title_that_is_a_list_is_its_first() -> None:
    (alert,) = alerts_of(NEWRELIC, a_request(sent("title_as_list")))

    assert alert.title == "Errors per minute on quay-api"


def test_a_body_of_names_that_nobody_knows_tells_a_person() -> None:
    (alert,) = alerts_of(NEWRELIC, a_request(sent("nothing_known")))

    assert (alert.status, alert.flags) == (AlertStatus.FIRING, (FLAG,))


def test_a_test_of_a_channel_and_a_deployment_are_told_apart() -> None:
    notes = [NEWRELIC.parse(a_request(sent(name)), an_instance(NEWRELIC)) for name in ("legacy_test", "deployment")]

    assert notes == [Control("New Relic's test of a notification channel"), Control("New Relic deployment")]


@pytest.mark.parametrize(
    ("state", "status"),
    [
        ({"issueClosedAt": 1781000000000}, AlertStatus.RESOLVED),
        ({"issueState": "ACTIVATED", "issueClosedAt": None}, AlertStatus.FIRING),
        ({"issueAcknowledgedAt": 1781000000000}, AlertStatus.ACKNOWLEDGED),
        ({"issue": {"state": "CLOSED"}}, AlertStatus.RESOLVED),
    ],
)
def test_a_template_may_tell_the_state_by_times_or_nested(state: dict[str, object], status: AlertStatus) -> None:
    (alert,) = alerts_of(NEWRELIC, a_request(json.dumps({"issueId": "i-1", **state})))

    assert (alert.dedup_key, alert.status) == ("i-1", status)
