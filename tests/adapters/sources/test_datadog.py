"""Datadog: one monitor and scope is one alert, however its template spells that."""

import json
import re
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlencode

import pytest

from app.adapters.sources import SOURCES
from app.adapters.sources.datadog_title import Title, read_title
from app.adapters.sources.unread import FLAG
from app.domain.alert import AlertStatus
from app.domain.classify import Severity, SourceSettings, classify
from app.service.source_ports import Control
from tests.contracts.source_contract import SourceContract
from tests.contracts.source_rig import Rig, a_request, alerts_of, an_instance

FIXTURES = Path(__file__).parent / "fixtures" / "datadog"
DATADOG = SOURCES["datadog"]


def sent(name: str) -> bytes:
    return (FIXTURES / f"{name}.json").read_bytes()


def as_form(name: str) -> bytes:
    return urlencode(json.loads(sent(name))).encode()


@pytest.fixture
def rig() -> Rig:
    return Rig(
        DATADOG,
        FIXTURES,
        a_request(sent("custom_triggered")),
        a_request(sent("custom_recovered")),
        tests=(a_request(sent("test_notification")),),
    )


class TestDatadog(SourceContract):
    """The contract, on Datadog's bodies."""


def test_a_template_is_read_whole() -> None:
    (alert,) = alerts_of(DATADOG, a_request(sent("custom_triggered")))

    assert (alert.dedup_key, alert.severity) == ("70441:queue:orders,region:eu", "P1")
    assert alert.title == "Order queue is slow (queue:orders,region:eu)"
    assert alert.description == "Orders wait longer than 300 s in the queue."
    assert alert.runbooks == ("order-queue",)
    assert [link.href for link in alert.links] == ["https://app.datadoghq.eu/event/event?id=6101"]
    assert alert.started_at == datetime(2026, 5, 28, 20, 26, 40, tzinfo=UTC)
    assert {"alertname": "Order queue is slow", "service": "orders", "queue": "orders", "urgent": "true"}.items() <= (
        alert.labels.items()
    )


def test_what_a_user_added_to_the_template_can_be_matched() -> None:
    (alert,) = alerts_of(DATADOG, a_request(sent("custom_triggered")))

    assert alert.value("customer_tier") == "gold"
    assert alert.value("source") == "our-datadog"
    assert alert.value("event_source") == "queue"
    assert alert.value("title") == "Order queue is slow (queue:orders,region:eu)"


@pytest.mark.parametrize(
    ("name", "status"),
    [
        ("custom_triggered", AlertStatus.FIRING),
        ("custom_warn", AlertStatus.FIRING),
        ("custom_no_data", AlertStatus.FIRING),
        ("custom_renotified", AlertStatus.FIRING),
        ("custom_recovered", AlertStatus.RESOLVED),
    ],
)
def test_every_transition_is_about_the_same_alert(name: str, status: AlertStatus) -> None:
    (alert,) = alerts_of(DATADOG, a_request(sent(name)))

    assert (alert.dedup_key, alert.status) == ("70441:queue:orders,region:eu", status)


def test_the_default_payload_is_known_by_its_title_without_the_state() -> None:
    names = ("default_triggered", "default_no_data", "default_recovered")
    triggered, no_data, recovered = [alerts_of(DATADOG, a_request(sent(name)))[0] for name in names]

    assert triggered.dedup_key == no_data.dedup_key == recovered.dedup_key
    assert [triggered.status, no_data.status] == [AlertStatus.FIRING] * 2
    assert recovered.status is AlertStatus.RESOLVED
    assert triggered.title == "Order queue is slow (queue:orders,region:eu)"
    assert triggered.runbooks == ("https://wiki.example.net/runbooks/order-queue",)
    assert [link.href for link in triggered.links] == ["https://app.datadoghq.eu/monitors/70441"]
    assert no_data.flags == ("Datadog got no data for this monitor",)


def test_two_scopes_of_the_default_payload_are_two_alerts() -> None:
    other = sent("default_triggered").replace(b"queue:orders", b"queue:refunds")

    (one,), (two,) = alerts_of(DATADOG, a_request(sent("default_triggered"))), alerts_of(DATADOG, a_request(other))

    assert one.dedup_key != two.dedup_key


def test_the_payload_that_the_docs_give_is_understood_whole() -> None:
    page = Path(__file__).parents[3] / "docs" / "sources.md"
    template = page.read_text().partition("## A payload for Datadog")[2].partition("```json")[2].partition("```")[0]
    said = {
        "$EVENT_TITLE": "[P1] [Triggered on {host:quay-7}] Disk is nearly full",
        "$EVENT_MSG": "Runbook: https://wiki.example.net/runbooks/disk",
        "$ALERT_TRANSITION": "Triggered",
        "$ALERT_PRIORITY": "P1",
        "$ALERT_ID": "70442",
        "$ALERT_SCOPE": "host:quay-7",
        "$TAGS": "squad:harbour",
        "$HOSTNAME": "quay-7",
        "$LINK": "https://app.datadoghq.eu/event/event?id=1",
        "$EVENT_TYPE": "metric_alert_monitor",
        "$DATE": "1780000000000",
        "$ORG_NAME": "Harbour Shipping",
    }

    (alert,) = alerts_of(DATADOG, a_request(re.sub(r"\$[A-Z_]+", lambda found: said[found[0]], template)))

    assert (alert.dedup_key, alert.severity) == ("70442:host:quay-7", "P1")
    assert (alert.title, alert.labels["squad"]) == ("Disk is nearly full (host:quay-7)", "harbour")
    assert (alert.labels["host"], alert.labels["org"]) == ("quay-7", "Harbour Shipping")
    assert alert.runbooks == ("https://wiki.example.net/runbooks/disk",)
    assert (alert.started_at is not None, len(alert.links)) == (True, 1)


@pytest.mark.parametrize("content_type", ["application/x-www-form-urlencoded", "text/plain"])
def test_a_form_says_the_same_as_json(content_type: str) -> None:
    name = "uppercase_triggered"
    body = as_form(name) if "form" in content_type else sent(name)
    (posted,) = alerts_of(DATADOG, a_request(body, content_type=content_type))
    (plain,) = alerts_of(DATADOG, a_request(sent(name)))

    assert (posted.dedup_key, posted.title, posted.status) == (plain.dedup_key, plain.title, plain.status)


def test_variables_that_were_not_expanded_are_nothing_and_a_token_in_the_template_goes_nowhere() -> None:
    (triggered,), (recovered,) = [
        alerts_of(DATADOG, a_request(sent(f"uppercase_{name}"))) for name in ("triggered", "recovered")
    ]

    assert triggered.dedup_key == recovered.dedup_key == "51d3c0aa17"
    assert triggered.links == ()
    assert "a-token-in-the-template" not in repr(triggered)


def test_a_template_without_a_scope_is_told_apart_by_the_title() -> None:
    (alert,) = alerts_of(DATADOG, a_request(sent("monitor_id_without_scope")))

    assert alert.dedup_key == "70442:host:quay-7"


@pytest.mark.parametrize(
    ("name", "severity"),
    [
        ("custom_warn", Severity.TRIAGE),
        ("custom_triggered", Severity.CRITICAL),
        ("default_triggered", Severity.CRITICAL),
    ],
)
def test_a_warning_is_triage_whatever_the_priority_of_its_monitor(name: str, severity: Severity) -> None:
    (alert,) = alerts_of(DATADOG, a_request(sent(name)))

    assert classify(alert, (), SourceSettings("our-datadog", "datadog", DATADOG.severities), {}).severity is severity


def test_a_tag_that_names_a_severity_goes_before_the_priority_of_the_event() -> None:
    body = sent("uppercase_triggered").replace(b'"TAGS": ""', b'"TAGS": "severity:warning"')

    (alert,) = alerts_of(DATADOG, a_request(body))

    assert (alert.severity, alert.value("severity")) == ("normal", "warning")


def test_a_body_of_names_that_nobody_knows_tells_a_person() -> None:
    (alert,) = alerts_of(DATADOG, a_request(sent("nothing_known")))

    assert (alert.status, alert.flags) == (AlertStatus.FIRING, (FLAG,))
    assert "Order queue is slow" in alert.title


@pytest.mark.parametrize(
    ("said", "title"),
    [
        ("[Triggered] Disk", Title("Disk", "triggered")),
        ("[P3] [Re-Triggered on {host:a}] Disk", Title("Disk", "re-triggered", "host:a", priority="P3")),
        ("[TEST] [P3] [Warn on {host:a,b:c}] Disk", Title("Disk", "warn", "host:a,b:c", is_test=True, priority="P3")),
        ("[Recovered] [TEST] Disk", Title("[TEST] Disk", "recovered")),
        ("[Triggered] [Warn] Disk", Title("[Warn] Disk", "triggered")),
        ("[Triggered on {host:a Disk", Title("[Triggered on {host:a Disk")),
        ("[Disk] is full", Title("[Disk] is full")),
        ("", Title("")),
    ],
)
def test_a_title_is_taken_apart(said: str, title: Title) -> None:
    assert read_title(said) == title


def test_a_monitor_that_is_itself_called_test_still_fires() -> None:
    body = sent("default_triggered").replace(b"] Order queue", b"] [TEST] Order queue")

    assert not isinstance(DATADOG.parse(a_request(body), an_instance(DATADOG)), Control)


@pytest.mark.parametrize(
    ("template", "status"),
    [
        ({"alert_id": 7, "status": "Recovered"}, AlertStatus.RESOLVED),
        ({"alert_id": 7, "alert_status": "Recovered"}, AlertStatus.RESOLVED),
        ({"alert": {"id": 7, "transition": "Recovered"}}, AlertStatus.RESOLVED),
        ({"alert_id": 7, "alert_status": "cpu was over 90 for 5m", "alert_type": "error"}, AlertStatus.FIRING),
        ({"alert_id": 7, "alert_status": "back under 90", "alert_type": "success"}, AlertStatus.RESOLVED),
        ([{"alert_id": 7, "alert_transition": "Warn"}], AlertStatus.FIRING),
    ],
)
def test_the_state_is_found_under_other_names_too(template: object, status: AlertStatus) -> None:
    (alert,) = alerts_of(DATADOG, a_request(json.dumps(template)))

    assert (alert.dedup_key, alert.status) == ("7:", status)


def test_the_priority_of_the_default_payload_is_in_its_title() -> None:
    body = json.dumps({"title": "[P2] [Triggered on {host:quay-7}] Disk", "priority": "normal"})

    (alert,) = alerts_of(DATADOG, a_request(body))

    assert (alert.severity, alert.labels["severity"]) == ("P2", "P2")
