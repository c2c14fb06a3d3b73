"""GitHub Actions: a workflow on a branch is the alert, and its next success there the end of it."""

import hmac
import json
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest

from app.adapters.sources import SOURCES
from app.adapters.sources.unread import FLAG
from app.domain.alert import Alert, AlertStatus
from app.domain.classify import Severity
from app.domain.errors import InvalidPayload, Unauthorised
from app.service.source_ports import Control, Request, Verdict
from tests.contracts.source_contract import SignedContract
from tests.contracts.source_rig import AT, SECRET, Rig, a_request, alerts_of, an_instance, with_header

FIXTURES = Path(__file__).parent / "fixtures" / "github-actions"
GITHUB = SOURCES["github-actions"]
SIGNATURE = "x-hub-signature-256"
FORM = "application/x-www-form-urlencoded"


def sent(name: str) -> bytes:
    return (FIXTURES / f"{name}.json").read_bytes()


def alert(name: str) -> Alert:
    (found,) = alerts_of(GITHUB, a_request(sent(name)))
    return found


def run(**changes: Any) -> Request:
    """The failing run with something else in it."""
    body = json.loads(sent("firing"))
    body["workflow_run"] |= changes
    return a_request(json.dumps(body))


def sign(request: Request, secret: str, at: datetime) -> Request:
    digest = hmac.new(secret.encode(), request.body, sha256).hexdigest()
    return with_header(request, SIGNATURE, f"sha256={digest}")


@pytest.fixture
def rig() -> Rig:
    return Rig(
        GITHUB,
        FIXTURES,
        a_request(sent("firing")),
        a_request(sent("resolved")),
        tests=(a_request(sent("ping")), a_request(b"anything", x_github_event="ping")),
        prove=sign,
        with_proof=lambda request, value: with_header(request, SIGNATURE, value),
    )


class TestGithubActions(SignedContract):
    """The contract, on GitHub's bodies."""


def test_the_vector_that_github_publishes_verifies() -> None:
    published = "sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17"
    request = with_header(a_request("Hello, World!", x_github_event="ping"), SIGNATURE, published)

    assert GITHUB.verify(request, "It's a Secret to Everybody", AT, an_instance(GITHUB)) is Verdict.SIGNED
    assert isinstance(GITHUB.parse(request, an_instance(GITHUB)), Control)


def test_of_a_form_the_text_is_signed_and_the_json_in_it_read() -> None:
    form = urlencode({"payload": sent("firing").decode()})
    request = sign(a_request(form, content_type=FORM, x_github_event="workflow_run"), SECRET, AT)
    inside = hmac.new(SECRET.encode(), sent("firing"), sha256).hexdigest()

    assert GITHUB.verify(request, SECRET, AT, an_instance(GITHUB)) is Verdict.SIGNED
    assert alerts_of(GITHUB, request)[0].dedup_key == alert("firing").dedup_key
    with pytest.raises(Unauthorised):
        GITHUB.verify(with_header(request, SIGNATURE, f"sha256={inside}"), SECRET, AT, an_instance(GITHUB))


def test_the_older_signature_is_not_enough() -> None:
    request = with_header(a_request(sent("firing")), "x-hub-signature", "sha1=" + "0" * 40)

    assert GITHUB.verify(request, SECRET, AT, an_instance(GITHUB)) is Verdict.UNSIGNED


def test_a_failed_run_is_read_whole() -> None:
    found = alert("firing")

    assert found.title == "example/shop: deploy failure on main"
    assert (found.severity, GITHUB.severities[found.severity]) == ("failure", Severity.TRIAGE)
    assert found.description == "Faster checkout 8f14e45fceea"
    assert found.started_at == datetime(2026, 6, 14, 2, 9, 30, tzinfo=UTC)
    assert found.links[0].href == "https://github.com/example/shop/actions/runs/9001"
    assert found.labels == {
        "repository": "example/shop",
        "alertname": "deploy",
        "workflow": "deploy",
        "branch": "main",
        "is_default_branch": "yes",
        "event": "push",
        "actor": "asha",
        "run": "212",
        "severity": "failure",
    }


def test_a_later_run_that_succeeds_ends_it_and_another_branch_does_not() -> None:
    assert alert("resolved").status is AlertStatus.RESOLVED
    assert alert("resolved").dedup_key == alert("timed_out").dedup_key == alert("firing").dedup_key

    (elsewhere,) = alerts_of(GITHUB, run(head_branch="faster", conclusion="success"))
    (fork,) = alerts_of(GITHUB, run(head_repository={"id": 5}, conclusion="success"))

    assert len({elsewhere.dedup_key, fork.dedup_key, alert("firing").dedup_key}) == 3
    assert (elsewhere.labels["is_default_branch"], fork.labels["is_default_branch"]) == ("no", "no")


@pytest.mark.parametrize("ended", ["failure", "timed_out", "startup_failure", "action_required", "something_new"])
def test_whatever_is_no_success_fires(ended: str) -> None:
    (found,) = alerts_of(GITHUB, run(conclusion=ended))

    assert (found.status, found.severity) == (AlertStatus.FIRING, ended)


@pytest.mark.parametrize("ended", ["cancelled", "skipped", "neutral", "stale"])
def test_what_says_nothing_opens_and_closes_nothing(ended: str) -> None:
    assert isinstance(GITHUB.parse(run(conclusion=ended), an_instance(GITHUB)), Control)


def test_a_run_that_goes_on_opens_nothing() -> None:
    assert isinstance(GITHUB.parse(a_request(sent("requested")), an_instance(GITHUB)), Control)


def test_a_failed_job_is_an_alert_in_the_incident_of_its_run() -> None:
    job, over = alert("job_failure"), alert("job_success")

    assert job.title == "example/shop: deploy / smoke test failure on main"
    assert job.group_key == alert("firing").group_key
    assert job.dedup_key != alert("firing").dedup_key
    assert (over.dedup_key, over.status) == (job.dedup_key, AlertStatus.RESOLVED)


def test_a_run_without_a_name_is_called_by_its_workflow_or_file() -> None:
    body = json.loads(sent("firing"))
    body["workflow_run"]["name"] = ""
    (named,) = alerts_of(GITHUB, a_request(json.dumps(body)))
    (filed,) = alerts_of(GITHUB, a_request(json.dumps(body | {"workflow": None})))

    assert named.labels["workflow"] == "deploy"
    assert filed.labels["workflow"] == ".github/workflows/deploy.yml"


def test_other_events_open_nothing() -> None:
    for event in ("push", "check_run", "deployment_status"):
        request = a_request(sent("firing"), x_github_event=event)
        assert isinstance(GITHUB.parse(request, an_instance(GITHUB)), Control)


@pytest.mark.parametrize("event", ["", "workflow_run", "workflow_job"])
@pytest.mark.parametrize(
    "body",
    [
        '{"invented": "here"}',
        '{"action": "completed", "workflow_run": {}, "workflow_job": []}',
        '{"workflow_run": {"invented": 1}, "workflow_job": {"invented": 1}}',
    ],
)
def test_a_body_without_what_its_event_says_pages_flagged(body: str, event: str) -> None:
    (alert,) = alerts_of(GITHUB, a_request(body, x_github_event=event))

    assert (alert.status, alert.flags, alert.raw) == (AlertStatus.FIRING, (FLAG,), body.replace(" ", ""))


@pytest.mark.parametrize("status", ["queued", "in_progress"])
def test_a_run_that_goes_on_opens_nothing_where_no_action_is_named(status: str) -> None:
    body = json.dumps({"workflow_run": {"status": status, "conclusion": None}})

    assert isinstance(GITHUB.parse(a_request(body), an_instance(GITHUB)), Control)


def test_a_ping_is_known_without_its_header() -> None:
    assert isinstance(GITHUB.parse(a_request('{"zen": "Keep it simple.", "hook_id": 7}'), an_instance(GITHUB)), Control)


@pytest.mark.parametrize(("body", "kind"), [("{}", "application/json"), ("a=b", FORM)])
def test_a_body_that_holds_nothing_is_refused(body: str, kind: str) -> None:
    with pytest.raises(InvalidPayload):
        GITHUB.parse(a_request(body, x_github_event="workflow_run", content_type=kind), an_instance(GITHUB))
