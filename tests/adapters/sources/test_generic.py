"""Any other tool: ready mappings, mappings of the operator's own, JSON, forms, text and queries."""

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest
from standardwebhooks import Webhook

from app.adapters.sources import SOURCES
from app.adapters.sources.generic_mapping import load_mapping
from app.domain.alert import AlertStatus, Link
from app.domain.errors import InvalidPayload, UnsupportedMedia
from app.service.source_ports import Alerts, Control, Request, Verdict
from tests.contracts.source_contract import SignedContract
from tests.contracts.source_rig import Rig, a_request, alerts_of, an_instance, with_header

FIXTURES = Path(__file__).parent / "fixtures" / "generic"
GENERIC = SOURCES["generic"]
FORM = "application/x-www-form-urlencoded"
CUSTOM = {
    "title": "evt.head",
    "dedup_key": "to_string(evt.uid)",
    "status": "evt.phase",
    "resolved_when": ["end"],
    "severity": "evt.lvl",
    "labels": "{machine: machines[0].name}",
}


def sent(name: str) -> bytes:
    return (FIXTURES / f"{name}.json").read_bytes()


def sign(request: Request, secret: str, at: datetime) -> Request:
    signature = Webhook(_padded(secret)).sign("msg_1", at, request.body.decode())
    stamped = with_header(with_header(request, "webhook-id", "msg_1"), "webhook-timestamp", str(int(at.timestamp())))
    return with_header(stamped, "webhook-signature", f"v1,bm9wZQ== v1a,x {signature}")


def _padded(secret: str) -> str:
    """The library wants base64; ours also takes a plain secret."""
    import base64

    return base64.b64encode(secret.encode()).decode()


@pytest.fixture
def rig() -> Rig:
    return Rig(
        GENERIC,
        FIXTURES,
        a_request(sent("firing")),
        a_request(sent("resolved")),
        tests=(a_request(sent("test")),),
        prove=sign,
        with_proof=lambda request, value: with_header(request, "webhook-signature", value),
        is_time_signed=True,
        is_named=False,
    )


class TestGeneric(SignedContract):
    """The contract, on bodies of no tool in particular."""


def test_the_published_standard_webhooks_vector_verifies() -> None:
    request = a_request(
        '{"test": 2432232314}',
        webhook_id="msg_p5jXN8AQM9LWM0D4loKWxJek",
        webhook_timestamp="1614265330",
        webhook_signature="v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
    )
    now = datetime.fromtimestamp(1614265330, UTC)

    verdict = GENERIC.verify(request, "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", now, an_instance(GENERIC))

    assert verdict is Verdict.SIGNED


def test_plain_fields_are_understood_without_a_mapping() -> None:
    (alert,) = alerts_of(GENERIC, a_request(sent("firing")))

    assert (alert.title, alert.severity, alert.dedup_key) == ("Freezer 7 is at -9 °C", "P1", "freezer-7")
    assert alert.labels == {"site": "leeds", "freezer": "7", "probe": '{"id":"x"}', "severity": "P1"}
    assert alert.links == (Link("https://cold.example.net/7", "Freezer 7"),)
    assert (alert.runbooks, alert.group_key) == (("freezer-warm",), "leeds")
    assert alert.started_at == datetime.fromtimestamp(1781000000, UTC)
    assert alert.flags == ()


def test_a_list_is_many_alerts() -> None:
    first, second = alerts_of(GENERIC, a_request(sent("list")))

    assert (first.title, first.labels) == ("First", {"squad": "cold", "urgent": "true"})
    assert second.title == "Second thing"
    assert GENERIC.parse(a_request("[]"), an_instance(GENERIC)) == Alerts(())


def test_a_body_that_says_nothing_known_still_makes_a_flagged_alert() -> None:
    (alert,) = alerts_of(GENERIC, a_request(sent("nothing_useful")))

    assert alert.title == "a=1, d=boiler"
    assert alert.flags == ("no title found: check this source's mapping",)
    assert json.loads(alert.description) == json.loads(sent("nothing_useful"))


@pytest.mark.parametrize("name", ["dedup_key", "status"])
def test_an_identity_or_status_that_is_no_word_is_refused_by_field(name: str) -> None:
    with pytest.raises(InvalidPayload) as refused:
        alerts_of(GENERIC, a_request(json.dumps({"title": "x", name: ["a"]})))

    assert refused.value.field == name


def test_a_mapping_of_ones_own_goes_before_the_default() -> None:
    (alert,) = alerts_of(GENERIC, a_request(sent("custom")), mapping=CUSTOM)

    assert (alert.title, alert.dedup_key, alert.severity) == ("Pump 3 stopped", "88123", "4")
    assert alert.status is AlertStatus.RESOLVED
    assert alert.labels["machine"] == "pump-3"


def test_a_mapping_can_find_many_alerts_in_one_body() -> None:
    body = json.dumps({"events": [{"title": "a"}, {"title": "b"}]})

    alerts = alerts_of(GENERIC, a_request(body), mapping={"alerts": "events"})

    assert [alert.title for alert in alerts] == ["a", "b"]


def test_a_broken_mapping_loses_no_alert_and_says_so() -> None:
    mapping = {"title": "evt.[", "severity": "x" * 301, "sverity": "y", "dedup_key": "length(evt.uid)"}

    (alert,) = alerts_of(GENERIC, a_request(sent("custom")), mapping=mapping)
    problems = load_mapping({"mapping": mapping}).problems

    assert alert.flags == (*problems, "no title found: check this source's mapping")
    assert len(problems) == 3
    assert load_mapping({"mapping": "goaler"}).problems == (
        "mapping 'goaler' is none of default, goalert, grafana-oncall",
    )


@pytest.mark.parametrize(
    ("name", "mapping", "title", "key"),
    [
        ("goalert", "goalert", "Queue is long", "queue-a"),
        ("goalert", None, "Queue is long", "queue-a"),
        ("grafana_oncall", "grafana-oncall", "Lift B stuck", "c0ffee00-1"),
        ("grafana_oncall", None, "Lift B stuck", "c0ffee00-1"),
    ],
)
def test_goalert_and_grafana_oncall_bodies_are_known(name: str, mapping: str | None, title: str, key: str) -> None:
    (alert,) = alerts_of(GENERIC, a_request(sent(name)), mapping=mapping)

    assert (alert.title, alert.dedup_key, alert.status) == (title, key, AlertStatus.FIRING)


def test_a_query_fills_in_what_the_body_lacks_and_its_token_goes_nowhere() -> None:
    query = {"token": "s3cret", "action": "close", "summary": "from the query"}

    (alert,) = alerts_of(GENERIC, a_request('{"summary": "from the body", "action": ""}', query=query))
    (bare,) = alerts_of(GENERIC, a_request("", query=query))

    assert (alert.title, alert.status) == ("from the body", AlertStatus.RESOLVED)
    assert bare.title == "from the query"
    assert "s3cret" not in repr((alert, bare))


@pytest.mark.parametrize(
    ("body", "kind", "title"),
    [
        ("summary=H%C3%A9llo&details=w+x&dedup=k", FORM, "Héllo"),
        ("payload=%7B%22title%22%3A%22in+a+field%22%7D", FORM, "in a field"),
        ("Door open\nsince noon", "text/plain; charset=utf-8", "Door open"),
        ('{"title": "really JSON"}', "text/plain", "really JSON"),
        ('\ufeff{"title": "with a BOM"}', "application/json", "with a BOM"),
        ('"just a text"', "application/json", "just a text"),
        ('{"title": "no type"}', "", "no type"),
    ],
)
def test_a_body_is_read_by_its_type(body: str, kind: str, title: str) -> None:
    (alert,) = alerts_of(GENERIC, a_request(body, content_type=kind))

    assert alert.title == title


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (b"summary=%ff", FORM),
        (b"summary=\xff", FORM),
        (b"summary=%00", FORM),
        (b"a=1&" * 1_001, FORM),
        (b"\xff", "text/plain"),
        (b"a\x00b", "text/plain"),
        (b"null", "application/json"),
        (b'""', "application/json"),
        (b"[" + b"1," * 1_000 + b"1]", "application/json"),
    ],
)
def test_what_cannot_be_read_is_refused(body: bytes, kind: str) -> None:
    with pytest.raises(InvalidPayload):
        alerts_of(GENERIC, a_request(body, content_type=kind))


def test_multipart_is_refused_as_a_media_type() -> None:
    with pytest.raises(UnsupportedMedia):
        alerts_of(GENERIC, a_request("--x", content_type="multipart/form-data; boundary=x"))


def test_a_query_that_cannot_be_stored_is_refused() -> None:
    for value in ("\0", "\ud800"):
        with pytest.raises(InvalidPayload):
            GENERIC.parse(a_request("{}", query={"summary": value}), an_instance(GENERIC))


def test_a_mapping_can_ignore_words() -> None:
    control = GENERIC.parse(
        a_request('{"title": "x", "status": "Drill"}'), an_instance(GENERIC, mapping={"ignored_when": "drill"})
    )

    assert isinstance(control, Control)


@pytest.mark.parametrize("body", ['{"alert_name": "Warm"}', '{"labels": {"alertname": "Warm"}}', '{"name": "Warm"}'])
def test_a_body_may_name_its_alert(body: str) -> None:
    assert alerts_of(GENERIC, a_request(body))[0].labels["alertname"] == "Warm"


def test_a_mapping_says_where_the_name_of_an_alert_is() -> None:
    (alert,) = alerts_of(GENERIC, a_request('{"kind": "Warm"}'), mapping={"alertname": "kind"})

    assert alert.labels["alertname"] == "Warm"
