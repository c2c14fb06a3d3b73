"""Sentry's integration platform hooks (issue alerts, issues, metric alerts) and its legacy WebHooks plugin."""

import re
from collections.abc import Callable, Mapping
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
    items,
    link,
    text,
    without_blanks,
    word,
)
from app.adapters.sources.signature import check_hmac_hex
from app.adapters.sources.unread import unread
from app.adapters.sources.webhook_fields import Sent
from app.domain.alert import Alert, AlertStatus
from app.domain.classify import Severity, SourceSettings
from app.service.source_ports import Alerts, Control, Request, Verdict

_FIRING, _RESOLVED = AlertStatus.FIRING, AlertStatus.RESOLVED
_ISSUE_ACTIONS = {"created": _FIRING, "unresolved": _FIRING, "resolved": _RESOLVED}
_METRIC_ACTIONS = {"critical": _FIRING, "warning": _FIRING, "resolved": _RESOLVED}
_RESOURCES = {"event_alert": "event", "error": "error", "issue": "issue", "metric_alert": "metric_alert"}
"""The resource in the header, and under which key of `data` it lies."""

_NOT_ALERTS = ("installation", "comment")
"""What else a body may carry, by which it is known when it comes without the header."""

_PROJECT_IN_URL = re.compile(r"/projects/[^/]+/([^/]+)/")


class Sentry:
    """An issue is one alert however many events it has; assigning and archiving opens and closes nothing."""

    type: str = "sentry"
    severities: Mapping[str, Severity] = {
        **dict.fromkeys(("fatal", "critical"), Severity.CRITICAL),
        "error": Severity.HIGH,
        **dict.fromkeys(("warning", "info", "debug", "sample"), Severity.TRIAGE),
    }

    def verify(self, request: Request, secret: str, now: datetime, instance: SourceSettings) -> Verdict:
        """Hex HMAC-SHA256 of the raw body under the Client Secret; `Sentry-Hook-Timestamp` is not covered by it."""
        signature = request.headers.get("sentry-hook-signature")
        if not secret or signature is None:
            return Verdict.UNSIGNED
        check_hmac_hex(secret, request.body, signature)
        return Verdict.SIGNED

    def parse(self, request: Request, instance: SourceSettings) -> Alerts | Control:
        body = parse_object(request.body)
        resource = word(request.headers.get("sentry-hook-resource")) or _resource(body)
        if not resource:
            return _legacy(body, instance)
        if resource not in _RESOURCES:
            return Control("Sentry hook that carries no alert")
        carried = fields(dig(body, "data", _RESOURCES[resource]))
        if not carried:
            return unread(Sent(body), instance)
        return _READERS[resource](body, carried, instance)


def _resource(body: Fields) -> str:
    """What a body without the header is about; empty for the legacy plugin's, and for one that says nothing known."""
    data = fields(body.get("data"))
    quiet = (name for name in _NOT_ALERTS if name in data or name in body)
    return next((resource for resource, key in _RESOURCES.items() if key in data), "") or next(quiet, "")


def _event(body: Fields, event: Fields, instance: SourceSettings) -> Alerts | Control:
    tags = _tags(event)
    if tags.get("sample_event") == "yes":
        return Control("Sentry's sample event")
    project = _PROJECT_IN_URL.search(text(event.get("url")))
    labels = {
        "project": project[1] if project else word(event.get("project")),
        "alertname": word(dig(body, "data", "triggered_rule")),
        "rule": word(dig(body, "data", "triggered_rule")),
        "environment": word(event.get("environment")),
    }
    key = word(event.get("issue_id")) or digest(word(event.get("project")), _title(event))
    return _alerts(body, event, key, _FIRING, {**tags, **without_blanks(labels)}, instance)


def _issue(body: Fields, issue: Fields, instance: SourceSettings) -> Alerts | Control:
    status = _ISSUE_ACTIONS.get(word(body.get("action")))
    if status is None:
        return Control("Sentry issue action that neither opens nor closes it")
    project = fields(issue.get("project"))
    labels = without_blanks(
        {"project": first_word(project, "slug", "name", "id"), "short_id": word(issue.get("shortId"))}
    )
    key = word(issue.get("id")) or digest(labels.get("project", ""), _title(issue))
    return _alerts(body, issue, key, status, labels, instance)


def _legacy(body: Fields, instance: SourceSettings) -> Alerts | Control:
    event = fields(body.get("event"))
    if not event and not word(body.get("id")):
        return unread(Sent(body), instance)
    tags = _tags(event)
    if tags.get("sample_event") == "yes":
        return Control("Sentry's sample event")
    labels = {
        "project": first_word(body, "project_slug", "project", "project_name"),
        "alertname": ", ".join(map(text, items(body.get("triggering_rules")))),
        "rule": ", ".join(map(text, items(body.get("triggering_rules")))),
        "environment": word(event.get("environment")),
    }
    shown = {**event, **{name: value for name, value in body.items() if value not in (None, "")}}
    key = word(body.get("id")) or word(event.get("issue_id")) or digest(labels["project"], _title(shown))
    return _alerts(body, shown, key, _FIRING, {**tags, **without_blanks(labels)}, instance)


def _alerts(
    body: Fields, shown: Fields, key: str, status: AlertStatus, labels: dict[str, str], instance: SourceSettings
) -> Alerts:
    severity = word(shown.get("level")) or labels.get("level", "")
    times = [instant(shown.get(name)) for name in ("firstSeen", "datetime", "timestamp")]
    return Alerts(
        (
            Alert(
                source=instance.name,
                source_type=Sentry.type,
                dedup_key=key,
                status=status,
                title=_title(shown),
                description="\n".join(filter(None, (word(shown.get("culprit")), word(shown.get("message"))))),
                severity=severity,
                labels=without_blanks({**labels, "severity": severity}),
                links=link(shown.get("web_url") or shown.get("permalink") or shown.get("url"), "Sentry"),
                started_at=next(filter(None, times), None),
                raw=compact(body),
            ),
        )
    )


def _metric(body: Fields, incident: Fields, instance: SourceSettings) -> Alerts | Control:
    action = word(body.get("action")).lower()
    if action not in _METRIC_ACTIONS:
        return Control("Sentry metric alert action that neither opens nor closes it")
    rule = fields(incident.get("alert_rule"))
    status = _METRIC_ACTIONS[action]
    title = word(dig(body, "data", "description_title")) or word(rule.get("name")) or word(incident.get("title"))
    labels = {
        "project": ", ".join(map(text, items(incident.get("projects")))),
        "alertname": word(rule.get("name")),
        "rule": word(rule.get("name")),
        "environment": word(rule.get("environment")),
        "severity": action if status is _FIRING else "",
    }
    alert = Alert(
        source=instance.name,
        source_type=Sentry.type,
        dedup_key=f"metric_alert:{word(incident.get('id')) or digest(word(rule.get('id')), title)}",
        status=status,
        title=title or "Sentry metric alert",
        description=text(dig(body, "data", "description_text")),
        severity=labels["severity"],
        labels=without_blanks(labels),
        links=link(dig(body, "data", "web_url"), "Sentry"),
        started_at=instant(incident.get("date_started")) or instant(incident.get("date_detected")),
        ended_at=instant(incident.get("date_closed")),
        raw=compact(body),
    )
    return Alerts((alert,))


def _title(shown: Fields) -> str:
    metadata = fields(shown.get("metadata"))
    raised = ": ".join(filter(None, (word(metadata.get("type")), word(metadata.get("value")))))
    return (
        word(shown.get("title")) or raised or first_word(shown, "message", "culprit") or "Sentry issue without a title"
    )


def _tags(event: Fields) -> dict[str, str]:
    """Tags come as pairs, in some versions as objects."""
    found: dict[str, str] = {}
    for tag in items(event.get("tags")):
        name, value = (tag.get("key"), tag.get("value")) if isinstance(tag, dict) else (*items(tag), None, None)[:2]
        if word(name):
            found[word(name)] = text(value)
    return found


_READERS: Mapping[str, Callable[[Fields, Fields, SourceSettings], Alerts | Control]] = {
    "event_alert": _event,
    "error": _event,
    "issue": _issue,
    "metric_alert": _metric,
}
