"""Opsgenie's Alert API: what creates, acknowledges and closes, and whose key it is."""

import json
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from app.adapters.sources import SOURCES
from app.adapters.sources.opsgenie import action_path, genie_key, named
from app.domain.alert import AlertStatus, Link
from app.domain.classify import Severity, classify
from app.domain.errors import InvalidPayload
from app.service.source_ports import Request, Verdict
from tests.contracts.source_contract import SignedContract
from tests.contracts.source_rig import AT, SECRET, Rig, a_request, alerts_of, an_instance, with_header

FIXTURES = Path(__file__).parent / "fixtures" / "opsgenie"
OPSGENIE = SOURCES["opsgenie"]
ALERTS = "/v2/alerts"


def sent(name: str, **changes: Any) -> bytes:
    body = json.loads((FIXTURES / f"{name}.json").read_bytes()) | changes
    return json.dumps({key: value for key, value in body.items() if value is not ...}).encode()


def with_key(request: Request, key: str) -> Request:
    return with_header(request, "authorization", f"GenieKey {key}")


def about(alias: str, action: str, body: bytes = b"") -> Request:
    return a_request(body, action_path(alias, action), {"identifierType": "alias"})


@pytest.fixture
def rig() -> Rig:
    return Rig(
        OPSGENIE,
        FIXTURES,
        a_request(sent("create"), ALERTS),
        about("kilns/4: too cold", "close", sent("actions/close")),
        prove=lambda request, secret, at: with_key(request, secret),
        with_proof=with_key,
        is_body_signed=False,
        is_named=False,
    )


class TestOpsgenie(SignedContract):
    """The contract, on Opsgenie's bodies."""


@pytest.mark.parametrize("name", ["apiKey", "api_key", "routing_key", "service_key", "genieToken", "password"])
def test_a_key_in_the_body_stays_in_no_alert(name: str) -> None:
    said = sent("create", **{name: "a-made-up-key"}, details={"kiln": "4", name: "a-made-up-key"})

    found = [
        *alerts_of(OPSGENIE, a_request(said, ALERTS)),
        *alerts_of(OPSGENIE, about("kilns/4: too cold", "close", sent("actions/close", **{name: "a-made-up-key"}))),
    ]

    assert "a-made-up-key" not in repr(found)
    assert found[0].annotations == {"kiln": "4"}


def test_an_alert_is_read_whole() -> None:
    (alert,) = alerts_of(OPSGENIE, a_request(sent("create"), ALERTS))

    assert (alert.dedup_key, alert.title) == ("kilns/4: too cold", "Kiln 4 is colder than its programme")
    assert alert.description.startswith("Thermocouple B")
    assert alert.labels == {
        "entity": "kiln-4",
        "event_source": "thermod on hall-2.example.net",
        "tags": "kiln,runbook: https://wiki.example.net/runbooks/kiln-by-tag",
        "team": "kilns",
        "severity": "P2",
    }
    assert alert.annotations["batch"] == "118"
    assert alert.runbooks == (
        "https://wiki.example.net/runbooks/cold-kiln",
        "https://wiki.example.net/runbooks/kiln-by-tag",
    )
    assert alert.links == (Link("https://grafana.example.net/d/kilns", "dashboard"),)
    assert json.loads(alert.raw) == json.loads(sent("create"))


def test_its_priority_decides_and_not_a_detail_that_is_called_severity() -> None:
    (alert,) = alerts_of(OPSGENIE, a_request(sent("create"), ALERTS))

    found = classify(alert, (), an_instance(OPSGENIE), {})

    assert (alert.severity, found.severity, found.unmapped) == ("P2", Severity.HIGH, False)


def test_who_says_no_priority_gets_p3_which_is_high() -> None:
    (alert,) = alerts_of(OPSGENIE, a_request(sent("create_small"), ALERTS))

    found = classify(alert, (), an_instance(OPSGENIE), {})

    assert (alert.severity, alert.value("severity"), found.severity, found.unmapped) == ("", "P3", Severity.HIGH, False)


def test_what_alertmanager_writes_into_the_description_is_found() -> None:
    (alert,) = alerts_of(OPSGENIE, a_request(sent("from_alertmanager"), ALERTS))

    assert alert.runbooks == ("https://wiki.example.net/runbooks/cold-kiln",)
    assert alert.links == (Link("http://prometheus.example.net:9090/graph?g0.expr=kiln_celsius", "source"),)
    assert alert.labels["alertname"] == "KilnTooCold"
    without = alerts_of(OPSGENIE, a_request(sent("from_alertmanager", details=...), ALERTS))[0]
    assert without.labels["alertname"] == "KilnTooCold"
    assert alert.value("hall") == "2"


def test_an_alert_without_an_alias_is_always_a_new_one() -> None:
    request = a_request(sent("create_small"), ALERTS)

    (first,) = alerts_of(OPSGENIE, request)
    (later,) = alerts_of(OPSGENIE, replace(request, received_at=AT + timedelta(microseconds=1)))

    assert first.dedup_key != later.dedup_key


@pytest.mark.parametrize("message", [None, "", "  ", [], {}, ...])
def test_a_message_is_all_that_is_required(message: object) -> None:
    with pytest.raises(InvalidPayload) as refused:
        OPSGENIE.parse(a_request(sent("create", message=message), ALERTS), an_instance(OPSGENIE))

    assert (refused.value.field, refused.value.reason) == ("message", "Message can not be empty.")


def test_long_texts_are_kept_whole() -> None:
    body = sent("create", message="m" * 5_000, description="d" * 50_000, alias="a" * 2_000)

    (alert,) = alerts_of(OPSGENIE, a_request(body, ALERTS))

    assert (len(alert.title), len(alert.description), len(alert.dedup_key)) == (5_000, 50_000, 2_000)


@pytest.mark.parametrize("alias", ["plain", "x/y z", "größe 🔥", "a/close", "100%", "?&#", "%2F"])
@pytest.mark.parametrize(
    ("action", "status"), [("close", AlertStatus.RESOLVED), ("acknowledge", AlertStatus.ACKNOWLEDGED)]
)
def test_the_alias_of_an_action_is_in_the_path_and_its_body_may_be_empty(
    alias: str, action: str, status: AlertStatus
) -> None:
    (alert,) = alerts_of(OPSGENIE, about(alias, action))

    assert (alert.dedup_key, alert.status, alert.title) == (alias, status, alias)


@pytest.mark.parametrize("alias", ["%ff", "%00", "%20", "%ED%A0%80"])
def test_an_alias_that_is_no_text_is_refused(alias: str) -> None:
    with pytest.raises(InvalidPayload):
        OPSGENIE.parse(a_request("", f"/v2/alerts/{alias}/close"), an_instance(OPSGENIE))


def test_a_key_of_another_scheme_is_no_proof() -> None:
    request = with_header(a_request(sent("create"), ALERTS), "authorization", f"Bearer {SECRET}")

    assert genie_key(request) is None
    assert OPSGENIE.verify(request, SECRET, AT, an_instance(OPSGENIE)) is Verdict.UNSIGNED


def test_the_scheme_is_known_in_whatever_case() -> None:
    request = with_header(a_request(sent("create"), ALERTS), "authorization", f"geniekey  {SECRET}")

    assert OPSGENIE.verify(request, SECRET, AT, an_instance(OPSGENIE)) is Verdict.SIGNED


@pytest.mark.parametrize(
    ("value", "name"),
    [
        ({"username": "asha@example.net", "id": "1"}, "asha@example.net"),
        ({"name": "kilns", "type": "team"}, "kilns"),
        ({"id": 7}, "7"),
        ({}, ""),
        ("kilns", ""),
        (None, ""),
    ],
)
def test_parties_are_named_by_user_name_name_or_id(value: object, name: str) -> None:
    assert named(value) == name
