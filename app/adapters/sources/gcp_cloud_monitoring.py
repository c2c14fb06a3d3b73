"""Google Cloud Monitoring's webhook: one incident, opened or closed."""

from collections.abc import Mapping
from datetime import datetime

from app.adapters.sources.body import base64_text, parse_object
from app.adapters.sources.fields import (
    Fields,
    compact,
    dig,
    digest,
    distinct,
    fields,
    first_word,
    flat,
    instant,
    items,
    link,
    text,
    without_blanks,
    word,
)
from app.adapters.sources.named_runbooks import named_runbooks
from app.adapters.sources.prometheus_group import SEVERITIES
from app.adapters.sources.unread import unread
from app.adapters.sources.webhook_fields import Sent
from app.domain.alert import Alert, AlertStatus, Link
from app.domain.classify import Severity, SourceSettings
from app.domain.errors import InvalidPayload
from app.service.source_ports import Alerts, Control, Request, Verdict

_STATUSES = {"closed": AlertStatus.RESOLVED, "acknowledged": AlertStatus.ACKNOWLEDGED}
_USER_LABELS = (("policy_user_labels",), ("metadata", "user_labels"))
_SYSTEM_LABELS = ("metadata", "system_labels")
_RUNBOOKS = ("runbook_url", "runbook", "playbook")


class GcpCloudMonitoring:
    """Version 1.1 and 1.2. Google signs nothing: Basic, or a token in the query. A test notification opens nothing."""

    type: str = "gcp-cloud-monitoring"
    severities: Mapping[str, Severity] = SEVERITIES

    def verify(self, request: Request, secret: str, now: datetime, instance: SourceSettings) -> Verdict:
        return Verdict.UNSIGNED

    def parse(self, request: Request, instance: SourceSettings) -> Alerts | Control:
        body = _notification(parse_object(request.body))
        incident = fields(body.get("incident"))
        if word(body.get("version")).lower() == "test":
            return Control("Google Cloud Monitoring's test notification")
        if not incident:
            return unread(Sent(body), instance)
        return Alerts((_alert(body, incident, instance),))


def _notification(body: Fields) -> Fields:
    """The notification itself, also out of the message that a push subscription of Pub/Sub wraps it in, in base64.

    Source: Google Cloud documentation, "Push subscriptions".
    """
    return _json(base64_text(word(dig(body, "message", "data")))) or body


def _alert(body: Fields, incident: Fields, instance: SourceSettings) -> Alert:
    status = _STATUSES.get(word(incident.get("state")).lower(), AlertStatus.FIRING)
    summary, documented = text(incident.get("summary")), fields(incident.get("documentation"))
    title, labels = _title(incident), _labels(incident)
    severity = word(incident.get("severity")) or labels.get("severity", "")
    return Alert(
        source=instance.name,
        source_type=GcpCloudMonitoring.type,
        dedup_key=word(incident.get("incident_id")) or digest(title, word(incident.get("resource_name"))),
        status=status,
        title=title,
        description="\n".join(filter(None, (summary, text(documented.get("content"))))),
        severity=severity,
        labels=without_blanks({**labels, "severity": severity}),
        links=link(incident.get("url"), "incident") + _links(documented),
        runbooks=_runbooks(incident, documented),
        started_at=instant(incident.get("started_at")),
        ended_at=instant(incident.get("ended_at")) if status is AlertStatus.RESOLVED else None,
        raw=compact(body),
    )


def _title(incident: Fields) -> str:
    """Policy and condition as people named them; some senders put the policy's path where its name should be."""
    said = ": ".join(_names(incident)) or word(dig(incident, "documentation", "subject"))
    return said or word(incident.get("summary")) or "Google Cloud incident without a name"


def _names(incident: Fields) -> list[str]:
    names = distinct((word(incident.get("policy_name")), _condition(incident)))
    return [name for name in names if not name.startswith("projects/")]


def _condition(incident: Fields) -> str:
    return word(incident.get("condition_name")) or word(dig(incident, "condition", "displayName"))


def _labels(incident: Fields) -> dict[str, str]:
    """What the resource, the metric and the policy are labelled with; where a name comes twice, the policy's counts."""
    found = {**_flat(incident, _SYSTEM_LABELS), **_flat(incident, ("resource", "labels"))}
    found |= _flat(incident, ("metric", "labels"))
    for path in reversed(_USER_LABELS):
        found |= _flat(incident, path)
    own = {
        "alertname": next(iter(_names(incident)), ""),
        "policy": word(incident.get("policy_name")),
        "condition": _condition(incident),
        "project": word(incident.get("scoping_project_id")),
        "resource": first_word(incident, "resource_display_name", "resource_name"),
        "resource_type": word(dig(incident, "resource", "type")),
        "metric": word(dig(incident, "metric", "type")),
    }
    severity = next(
        filter(None, (_flat(incident, path).get("severity") for path in (*_USER_LABELS, _SYSTEM_LABELS))), ""
    )
    return {**found, **without_blanks(own), "severity": severity}


def _flat(incident: Fields, path: tuple[str, ...]) -> dict[str, str]:
    return {name.lower(): value for name, value in flat(dig(incident, *path)).items()}


def _links(documented: Fields) -> tuple[Link, ...]:
    sent = map(fields, items(documented.get("links")))
    return tuple(
        [found for one in sent for found in link(one.get("url"), first_word(one, "displayName", "display_name"))]
    )


def _runbooks(incident: Fields, documented: Fields) -> tuple[str, ...]:
    """From the policy's labels, from links called runbook or playbook, and from its documentation."""
    labelled = [first_word(fields(dig(incident, *path)), *_RUNBOOKS) for path in _USER_LABELS]
    linked = [
        one.href for one in _links(documented) if any(name in one.text.lower() for name in ("runbook", "playbook"))
    ]
    content = text(documented.get("content"))
    return distinct((*labelled, *linked, first_word(_json(content), *_RUNBOOKS), *named_runbooks({}, content)))


def _json(content: str) -> Fields:
    """What is itself JSON: documentation that another tool is meant to read, or a wrapped notification."""
    try:
        return parse_object(content.encode()) if content.lstrip().startswith("{") else {}
    except InvalidPayload:
        return {}
