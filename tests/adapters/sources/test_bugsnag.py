"""BugSnag: an error group is one alert; only people's "fixed" resolves it."""

from pathlib import Path

import pytest

from app.adapters.sources import SOURCES
from app.adapters.sources.unread import FLAG
from app.domain.alert import AlertStatus
from app.domain.errors import InvalidPayload
from app.service.source_ports import Control
from tests.contracts.source_contract import SourceContract
from tests.contracts.source_rig import Rig, a_request, alerts_of, an_instance

FIXTURES = Path(__file__).parent / "fixtures" / "bugsnag"
BUGSNAG = SOURCES["bugsnag"]


def sent(name: str) -> bytes:
    return (FIXTURES / f"{name}.json").read_bytes()


@pytest.fixture
def rig() -> Rig:
    return Rig(BUGSNAG, FIXTURES, a_request(sent("first_exception")), a_request(sent("fixed")))


class TestBugsnag(SourceContract):
    """The contract, on BugSnag's bodies."""


def test_an_error_is_read_whole() -> None:
    (alert,) = alerts_of(BUGSNAG, a_request(sent("first_exception")))

    assert (alert.dedup_key, alert.severity) == ("6613f2a0aa00", "error")
    assert alert.title == "KeyError: 'vat_number'"
    assert alert.labels["project"] == "Billing"
    assert alert.labels["release_stage"] == "production"
    assert [link.text for link in alert.links] == ["error", "issue", "project"]


def test_reopening_fires_again() -> None:
    (alert,) = alerts_of(BUGSNAG, a_request(sent("reopened")))

    assert (alert.dedup_key, alert.status) == ("6613f2a0aa00", AlertStatus.FIRING)


def test_a_spike_belongs_to_its_project() -> None:
    (alert,) = alerts_of(BUGSNAG, a_request(sent("spike")))

    assert (alert.dedup_key, alert.title) == ("p77:projectSpiking", "Billing: Spike in exceptions")
    assert "812" in alert.description


@pytest.mark.parametrize("name", ["snoozed", "comment", "release"])
def test_what_neither_opens_nor_closes_is_control(name: str) -> None:
    assert isinstance(BUGSNAG.parse(a_request(sent(name)), an_instance(BUGSNAG)), Control)


@pytest.mark.parametrize("body", ['{"invented":"here"}', '{"trigger":{},"error":{}}'])
def test_a_body_of_another_shape_pages_flagged(body: str) -> None:
    (alert,) = alerts_of(BUGSNAG, a_request(body))

    assert (alert.status, alert.flags, alert.raw) == (AlertStatus.FIRING, (FLAG,), body)


def test_an_empty_body_is_refused() -> None:
    with pytest.raises(InvalidPayload):
        BUGSNAG.parse(a_request("{}"), an_instance(BUGSNAG))
