"""Google Cloud Monitoring: the incident is the alert, whatever version and capitals it comes in."""

import json
from base64 import b64encode
from datetime import UTC, datetime
from pathlib import Path

import pytest

from app.adapters.sources import SOURCES
from app.adapters.sources.unread import FLAG
from app.domain.alert import Alert, AlertStatus
from app.domain.classify import Severity
from app.domain.errors import InvalidPayload
from app.service.source_ports import Control, Request
from tests.contracts.source_contract import SourceContract
from tests.contracts.source_rig import Rig, a_request, alerts_of, an_instance

FIXTURES = Path(__file__).parent / "fixtures" / "gcp-cloud-monitoring"
GCP = SOURCES["gcp-cloud-monitoring"]


def sent(name: str) -> bytes:
    return (FIXTURES / f"{name}.json").read_bytes()


def alert(name: str) -> Alert:
    (found,) = alerts_of(GCP, a_request(sent(name)))
    return found


@pytest.fixture
def rig() -> Rig:
    return Rig(GCP, FIXTURES, a_request(sent("firing")), a_request(sent("resolved")), tests=(a_request(sent("test")),))


class TestGcpCloudMonitoring(SourceContract):
    """The contract, on Google's bodies."""


def test_an_incident_is_read_whole() -> None:
    found = alert("firing")

    assert (found.dedup_key, found.severity) == ("0.nw3kq8x1v2ab", "Error")
    assert found.title == "Checkout is slow: p99 above 2 s"
    assert found.started_at == datetime(2026, 6, 14, 2, 11, 40, tzinfo=UTC)
    assert found.runbooks == ("https://wiki.example.com/playbooks/checkout", "https://wiki.example.com/checkout-slow")
    assert [link.text for link in found.links] == ["incident", "Checkout playbook", "Dashboard"]
    assert found.labels == {
        "squad": "orders",
        "tier": "front",
        "service_name": "checkout",
        "location": "europe-west3",
        "response_code_class": "5xx",
        "alertname": "Checkout is slow",
        "policy": "Checkout is slow",
        "condition": "p99 above 2 s",
        "project": "shop-prod",
        "resource": "checkout",
        "resource_type": "cloud_run_revision",
        "metric": "run.googleapis.com/request_latencies",
        "severity": "Error",
    }
    assert GCP.severities["error"] is Severity.HIGH


def test_a_closed_incident_ends_and_an_acknowledged_one_does_not() -> None:
    assert alert("resolved").ended_at == datetime(2026, 6, 14, 2, 31, 40, tzinfo=UTC)
    assert (alert("acknowledged").status, alert("acknowledged").ended_at) == (AlertStatus.ACKNOWLEDGED, None)


def test_capitals_zero_times_and_paths_for_names_are_understood() -> None:
    found = alert("capitals_and_paths")

    assert (found.status, found.title, found.severity) == (AlertStatus.FIRING, "Error ratio > 5%", "critical")
    assert (found.started_at, found.runbooks) == (None, ("error-ratio",))


def test_documentation_that_is_json_names_a_runbook() -> None:
    assert alert("version_1_1").runbooks == ("web-cpu",)


def test_an_incident_with_next_to_nothing_is_named_by_its_summary() -> None:
    assert (alert("bare").title, alert("bare").labels) == ("Größe 🔥 überschritten", {})


@pytest.mark.parametrize("body", ['{"incident": null}', '{"incident": {}}', '{"incident": [], "version": "1.2"}'])
def test_a_body_without_an_incident_pages_flagged(body: str) -> None:
    (found,) = alerts_of(GCP, a_request(body))

    assert (found.status, found.flags, found.raw) == (AlertStatus.FIRING, (FLAG,), body.replace(" ", ""))


def test_an_empty_body_is_refused() -> None:
    with pytest.raises(InvalidPayload):
        GCP.parse(a_request("{}"), an_instance(GCP))


def pushed(data: bytes) -> Request:
    message = {"data": b64encode(data).decode(), "messageId": "9918273645", "publishTime": "2026-06-14T02:11:58Z"}
    return a_request(json.dumps({"message": message, "subscription": "projects/quay-42/subscriptions/pager"}))


def test_a_notification_that_pub_sub_pushes_is_the_notification_in_it() -> None:
    assert alerts_of(GCP, pushed(sent("firing"))) == alerts_of(GCP, a_request(sent("firing")))
    assert isinstance(GCP.parse(pushed(sent("test")), an_instance(GCP)), Control)


@pytest.mark.parametrize("data", [b"a buoy has come loose", b"\xff\xfe", b"{cut off", b"{}", b""])
def test_a_push_in_which_there_is_no_notification_pages_flagged(data: bytes) -> None:
    (found,) = alerts_of(GCP, pushed(data))

    assert found.flags == (FLAG,)
    assert "9918273645" in found.raw
