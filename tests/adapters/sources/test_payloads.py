"""Reads a folder of webhook bodies kept outside the repository and compares what comes out with what each one expects.

`PAYLOADS_DIR` names the folder: one subfolder per tool, one JSON file per request, as its README describes.
"""

import json
import os
from collections import Counter
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
from app.service.source_ports import Alerts, Fetching, Request, Verdict

FOLDERS = {"alertmanager": "prometheus-alertmanager", "pagerduty": "pagerduty-events-v2"}
"""The folders that are not simply called like the source."""

TYPES = {FOLDERS.get(name, name): name for name in SOURCES}
DISAGREEMENTS = {
    ("grafana", "contact_point_test"): "the test button of a contact point opens nothing (R1); the file says firing",
    ("newrelic", "missing_essential_fields"): "a body nothing is understood of pages, flagged, rather than be refused",
    (
        "icinga2",
        "service_warning_soft_state",
    ): "a soft state is not confirmed: Icinga runs the command again when it is",
    ("elastic-kibana", "watcher_unescaped_json_in_string"): "mended and flagged: a watch that fires is worth a guess",
    ("healthchecks", "custom_template_broken_json"): "mended and flagged: a job that failed is worth a guess",
}
SECRET_HEADERS = {"cloudflare": "cf-webhook-auth", "honeycomb": "x-honeycomb-webhook-token"}
"""Where the header is the secret itself, nothing in a file names it: it is what most files of the folder carry."""

ASK_FOR_A_TOKEN_BESIDES = ("statuscake",)
"""Their own proof is too weak to be enough: a right one is still unsigned, a wrong one is refused."""

SAME_ALERT = (
    "datadog: default_triggered default_recovered",
    "datadog: custom_triggered custom_no_data custom_renotify custom_recovered",
    "datadog: uppercase_template_form_encoded uppercase_template_recovered",
    "newrelic: default_created default_activated base_template_closed_after_ack",
    "newrelic: legacy_channel_acknowledged legacy_channel_closed",
    "checkly: failure degraded failure_to_degraded late_failure_after_recovery recovery",
    "site24x7: url_down url_up",
    "splunk: missing_host missing_results_link missing_source",
)
"""What the notes on identity say of these: they are about one thing, and no other file of the tool is."""

STATE_WORDS = frozenset(
    ("down", "up", "problem", "resolved", "resolve", "trigger", "acknowledge", "firing", "recovered")
)
"""How the name of a file ends where others beside it are about the same thing in another state."""

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


def test_what_is_about_the_same_thing_shares_a_key_that_nothing_else_has() -> None:
    keys = {(case.folder, case.sent["case"]): {alert.dedup_key for alert in _outcome(case)} for case in _cases()}

    problems = [problem for line in SAME_ALERT for problem in _strangers(line, keys)]

    assert problems == []


def _strangers(line: str, keys: Mapping[tuple[str, str], set[str]]) -> Iterator[str]:
    folder, names = line.split(": ")
    of_the_tool = {name: found for (tool, name), found in keys.items() if tool == folder}
    same = {name: found for name, found in of_the_tool.items() if name in names.split()}
    shared = set().union(*same.values())
    if len(shared) > 1 or any(found != shared for found in same.values()):
        yield f"{line}: keys differ: {same}"
    yield from (f"{line}: {name} has the same key" for name in of_the_tool.keys() - same if of_the_tool[name] & shared)


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
    found = list(_disagreements(case))
    if (case.folder, case.sent["case"]) in DISAGREEMENTS:
        assert found, f"{case.name}: the disagreement is out of date"
    else:
        yield from found


def _disagreements(case: Case) -> Iterator[str]:
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


def test_payloads_of_one_thing_share_a_key_whatever_its_state() -> None:
    keys: dict[tuple[str, str, str], set[str]] = {}
    for case in _cases():
        if (same := _same_thing(case)) and len(alerts := _outcome(case)) == 1:
            keys.setdefault((case.folder, *same), set()).add(alerts[0].dedup_key)

    assert {thing: found for thing, found in keys.items() if len(found) > 1} == {}


def _same_thing(case: Case) -> tuple[str, str] | None:
    """The name of a file without the state at its end, and what is said to tie them: alike where both are alike."""
    name, _, state = str(case.sent["case"]).rpartition("_")
    tie = str(case.expected["dedup_note"]).partition(" ")[0].strip(";:,")
    return (name, tie) if name and tie and state in STATE_WORDS else None


def _outcome(case: Case) -> tuple[Alert, ...]:
    source, request, instance = SOURCES[TYPES[case.folder]], _request(case), _instance(case)
    secret = case.signing.get("secret") or _key_in(case) or _secret_in_header(case) or _user_and_key(case)
    now = _now(case, request)
    try:
        if isinstance(source, Fetching):
            assert bool(source.fetches(request)) is bool(case.certificate), case.name
        verdict = source.verify(request, secret, now, instance)
    except Unauthorised:
        assert _is_proof_wrong(case, secret), f"{case.name}: refused, though its signature is right"
        return ()
    except InvalidPayload:
        return ()
    if case.signing.get("valid") is False:
        assert verdict is Verdict.UNSIGNED, f"{case.name}: accepted, though its signature is wrong"
        return ()
    if case.folder == "opsgenie" and verdict is Verdict.UNSIGNED:
        return ()  # Without the key it needs a token of ours, and there is none in these files.
    is_signed = secret and case.folder not in ASK_FOR_A_TOKEN_BESIDES
    expected = Verdict.SIGNED if is_signed or case.certificate else Verdict.UNSIGNED
    assert verdict is expected, case.name
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


def _key_in(case: Case) -> str:
    """The key of those tools whose requests are proved by nothing else."""
    body = case.sent["body"]
    if case.folder == "opsgenie":
        return str(case.sent["headers"]["Authorization"].partition(" ")[2])
    return str(body.get("routing_key", "")) if case.folder == "pagerduty-events-v2" and isinstance(body, dict) else ""


def _user_and_key(case: Case) -> str:
    return f"{case.signing['username']}:{case.signing['api_key']}" if "username" in case.signing else ""


def _secret_in_header(case: Case) -> str:
    """Empty also where this file carries none: then it is unsigned."""
    header = SECRET_HEADERS.get(case.folder, "")
    sent = [_request(each).headers.get(header) for each in _cases() if each.folder == case.folder] if header else []
    usual = Counter(filter(None, sent)).most_common(1)
    return usual[0][0] if usual and header in _request(case).headers else ""


def _is_proof_wrong(case: Case, secret: str) -> bool:
    header = SECRET_HEADERS.get(case.folder, "")
    return case.signing.get("valid") is False or _request(case).headers.get(header, secret) != secret


def _now(case: Case, request: Request) -> datetime:
    stamp = case.signing.get("timestamp")
    return datetime.fromtimestamp(int(stamp), UTC) if stamp else request.received_at
