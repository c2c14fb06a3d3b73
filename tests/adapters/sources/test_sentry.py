"""Sentry: the issue is the alert; only what fires or resolves opens or closes it."""

import hmac
from datetime import datetime
from hashlib import sha256
from pathlib import Path

import pytest

from app.adapters.sources import SOURCES
from app.adapters.sources.unread import FLAG
from app.domain.alert import AlertStatus
from app.domain.errors import InvalidPayload
from app.service.source_ports import Control, Request
from tests.contracts.source_contract import SignedContract
from tests.contracts.source_rig import Rig, a_request, alerts_of, an_instance, with_header

FIXTURES = Path(__file__).parent / "fixtures" / "sentry"
SENTRY = SOURCES["sentry"]
SIGNATURE = "sentry-hook-signature"


def sent(name: str) -> bytes:
    return (FIXTURES / f"{name}.json").read_bytes()


def sign(request: Request, secret: str, at: datetime) -> Request:
    return with_header(request, SIGNATURE, hmac.new(secret.encode(), request.body, sha256).hexdigest())


@pytest.fixture
def rig() -> Rig:
    return Rig(
        SENTRY,
        FIXTURES,
        a_request(sent("event_alert")),
        a_request(sent("issue_resolved")),
        tests=(a_request(sent("event_alert_sample")),),
        prove=sign,
        with_proof=lambda request, value: with_header(request, SIGNATURE, value),
    )


class TestSentry(SignedContract):
    """The contract, on Sentry's bodies."""


def test_an_issue_alert_is_read_whole() -> None:
    (alert,) = alerts_of(SENTRY, a_request(sent("event_alert"), sentry_hook_resource="event_alert"))

    assert (alert.dedup_key, alert.severity) == ("5190042871", "fatal")
    assert alert.title == "IntegrityError: duplicate key value"
    assert alert.labels["project"] == "shop-api"
    assert alert.labels["rule"] == "Fatal in production"
    assert alert.labels["squad"] == "orders"
    assert alert.labels["müll"] == "ß"
    assert alert.links[0].href == "https://example.sentry.io/issues/5190042871/events/b6d6/"


@pytest.mark.parametrize("name", ["issue_created", "legacy_plugin"])
def test_the_same_issue_is_known_however_it_comes(name: str) -> None:
    (alert,) = alerts_of(SENTRY, a_request(sent(name)))

    assert (alert.dedup_key, alert.status) == ("5190042871", AlertStatus.FIRING)
    assert alert.title == "IntegrityError: duplicate key value"
    assert alert.labels["project"] == "shop-api"


def test_a_metric_alert_fires_and_resolves() -> None:
    (firing,) = alerts_of(SENTRY, a_request(sent("metric_critical"), sentry_hook_resource="metric_alert"))
    (resolved,) = alerts_of(SENTRY, a_request(sent("metric_resolved"), sentry_hook_resource="metric_alert"))

    assert firing.dedup_key == resolved.dedup_key == "metric_alert:311"
    assert (firing.severity, firing.title) == ("critical", "Critical: Failed orders > 50 in 5 min")
    assert resolved.status is AlertStatus.RESOLVED
    assert resolved.ended_at is not None


@pytest.mark.parametrize(
    ("name", "resource"),
    [
        ("issue_assigned", "issue"),
        ("issue_archived", "issue"),
        ("installation", "installation"),
        ("comment", "comment"),
        ("installation", ""),
        ("comment", ""),
    ],
)
def test_what_neither_opens_nor_closes_is_control(name: str, resource: str) -> None:
    request = a_request(sent(name), sentry_hook_resource=resource)

    assert isinstance(SENTRY.parse(request, an_instance(SENTRY)), Control)


@pytest.mark.parametrize("resource", ["event_alert", "error", "issue", "metric_alert", ""])
@pytest.mark.parametrize(
    "body", ['{"action":"created","data":{}}', '{"data":{"issue":{}}}', '{"data":{"later":{"a":1}}}']
)
def test_a_body_without_what_its_header_says_pages_flagged(resource: str, body: str) -> None:
    (alert,) = alerts_of(SENTRY, a_request(body, sentry_hook_resource=resource))

    assert (alert.status, alert.flags, alert.raw) == (AlertStatus.FIRING, (FLAG,), body)


@pytest.mark.parametrize("resource", ["issue", ""])
def test_an_empty_body_is_refused(resource: str) -> None:
    with pytest.raises(InvalidPayload):
        SENTRY.parse(a_request("{}", sentry_hook_resource=resource), an_instance(SENTRY))
