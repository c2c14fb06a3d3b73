"""New Relic's workflow webhooks, whose template a user may edit, and its older alert channels."""

from collections.abc import Mapping
from datetime import datetime

from app.adapters.sources.fields import (
    Fields,
    compact,
    digest,
    event_source,
    first_line,
    first_word,
    flat,
    instant,
    items,
    links,
    renamed,
    without_blanks,
    word,
    words,
)
from app.adapters.sources.posted import brief, folded, posted
from app.adapters.sources.runbook_in_text import written_runbooks
from app.adapters.sources.unread import unread
from app.domain.alert import Alert, AlertStatus
from app.domain.classify import Severity, SourceSettings
from app.service.ports import Alerts, Control, Request, Verdict

_TITLES = ("title", "issuetitle", "name", "summary")
_ISSUES = ("id", "issueid")
_STATES = ("state", "currentstate", "issuestate", "status")
_SEVERITIES = ("priority", "severity")
_CONDITIONS = ("alertconditionnames", "conditionname")
_TEXTS = ("details", "description", "conditiondescription", "alertconditiondescriptions", "message")
_LABELS = {
    "alertpolicynames": "policy",
    "policyname": "policy",
    "alertconditionnames": "condition",
    "conditionname": "condition",
    "impactedentities": "entity",
    "workflowname": "workflow",
    "accountname": "account",
    "accountid": "account_id",
    "trigger": "trigger",
}
_LINKS = {"issueurl": "issue", "incidenturl": "incident", "violationcharturl": "chart", "policyurl": "policy"}
_STARTED = ("createdat", "activatedat", "timestamp")
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
        sent = posted(request)
        said = folded(sent)
        if not any(words(said.get(name)) for name in _SPEAKING):
            return Control("New Relic deployment") if "deployment" in said else unread(sent, instance)
        if first_word(said, *_STATES).lower() == "test":
            return Control("New Relic's test of a notification channel")
        return Alerts((_alert(sent, said, instance),))


def _alert(sent: Fields, said: Fields, instance: SourceSettings) -> Alert:
    status, severity = _status(said), first_word(said, *_SEVERITIES)
    title = _title(said)
    details = "\n".join(line for name in _TEXTS for line in words(said.get(name)))
    return Alert(
        source=instance.name,
        source_type=NewRelic.type,
        dedup_key=_dedup_key(said, title),
        status=status,
        title=title,
        description=details,
        severity=severity,
        labels=_labels(said, severity),
        annotations=brief(sent),
        links=links(said, _LINKS),
        runbooks=written_runbooks(said, details),
        started_at=next(filter(None, (instant(said.get(name)) for name in _STARTED)), None),
        ended_at=instant(said.get("closedat")) if status is AlertStatus.RESOLVED else None,
        raw=compact(sent),
    )


def _status(said: Fields) -> AlertStatus:
    """Acknowledged is no state of an issue: it stays activated, and a user's action triggered the message.

    A template without the trigger may tell by `acknowledgedAt`; with one, that time may be of long ago.
    """
    state = first_word(said, *_STATES).lower()
    if state in _CLOSED:
        return AlertStatus.RESOLVED
    trigger = word(said.get("trigger")).lower()
    is_seen = trigger == _BY_A_PERSON if trigger else bool(word(said.get("acknowledgedat")))
    return AlertStatus.ACKNOWLEDGED if state in _ACKNOWLEDGED or is_seen else AlertStatus.FIRING


def _dedup_key(said: Fields, title: str) -> str:
    """The issue; of the older channels the incident and its condition."""
    issue, incident = first_word(said, *_ISSUES), word(said.get("incidentid"))
    if issue or incident:
        return issue or f"{incident}:{word(said.get('conditionid'))}"
    return digest(title, *_listed(said, _CONDITIONS))


def _title(said: Fields) -> str:
    """The issue's title (a list in some templates); the older channels have a condition and details."""
    titles = _listed(said, _TITLES)
    condition, details = ", ".join(_listed(said, _CONDITIONS)), first_line(word(said.get("details")))
    shown = titles[0] if titles else ": ".join(filter(None, (condition, details)))
    return first_line(shown) or f"New Relic issue {first_word(said, *_ISSUES, 'incidentid')}".strip()


def _labels(said: Fields, severity: str) -> dict[str, str]:
    found = flat(said.get("tags")) | flat(said.get("labels"))
    found |= renamed(said, _LABELS)
    targets = [target for target in items(said.get("targets")) if isinstance(target, dict)]
    for target in targets:
        found = {**flat(target.get("labels")), **found}
    named = ", ".join(name for target in targets if (name := word(target.get("name"))))
    own = {"target": named, "alertname": found.get("condition", ""), "severity": severity}
    return {**event_source(found), **without_blanks(own)}


def _listed(said: Fields, names: tuple[str, ...]) -> list[str]:
    return [found for name in names for found in words(said.get(name))]
