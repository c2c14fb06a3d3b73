"""Cloudflare: notifications of one correlation are one alert; the header is the secret itself."""

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from app.adapters.sources import SOURCES
from app.adapters.sources.cloudflare import SECRET as HEADER
from app.adapters.sources.unread import FLAG
from app.domain.alert import AlertStatus
from app.domain.errors import Unauthorised
from app.service.source_ports import Verdict
from tests.contracts.source_contract import SignedContract
from tests.contracts.source_rig import AT, Rig, a_request, alerts_of, an_instance, with_header

FIXTURES = Path(__file__).parent / "fixtures" / "cloudflare"
CLOUDFLARE = SOURCES["cloudflare"]


def sent(name: str) -> bytes:
    return (FIXTURES / f"{name}.json").read_bytes()


@pytest.fixture
def rig() -> Rig:
    return Rig(
        CLOUDFLARE,
        FIXTURES,
        a_request(sent("health_check_start")),
        a_request(sent("health_check_end")),
        tests=(a_request(sent("test_of_webhook")),),
        prove=lambda request, secret, at: with_header(request, HEADER, secret),
        with_proof=lambda request, value: with_header(request, HEADER, value),
        is_body_signed=False,
    )


class TestCloudflare(SignedContract):
    """The contract, on Cloudflare's bodies."""


def test_a_notification_is_read_whole() -> None:
    (alert,) = alerts_of(CLOUDFLARE, a_request(sent("health_check_start")))

    assert (alert.dedup_key, alert.severity) == ("5f0d2d1e", "")
    assert alert.title == "Quay origin went from Healthy to Unhealthy"
    assert alert.labels["alert_type"] == "health_check_status_notification"
    assert alert.labels["health_check"] == "quay origin"
    assert alert.labels["zone"] == "harbour.example"
    assert alert.value("reason") == "TCP connection failed"
    assert alert.runbooks == ("https://wiki.example.net/runbooks/quay-origin",)
    assert alert.started_at == datetime(2026, 5, 28, 20, 26, 30, tzinfo=UTC)


def test_what_is_healthy_again_is_over_even_where_that_starts_a_notification() -> None:
    (alert,) = alerts_of(CLOUDFLARE, a_request(sent("healthy_again_as_start")))

    assert (alert.dedup_key, alert.status) == ("5f0d2d1e", AlertStatus.RESOLVED)


def test_older_notifications_are_known_by_policy_and_thing_and_by_its_health() -> None:
    (down,), (up,) = [alerts_of(CLOUDFLARE, a_request(sent(f"older_{state}"))) for state in ("unhealthy", "healthy")]

    assert down.dedup_key == up.dedup_key
    assert (down.status, up.status) == (AlertStatus.FIRING, AlertStatus.RESOLVED)


def test_what_may_never_be_resolved_says_so() -> None:
    (alert,) = alerts_of(CLOUDFLARE, a_request(sent("older_certificate")))

    assert (alert.status, alert.flags) == (AlertStatus.FIRING, ("Cloudflare may never resolve this by itself",))
    assert alert.labels["host"] == "harbour.example"


def test_severity_and_links_come_from_the_data() -> None:
    (alert,) = alerts_of(CLOUDFLARE, a_request(sent("ddos_start")))

    assert (alert.severity, alert.links[0].text) == ("HIGH", "dashboard")
    assert alert.value("source") == "our-cloudflare"


def test_without_a_text_it_is_called_by_what_watches() -> None:
    (alert,) = alerts_of(CLOUDFLARE, a_request(sent("without_text")))

    assert (alert.title, alert.status) == ("tide worker: workers_alert", AlertStatus.FIRING)


def test_a_secret_beyond_ascii_is_compared_as_the_bytes_that_were_sent() -> None:
    secret = "schlüssel-zum-hafen"
    on_the_wire = secret.encode().decode("latin-1")
    request = with_header(a_request(sent("health_check_start")), HEADER, on_the_wire)

    assert CLOUDFLARE.verify(request, secret, AT, an_instance(CLOUDFLARE)) is Verdict.SIGNED
    with pytest.raises(Unauthorised):
        CLOUDFLARE.verify(request, "schlussel-zum-hafen", AT, an_instance(CLOUDFLARE))


def test_a_body_of_names_that_nobody_knows_tells_a_person() -> None:
    (alert,) = alerts_of(CLOUDFLARE, a_request(sent("nothing_known")))

    assert (alert.status, alert.flags) == (AlertStatus.FIRING, (FLAG,))


def test_without_a_correlation_id_every_hostname_counts() -> None:
    keys = [
        alerts_of(CLOUDFLARE, a_request(json.dumps({"policy_id": "p", "text": "t", "data": data})))[0].dedup_key
        for data in ({"hostnames": ["a", "b"]}, {"hostnames": ["a"]}, {"config": {"id": "c"}}, None)
    ]

    assert len(set(keys)) == 4
