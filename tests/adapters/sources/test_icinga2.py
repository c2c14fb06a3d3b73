"""Icinga 2: notification commands, event commands that speak of states alone, and its API's stream."""

from pathlib import Path

import pytest

from app.adapters.sources import SOURCES
from app.domain.alert import Alert, AlertStatus
from app.domain.classify import Severity
from app.service.source_ports import Control
from tests.contracts.source_contract import SourceContract
from tests.contracts.source_rig import Rig, a_request, alerts_of, an_instance

FIXTURES = Path(__file__).parent / "fixtures" / "icinga2"
ICINGA = SOURCES["icinga2"]


def sent(name: str) -> bytes:
    return (FIXTURES / name).read_bytes() if "." in name else (FIXTURES / f"{name}.json").read_bytes()


def the(name: str) -> Alert:
    """The one alert of a fixture."""
    (alert,) = alerts_of(ICINGA, a_request(sent(name)))
    return alert


@pytest.fixture
def rig() -> Rig:
    return Rig(
        ICINGA,
        FIXTURES,
        a_request(sent("critical")),
        a_request(sent("ok")),
    )


class TestIcinga2(SourceContract):
    """The contract, on Icinga's bodies."""


def test_a_service_is_read_whole() -> None:
    alert = the("critical")

    assert (alert.dedup_key, alert.severity) == ("oven-1.bakery.example.net!heat", "CRITICAL")
    assert alert.title == "Oven 1/Heat is CRITICAL: CRITICAL: 310 °C"
    assert alert.labels["check_command"] == "snmp"
    assert alert.runbooks == ("https://wiki.example.net/oven",)


def test_a_soft_state_is_not_confirmed_and_opens_nothing() -> None:
    assert isinstance(ICINGA.parse(a_request(sent("soft")), an_instance(ICINGA)), Control)
    assert the("soft_ok").status is AlertStatus.RESOLVED


def test_a_notification_says_more_than_the_kind_of_its_state() -> None:
    body = sent("notification").replace(b'"service_state"', b'"service_state_type": "SOFT", "service_state"')

    (alert,) = alerts_of(ICINGA, a_request(body))

    assert alert.status is AlertStatus.FIRING


def test_an_acknowledged_problem_is_acknowledged() -> None:
    assert the("acknowledged").status is AlertStatus.ACKNOWLEDGED


def test_a_downtime_and_flapping_are_flagged_and_hide_nothing() -> None:
    alert = the("in_downtime")

    assert (alert.status, alert.flags) == (AlertStatus.FIRING, ("in a scheduled downtime", "flapping"))


def test_a_host_without_a_service_is_a_host() -> None:
    alert = the("host_down")

    assert (alert.dedup_key, alert.severity) == ("oven-1.bakery.example.net", "DOWN")
    assert alert.title == "Oven 1 is DOWN: PING CRITICAL"
    assert alert.flags == ()


def test_the_exit_status_tells_where_no_state_does() -> None:
    states = [
        (alerts_of(ICINGA, a_request(f'{{"host_name": "a", {service}"exit_status": {exited}}}'))[0].severity)
        for service in ("", '"service_name": "s", ')
        for exited in (0, 2)
    ]

    assert states == ["UP", "DOWN", "OK", "CRITICAL"]


def test_a_notification_command_is_understood() -> None:
    alert = the("notification")

    assert (alert.dedup_key, alert.severity) == ("oven-1.bakery.example.net!heat", "UNKNOWN")
    assert alert.runbooks == ("https://wiki.example.net/heat", "https://wiki.example.net/oven")


@pytest.mark.parametrize("name", ["downtimeremoved", "flappingend"])
def test_what_neither_opens_nor_closes_is_control(name: str) -> None:
    assert isinstance(ICINGA.parse(a_request(sent(name)), an_instance(ICINGA)), Control)


@pytest.mark.parametrize(
    ("kind", "status"),
    [("AcknowledgementSet", AlertStatus.ACKNOWLEDGED), ("AcknowledgementCleared", AlertStatus.FIRING)],
)
def test_an_acknowledgement_in_the_stream_is_one(kind: str, status: AlertStatus) -> None:
    (alert,) = alerts_of(ICINGA, a_request(sent("stream").replace(b"StateChange", kind.encode())))

    assert (alert.status, alert.dedup_key) == (status, the("stream").dedup_key)


@pytest.mark.parametrize("kind", ["DowntimeStarted", "CommentAdded", "Flapping"])
def test_other_events_of_the_stream_are_control(kind: str) -> None:
    body = sent("stream").replace(b"StateChange", kind.encode())

    assert isinstance(ICINGA.parse(a_request(body), an_instance(ICINGA)), Control)


def test_an_event_of_the_stream_has_numbers_for_words() -> None:
    alert = the("stream")

    assert (alert.dedup_key, alert.severity) == ("oven-1.bakery.example.net!heat", "CRITICAL")
    assert ICINGA.severities["critical"] is Severity.CRITICAL
