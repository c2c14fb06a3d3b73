"""Pingdom: uptime checks and transaction checks."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from app.adapters.sources import SOURCES
from app.adapters.sources.unread import FLAG
from app.domain.alert import Alert, AlertStatus
from app.domain.classify import Severity
from app.domain.errors import InvalidPayload
from app.service.source_ports import Control
from tests.contracts.source_contract import SourceContract
from tests.contracts.source_rig import Rig, a_request, alerts_of, an_instance

FIXTURES = Path(__file__).parent / "fixtures" / "pingdom"
PINGDOM = SOURCES["pingdom"]


def sent(name: str) -> bytes:
    return (FIXTURES / name).read_bytes() if "." in name else (FIXTURES / f"{name}.json").read_bytes()


def the(name: str) -> Alert:
    """The one alert of a fixture."""
    (alert,) = alerts_of(PINGDOM, a_request(sent(name)))
    return alert


@pytest.fixture
def rig() -> Rig:
    return Rig(
        PINGDOM,
        FIXTURES,
        a_request(sent("down")),
        a_request(sent("up")),
    )


class TestPingdom(SourceContract):
    """The contract, on Pingdom's bodies."""


def test_a_check_is_read_whole() -> None:
    alert = the("down")

    assert (alert.dedup_key, alert.severity) == ("4400123", "HIGH")
    assert alert.title == "Till API is down: HTTP Error 502"
    assert (alert.labels["squad"], alert.labels["shop"], alert.labels["host"]) == ("tills", "true", "till.example.net")
    assert alert.runbooks == ("till-api", "https://wiki.example.net/till-api")
    assert alert.annotations["custom_message"].startswith("Ring the tills squad")
    assert alert.started_at == datetime(2026, 6, 14, 2, 1, 8, tzinfo=UTC)


def test_the_headers_that_a_check_sends_go_nowhere() -> None:
    assert "not-real" not in repr(the("down"))


def test_a_transaction_fails_and_succeeds() -> None:
    failing, success = the("transaction_failing"), the("transaction_success")

    assert (failing.status, success.status) == (AlertStatus.FIRING, AlertStatus.RESOLVED)
    assert failing.dedup_key == success.dedup_key
    assert success.title == "Buy a stamp is succeeding: step 3 failed"


def test_low_importance_waits_for_the_morning_and_none_at_all_is_unmapped() -> None:
    assert PINGDOM.severities == {"high": Severity.CRITICAL, "low": Severity.HIGH}
    assert the("transaction_failing").severity == ""


def test_a_paused_check_is_control() -> None:
    assert isinstance(PINGDOM.parse(a_request(sent("paused")), an_instance(PINGDOM)), Control)


def test_a_check_without_a_state_fires() -> None:
    alert = the("without_state")

    assert (alert.status, alert.title) == (AlertStatus.FIRING, "Till API is failing")


def test_an_empty_body_is_refused() -> None:
    with pytest.raises(InvalidPayload):
        PINGDOM.parse(a_request("{}"), an_instance(PINGDOM))


def test_a_body_of_something_else_pages_flagged() -> None:
    (alert,) = alerts_of(PINGDOM, a_request('{"invented": "here"}'))

    assert (alert.status, alert.flags) == (AlertStatus.FIRING, (FLAG,))
