"""Reads a folder of webhook bodies kept outside the repository and compares what comes out with what each one expects.

`PAYLOADS_DIR` names the folder: one subfolder per tool, one JSON file per request, as its README describes.
"""

import json
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest

from app.adapters.sources import SOURCES
from app.domain.alert import Alert
from app.domain.classify import SourceSettings
from app.domain.errors import InvalidPayload, Unauthorised
from app.service.ports import Alerts, Fetching, Request, Verdict

FOLDERS = {"alertmanager": "prometheus-alertmanager", "pagerduty": "pagerduty-events-v2"}
"""The folders that are not simply called like the source."""

TYPES = {FOLDERS.get(name, name): name for name in SOURCES}
DISAGREEMENTS = {
    ("grafana", "contact_point_test"): "the test button of a contact point opens nothing (R1); the file says firing",
}

SAME_THING = (
    ("aws-cloudwatch-sns/alarm_sig1", "aws-cloudwatch-sns/ok"),
    ("cloudevents/binary_firing", "cloudevents/structured_resolved"),
    ("github-actions/run_failure_form_encoded", "github-actions/run_success"),
)
"""Files of which the second ends what the first began."""


@dataclass(frozen=True, slots=True)
class Case:
    """One file."""

    folder: str
    sent: Mapping[str, Any]

    @property
    def name(self) -> str:
        return f"{self.folder}/{self.sent['case']}"

    @property
    def signing(self) -> Mapping[str, Any]:
        return self.sent.get("signing") or {}

    @property
    def certificate(self) -> bytes:
        """What lies at the address that a body names for its signature's certificate."""
        return str(self.signing.get("certificate_pem", "")).encode()

    @property
    def expected(self) -> Mapping[str, Any]:
        found: Mapping[str, Any] = self.sent["expected"]
        return found


def test_every_payload_in_the_folder_comes_out_as_expected() -> None:
    cases = list(_cases())

    problems = [f"{case.name}: {problem}" for case in cases for problem in _problems(case)]

    print(f"\n{len(cases)} payload files found and checked, {len(problems)} problems")
    for folder in TYPES:
        print(f"  {folder}: {sum(case.folder == folder for case in cases)}")
    assert cases, "the folder named in PAYLOADS_DIR holds no payloads of these tools"
    assert problems == []


def test_the_end_of_an_alert_has_the_key_of_its_beginning() -> None:
    cases = {case.name: case for case in _cases()}
    pairs = [(cases[first], cases[last]) for first, last in SAME_THING if first in cases and last in cases]

    keys = [{alert.dedup_key for case in pair for alert in _outcome(case)} for pair in pairs]

    assert [len(found) for found in keys] == [1] * len(pairs), keys


def _cases() -> Iterator[Case]:
    folder = os.environ.get("PAYLOADS_DIR", "")
    if not folder:
        pytest.skip("PAYLOADS_DIR IS NOT SET: no real payloads were checked; set it to the folder that holds them")
    for tool in TYPES:
        for path in sorted(Path(folder, tool).glob("*.json")):
            yield Case(tool, json.loads(path.read_text()))


def _problems(case: Case) -> Iterator[str]:
    if (case.folder, case.sent["case"]) in DISAGREEMENTS:
        assert _outcome(case) == (), f"{case.name}: the disagreement is out of date"
        return
    alerts, expected = _outcome(case), case.expected
    if expected["status"] == "none":
        if alerts:
            yield f"opened or closed {len(alerts)} alerts, expected none"
        return
    if len(alerts) != expected["count"]:
        yield f"{len(alerts)} alerts, expected {expected['count']}"
        return
    yield from _differences(alerts, expected)


def _differences(alerts: tuple[Alert, ...], expected: Mapping[str, Any]) -> Iterator[str]:
    statuses = [alert.status.value for alert in alerts]
    if "firing" in expected and "resolved" in expected:
        if (statuses.count("firing"), statuses.count("resolved")) != (expected["firing"], expected["resolved"]):
            yield f"statuses {statuses}"
    elif "items" not in expected and set(statuses) != {expected["status"]}:
        yield f"statuses {statuses}, expected {expected['status']}"
    if expected["title_contains"] not in "\n".join(alert.title for alert in alerts):
        yield f"titles {[alert.title for alert in alerts]} lack {expected['title_contains']!r}"
    said = {word.strip() for word in expected["severity_raw"].split(",")}
    if said != {alert.severity for alert in alerts}:
        yield f"severities {sorted({alert.severity for alert in alerts})}, expected {sorted(said)}"
    for alert, item in zip(alerts, expected.get("items", ()), strict=False):
        if alert.status.value != item["status"] or item["title_contains"] not in alert.title:
            yield f"{alert.status} {alert.title!r}, expected {item}"
    if any(not alert.dedup_key for alert in alerts):
        yield "an alert without a dedup key"


def _outcome(case: Case) -> tuple[Alert, ...]:
    source, request, instance = SOURCES[TYPES[case.folder]], _request(case), _instance(case)
    secret = case.signing.get("secret") or _routing_key(case)
    now = _now(case, request)
    try:
        if isinstance(source, Fetching):
            assert bool(source.fetches(request)) is bool(case.certificate), case.name
        verdict = source.verify(request, secret, now, instance)
    except Unauthorised:
        assert case.signing.get("valid") is False, f"{case.name}: refused, though its signature is right"
        return ()
    except InvalidPayload:
        return ()
    if case.signing.get("valid") is False:
        assert verdict is Verdict.UNSIGNED, f"{case.name}: accepted, though its signature is wrong"
        return ()
    assert verdict is (Verdict.SIGNED if secret or case.certificate else Verdict.UNSIGNED), case.name
    try:
        understood = source.parse(request, instance)
    except InvalidPayload:
        return ()
    return understood.alerts if isinstance(understood, Alerts) else ()


def _request(case: Case) -> Request:
    sent, address = case.sent, urlsplit(case.sent["path_hint"])
    body = sent.get("raw_body", sent["body"])
    headers = {name.lower(): value for name, value in sent["headers"].items()}
    if sent.get("content_type"):
        headers.setdefault("content-type", sent["content_type"])
    return Request(
        method=sent["method"],
        path=address.path,
        query=dict(parse_qsl(address.query)),
        headers=headers,
        body=body.encode() if isinstance(body, str) else json.dumps(body, ensure_ascii=False).encode(),
        received_at=datetime(2026, 11, 1, tzinfo=UTC),
        fetched=case.certificate,
    )


def _instance(case: Case) -> SourceSettings:
    source = SOURCES[TYPES[case.folder]]
    options: dict[str, object] = {"signature_header": case.signing.get("header")}
    if "timestamp_header" in case.signing:
        options["timestamp_header"] = case.signing["timestamp_header"]
    if case.certificate:
        options["topics"] = [case.sent["body"]["TopicArn"]]
    return SourceSettings(case.folder, source.type, source.severities, options=options)


def _routing_key(case: Case) -> str:
    body = case.sent["body"]
    return str(body.get("routing_key", "")) if case.folder == "pagerduty-events-v2" and isinstance(body, dict) else ""


def _now(case: Case, request: Request) -> datetime:
    stamp = case.signing.get("timestamp")
    return datetime.fromtimestamp(int(stamp), UTC) if stamp else request.received_at
