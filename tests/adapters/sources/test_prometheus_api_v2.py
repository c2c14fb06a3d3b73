"""Prometheus itself as the sender: no status and no id, only labels and an end that is past or is not."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from app.adapters.sources import SOURCES
from app.adapters.sources.unread import FLAG
from app.domain.alert import AlertStatus, Link
from app.domain.errors import InvalidPayload
from tests.contracts.source_contract import SourceContract
from tests.contracts.source_rig import AT, Rig, a_request, alerts_of, an_instance

FIXTURES = Path(__file__).parent / "fixtures" / "prometheus-api-v2"
PROMETHEUS = SOURCES["prometheus-api-v2"]


def sent(name: str) -> bytes:
    return (FIXTURES / f"{name}.json").read_bytes()


def one(**changes: Any) -> bytes:
    return json.dumps([{"labels": {"alertname": "Down"}, **changes}]).encode()


@pytest.fixture
def rig() -> Rig:
    return Rig(PROMETHEUS, FIXTURES, a_request(sent("firing")), a_request(sent("resolved")))


class TestPrometheusApiV2(SourceContract):
    """The contract, on bare arrays."""


def test_an_alert_is_read_whole() -> None:
    (alert,) = alerts_of(PROMETHEUS, a_request(sent("firing")))

    assert alert.title == "FuseWillBlow: hall-2 draws more than its fuse allows"
    assert (alert.severity, alert.status, alert.group_key) == ("page", AlertStatus.FIRING, "")
    assert alert.labels["hall"] == "2"
    assert alert.runbooks == ("https://wiki.example.net/runbooks/fuse",)
    assert alert.links == (Link("http://prometheus.example.net:9090/graph?g0.expr=amps+%3E+16&g0.tab=1", "source"),)
    assert alert.started_at == datetime(2026, 6, 14, 2, 11, 0, 120000, UTC)
    assert alert.ended_at is None
    assert json.loads(alert.raw) == json.loads(sent("firing"))[0]


def test_the_key_is_the_labels_alone_in_whatever_order() -> None:
    (alert,) = alerts_of(PROMETHEUS, a_request(one(labels={"a": "1", "b": "2"}, annotations={"x": "1"})))
    (again,) = alerts_of(PROMETHEUS, a_request(one(labels={"b": "2", "a": "1"}, generatorURL="http://other.example")))
    (other,) = alerts_of(PROMETHEUS, a_request(one(labels={"a": "1", "b": "3"})))

    assert alert.dedup_key == again.dedup_key != other.dedup_key


def test_it_has_the_key_that_the_same_alert_would_have_by_way_of_an_alertmanager() -> None:
    labels = {"alertname": "Down"}
    (direct,) = alerts_of(PROMETHEUS, a_request(one()))
    body = json.dumps({"version": "3", "alerts": [{"labels": labels, "status": "firing"}]})
    (around,) = alerts_of(SOURCES["alertmanager"], a_request(body))

    assert direct.dedup_key == around.dedup_key


@pytest.mark.parametrize(
    ("end", "status"),
    [
        (AT - timedelta(seconds=1), AlertStatus.RESOLVED),
        (AT, AlertStatus.RESOLVED),
        (AT + timedelta(seconds=1), AlertStatus.FIRING),
    ],
)
def test_an_end_that_has_come_when_it_arrives_is_over(end: datetime, status: AlertStatus) -> None:
    (alert,) = alerts_of(PROMETHEUS, a_request(one(endsAt=end.isoformat())))

    assert (alert.status, alert.ended_at) == (status, end if status is AlertStatus.RESOLVED else None)


@pytest.mark.parametrize("end", [None, "", "0001-01-01T00:00:00Z", "soon", 0, {}, []])
def test_without_an_end_it_fires(end: object) -> None:
    (alert,) = alerts_of(PROMETHEUS, a_request(one(endsAt=end)))

    assert alert.status is AlertStatus.FIRING


def test_a_body_that_comes_late_is_judged_by_when_it_comes() -> None:
    late = replace(a_request(sent("firing")), received_at=AT + timedelta(minutes=10))

    assert alerts_of(PROMETHEUS, late)[0].status is AlertStatus.RESOLVED


def test_each_alert_of_an_array_has_a_status_of_its_own() -> None:
    over, without, zero = alerts_of(PROMETHEUS, a_request(sent("mixed")))

    assert over.status is AlertStatus.RESOLVED
    assert (without.status, zero.status) == (AlertStatus.FIRING, AlertStatus.FIRING)
    assert zero.runbooks == ("fuse",)


def test_an_empty_array_is_legal() -> None:
    assert alerts_of(PROMETHEUS, a_request(sent("empty"))) == ()


@pytest.mark.parametrize(
    ("body", "raw"),
    [('{"invented":"here"}', '{"invented":"here"}'), ('[{"labels":{}},3]', '{"alerts":[{"labels":{}},3]}')],
)
def test_what_is_no_array_of_objects_pages_flagged(body: str, raw: str) -> None:
    (alert,) = alerts_of(PROMETHEUS, a_request(body))

    assert (alert.status, alert.flags, alert.raw) == (AlertStatus.FIRING, (FLAG,), raw)


@pytest.mark.parametrize("body", ["{}", '"x"', "null", "[1]", "[[]]"])
def test_what_holds_nothing_or_is_no_array_is_refused(body: str) -> None:
    with pytest.raises(InvalidPayload):
        PROMETHEUS.parse(a_request(body), an_instance(PROMETHEUS))
