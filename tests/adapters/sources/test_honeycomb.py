"""Honeycomb: one trigger is one alert, with all its groups; the header is the secret itself."""

from pathlib import Path

import pytest

from app.adapters.sources import SOURCES
from app.adapters.sources.honeycomb import TOKEN
from app.adapters.sources.unread import FLAG
from app.domain.alert import AlertStatus
from app.service.source_ports import Control
from tests.contracts.source_contract import SignedContract
from tests.contracts.source_rig import Rig, a_request, alerts_of, an_instance, with_header

FIXTURES = Path(__file__).parent / "fixtures" / "honeycomb"
HONEYCOMB = SOURCES["honeycomb"]


def sent(name: str) -> bytes:
    return (FIXTURES / f"{name}.json").read_bytes()


@pytest.fixture
def rig() -> Rig:
    return Rig(
        HONEYCOMB,
        FIXTURES,
        a_request(sent("triggered")),
        a_request(sent("ok")),
        tests=(a_request(sent("test_of_integration")), a_request(sent("test_of_trigger"))),
        prove=lambda request, secret, at: with_header(request, TOKEN, secret),
        with_proof=lambda request, value: with_header(request, TOKEN, value),
        is_body_signed=False,
    )


class TestHoneycomb(SignedContract):
    """The contract, on Honeycomb's bodies."""


def test_a_trigger_is_read_whole() -> None:
    (alert,) = alerts_of(HONEYCOMB, a_request(sent("triggered")))

    assert (alert.dedup_key, alert.severity) == ("qLk93mPzT1a", "")
    assert alert.title == ("slow berth lookups: Currently greater than threshold value (800) for service:berths")
    assert alert.description.splitlines()[-2:] == [
        "service=berths, region=eu, route=/lookup: 1210.4",
        "service=berths, region=eu, route=/list: 905",
    ]
    assert [link.text for link in alert.links] == ["result", "trigger"]
    assert alert.runbooks == ("https://wiki.example.net/runbooks/berth-lookups",)


def test_labels_are_what_the_triggered_groups_have_in_common() -> None:
    (alert,) = alerts_of(HONEYCOMB, a_request(sent("triggered")))

    assert (alert.labels["service"], alert.labels["region"]) == ("berths", "eu")
    assert "route" not in alert.labels
    assert alert.labels["alertname"] == alert.labels["trigger"] == "slow berth lookups"


def test_groups_that_are_null_a_status_in_lower_case_and_no_id_are_understood() -> None:
    (alert,) = alerts_of(HONEYCOMB, a_request(sent("no_id_and_null_groups")))

    assert (alert.status, bool(alert.dedup_key)) == (AlertStatus.FIRING, True)
    assert "an-old-secret-in-the-body" not in repr(alert)


def test_a_burn_alert_is_called_like_its_slo() -> None:
    (alert,) = alerts_of(HONEYCOMB, a_request(sent("burn_alert")))

    assert (alert.dedup_key, alert.title) == ("bA7", "berth availability")
    assert alert.labels["exhaustion_minutes"] == "240"
    assert alert.links[0].text == "SLO"


def test_an_edited_template_is_read_by_its_names_in_any_spelling() -> None:
    (alert,) = alerts_of(HONEYCOMB, a_request(sent("edited_template")))

    assert (alert.dedup_key, alert.title, alert.severity) == ("qLk93mPzT1a", "slow berth lookups", "critical")
    assert alert.labels["environment"] == "production"
    assert alert.links == ()


@pytest.mark.parametrize("word", ["true", '"true"'])
def test_a_template_that_nests_what_it_says_may_be_a_test_too(word: str) -> None:
    body = f'{{"alert": {{"title": "slow berth lookups", "isTest": {word}}}}}'

    assert isinstance(HONEYCOMB.parse(a_request(body), an_instance(HONEYCOMB)), Control)


def test_a_nested_template_that_is_no_test_tells_a_person() -> None:
    body = '{"alert": {"title": "slow berth lookups", "isTest": false}}'

    assert len(alerts_of(HONEYCOMB, a_request(body))) == 1


def test_a_body_of_names_that_nobody_knows_tells_a_person() -> None:
    (alert,) = alerts_of(HONEYCOMB, a_request(sent("nothing_known")))

    assert (alert.status, alert.flags) == (AlertStatus.FIRING, (FLAG,))
