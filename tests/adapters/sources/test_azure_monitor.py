"""Azure Monitor: the common schema, and what comes where nobody has switched it on."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from app.adapters.sources import SOURCES
from app.adapters.sources.unread import FLAG
from app.domain.alert import Alert, AlertStatus
from app.domain.classify import Severity
from app.domain.errors import InvalidPayload
from tests.contracts.source_contract import SourceContract
from tests.contracts.source_rig import Rig, a_request, alerts_of, an_instance

FIXTURES = Path(__file__).parent / "fixtures" / "azure-monitor"
AZURE = SOURCES["azure-monitor"]
RESOURCE = "/subscriptions/6f0b7d0e-1c7a-4a55-9d57-0a7e6f1b2c3d/resourceGroups/shop-prod/providers"


def sent(name: str) -> bytes:
    return (FIXTURES / f"{name}.json").read_bytes()


def alert(name: str) -> Alert:
    (found,) = alerts_of(AZURE, a_request(sent(name)))
    return found


@pytest.fixture
def rig() -> Rig:
    tests = (a_request(sent("test")), a_request(sent("test_older")))
    return Rig(AZURE, FIXTURES, a_request(sent("firing")), a_request(sent("resolved")), tests=tests)


class TestAzureMonitor(SourceContract):
    """The contract, on Azure's bodies."""


def test_a_metric_alert_is_read_whole() -> None:
    found = alert("firing")

    assert found.dedup_key.endswith("/alerts/0b9e7f04-7a4f-4a1e-8d6a-3f5b21c7a001")
    assert (found.title, found.severity) == ("Shop web CPU", "Sev1")
    assert found.started_at == datetime(2026, 6, 14, 2, 11, 24, 371_321, UTC)
    assert "Percentage CPU GreaterThan 90: 97.25" in found.description
    assert found.runbooks == ("https://wiki.example.com/web-cpu", "https://wiki.example.com/shop-cpu")
    assert found.labels == {
        "squad": "orders",
        "runbook_url": "https://wiki.example.com/web-cpu",
        "role": "web",
        "subscription": "6f0b7d0e-1c7a-4a55-9d57-0a7e6f1b2c3d",
        "resource_group": "shop-prod",
        "alertname": "Shop web CPU",
        "rule": "Shop web CPU",
        "signal": "Metric",
        "service": "Platform",
        "resource": "shop-web-1",
        "severity": "Sev1",
    }
    assert found.links[0].href == "https://portal.azure.com/#view/alert/1"


def test_zero_is_the_worst_severity() -> None:
    words = ["sev0", "sev1", "sev2", "sev3", "sev4"]

    assert [AZURE.severities[word] for word in words] == [Severity.CRITICAL, Severity.HIGH, *[Severity.TRIAGE] * 3]


def test_a_resolved_alert_has_its_end() -> None:
    assert alert("resolved").ended_at == datetime(2026, 6, 14, 2, 25, 24, 100_000, UTC)


def test_a_log_alert_full_of_nulls_is_an_alert() -> None:
    found = alert("log_alert")

    assert (found.title, found.labels["team"]) == ("No heartbeat", "platform")
    assert [link.href for link in found.links][1:] == ["https://portal.azure.com/filtered"]


@pytest.mark.parametrize("name", ["activity_log", "activity_log_older", "log_v1"])
def test_what_azure_never_resolves_says_so(name: str) -> None:
    assert alert(name).status is AlertStatus.FIRING
    assert "close it by hand" in alert(name).flags[0]


@pytest.mark.parametrize(
    ("name", "over", "severity"),
    [("classic_firing", "classic_resolved", ""), ("metric_firing", "metric_resolved", "3")],
)
def test_an_older_alert_and_its_end_share_a_key(name: str, over: str, severity: str) -> None:
    firing, resolved = alert(name), alert(over)

    assert (firing.status, resolved.status) == (AlertStatus.FIRING, AlertStatus.RESOLVED)
    assert firing.dedup_key == resolved.dedup_key
    assert firing.dedup_key.endswith(f" {RESOURCE}/microsoft.web/sites/shop")
    assert (firing.title, firing.severity) == ("Too many requests", severity)
    assert firing.description == "Requests GreaterThanOrEqual 1000: 1200"
    assert firing.labels["resource_group"] == "shop-prod"


def test_a_runbook_of_an_older_alert_is_found() -> None:
    assert alert("classic_firing").runbooks == ("shop-requests",)


def test_a_log_alert_of_the_first_version_is_known_by_its_rule() -> None:
    found = alert("log_v1")
    other = sent("log_v1").replace(b"Order exceptions", b"Slow orders")

    assert (found.title, found.severity) == ("Order exceptions", "1")
    assert "exceptions | count" in found.description
    assert alerts_of(AZURE, a_request(other))[0].dedup_key != found.dedup_key


def test_a_schema_that_is_not_known_is_an_alert_that_says_so() -> None:
    found = alert("unknown_schema")

    assert found.title == "AIP Budget Notification"
    assert "common alert schema" in found.flags[0]


@pytest.mark.parametrize(
    "body", ['{"data": {}}', '{"data": {"essentials": []}}', '{"data": {"essentials": {}}}', '{"status": "Resolved"}']
)
def test_a_body_of_no_schema_pages_flagged(body: str) -> None:
    (found,) = alerts_of(AZURE, a_request(body))

    assert (found.status, found.flags, found.raw) == (AlertStatus.FIRING, (FLAG,), body.replace(" ", ""))


def test_an_empty_body_is_refused() -> None:
    with pytest.raises(InvalidPayload):
        AZURE.parse(a_request("{}"), an_instance(AZURE))
