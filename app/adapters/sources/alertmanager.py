"""Prometheus Alertmanager's webhook, the hot path: hundreds of alerts may come in one body."""

from collections.abc import Mapping
from datetime import datetime

from app.adapters.sources.body import parse_object
from app.adapters.sources.prometheus_group import SEVERITIES, read_alert, read_group
from app.adapters.sources.unread import unread
from app.adapters.sources.webhook_fields import Sent
from app.domain.classify import Severity, SourceSettings
from app.service.source_ports import Alerts, Control, Request, Verdict


class Alertmanager:
    """Webhook versions 4 and 3. Alertmanager signs nothing: its `http_config` can send a token of ours."""

    type: str = "alertmanager"
    severities: Mapping[str, Severity] = SEVERITIES

    def verify(self, request: Request, secret: str, now: datetime, instance: SourceSettings) -> Verdict:
        return Verdict.UNSIGNED

    def parse(self, request: Request, instance: SourceSettings) -> Alerts | Control:
        envelope = parse_object(request.body)
        group = read_group(envelope)
        if group is None:
            return unread(Sent(envelope), instance)
        return Alerts(tuple([read_alert(sent, group, instance.name, self.type) for sent in group.alerts]))
