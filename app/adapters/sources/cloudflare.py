"""Cloudflare's notifications: one shape around data that differs by the kind of alert."""

from collections.abc import Mapping
from datetime import datetime

from app.adapters.sources.body import parse_object
from app.adapters.sources.fields import (
    Fields,
    compact,
    dig,
    digest,
    event_source,
    fields,
    first_line,
    first_word,
    flat,
    instant,
    links,
    renamed,
    text,
    without_blanks,
    word,
    words,
)
from app.adapters.sources.named_runbooks import named_runbooks
from app.adapters.sources.prometheus_group import SEVERITIES
from app.adapters.sources.signature import check_shared_secret
from app.adapters.sources.unread import unread
from app.adapters.sources.webhook_fields import Sent
from app.domain.alert import Alert, AlertStatus
from app.domain.classify import Severity, SourceSettings
from app.service.source_ports import Alerts, Control, Request, Verdict

SECRET = "cf-webhook-auth"  # noqa: S105 (the header's name)
_END = "alert_state_event_end"
_NOW = ("new_health_status", "new_status", "incident_status", "status")
_HEALTHY = ("healthy", "tunnel_status_type_healthy", "resolved", "incident_status_resolved")
_THINGS = (
    *("health_check_id", "pool_id", "origin_id", "tunnel_id", "attack_id", "certificate_pack_id", "pack_id"),
    *("certificate_id", "incident_id", "script_name", "target_id", "target_hostname", "target_ip", "hostnames"),
    *("zone_tag", "zone_name"),
)
"""What an alert is about, the most particular first, for notifications that carry no correlation id."""

_LABELS = {
    "zone_name": "zone",
    "target_hostname": "host",
    "hostnames": "host",
    "health_check_name": "health_check",
    "pool_name": "pool",
    "tunnel_name": "tunnel",
    "origin_ip": "origin",
    "failing_regions": "region",
    "account_name": "account",
}
_LINKS = {"dashboard_link": "dashboard", "rule_link": "rule", "incident_link": "incident"}
_STARTED = ("start_time", "status_change_time", "time")


class Cloudflare:
    """One notification per request. The webhook's secret comes in a header; the body is not covered by it."""

    type: str = "cloudflare"
    severities: Mapping[str, Severity] = SEVERITIES

    def verify(self, request: Request, secret: str, now: datetime, instance: SourceSettings) -> Verdict:
        given = request.headers.get(SECRET)
        if not secret or given is None:
            return Verdict.UNSIGNED
        check_shared_secret(secret, given)
        return Verdict.SIGNED

    def parse(self, request: Request, instance: SourceSettings) -> Alerts | Control:
        body = parse_object(request.body)
        if body.keys() == {"text"}:
            return Control("Cloudflare's test of a webhook")
        if not first_word(body, "text", "name", "policy_name", "alert_type", "alert_correlation_id"):
            return unread(Sent(body), instance)
        return Alerts((_alert(body, fields(body.get("data")), instance),))


def _alert(body: Fields, about: Fields, instance: SourceSettings) -> Alert:
    status, said = _status(body, about), text(body.get("text"))
    severity, sent_at = word(about.get("severity")), instant(body.get("ts"))
    began = next(filter(None, (instant(about.get(name)) for name in _STARTED)), None)
    is_over = status is AlertStatus.RESOLVED
    return Alert(
        source=instance.name,
        source_type=Cloudflare.type,
        dedup_key=_dedup_key(body, about),
        status=status,
        title=_title(body, about, said),
        description=said,
        severity=severity,
        labels=_labels(body, about, severity),
        annotations=event_source(flat(about)),
        links=links(about, _LINKS),
        runbooks=named_runbooks(about, said),
        started_at=began or (None if is_over else sent_at),
        ended_at=sent_at if is_over else None,
        flags=() if word(body.get("alert_event")) or is_over else ("Cloudflare may never resolve this by itself",),
        raw=compact(body),
    )


def _status(body: Fields, about: Fields) -> AlertStatus:
    """END is over; and what is healthy again is over, even where a notification of that "starts"."""
    is_over = word(body.get("alert_event")).lower() == _END or first_word(about, *_NOW).lower() in _HEALTHY
    return AlertStatus.RESOLVED if is_over else AlertStatus.FIRING


def _dedup_key(body: Fields, about: Fields) -> str:
    """Cloudflare's correlation id; older notifications have none: then the policy and what it is about."""
    correlated = word(body.get("alert_correlation_id"))
    policy = first_word(body, "policy_id", "policy_name", "name")
    return correlated or digest(policy, word(body.get("alert_type")), *_thing(about))


def _thing(about: Fields) -> list[str]:
    config = word(dig(about, "config", "id"))
    return [config] if config else next(filter(None, (words(about.get(name)) for name in _THINGS)), [""])


def _title(body: Fields, about: Fields, said: str) -> str:
    named = first_line(word(dig(about, "config", "name"))) or first_word(body, "policy_name", "name")
    return first_line(said) or ": ".join(filter(None, (named, word(body.get("alert_type"))))) or "Cloudflare alert"


def _labels(body: Fields, about: Fields, severity: str) -> dict[str, str]:
    own = renamed(about, _LABELS)
    own |= {
        "alert_type": word(body.get("alert_type")),
        "alertname": first_word(body, "policy_name", "name"),
        "policy": first_word(body, "policy_name", "name"),
        "account_id": word(body.get("account_id")),
        "severity": severity,
    }
    return without_blanks(own)
