"""Icinga 2: what a notification or event command sends, or an event of its API's stream."""

from collections.abc import Mapping
from datetime import datetime

from app.adapters.sources.host_check import SEVERITIES, parse_host_check
from app.domain.classify import Severity, SourceSettings
from app.service.source_ports import Alerts, Control, Request, Verdict


class Icinga2:
    """A check per body, as JSON, a form or a query. Icinga signs nothing: its command can send a token of ours."""

    type: str = "icinga2"
    severities: Mapping[str, Severity] = SEVERITIES

    def verify(self, request: Request, secret: str, now: datetime, instance: SourceSettings) -> Verdict:
        return Verdict.UNSIGNED

    def parse(self, request: Request, instance: SourceSettings) -> Alerts | Control:
        return parse_host_check(request, self.type, instance)
