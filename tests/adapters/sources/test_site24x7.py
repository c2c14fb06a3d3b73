"""Site24x7: one monitor is one alert, whichever way its state is posted."""

import json
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlencode

import pytest

from app.adapters.sources import SOURCES
from app.adapters.sources.unread import FLAG
from app.domain.alert import AlertStatus
from app.domain.classify import Severity
from app.service.source_ports import Request
from tests.contracts.source_contract import SourceContract
from tests.contracts.source_rig import AT, Rig, a_request, alerts_of

FIXTURES = Path(__file__).parent / "fixtures" / "site24x7"
SITE24X7 = SOURCES["site24x7"]


def sent(name: str) -> bytes:
    return (FIXTURES / f"{name}.json").read_bytes()


def values(name: str) -> dict[str, str]:
    return {field: str(value) for field, value in json.loads(sent(name)).items()}


@pytest.fixture
def rig() -> Rig:
    return Rig(
        SITE24X7,
        FIXTURES,
        a_request(sent("down")),
        a_request(sent("up")),
        tests=(a_request(sent("in_maintenance")), a_request(sent("suspended"))),
    )


class TestSite24x7(SourceContract):
    """The contract, on Site24x7's bodies."""


def test_a_monitor_is_read_whole() -> None:
    (alert,) = alerts_of(SITE24X7, a_request(sent("down")))

    assert (alert.dedup_key, alert.severity) == ("412907000000031337", "DOWN")
    assert alert.title.startswith("Pilot booking is DOWN: Connection refused")
    assert alert.labels["alertname"] == alert.labels["monitor"] == "Pilot booking"
    assert alert.labels["group"] == "Booking"
    assert alert.labels["squad"] == "harbour"
    assert alert.runbooks == ("https://wiki.example.net/runbooks/pilot-booking",)
    assert alert.started_at == datetime(2026, 5, 28, 20, 26, 40, tzinfo=UTC)


def test_ids_that_a_double_cannot_hold_stay_apart() -> None:
    (one,), (two,) = (
        alerts_of(SITE24X7, a_request(sent("down"))),
        alerts_of(SITE24X7, a_request(sent("neighbour_down"))),
    )

    assert (one.dedup_key, two.dedup_key) == ("412907000000031337", "412907000000031338")


@pytest.mark.parametrize(
    ("name", "status", "severity"),
    [
        ("down", AlertStatus.FIRING, Severity.CRITICAL),
        ("critical", AlertStatus.FIRING, Severity.CRITICAL),
        ("trouble", AlertStatus.FIRING, Severity.TRIAGE),
        ("up", AlertStatus.RESOLVED, Severity.TRIAGE),
        ("edited_template", AlertStatus.FIRING, Severity.CRITICAL),
    ],
)
def test_every_state_is_about_the_same_monitor(name: str, status: AlertStatus, severity: Severity) -> None:
    (alert,) = alerts_of(SITE24X7, a_request(sent(name)))

    assert (alert.dedup_key, alert.status) == ("412907000000031337", status)
    assert SITE24X7.severities[alert.severity.lower()] is severity


def test_without_an_id_it_is_name_and_address() -> None:
    (down,), (up,) = [alerts_of(SITE24X7, a_request(sent(f"{state}_without_id"))) for state in ("down", "up")]

    assert down.dedup_key == up.dedup_key
    assert up.title == "Pilot booking is UP"


def test_a_form_and_a_query_say_the_same_as_json() -> None:
    form = a_request(urlencode(values("down")), content_type="application/x-www-form-urlencoded")
    query = Request("GET", "/webhooks/site24x7", {**values("down"), "token": "a-secret-token"}, {}, b"", AT)

    (plain,), (posted,), (asked) = [alerts_of(SITE24X7, one) for one in (a_request(sent("down")), form, query)]

    assert [(one.dedup_key, one.title, one.status, one.labels) for one in (posted, *asked)] == [
        (plain.dedup_key, plain.title, plain.status, plain.labels)
    ] * 2
    assert "a-secret-token" not in repr(asked)


def test_a_body_of_names_that_nobody_knows_tells_a_person() -> None:
    (alert,) = alerts_of(SITE24X7, a_request(sent("nothing_known")))

    assert (alert.status, alert.flags) == (AlertStatus.FIRING, (FLAG,))
