"""Splunk: a saved search is one alert, whatever row it finds; nothing ever resolves it."""

import json
from pathlib import Path

import pytest

from app.adapters.sources import SOURCES
from app.adapters.sources.unread import FLAG
from app.domain.alert import AlertStatus
from app.domain.classify import Severity
from tests.contracts.source_contract import SourceContract
from tests.contracts.source_rig import Rig, a_request, alerts_of

FIXTURES = Path(__file__).parent / "fixtures" / "splunk"
SPLUNK = SOURCES["splunk"]


def sent(name: str) -> bytes:
    return (FIXTURES / f"{name}.json").read_bytes()


@pytest.fixture
def rig() -> Rig:
    return Rig(SPLUNK, FIXTURES, a_request(sent("found")), a_request(sent("found_again")))


class TestSplunk(SourceContract):
    """The contract, on Splunk's bodies."""

    def test_a_firing_alert_and_its_resolution_share_a_dedup_key(self, rig: Rig) -> None:
        """There is no resolution: what shares the key is the next run of the search, and it fires."""
        first, second = alerts_of(SPLUNK, rig.firing), alerts_of(SPLUNK, rig.resolved)

        assert {alert.status for alert in (*first, *second)} == {AlertStatus.FIRING}
        assert [alert.dedup_key for alert in first] == [alert.dedup_key for alert in second]


def test_a_search_is_read_whole() -> None:
    (alert,) = alerts_of(SPLUNK, a_request(sent("found")))

    assert (alert.title, alert.severity) == ("berth errors above 50", "ERROR")
    assert SPLUNK.severities["error"] is Severity.HIGH
    assert alert.description == "2026-05-28 berth lookup failed"
    assert alert.labels["alertname"] == alert.labels["search_name"] == "berth errors above 50"
    assert (alert.labels["service"], alert.labels["host"]) == ("berths", "quay-7")
    assert alert.value("source") == "our-splunk"
    assert alert.value("event_source") == "/var/log/berths.log"
    assert alert.value("count") == "61"
    assert alert.runbooks == ("berth-errors",)
    assert alert.links[0].text == "results"


def test_a_runbook_may_stand_in_the_message_of_the_row() -> None:
    (alert,) = alerts_of(SPLUNK, a_request(sent("found_again")))

    assert (alert.severity, alert.runbooks) == ("critical", ("https://wiki.example.net/runbooks/berths",))


def test_a_search_that_was_never_saved_is_known_by_the_kind_of_row_it_finds() -> None:
    names = ("without_a_name", "without_a_name_again", "without_a_row")
    first, again, other = [alerts_of(SPLUNK, a_request(sent(name)))[0] for name in names]

    assert first.dedup_key == again.dedup_key != other.dedup_key
    assert first.title == "Splunk search without a name: sourcetype=berths, count=8"


def test_a_body_of_names_that_nobody_knows_tells_a_person() -> None:
    (alert,) = alerts_of(SPLUNK, a_request(sent("nothing_known")))

    assert (alert.status, alert.flags) == (AlertStatus.FIRING, (FLAG,))


def test_a_field_of_many_values_is_one_label() -> None:
    body = {"search_name": "berths", "result": {"host": ["quay-1", "quay-2"]}}

    (alert,) = alerts_of(SPLUNK, a_request(json.dumps(body)))

    assert alert.labels["host"] == "quay-1, quay-2"
