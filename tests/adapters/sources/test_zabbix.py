"""Zabbix: problems, recoveries and what people do to them, from media types and scripts."""

import json
from pathlib import Path

import pytest

from app.adapters.sources import SOURCES
from app.domain.alert import Alert, AlertStatus
from app.domain.classify import Severity
from app.service.source_ports import Control
from tests.contracts.source_contract import SourceContract
from tests.contracts.source_rig import Rig, a_request, alerts_of, an_instance

FIXTURES = Path(__file__).parent / "fixtures" / "zabbix"
ZABBIX = SOURCES["zabbix"]


def sent(name: str) -> bytes:
    return (FIXTURES / name).read_bytes() if "." in name else (FIXTURES / f"{name}.json").read_bytes()


def the(name: str) -> Alert:
    """The one alert of a fixture."""
    (alert,) = alerts_of(ZABBIX, a_request(sent(name)))
    return alert


@pytest.fixture
def rig() -> Rig:
    return Rig(
        ZABBIX,
        FIXTURES,
        a_request(sent("problem")),
        a_request(sent("resolved")),
        tests=(a_request(sent("test_button")),),
    )


class TestZabbix(SourceContract):
    """The contract, on Zabbix's bodies."""


def test_a_problem_is_read_whole() -> None:
    alert = the("problem")

    assert (alert.dedup_key, alert.severity) == ("88123", "High")
    assert alert.title == "depot-sw-2: Unavailable by ICMP ping"
    assert alert.labels["squad"] == "depot"
    assert alert.labels["urgent"] == "true"
    assert alert.labels["host"] == "depot-sw-2"
    assert alert.runbooks == ("https://wiki.example.net/uplink", "depot-uplink")
    assert [link.text for link in alert.links] == ["Runbook", "Zabbix"]
    assert "Down (0)" in alert.description


@pytest.mark.parametrize(
    ("name", "status"),
    [
        ("acknowledged", AlertStatus.ACKNOWLEDGED),
        ("unacknowledged", AlertStatus.FIRING),
        ("severity_changed", AlertStatus.FIRING),
        ("resolved", AlertStatus.RESOLVED),
    ],
)
def test_an_update_is_of_the_same_problem(name: str, status: AlertStatus) -> None:
    alert = the(name)

    assert (alert.dedup_key, alert.status) == ("88123", status)


@pytest.mark.parametrize("action", ["commented", "closed (1)", "suppressed until 10:00", "commented, suppressed"])
def test_an_update_that_neither_opens_nor_closes_is_control(action: str) -> None:
    body = sent("commented").replace(b'"commented"', f'"{action}"'.encode())

    assert isinstance(ZABBIX.parse(a_request(body), an_instance(ZABBIX)), Control)


def test_numbers_are_severities_too_and_the_value_of_an_item_is_no_status() -> None:
    alert = the("numbers_only")

    assert (alert.status, alert.severity) == (AlertStatus.FIRING, "2")
    assert alert.title == "Problem: Größe der Halde 🔥"
    assert alert.labels["squad"] == "depot"
    assert [ZABBIX.severities.get(str(number)) for number in range(6)] == [
        None,
        Severity.TRIAGE,
        Severity.TRIAGE,
        Severity.HIGH,
        Severity.HIGH,
        Severity.CRITICAL,
    ]


def test_without_an_event_the_trigger_or_the_words_tell_what_belongs_together() -> None:
    assert the("without_event_id").dedup_key == "trigger:41077"
    assert the("without_event_id").status is AlertStatus.RESOLVED

    resolved = the("subject_only")
    (problem,) = alerts_of(ZABBIX, a_request('{"subject": "Problem: Link is down"}'))

    assert (problem.status, resolved.status) == (AlertStatus.FIRING, AlertStatus.RESOLVED)
    assert problem.dedup_key == resolved.dedup_key


def test_a_subject_that_only_sounds_like_an_end_fires() -> None:
    (alert,) = alerts_of(ZABBIX, a_request('{"subject": "Resolved addresses differ"}'))

    assert alert.status is AlertStatus.FIRING


def test_the_format_of_grafana_oncall_is_understood() -> None:
    alert = the("oncall")

    assert (alert.dedup_key, alert.status) == ("c0ffee11-2", AlertStatus.RESOLVED)
    assert len(alert.links) == 2


def test_macros_that_were_not_filled_in_are_flagged_and_mean_nothing() -> None:
    alert = the("unfilled")

    assert (alert.status, alert.dedup_key, alert.links) == (AlertStatus.FIRING, "88131", ())
    assert alert.flags == ("the tool did not fill in: event_value, host_ip, zabbix_url",)
    assert "host_ip" not in alert.labels


def test_a_form_says_the_same_as_json() -> None:
    body = "event_id=7&event_value=0&event_name=Link+is+down&event_severity=High"

    (alert,) = alerts_of(ZABBIX, a_request(body, content_type="application/x-www-form-urlencoded"))

    assert (alert.dedup_key, alert.status, alert.severity) == ("7", AlertStatus.RESOLVED, "High")


@pytest.mark.parametrize(
    ("said", "status"),
    [
        ({"trigger_status": "OK"}, AlertStatus.RESOLVED),
        ({"trigger": {"value": 0}}, AlertStatus.RESOLVED),
        ({"event_recovery_status": "RESOLVED"}, AlertStatus.RESOLVED),
        ({"event_recovery_status": "{EVENT.RECOVERY.STATUS}", "trigger_status": "PROBLEM"}, AlertStatus.FIRING),
    ],
)
def test_the_status_is_found_under_the_triggers_names_too(said: dict[str, object], status: AlertStatus) -> None:
    (alert,) = alerts_of(ZABBIX, a_request(json.dumps({"event_id": "5", "trigger_name": "CPU is hot", **said})))

    assert (alert.dedup_key, alert.status, alert.labels["alertname"]) == ("5", status, "CPU is hot")


def test_a_name_is_the_problems_without_its_state() -> None:
    (alert,) = alerts_of(ZABBIX, a_request('{"subject": "Resolved in 5m: CPU is hot"}'))

    assert (alert.status, alert.labels["alertname"]) == (AlertStatus.RESOLVED, "CPU is hot")
