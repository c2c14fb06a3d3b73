"""Prometheus Alertmanager's webhook, the hot path: hundreds of alerts may come in one body."""

from collections.abc import Mapping
from datetime import datetime

from app.adapters.sources.prometheus_group import SEVERITIES, parse_group, read_alert
from app.domain.classify import Severity, SourceSettings
from app.service.ports import Alerts, Control, Request, Verdict


class Alertmanager:
    """Webhook versions 4 and 3. Alertmanager signs nothing: its `http_config` can send a token of ours."""

    type: str = "alertmanager"
    severities: Mapping[str, Severity] = SEVERITIES

    def verify(self, request: Request, secret: str, now: datetime, instance: SourceSettings) -> Verdict:
        return Verdict.UNSIGNED

    def parse(self, request: Request, instance: SourceSettings) -> Alerts | Control:
        group = parse_group(request.body)
        return Alerts(tuple([read_alert(sent, group, instance.name, self.type) for sent in group.alerts]))
