"""Alertmanager: every alert of a group is an alert of its own, known by its labels."""

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from app.adapters.sources import SOURCES
from app.adapters.sources.unread import FLAG
from app.domain.alert import AlertStatus, Link
from app.domain.classify import Severity
from app.domain.errors import InvalidPayload
from app.service.source_ports import Alerts
from tests.contracts.source_contract import SourceContract
from tests.contracts.source_rig import Rig, a_request, alerts_of, an_instance

FIXTURES = Path(__file__).parent / "fixtures" / "alertmanager"
ALERTMANAGER = SOURCES["alertmanager"]


def sent(name: str) -> bytes:
    return (FIXTURES / f"{name}.json").read_bytes()


@pytest.fixture
def rig() -> Rig:
    return Rig(ALERTMANAGER, FIXTURES, a_request(sent("firing")), a_request(sent("resolved")))


class TestAlertmanager(SourceContract):
    """The contract, on Alertmanager's bodies."""


def test_an_alert_is_read_whole() -> None:
    alert = alerts_of(ALERTMANAGER, a_request(sent("firing")))[0]

    assert alert.title == "DiskWillFill: pg-1: data disk full within 4 h"
    assert alert.description.startswith("pg-1 has 6 % left")
    assert (alert.dedup_key, alert.severity) == ("5d1f0c7be2a94d10", "critical")
    assert alert.group_key == '{}/{squad="storage"}:{alertname="DiskWillFill"}'
    assert alert.labels["mountpoint"] == "/var/lib/postgresql"
    assert alert.runbooks == ("https://wiki.example.net/runbooks/disk-will-fill",)
    assert alert.links[1] == Link("https://grafana.example.net/d/pg/postgres", "dashboard")
    assert alert.started_at == datetime(2026, 3, 2, 23, 41, 7, 250000, UTC)
    assert alert.ended_at is None
    assert json.loads(alert.raw) == json.loads(sent("firing"))["alerts"][0]


def test_the_status_is_the_alerts_own_and_truncation_is_flagged() -> None:
    first, second = alerts_of(ALERTMANAGER, a_request(sent("mixed_and_truncated")))

    assert (first.status, second.status) == (AlertStatus.RESOLVED, AlertStatus.FIRING)
    assert first.ended_at == datetime(2026, 3, 3, 0, 1, 37, 250000, UTC)
    assert second.flags == ("the sender left out 5 more alerts of this group",)


def test_version_3_gets_the_fingerprint_that_prometheus_would_give() -> None:
    # Prometheus: FNV-1a over sorted labels. {} is the offset basis; the other was computed by Alertmanager itself.
    labels = {
        "job": "node",
        "group": "canary",
        "instance": "localhost:8082",
        "severity": "critical",
        "alertname": "InstanceDown",
    }
    body = json.dumps({"alerts": [{"labels": labels}, {}], "groupKey": 7213377118283645991})

    known, bare = alerts_of(ALERTMANAGER, a_request(body))
    (legacy,) = alerts_of(ALERTMANAGER, a_request(sent("version_3")))

    assert (known.dedup_key, bare.dedup_key) == ("f8f08d4e32c61a9d", "cbf29ce484222325")
    assert legacy.group_key == "7213377118283645991"
    assert legacy.started_at == datetime(2017, 5, 9, 6, 12, 44, 18000, UTC)
    assert legacy.title == "QueueStalled: Keine Rechnung seit 20 min"


def test_no_alerts_are_no_error_and_open_nothing() -> None:
    assert ALERTMANAGER.parse(a_request(sent("empty")), an_instance(ALERTMANAGER)) == Alerts(())


@pytest.mark.parametrize(
    ("annotations", "title"),
    [
        ({"summary": "a\nb", "title": "c"}, "Down: a"),
        ({"summary": " ", "title": "Down on pg-1"}, "Down on pg-1"),
        ({"description": "\n\n first \nsecond"}, "Down: first"),
        ({}, "Down"),
    ],
)
def test_the_alerts_name_is_in_its_title(annotations: dict[str, str], title: str) -> None:
    body = json.dumps({"alerts": [{"labels": {"alertname": "Down"}, "annotations": annotations}]})

    assert alerts_of(ALERTMANAGER, a_request(body))[0].title == title


def test_an_alert_without_a_name_is_called_by_what_it_has() -> None:
    body = json.dumps({"alerts": [{"labels": {"service": "billing", "code": 7, "gone": None}}, {}]})

    named, bare = alerts_of(ALERTMANAGER, a_request(body))

    assert (named.title, bare.title) == ("service=billing, code=7", "alert without labels")


@pytest.mark.parametrize("body", ['{"receiver":"x"}', '{"alerts":{}}', '{"alerts":[{},3]}'])
def test_a_body_of_another_shape_pages_flagged(body: str) -> None:
    (alert,) = alerts_of(ALERTMANAGER, a_request(body))

    assert (alert.status, alert.flags, alert.raw) == (AlertStatus.FIRING, (FLAG,), body)


@pytest.mark.parametrize("body", ["[]", "{}", "7", '[{"labels": {}}]'])
def test_what_holds_nothing_or_is_no_object_is_refused(body: str) -> None:
    with pytest.raises(InvalidPayload):
        alerts_of(ALERTMANAGER, a_request(body))


def test_a_warning_is_not_a_production_alert() -> None:
    assert ALERTMANAGER.severities["page"] is Severity.CRITICAL
    assert ALERTMANAGER.severities["warning"] is Severity.TRIAGE
