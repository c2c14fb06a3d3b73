"""Rollbar's item webhooks; deploys and tests open nothing."""

from collections.abc import Mapping
from datetime import datetime

from app.adapters.sources.body import parse_object
from app.adapters.sources.fields import (
    Fields,
    compact,
    dig,
    digest,
    fields,
    first_line,
    first_word,
    instant,
    items,
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

_FIRING = ("new_item", "occurrence", "exp_repeat_item", "item_velocity", "reactivated_item", "reopened_item")
_RESOLVED = "resolved_item"
_NOT_ALERTS = ("deploy", "test")
_RESOLVED_ITEM = ("2", "resolved")
_QUIET_ITEM = ("muted", "archived", "snoozed")


class Rollbar:
    """One item per body. Rollbar signs nothing, wants 200, 201, 202 or 204 in 3 s, and repeats a failure for days."""

    type: str = "rollbar"
    severities: Mapping[str, Severity] = {
        **dict.fromkeys(("critical", "50"), Severity.CRITICAL),
        **dict.fromkeys(("error", "40"), Severity.HIGH),
        **dict.fromkeys(("warning", "30", "info", "20", "debug", "10"), Severity.TRIAGE),
    }

    def verify(self, request: Request, secret: str, now: datetime, instance: SourceSettings) -> Verdict:
        return Verdict.UNSIGNED

    def parse(self, request: Request, instance: SourceSettings) -> Alerts | Control:
        body = parse_object(request.body)
        event = word(body.get("event_name"))
        if event in _NOT_ALERTS:
            return Control(f"Rollbar {event}")
        item = fields(dig(body, "data", "item"))
        if not item:
            return unread(Sent(body), instance)
        if event not in _FIRING and word(item.get("status")) in _QUIET_ITEM:
            return Control("Rollbar item was muted")
        return Alerts((_alert(body, event, item, instance),))


def _alert(body: Fields, event: str, item: Fields, instance: SourceSettings) -> Alert:
    occurrence = fields(dig(body, "data", "occurrence")) or fields(item.get("last_occurrence"))
    name = word(item.get("title")) or _said(occurrence)
    title = name or "Rollbar item without a title"
    severity = word(item.get("level")) or word(occurrence.get("level"))
    return Alert(
        source=instance.name,
        source_type=Rollbar.type,
        dedup_key=first_word(item, "id", "hash") or digest(title, word(item.get("environment"))),
        status=_status(event, item),
        title=title,
        description=_said(occurrence),
        severity=severity,
        labels=without_blanks({"alertname": first_line(name), **_labels(event, item, occurrence, severity)}),
        links=link(dig(body, "data", "url"), "item") + link(item.get("url"), "item"),
        started_at=instant(item.get("last_activated_timestamp")) or instant(item.get("first_occurrence_timestamp")),
        raw=compact(body),
    )


def _status(event: str, item: Fields) -> AlertStatus:
    """The event decides; the item's own status only for an event that we do not know."""
    if event in _FIRING:
        return AlertStatus.FIRING
    is_resolved = event == _RESOLVED or word(item.get("status")) in _RESOLVED_ITEM
    return AlertStatus.RESOLVED if is_resolved else AlertStatus.FIRING


def _said(occurrence: Fields) -> str:
    """What the error said: a message, or the exception of a trace."""
    body = fields(occurrence.get("body"))
    said = word(dig(body, "message", "body"))
    trace = body.get("trace") or next(iter(items(body.get("trace_chain"))), None)
    exception = fields(dig(trace, "exception"))
    raised = ": ".join(filter(None, (word(exception.get("class")), word(exception.get("message")))))
    return said or raised


def _labels(event: str, item: Fields, occurrence: Fields, severity: str) -> dict[str, str]:
    return without_blanks(
        {
            "project": word(dig(item, "project", "name")) or first_word(item, "project", "project_id"),
            "environment": word(item.get("environment")),
            "item": word(item.get("counter")),
            "event": event,
            "language": word(occurrence.get("language")),
            "host": text(dig(occurrence, "server", "host")),
            "occurrences": word(item.get("total_occurrences")),
            "severity": severity,
        }
    )
