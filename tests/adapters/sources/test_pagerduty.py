"""PagerDuty's Events API v2: the key is the credential, the replies are word for word theirs."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from app.adapters.sources import SOURCES
from app.adapters.sources.pagerduty import (
    accepted_reply,
    invalid_reply,
    routing_key,
    unrecognized_reply,
)
from app.domain.alert import AlertStatus, Link
from app.domain.classify import Severity
from app.domain.errors import InvalidPayload, Unauthorised
from app.service.source_ports import Control, Request, Verdict
from tests.contracts.source_contract import SignedContract
from tests.contracts.source_rig import AT, SECRET, Rig, a_request, alerts_of, an_instance

FIXTURES = Path(__file__).parent / "fixtures" / "pagerduty"
PAGERDUTY = SOURCES["pagerduty"]
ENQUEUE = "/v2/enqueue"


def sent(name: str, **changes: Any) -> bytes:
    body = json.loads((FIXTURES / f"{name}.json").read_bytes()) | changes
    return json.dumps({key: value for key, value in body.items() if value is not ...}).encode()


def with_key(request: Request, key: str) -> Request:
    return replace(request, body=json.dumps(json.loads(request.body) | {"routing_key": key}).encode())


@pytest.fixture
def rig() -> Rig:
    return Rig(
        PAGERDUTY,
        FIXTURES,
        a_request(sent("trigger", routing_key=...), ENQUEUE),
        a_request(sent("resolve", routing_key=...), ENQUEUE),
        tests=(a_request(sent("change/change"), "/v2/change/enqueue"),),
        prove=lambda request, secret, at: with_key(request, secret),
        with_proof=with_key,
        is_body_signed=False,
        is_named=False,
    )


class TestPagerDuty(SignedContract):
    """The contract, on PagerDuty's bodies."""


def test_a_trigger_is_read_whole() -> None:
    (alert,) = alerts_of(PAGERDUTY, a_request(sent("trigger"), ENQUEUE))

    assert (alert.dedup_key, alert.title) == ("backup/eu/nightly", "Nightly backup of eu failed: no space left")
    assert alert.value("severity") == alert.severity == "error"
    assert alert.labels["event_source"] == "backup-2.example.net"
    assert alert.labels["component"] == "restic"
    assert alert.annotations["exit code"] == "3"
    assert alert.runbooks == (
        "https://wiki.example.net/runbooks/backup",
        "https://wiki.example.net/runbooks/backup-old",
    )
    assert Link("https://backup.example.net/runs/991", "Backup runner") in alert.links
    assert alert.started_at == datetime(2026, 6, 14, 2, 11, 9, 1000, UTC)


def test_the_routing_key_is_in_no_part_of_an_alert() -> None:
    (alert,) = alerts_of(PAGERDUTY, a_request(sent("trigger"), ENQUEUE))

    assert "f1d2d2f924e986ac86fdf7b36c94bcdf" not in repr(alert)


@pytest.mark.parametrize("name", ["from_alertmanager_json", "from_alertmanager_text"])
def test_a_runbook_inside_alertmanagers_details_is_found(name: str) -> None:
    (alert,) = alerts_of(PAGERDUTY, a_request(sent(name), ENQUEUE))

    assert alert.runbooks == ("https://wiki.example.net/runbooks/disk-will-fill",)
    assert Link("http://prometheus.example.net:9090/graph", "source") in alert.links
    assert alert.labels["alertname"] == "DiskWillFill"


def test_a_group_of_alerts_of_several_names_has_none() -> None:
    event = json.loads(sent("from_alertmanager_text", routing_key=...))
    event["payload"]["custom_details"]["firing"] += "\nLabels:\n - alertname = Other\n"

    (alert,) = alerts_of(PAGERDUTY, a_request(json.dumps(event), ENQUEUE))

    assert "alertname" not in alert.labels


def test_a_trigger_without_a_key_is_always_a_new_alert() -> None:
    request = a_request(sent("trigger_without_key"), ENQUEUE)

    (first,) = alerts_of(PAGERDUTY, request)
    (again,) = alerts_of(PAGERDUTY, request)
    (later,) = alerts_of(PAGERDUTY, replace(request, received_at=AT + timedelta(microseconds=1)))

    assert first.dedup_key == again.dedup_key != later.dedup_key
    assert first.description == "opened at 02:14"


def test_an_acknowledgement_needs_no_payload() -> None:
    (alert,) = alerts_of(PAGERDUTY, a_request(sent("acknowledge"), ENQUEUE))

    assert (alert.status, alert.dedup_key) == (AlertStatus.ACKNOWLEDGED, "backup/eu/nightly")


@pytest.mark.parametrize(
    ("name", "changes", "reason"),
    [
        ("trigger", {"event_action": ...}, "'event_action' is missing or blank"),
        ("trigger", {"event_action": "fire"}, "'event_action' must be one of trigger, acknowledge, resolve"),
        ("trigger", {"payload": None}, "'payload.summary' is missing or blank"),
        ("trigger", {"payload": {"summary": "x"}}, "'payload.source' is missing or blank"),
        ("trigger", {"payload": {"summary": "x", "source": "y"}}, "'payload.severity' is missing or blank"),
        ("resolve", {"dedup_key": ""}, "'dedup_key' is missing or blank"),
        ("acknowledge", {"dedup_key": ...}, "'dedup_key' is missing or blank"),
    ],
)
def test_what_pagerduty_refuses_is_refused_in_its_words(name: str, changes: dict[str, Any], reason: str) -> None:
    with pytest.raises(InvalidPayload) as refused:
        PAGERDUTY.parse(a_request(sent(name, **changes), ENQUEUE), an_instance(PAGERDUTY))

    assert refused.value.reason == reason


def test_a_severity_that_pagerduty_does_not_know_still_reaches_somebody() -> None:
    payload = {"summary": "x", "source": "y", "severity": "SEV-0"}

    (alert,) = alerts_of(PAGERDUTY, a_request(sent("trigger", payload=payload), ENQUEUE))

    assert alert.severity == "SEV-0"
    assert alert.severity.lower() not in PAGERDUTY.severities


def test_a_change_event_gets_the_same_reply_and_needs_a_summary() -> None:
    control = PAGERDUTY.parse(a_request(sent("change/change"), "/v2/change/enqueue"), an_instance(PAGERDUTY))

    assert control == Control("change event", 202, accepted_reply(""))
    with pytest.raises(InvalidPayload, match=r"payload\.summary"):
        PAGERDUTY.parse(a_request("{}", "/v2/change/enqueue"), an_instance(PAGERDUTY))


def test_a_key_in_the_header_counts_when_the_body_has_none() -> None:
    request = a_request(sent("change/change", routing_key=...), "/v2/change/enqueue", x_routing_key=SECRET)

    assert PAGERDUTY.verify(request, SECRET, AT, an_instance(PAGERDUTY)) is Verdict.SIGNED
    assert routing_key(a_request(sent("change/change", routing_key=...))) is None
    with pytest.raises(Unauthorised):
        PAGERDUTY.verify(with_key(request, "another"), SECRET, AT, an_instance(PAGERDUTY))


def test_the_replies_are_pagerdutys_own() -> None:
    assert accepted_reply("k") == {"status": "success", "message": "Event processed", "dedup_key": "k"}
    assert invalid_reply(("a", "b")) == {
        "status": "invalid event",
        "message": "Event object is invalid",
        "errors": ["a", "b"],
    }
    assert unrecognized_reply()["errors"] == ["JSON parse error"]


def test_severities_are_mapped_as_compat_says() -> None:
    assert PAGERDUTY.severities == {
        "critical": Severity.CRITICAL,
        "error": Severity.HIGH,
        "warning": Severity.TRIAGE,
        "info": Severity.TRIAGE,
    }
