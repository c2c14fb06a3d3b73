"""Better Stack: one incident is one alert; all else that it sends opens nothing."""

import json
from pathlib import Path

import pytest

from app.adapters.sources import SOURCES
from app.adapters.sources.unread import FLAG
from app.domain.alert import AlertStatus
from tests.contracts.source_contract import SourceContract
from tests.contracts.source_rig import Rig, a_request, alerts_of

FIXTURES = Path(__file__).parent / "fixtures" / "better-stack"
BETTER_STACK = SOURCES["better-stack"]


def sent(name: str) -> bytes:
    return (FIXTURES / f"{name}.json").read_bytes()


@pytest.fixture
def rig() -> Rig:
    return Rig(
        BETTER_STACK,
        FIXTURES,
        a_request(sent("started")),
        a_request(sent("resolved")),
        tests=tuple(a_request(sent(name)) for name in ("comment", "monitor_paused", "on_call_changed")),
    )


class TestBetterStack(SourceContract):
    """The contract, on Better Stack's bodies."""


def test_an_incident_is_read_whole() -> None:
    (alert,) = alerts_of(BETTER_STACK, a_request(sent("started")))

    assert (alert.dedup_key, alert.title) == ("7001", "tide tables: Status 503")
    assert alert.description == "Status 503\n503 Service Unavailable"
    assert alert.labels == {
        "alertname": "tide tables",
        "monitor": "tide tables",
        "monitor_id": "52",
        "cause": "Status 503",
        "team": "Harbour",
        "url": "https://tides.example.net/",
        "region": "eu,us",
    }
    assert alert.annotations["response code"] == "503"
    assert alert.runbooks == ("tide-tables",)
    assert alert.started_at is not None


@pytest.mark.parametrize(
    ("name", "status"),
    [
        ("started", AlertStatus.FIRING),
        ("validating", AlertStatus.FIRING),
        ("unconfirmed", AlertStatus.FIRING),
        ("acknowledged", AlertStatus.ACKNOWLEDGED),
        ("resolved", AlertStatus.RESOLVED),
    ],
)
def test_every_status_is_about_the_same_incident(name: str, status: AlertStatus) -> None:
    (alert,) = alerts_of(BETTER_STACK, a_request(sent(name)))

    assert (alert.dedup_key, alert.status) == ("7001", status)


def test_a_heartbeat_that_was_missed_has_no_page() -> None:
    (alert,) = alerts_of(BETTER_STACK, a_request(sent("missed_heartbeat")))

    assert (alert.title, alert.links) == ("nightly backup: Missed heartbeat", ())
    assert alert.labels["heartbeat_id"] == "9"


def test_a_body_of_names_that_nobody_knows_tells_a_person() -> None:
    (alert,) = alerts_of(BETTER_STACK, a_request(sent("nothing_known")))

    assert (alert.status, alert.flags) == (AlertStatus.FIRING, (FLAG,))


@pytest.mark.parametrize(
    ("times", "status"),
    [
        ({"resolved_at": "2026-06-14T02:11:08Z", "acknowledged_at": "2026-06-14T02:00:00Z"}, AlertStatus.RESOLVED),
        ({"resolved_at": None, "acknowledged_at": "2026-06-14T02:00:00Z"}, AlertStatus.ACKNOWLEDGED),
        ({"resolved_at": "", "acknowledged_at": None}, AlertStatus.FIRING),
    ],
)
def test_an_incident_without_a_status_tells_by_its_times(times: dict[str, object], status: AlertStatus) -> None:
    body = {"data": {"id": "1", "type": "incident", "attributes": {"name": "tides", **times}}}

    (alert,) = alerts_of(BETTER_STACK, a_request(json.dumps(body)))

    assert (alert.dedup_key, alert.status) == ("1", status)
