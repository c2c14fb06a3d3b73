"""UptimeRobot: JSON, forms and queries from a template in which variables may stay as they are."""

import json
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlencode

import pytest

from app.adapters.sources import SOURCES
from app.domain.alert import Alert, AlertStatus
from app.domain.classify import Severity
from app.service.source_ports import Control
from tests.contracts.source_contract import SourceContract
from tests.contracts.source_rig import Rig, a_request, alerts_of, an_instance

FIXTURES = Path(__file__).parent / "fixtures" / "uptimerobot"
ROBOT = SOURCES["uptimerobot"]


def sent(name: str) -> bytes:
    return (FIXTURES / name).read_bytes() if "." in name else (FIXTURES / f"{name}.json").read_bytes()


def the(name: str) -> Alert:
    """The one alert of a fixture."""
    (alert,) = alerts_of(ROBOT, a_request(sent(name)))
    return alert


@pytest.fixture
def rig() -> Rig:
    return Rig(
        ROBOT,
        FIXTURES,
        a_request(sent("down")),
        a_request(sent("up")),
    )


class TestUptimeRobot(SourceContract):
    """The contract, on UptimeRobot's bodies."""


def test_a_monitor_is_read_whole() -> None:
    alert = the("down")

    assert (alert.dedup_key, alert.severity) == ("780011223", "")
    assert alert.title == "Till front page is down: HTTP 502 - Bad Gateway"
    assert (alert.labels["squad"], alert.labels["monitor_group"]) == ("tills", "Shops")
    assert alert.runbooks == ("till-front-page",)
    assert alert.flags == ("the tool did not fill in: alertDuration, sslExpiryDaysLeft",)


def test_the_type_may_be_a_number_or_a_text_and_times_too() -> None:
    assert the("down").started_at == datetime(2026, 6, 14, 2, 1, 8, tzinfo=UTC)
    assert the("up").ended_at == datetime(2026, 6, 14, 2, 6, 48, tzinfo=UTC)


@pytest.mark.parametrize("kind", ["application/x-www-form-urlencoded", ""])
def test_a_form_or_a_query_says_the_same_as_json(kind: str) -> None:
    said = {name: str(value) for name, value in json.loads(sent("up")).items()}
    request = (
        a_request(urlencode(said), content_type=kind) if kind else a_request("", query={**said, "token": "s3cret"})
    )

    (alert,) = alerts_of(ROBOT, request)

    assert (alert.title, alert.status, alert.dedup_key) == (the("up").title, AlertStatus.RESOLVED, "780011223")
    assert "s3cret" not in repr(alert)


def test_a_certificate_is_another_matter_than_its_monitor() -> None:
    alert = the("ssl_expiry")

    assert alert.title == "Till front page: certificate or domain ends in 7 days"
    assert alert.dedup_key == "780011223:expiry"
    assert ROBOT.severities[alert.value("severity")] is Severity.TRIAGE


def test_a_template_without_an_id_is_known_by_name_and_address() -> None:
    up = the("snake_case")
    down = alerts_of(ROBOT, a_request(sent("snake_case").replace(b'"Up"', b'"Down"')))[0]

    assert (up.status, down.status) == (AlertStatus.RESOLVED, AlertStatus.FIRING)
    assert up.dedup_key == down.dedup_key


def test_a_paused_monitor_is_control() -> None:
    assert isinstance(ROBOT.parse(a_request(sent("paused")), an_instance(ROBOT)), Control)


def test_two_bodies_that_name_no_monitor_are_two_alerts() -> None:
    first = the("nothing_useful")
    second = alerts_of(ROBOT, a_request('{"hello": "*monitorID*", "more": 1}'))[0]

    assert "compare your template" in first.flags[-1]
    assert first.dedup_key != second.dedup_key
