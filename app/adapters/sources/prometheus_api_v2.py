"""Alertmanager's own API, to which Prometheus posts: with it pointed here, no Alertmanager is needed in between."""

from collections.abc import Mapping
from datetime import datetime

from app.adapters.sources.body import parse_json
from app.adapters.sources.fields import Fields, instant
from app.adapters.sources.prometheus_group import SEVERITIES, Group, read_alert
from app.adapters.sources.unread import unread
from app.adapters.sources.webhook_fields import Sent
from app.domain.alert import Alert, AlertStatus
from app.domain.classify import Severity, SourceSettings
from app.domain.errors import InvalidPayload
from app.service.source_ports import Alerts, Control, Request, Verdict


class PrometheusApiV2:
    """`POST /api/v2/alerts`: a bare array. What an alert is called is its set of labels; there is no status, and what
    has an end in the past is over. Source: prometheus/alertmanager, api/v2/openapi.yaml."""

    type: str = "prometheus-api-v2"
    severities: Mapping[str, Severity] = SEVERITIES

    def verify(self, request: Request, secret: str, now: datetime, instance: SourceSettings) -> Verdict:
        return Verdict.UNSIGNED

    def parse(self, request: Request, instance: SourceSettings) -> Alerts | Control:
        sent = parse_json(request.body)
        if isinstance(sent, dict):
            return unread(Sent(sent), instance)
        if not isinstance(sent, list):
            raise InvalidPayload("the body is not a JSON array of alerts")
        alerts = [_alert(one, request.received_at, instance) for one in sent if isinstance(one, dict)]
        if sent and not alerts:
            raise InvalidPayload("the body is an array without an alert")
        return Alerts(tuple(alerts)) if len(alerts) == len(sent) else unread(Sent({"alerts": sent}), instance)


def _alert(sent: Fields, now: datetime, instance: SourceSettings) -> Alert:
    """Prometheus sends an end that lies ahead with what fires, and sends it again before then."""
    ends = instant(sent.get("endsAt"))
    status = AlertStatus.RESOLVED if ends and ends <= now else AlertStatus.FIRING
    alone = Group(key="", status=status, flags=(), alerts=[])
    return read_alert(sent, alone, instance.name, PrometheusApiV2.type)
