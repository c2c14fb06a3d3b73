"""BugSnag's webhook: errors that occur, spike, reopen or are fixed; comments, releases and snoozing open nothing."""

from collections.abc import Mapping
from datetime import datetime

from app.adapters.sources.body import parse_object
from app.adapters.sources.fields import (
    Fields,
    compact,
    dig,
    digest,
    fields,
    first_word,
    instant,
    link,
    text,
    without_blanks,
    word,
)
from app.adapters.sources.unread import unread
from app.adapters.sources.webhook_fields import Sent
from app.domain.alert import Alert, AlertStatus
from app.domain.classify import Severity, SourceSettings
from app.service.source_ports import Alerts, Control, Request, Verdict

_STATE_CHANGE = "errorStateManualChange"
_STATE_CHANGES = {
    "fixed": AlertStatus.RESOLVED,
    "reopened": AlertStatus.FIRING,
    "open": AlertStatus.FIRING,
}
_NOT_ALERTS = ("comment", "release", "test")


class Bugsnag:
    """One error per body. BugSnag signs nothing."""

    type: str = "bugsnag"
    severities: Mapping[str, Severity] = {
        "critical": Severity.CRITICAL,
        "error": Severity.HIGH,
        "warning": Severity.TRIAGE,
        "info": Severity.TRIAGE,
    }

    def verify(self, request: Request, secret: str, now: datetime, instance: SourceSettings) -> Verdict:
        return Verdict.UNSIGNED

    def parse(self, request: Request, instance: SourceSettings) -> Alerts | Control:
        body = parse_object(request.body)
        trigger = fields(body.get("trigger"))
        kind, change = word(trigger.get("type")), word(trigger.get("stateChange"))
        if kind in _NOT_ALERTS:
            return Control(f"BugSnag {kind}")
        if kind == _STATE_CHANGE and change not in _STATE_CHANGES:
            return Control("BugSnag error changed to a state that neither opens nor closes it")
        if not kind and not fields(body.get("error")):
            return unread(Sent(body), instance)
        status = _STATE_CHANGES[change] if kind == _STATE_CHANGE else AlertStatus.FIRING
        return Alerts((_alert(body, trigger, status, instance),))


def _alert(body: Fields, trigger: Fields, status: AlertStatus, instance: SourceSettings) -> Alert:
    error, project = fields(body.get("error")), fields(body.get("project"))
    severity = word(error.get("severity"))
    return Alert(
        source=instance.name,
        source_type=Bugsnag.type,
        dedup_key=_dedup_key(error, project, trigger),
        status=status,
        title=_title(error, project, trigger),
        description=_description(error, trigger),
        severity=severity,
        labels=_labels(error, project, trigger, severity),
        links=link(error.get("url"), "error")
        + link(dig(error, "createdIssue", "url"), "issue")
        + link(project.get("url"), "project"),
        started_at=instant(error.get("firstReceived")) or instant(error.get("receivedAt")),
        flags=() if error else ("BugSnag never resolves this by itself",),
        raw=compact(body),
    )


def _dedup_key(error: Fields, project: Fields, trigger: Fields) -> str:
    """The error group. A project's spike has none: it is the project and the kind of trigger."""
    grouped = word(error.get("errorId"))
    if grouped:
        return grouped
    if error:
        return digest(word(project.get("id")), first_word(error, "exceptionClass"), first_word(error, "context"))
    return f"{first_word(project, 'id', 'name')}:{word(trigger.get('type'))}"


def _title(error: Fields, project: Fields, trigger: Fields) -> str:
    said = (
        (error.get("exceptionClass"), error.get("message")) if error else (project.get("name"), trigger.get("message"))
    )
    return ": ".join(filter(None, map(word, said))) or first_word(trigger, "message", "type") or "BugSnag error"


def _description(error: Fields, trigger: Fields) -> str:
    said = [text(trigger.get("message")), text(error.get("context")), text(error.get("message"))]
    rate = word(trigger.get("rate"))
    return "\n".join(filter(None, [*said, rate and f"{rate} events per minute"]))


def _labels(error: Fields, project: Fields, trigger: Fields, severity: str) -> dict[str, str]:
    return without_blanks(
        {
            "project": word(project.get("name")),
            "release_stage": word(error.get("releaseStage")),
            "context": word(error.get("context")),
            "alertname": word(error.get("exceptionClass")) or word(trigger.get("type")),
            "exception_class": word(error.get("exceptionClass")),
            "app_version": word(error.get("appVersion")) or word(dig(error, "app", "version")),
            "trigger": word(trigger.get("type")),
            "severity": severity,
        }
    )
