"""GitHub's webhook for Actions: a workflow that fails on a branch, and the later run that succeeds there."""

from collections.abc import Mapping
from datetime import datetime

from app.adapters.sources.body import FORM, media_type, parse_form, parse_object
from app.adapters.sources.fields import (
    Fields,
    compact,
    dig,
    digest,
    fields,
    first_line,
    first_word,
    instant,
    link,
    without_blanks,
    word,
)
from app.adapters.sources.signature import check_hmac_hex
from app.adapters.sources.unread import unread
from app.adapters.sources.webhook_fields import Sent
from app.domain.alert import Alert, AlertStatus
from app.domain.classify import Severity, SourceSettings
from app.domain.errors import InvalidPayload
from app.service.source_ports import Alerts, Control, Request, Verdict

_RUN, _JOB = "workflow_run", "workflow_job"
_SUCCESS = "success"
_NEITHER = ("cancelled", "skipped", "neutral", "stale")
"""How a run can end without having said anything about what it checks."""


class GithubActions:
    """`workflow_run` and `workflow_job`, completed; every other event opens nothing. A failure is triage unless a rule
    says otherwise: tests fail on branches all day."""

    type: str = "github-actions"
    severities: Mapping[str, Severity] = dict.fromkeys(
        ("failure", "timed_out", "startup_failure", "action_required", _SUCCESS), Severity.TRIAGE
    )

    def verify(self, request: Request, secret: str, now: datetime, instance: SourceSettings) -> Verdict:
        """`sha256=` and the hex HMAC-SHA256 of the raw body, also of a form. The older SHA-1 header is not looked at.

        Source: GitHub documentation, "Validating webhook deliveries".
        """
        signature = request.headers.get("x-hub-signature-256")
        if not secret or signature is None:
            return Verdict.UNSIGNED
        check_hmac_hex(secret, request.body, signature.strip().removeprefix("sha256="))
        return Verdict.SIGNED

    def parse(self, request: Request, instance: SourceSettings) -> Alerts | Control:
        event = word(request.headers.get("x-github-event"))
        if event == "ping":
            return Control("GitHub's ping")
        body = _body(request)
        event = event or next((name for name in (_RUN, _JOB) if name in body), "")
        if (event and event not in (_RUN, _JOB)) or "zen" in body:
            return Control("a GitHub event that is about no workflow")
        sent = fields(body.get(event))
        state, ended = first_word(body, "action") or first_word(sent, "status"), first_word(sent, "conclusion").lower()
        if sent and state and state != "completed":
            return Control("a workflow that has not ended")
        if not ended:
            return unread(Sent(body), instance)
        if ended in _NEITHER:
            return Control(f"a workflow that neither failed nor succeeded: {ended}")
        return Alerts((_alert(body, event, sent, ended, instance),))


def _body(request: Request) -> Fields:
    """JSON, or the form that has it in one field."""
    if media_type(request) != FORM:
        return parse_object(request.body)
    form = parse_form(request.body)
    if "payload" not in form:
        raise InvalidPayload("is missing from the form", "payload")
    return parse_object(form["payload"].encode())


def _alert(body: Fields, event: str, sent: Fields, ended: str, instance: SourceSettings) -> Alert:
    status = AlertStatus.RESOLVED if ended == _SUCCESS else AlertStatus.FIRING
    labels = _labels(body, event, sent, ended)
    repository, branch = labels.get("repository", ""), labels.get("branch", "")
    what = " / ".join(filter(None, (labels.get("workflow", ""), labels.get("job", "")))) or "a workflow"
    at = instant(first_word(sent, "completed_at", "updated_at", "run_started_at", "created_at"))
    return Alert(
        source=instance.name,
        source_type=GithubActions.type,
        dedup_key=_key(body, event, sent, labels),
        status=status,
        title=f"{repository or 'GitHub'}: {what} {ended}" + (f" on {branch}" if branch else ""),
        description=_description(sent),
        severity=ended,
        labels=labels,
        links=link(sent.get("html_url"), "job" if event == _JOB else "run"),
        group_key=digest(_repository(body), labels.get("workflow", ""), branch),
        started_at=at if status is AlertStatus.FIRING else None,
        ended_at=at if status is AlertStatus.RESOLVED else None,
        raw=compact(body),
    )


def _key(body: Fields, event: str, sent: Fields, labels: Mapping[str, str]) -> str:
    """The workflow, or the job of it, on its branch: a run's own id is new each time. A fork's branches are its own."""
    workflow = word(sent.get("workflow_id")) if event == _RUN else labels.get("workflow", "")
    owner = word(dig(sent, "head_repository", "id"))
    return digest(_repository(body), event, workflow, labels.get("job", ""), owner, labels.get("branch", ""))


def _repository(body: Fields) -> str:
    repository = fields(body.get("repository"))
    return first_word(repository, "id", "full_name", "name")


def _labels(body: Fields, event: str, sent: Fields, ended: str) -> dict[str, str]:
    repository = fields(body.get("repository"))
    of_run = first_word(fields(body.get("workflow")), "name", "path") or first_word(sent, "name", "path")
    workflow = word(sent.get("workflow_name")) if event == _JOB else of_run
    return without_blanks(
        {
            "repository": first_word(repository, "full_name", "name"),
            "alertname": workflow,
            "workflow": workflow,
            "job": word(sent.get("name")) if event == _JOB else "",
            "branch": word(sent.get("head_branch")),
            "is_default_branch": _is_default_branch(sent, repository) if event == _RUN else "",
            "event": word(sent.get("event")),
            "actor": word(dig(sent, "actor", "login")) or word(dig(body, "sender", "login")),
            "run": word(sent.get("run_id")) or word(sent.get("run_number")),
            "environment": word(dig(body, "deployment", "environment")),
            "severity": ended,
        }
    )


def _is_default_branch(run: Fields, repository: Fields) -> str:
    """Whether what ran is the repository's own main line; a fork's branch may be called the same. Of a job it is not
    known: GitHub does not say whose branch it ran on."""
    branch, main = word(run.get("head_branch")), word(repository.get("default_branch"))
    if not branch or not main:
        return ""
    owner = word(dig(run, "head_repository", "id"))
    return "yes" if branch == main and owner in ("", word(repository.get("id"))) else "no"


def _description(sent: Fields) -> str:
    commit = first_line(word(dig(sent, "head_commit", "message"))) or first_line(word(sent.get("display_title")))
    return " ".join(filter(None, (commit, word(sent.get("head_sha"))[:12])))
