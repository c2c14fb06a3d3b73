"""Rollbar: one item is one alert, whatever happened to it."""

from pathlib import Path

import pytest

from app.adapters.sources import SOURCES
from app.adapters.sources.unread import FLAG
from app.domain.alert import AlertStatus
from app.domain.classify import Severity
from app.domain.errors import InvalidPayload
from app.service.source_ports import Control
from tests.contracts.source_contract import SourceContract
from tests.contracts.source_rig import Rig, a_request, alerts_of, an_instance

FIXTURES = Path(__file__).parent / "fixtures" / "rollbar"
ROLLBAR = SOURCES["rollbar"]


def sent(name: str) -> bytes:
    return (FIXTURES / f"{name}.json").read_bytes()


@pytest.fixture
def rig() -> Rig:
    return Rig(
        ROLLBAR,
        FIXTURES,
        a_request(sent("new_item")),
        a_request(sent("resolved_item")),
        tests=(a_request(sent("test")), a_request(sent("deploy"))),
    )


class TestRollbar(SourceContract):
    """The contract, on Rollbar's bodies."""


def test_an_item_is_read_whole() -> None:
    (alert,) = alerts_of(ROLLBAR, a_request(sent("new_item")))

    assert (alert.dedup_key, alert.severity) == ("771204381", "50")
    assert alert.title == "TimeoutError: carrier API did not answer"
    assert alert.description == "TimeoutError: carrier API did not answer"
    assert alert.labels["project"] == "5521"
    assert alert.labels["item"] == "318"
    assert ROLLBAR.severities[alert.severity] is Severity.CRITICAL


@pytest.mark.parametrize(
    ("name", "status"),
    [
        ("reactivated_item", AlertStatus.FIRING),
        ("occurrence", AlertStatus.FIRING),
        ("unknown_event_resolved", AlertStatus.RESOLVED),
    ],
)
def test_every_event_is_about_the_same_item(name: str, status: AlertStatus) -> None:
    (alert,) = alerts_of(ROLLBAR, a_request(sent(name)))

    assert (alert.dedup_key, alert.status) == ("771204381", status)


def test_a_muted_item_opens_and_closes_nothing() -> None:
    body = '{"event_name": "muted_item", "data": {"item": {"id": 1, "status": "muted"}}}'

    assert isinstance(ROLLBAR.parse(a_request(body), an_instance(ROLLBAR)), Control)


@pytest.mark.parametrize("data", ['{"item":{}}', "{}", "[]", "null"])
def test_a_body_without_an_item_pages_flagged(data: str) -> None:
    body = f'{{"event_name":"new_item","data":{data}}}'

    (alert,) = alerts_of(ROLLBAR, a_request(body))

    assert (alert.status, alert.flags, alert.raw) == (AlertStatus.FIRING, (FLAG,), body)


def test_an_empty_body_is_refused() -> None:
    with pytest.raises(InvalidPayload):
        ROLLBAR.parse(a_request("{}"), an_instance(ROLLBAR))
