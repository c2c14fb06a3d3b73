"""CloudEvents: every form of them over HTTP, the handshake, and data that is read like a generic body."""

import json
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from app.adapters.sources import SOURCES
from app.adapters.sources.cloudevents_event import MOST_EVENTS
from app.adapters.sources.unread import FLAG
from app.domain.alert import Alert, AlertStatus, Link
from app.domain.classify import Severity
from app.domain.errors import InvalidPayload
from app.service.source_ports import Handshaking, Request
from tests.contracts.source_contract import SourceContract
from tests.contracts.source_rig import Rig, a_request, alerts_of, an_instance

FIXTURES = Path(__file__).parent / "fixtures" / "cloudevents"
EVENTS = SOURCES["cloudevents"]


def sent(name: str) -> bytes:
    return (FIXTURES / f"{name}.json").read_bytes()


def alert(name: str) -> Alert:
    (found,) = alerts_of(EVENTS, a_request(sent(name)))
    return found


def event(**changes: Any) -> Request:
    return a_request(json.dumps(json.loads(sent("firing")) | changes))


def binary(body: bytes | str, content_type: str = "application/json", **attributes: str) -> Request:
    """The firing event as headers and data."""
    whole = json.loads(sent("firing"))
    named = {name: whole[name] for name in ("specversion", "type", "source", "subject", "id", "time")} | attributes
    headers = {f"ce-{name}": value for name, value in named.items() if value}
    return replace(a_request(body), headers={"content-type": content_type, **headers})


def asking(**headers: str) -> Request:
    return replace(a_request("", **headers), method="OPTIONS")


@pytest.fixture
def rig() -> Rig:
    tests = (a_request(sent("test")), asking(webhook_request_origin="events.example.com"))
    return Rig(EVENTS, FIXTURES, a_request(sent("firing")), a_request(sent("resolved")), tests=tests, is_named=False)


class TestCloudEvents(SourceContract):
    """The contract, on structured events."""


def test_a_structured_event_is_read_whole() -> None:
    found = alert("firing")

    assert (found.title, found.description) == ("Freezer 4 is at -3 °C", "Door open?")
    assert (found.severity, found.runbooks) == ("critical", ("freezer-warm",))
    assert found.started_at == datetime(2026, 6, 14, 2, 11, tzinfo=UTC)
    assert found.labels == {
        "event_type": "net.example.freezer.alarm",
        "event_source": "/plants/hamburg",
        "event_id": "e-1001",
        "subject": "freezer-4",
        "site": "hamburg",
        "severity": "critical",
    }


def test_the_same_event_in_binary_mode_is_the_same_alert() -> None:
    whole = json.loads(sent("firing"))

    (found,) = alerts_of(EVENTS, binary(json.dumps(whole["data"])))

    assert found == replace(alert("firing"), raw=found.raw)
    assert json.loads(found.raw) == whole


def test_headers_of_binary_mode_are_percent_encoded() -> None:
    (found,) = alerts_of(EVENTS, binary("", subject="K%C3%BChlung%204", content_type=""))

    assert found.title == "net.example.freezer.alarm: Kühlung 4"


def test_a_header_that_hides_a_nul_is_refused() -> None:
    with pytest.raises(InvalidPayload, match="NUL"):
        EVENTS.parse(binary("{}", subject="a%00b"), an_instance(EVENTS))


def test_binary_data_that_is_text_is_a_message() -> None:
    (found,) = alerts_of(EVENTS, binary("the compressor stopped", content_type="text/plain"))

    assert (found.title, found.description) == (
        "net.example.freezer.alarm: freezer-4",
        "the compressor stopped",
    )


def test_a_batch_holds_many_and_may_hold_none() -> None:
    first, second = alerts_of(EVENTS, a_request(sent("batch")))

    assert (first.status, second.status) == (AlertStatus.FIRING, AlertStatus.RESOLVED)
    assert second.ended_at == datetime(2026, 6, 14, 2, 11, tzinfo=UTC)
    assert alerts_of(EVENTS, a_request(sent("empty_batch"))) == ()


def test_an_endless_batch_is_refused() -> None:
    with pytest.raises(InvalidPayload):
        EVENTS.parse(a_request(json.dumps([{}] * (MOST_EVENTS + 1))), an_instance(EVENTS))


def test_how_the_type_ends_is_the_status_where_the_data_names_none() -> None:
    found = alert("resolved_by_type")

    assert (found.status, found.dedup_key) == (AlertStatus.RESOLVED, alert("firing").dedup_key)
    (named,) = alerts_of(EVENTS, event(type="net.example.freezer.resolved", data={"title": "x", "state": "firing"}))
    assert named.status is AlertStatus.FIRING


def test_an_event_without_data_is_an_alert_with_what_there_is() -> None:
    found = alert("without_data")

    assert (found.title, found.description) == ("net.example.freezer.alarm: freezer-4", "")
    assert found.flags == ("the event's data has no title",)
    assert found.dedup_key == alert("firing").dedup_key


@pytest.mark.parametrize(
    ("extension", "word"),
    [
        ({"severitytext": "FATAL", "severitynumber": 21}, "FATAL"),
        ({"severitynumber": 1}, "trace"),
        ({"severitynumber": 9}, "info"),
        ({"severitynumber": "16"}, "warn"),
        ({"severitynumber": 24}, "fatal"),
        ({"severitynumber": 25}, "critical"),
        ({"severitynumber": 0}, "critical"),
        ({}, "critical"),
    ],
)
def test_the_severity_extension_goes_before_the_data(extension: dict[str, Any], word: str) -> None:
    (found,) = alerts_of(EVENTS, event(**extension))

    assert (found.severity, found.labels["severity"]) == (word, word)
    assert EVENTS.severities[word.lower()] in Severity


def test_data_in_base64_is_read_and_a_picture_is_not() -> None:
    assert (alert("base64").title, alert("base64").severity) == ("Freezer 4 is warm", "high")
    assert alert("picture").title == "net.example.freezer.alarm: freezer-4"


def test_json_that_comes_as_text_is_read() -> None:
    (found,) = alerts_of(EVENTS, event(data='{"title": "Inner", "url": "https://example.com/x"}'))
    (broken,) = alerts_of(EVENTS, event(data='{"title": "cut o'))

    assert (found.title, found.links) == ("Inner", (Link("https://example.com/x", "link"),))
    assert broken.description == '{"title": "cut o'


def test_things_of_two_sources_are_not_the_same() -> None:
    here, there = alerts_of(EVENTS, event()), alerts_of(EVENTS, event(source="/plants/kiel"))
    named, same = (
        alerts_of(EVENTS, event(data={"dedup_key": "k"})),
        alerts_of(EVENTS, event(data={"dedup_key": "k"}, subject="other", id="e-2")),
    )

    assert here[0].dedup_key != there[0].dedup_key
    assert named[0].dedup_key == same[0].dedup_key != here[0].dedup_key


def test_without_subject_and_title_every_event_is_its_own() -> None:
    first, second = (alerts_of(EVENTS, event(subject=None, data=None, id=id)) for id in ("a", "b"))

    assert first[0].dedup_key != second[0].dedup_key


def test_an_operators_mapping_is_used_and_its_slips_are_shown() -> None:
    mapping = {"title": "headline", "status": "phase", "resolved_when": ["gone"], "labels": "]["}

    (found,) = alerts_of(EVENTS, event(data={"headline": "Warm", "phase": "gone"}), mapping=mapping)

    assert (found.title, found.status) == ("Warm", AlertStatus.RESOLVED)
    assert "mapping.labels" in found.flags[0]


@pytest.mark.parametrize("name", ["id", "source", "specversion", "type"])
def test_what_every_event_must_have_is_asked_for_by_name(name: str) -> None:
    batch = [json.loads(sent("firing")), json.loads(sent("firing")) | {name: None}]
    headers = binary("{}", **{name: ""})

    for request, field in ((event(**{name: ""}), name), (headers, name), (a_request(json.dumps(batch)), f"[1].{name}")):
        with pytest.raises(InvalidPayload) as refused:
            EVENTS.parse(request, an_instance(EVENTS))
        assert refused.value.field == field


def test_an_object_that_is_no_event_at_all_pages_flagged() -> None:
    (found,) = alerts_of(EVENTS, a_request('{"data":{"invented":"here"}}'))

    assert (found.status, found.flags) == (AlertStatus.FIRING, (FLAG,))
    assert found.raw == '{"data":{"invented":"here"}}'


@pytest.mark.parametrize("data", [{}, [], 7, None, {"invented": "here"}])
def test_an_event_whose_data_says_nothing_known_pages_flagged(data: object) -> None:
    (found,) = alerts_of(EVENTS, event(data=data, type="com.example.noted", subject=""))

    assert (found.status, found.title) == (AlertStatus.FIRING, "com.example.noted")
    assert found.flags == ("the event's data has no title",)


def test_an_event_in_a_batch_must_be_an_object() -> None:
    with pytest.raises(InvalidPayload) as refused:
        EVENTS.parse(a_request("[7]"), an_instance(EVENTS))

    assert refused.value.field == "[0]"


def test_whoever_asks_may_send() -> None:
    assert isinstance(EVENTS, Handshaking)
    answer = EVENTS.handshake(asking(webhook_request_origin="events.example.com", webhook_request_rate="120"))

    assert answer.status == 200
    assert answer.headers == {
        "WebHook-Allowed-Origin": "events.example.com",
        "WebHook-Allowed-Rate": "*",
        "Allow": "POST",
    }
    assert answer.visit == ""


@pytest.mark.parametrize("origin", ["", " ", "ünïcode", "a\x01b"])
def test_a_handshake_of_nobody_is_refused(origin: str) -> None:
    with pytest.raises(InvalidPayload):
        EVENTS.parse(asking(webhook_request_origin=origin), an_instance(EVENTS))
