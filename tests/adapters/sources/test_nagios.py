"""Nagios: notifications of hosts and services, from scripts and from PagerDuty's agent."""

from pathlib import Path

import pytest

from app.adapters.sources import SOURCES
from app.domain.alert import Alert, AlertStatus
from app.domain.classify import Severity
from app.service.source_ports import Control
from tests.contracts.source_contract import SourceContract
from tests.contracts.source_rig import Rig, a_request, alerts_of, an_instance

FIXTURES = Path(__file__).parent / "fixtures" / "nagios"
NAGIOS = SOURCES["nagios"]


def sent(name: str) -> bytes:
    return (FIXTURES / name).read_bytes() if "." in name else (FIXTURES / f"{name}.json").read_bytes()


def the(name: str) -> Alert:
    """The one alert of a fixture."""
    (alert,) = alerts_of(NAGIOS, a_request(sent(name)))
    return alert


@pytest.fixture
def rig() -> Rig:
    return Rig(
        NAGIOS,
        FIXTURES,
        a_request(sent("problem")),
        a_request(sent("recovery")),
    )


class TestNagios(SourceContract):
    """The contract, on Nagios' bodies."""


def test_a_service_is_read_whole() -> None:
    alert = the("problem")

    assert (alert.dedup_key, alert.severity) == ("press-2!Oil pressure", "CRITICAL")
    assert alert.title == "Press 2/Oil pressure is CRITICAL: CRITICAL - 1.2 bar"
    assert alert.description == "CRITICAL - 1.2 bar\nsensor A 1.2\nsensor B 1.3"
    assert (alert.labels["host"], alert.labels["service"]) == ("press-2", "Oil pressure")
    assert alert.labels["host_groups"] == "presses,linux"
    assert alert.runbooks == ("https://wiki.example.net/oil-pressure", "https://wiki.example.net/press-2")
    assert alert.flags == ()
    assert "not-a-real-key" not in repr(alert)


def test_an_acknowledgement_says_who_and_why() -> None:
    alert = the("acknowledgement")

    assert (alert.status, alert.dedup_key) == (AlertStatus.ACKNOWLEDGED, "press-2!Oil pressure")
    assert "mina: on my way" in alert.description


@pytest.mark.parametrize(
    "name", ["flappingstart", "flappingstop", "downtimestart", "downtimeend", "downtimecancelled", "custom_ok"]
)
def test_what_neither_opens_nor_closes_is_control(name: str) -> None:
    assert isinstance(NAGIOS.parse(a_request(sent(name)), an_instance(NAGIOS)), Control)


def test_a_notification_that_a_person_sends_by_hand_fires_while_there_is_a_problem() -> None:
    assert the("custom").status is AlertStatus.FIRING


def test_only_a_macro_that_matters_is_flagged_when_it_is_not_filled_in() -> None:
    (alert,) = alerts_of(NAGIOS, a_request(sent("problem").replace(b'"CRITICAL"', b'"$SERVICESTATE$"')))

    assert (alert.status, alert.flags) == (AlertStatus.FIRING, ("the tool did not fill in: service_state",))


def test_exported_macros_are_read_and_those_of_no_service_are_no_remark() -> None:
    alert = the("host_down")

    assert (alert.dedup_key, alert.severity, alert.title) == ("press-3", "DOWN", "press-3 is DOWN: no answer")
    assert "service" not in alert.labels
    assert alert.flags == ()


def test_a_host_stays_a_host_whatever_service_is_left_over() -> None:
    alert = the("host_unreachable")

    assert (alert.dedup_key, alert.severity) == ("press-4", "UNREACHABLE")
    assert NAGIOS.severities["unreachable"] is Severity.HIGH


@pytest.mark.parametrize(
    ("name", "status", "severity", "title"),
    [
        ("agent_trigger", AlertStatus.FIRING, "critical", "press-2/paper; feed=2 is critical"),
        ("agent_acknowledge", AlertStatus.ACKNOWLEDGED, "critical", "press-2/paper; feed=2 is critical"),
        ("agent_resolve", AlertStatus.RESOLVED, "", "press-2/paper; feed=2 recovered"),
    ],
)
def test_pagerdutys_agent_is_understood(name: str, status: AlertStatus, severity: str, title: str) -> None:
    alert = the(name)

    assert (alert.status, alert.severity, alert.title) == (status, severity, title)
    assert alert.dedup_key == "event_source=service;host_name=press-2;service_desc=paper; feed=2"
    assert "service_key" not in alert.raw


def test_output_that_was_pasted_raw_is_read_and_flagged() -> None:
    alert = the("raw_output.txt")

    assert alert.title == 'press-2/Feed is UNKNOWN: cannot read "C:\\Feed\\q.log": gone'
    assert alert.description.endswith("second line")
    assert "broken JSON" in alert.flags[0]


def test_a_message_without_a_host_still_makes_a_flagged_alert() -> None:
    alert = the("nothing_useful")

    assert (alert.title, alert.status) == ("something is wrong", AlertStatus.FIRING)
    assert "compare your template" in alert.flags[-1]


def test_a_form_with_the_macros_in_capitals_says_the_same() -> None:
    body = "NOTIFICATIONTYPE=RECOVERY&HOSTNAME=press-2&SERVICEDESC=Oil+pressure&SERVICESTATE=OK"

    (alert,) = alerts_of(NAGIOS, a_request(body, content_type="application/x-www-form-urlencoded"))

    assert (alert.dedup_key, alert.status) == ("press-2!Oil pressure", AlertStatus.RESOLVED)
