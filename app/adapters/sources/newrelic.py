"""New Relic's workflow webhooks, whose template a user may edit, and its older alert channels."""

from collections.abc import Mapping
from datetime import datetime

from app.adapters.sources.fields import (
    compact,
    digest,
    event_source,
    fields,
    first_line,
    flat,
    items,
    without_blanks,
    word,
)
from app.adapters.sources.named_runbooks import named_runbooks
from app.adapters.sources.plain_names import Plain, annotations, plain
from app.adapters.sources.tags import tag_labels
from app.adapters.sources.unread import unread
from app.adapters.sources.webhook_fields import Sent, read_sent
from app.domain.alert import Alert, AlertStatus
from app.domain.classify import Severity, SourceSettings
from app.service.source_ports import Alerts, Control, Request, Verdict

_TITLES = ("title", "issuetitle", "name", "summary")
_ISSUES = ("id", "issueid")
_STATES = ("state", "currentstate", "issuestate", "status")
_SEVERITIES = ("priority", "issuepriority", "severity")
_CONDITIONS = ("alertconditionnames", "conditionname")
_TEXTS = ("details", "description", "conditiondescription", "alertconditiondescriptions", "message")
_LABELS = {
    "alertpolicynames": "policy",
    "policyname": "policy",
    "alertconditionnames": "condition",
    "conditionname": "condition",
    "impactedentities": "entity",
    "entitiesdatanames": "entity",
    "workflowname": "workflow",
    "accountname": "account",
    "accountid": "account_id",
    "trigger": "trigger",
}
_LINKS = {"issueurl": "issue", "incidenturl": "incident", "violationcharturl": "chart", "policyurl": "policy"}
_STARTED = ("createdat", "issuecreatedat", "activatedat", "issueactivatedat", "timestamp")
_ENDED = ("closedat", "issueclosedat")
_SEEN = ("acknowledgedat", "issueacknowledgedat")
_SPEAKING = (*_TITLES, *_ISSUES, *_STATES, *_CONDITIONS, "incidentid")
"""Of these one must be there, or nothing was understood."""

_CLOSED = ("closed", "resolved")
_ACKNOWLEDGED = ("acknowledged",)
_BY_A_PERSON = "user_action"


class NewRelic:
    """One issue per request. New Relic signs nothing."""

    type: str = "newrelic"
    severities: Mapping[str, Severity] = {
        "critical": Severity.CRITICAL,
        "high": Severity.HIGH,
        **dict.fromkeys(("medium", "low", "warning", "info"), Severity.TRIAGE),
    }

    def verify(self, request: Request, secret: str, now: datetime, instance: SourceSettings) -> Verdict:
        return Verdict.UNSIGNED

    def parse(self, request: Request, instance: SourceSettings) -> Alerts | Control:
        sent = read_sent(request)
        said = plain(sent.fields)
        if not said.first(*_SPEAKING):
            return Control("New Relic deployment") if "deployment" in said.nested else unread(sent, instance)
        if said.first(*_STATES).lower() == "test":
            return Control("New Relic's test of a notification channel")
        return Alerts((_alert(sent, said, instance),))


def _alert(sent: Sent, said: Plain, instance: SourceSettings) -> Alert:
    status, severity = _status(said), said.first(*_SEVERITIES)
    title = _title(said)
    details = "\n".join(said.each(*_TEXTS))
    labels = _labels(said, severity)
    return Alert(
        source=instance.name,
        source_type=NewRelic.type,
        dedup_key=_dedup_key(said, title),
        status=status,
        title=title,
        description=details,
        severity=severity,
        labels=labels,
        annotations=annotations(sent.fields),
        links=said.links(_LINKS),
        runbooks=named_runbooks({**labels, **said.whole}, details),
        started_at=said.instant(*_STARTED),
        ended_at=said.instant(*_ENDED) if status is AlertStatus.RESOLVED else None,
        flags=(*sent.flags, *said.flags),
        raw=compact(sent.fields),
    )


def _status(said: Plain) -> AlertStatus:
    """Acknowledged is no state of an issue: it stays activated, and a user's action triggered the message.

    A template without the trigger may tell by `acknowledgedAt`; with one, that time may be of long ago. One without a
    state may tell by `closedAt`.
    """
    state = said.first(*_STATES).lower()
    if state in _CLOSED or (not state and said.first(*_ENDED)):
        return AlertStatus.RESOLVED
    trigger = said.first("trigger").lower()
    is_seen = trigger == _BY_A_PERSON if trigger else bool(said.first(*_SEEN))
    return AlertStatus.ACKNOWLEDGED if state in _ACKNOWLEDGED or is_seen else AlertStatus.FIRING


def _dedup_key(said: Plain, title: str) -> str:
    """The issue; of the older channels the incident and its condition."""
    issue, incident = said.first(*_ISSUES), said.first("incidentid")
    if issue or incident:
        return issue or f"{incident}:{said.first('conditionid')}"
    return digest(title, *said.each(*_CONDITIONS))


def _title(said: Plain) -> str:
    """The issue's title (a list in some templates); the older channels have a condition and details."""
    titles = said.each(*_TITLES)
    condition, details = ", ".join(said.each(*_CONDITIONS)), first_line(said.first("details"))
    shown = titles[0] if titles else ": ".join(filter(None, (condition, details)))
    return first_line(shown) or f"New Relic issue {said.first(*_ISSUES, 'incidentid')}".strip()


def _labels(said: Plain, severity: str) -> dict[str, str]:
    found = {**tag_labels(said.first("tags")), **tag_labels(said.first("labels")), **said.renamed(_LABELS)}
    targets = [fields(target) for target in items(said.nested.get("targets"))]
    for target in targets:
        found = {**flat(target.get("labels")), **found}
    named = ", ".join(name for target in targets if (name := word(target.get("name"))))
    own = {"target": named, "alertname": found.get("condition", ""), "severity": severity}
    return {**event_source(found), **without_blanks(own)}
