"""Uptime Kuma: heartbeats in JSON, multipart, queries and custom bodies, tests, and notices of certificates."""

import json
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from app.adapters.sources import SOURCES
from app.domain.alert import Alert, AlertStatus
from app.domain.classify import Severity
from app.service.source_ports import Control, Request
from tests.contracts.source_contract import SourceContract
from tests.contracts.source_rig import Rig, a_request, alerts_of, an_instance

FIXTURES = Path(__file__).parent / "fixtures" / "uptime-kuma"
KUMA = SOURCES["uptime-kuma"]


def sent(name: str) -> bytes:
    return (FIXTURES / name).read_bytes() if "." in name else (FIXTURES / f"{name}.json").read_bytes()


def the(name: str) -> Alert:
    """The one alert of a fixture."""
    (alert,) = alerts_of(KUMA, a_request(sent(name)))
    return alert


@pytest.fixture
def rig() -> Rig:
    return Rig(
        KUMA,
        FIXTURES,
        a_request(sent("down")),
        a_request(sent("up")),
        tests=(
            a_request(sent("test")),
            a_request(sent("custom_test")),
        ),
    )


class TestUptimeKuma(SourceContract):
    """The contract, on Uptime Kuma's bodies."""


def multipart(body: bytes, boundary: str = "----------------------------4471") -> Request:
    framed = f'--{boundary}\r\nContent-Disposition: form-data; name="data"\r\n\r\n'.encode() + body
    return a_request(
        framed + f"\r\n--{boundary}--\r\n".encode(), content_type=f"multipart/form-data; boundary={boundary}"
    )


def test_a_heartbeat_is_read_whole() -> None:
    alert = the("down")

    assert (alert.dedup_key, alert.severity) == ("31", "")
    assert alert.title == "Till API is down: connect ECONNREFUSED 192.0.2.80:443"
    assert (alert.labels["squad"], alert.labels["live"], alert.labels["group"]) == ("tills", "true", "Shops")
    assert alert.runbooks == ("https://wiki.example.net/till-api",)
    assert alert.started_at == datetime(2026, 6, 14, 2, 11, 8, 733_000, UTC)


def test_what_a_monitor_logs_in_with_goes_nowhere() -> None:
    assert "not-real" not in repr(the("down"))


def test_a_monitor_without_an_address_has_no_link() -> None:
    alert = the("ping_down")

    assert (alert.title, alert.links) == ("Tür 3 🚪 is down: PING tür.example.net", ())


@pytest.mark.parametrize("name", ["pending", "maintenance"])
def test_what_neither_opens_nor_closes_is_control(name: str) -> None:
    assert isinstance(KUMA.parse(a_request(sent(name)), an_instance(KUMA)), Control)


def test_multipart_says_the_same_as_json() -> None:
    assert alerts_of(KUMA, multipart(sent("down"))) == alerts_of(KUMA, a_request(sent("down")))


def test_a_query_says_the_same_as_json() -> None:
    body = json.loads(sent("up"))
    query = {
        "msg": body["msg"],
        "token": "s3cret",
        **{name: json.dumps(body[name]) for name in ("heartbeat", "monitor")},
    }

    (alert,) = alerts_of(KUMA, replace(a_request("", query=query), method="GET"))

    assert replace(alert, raw="") == replace(the("up"), raw="")
    assert json.loads(alert.raw) == json.loads(the("up").raw)
    assert "s3cret" not in repr(alert)


def test_a_query_without_a_heartbeat_is_a_test_or_a_notice() -> None:
    test = KUMA.parse(a_request("", query={"msg": "the router Testing"}), an_instance(KUMA))
    (down,) = alerts_of(KUMA, a_request("", query={"msg": "[Till API] [🔴 Down] gone", "monitor": "{broken"}))

    assert isinstance(test, Control)
    assert (down.title, down.status) == ("Till API is down: gone", AlertStatus.FIRING)


def test_a_custom_body_is_known_by_its_text() -> None:
    down, up = the("custom_down"), the("custom_up")

    assert (down.title, down.status) == ("Till API is down: connect ECONNREFUSED", AlertStatus.FIRING)
    assert (up.dedup_key, up.status) == (down.dedup_key, AlertStatus.RESOLVED)


def test_a_certificate_that_ends_is_a_warning_of_its_own() -> None:
    alert = the("certificate")
    sooner = alerts_of(KUMA, a_request(sent("certificate").replace(b"14 days", b"7 days")))[0]

    assert alert.labels == {"alertname": "Till API", "monitor": "Till API", "severity": "warning"}
    assert KUMA.severities[alert.value("severity")] is Severity.TRIAGE
    assert (alert.status, alert.dedup_key) == (AlertStatus.FIRING, sooner.dedup_key)
    assert alert.dedup_key != the("down").dedup_key
    assert alert.flags == ("Uptime Kuma never resolves this by itself",)
