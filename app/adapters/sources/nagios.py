"""Nagios: what a notification command sends, or PagerDuty's agent in its place."""

from collections.abc import Mapping
from datetime import datetime

from app.adapters.sources.host_check import SEVERITIES, parse_host_check
from app.domain.classify import Severity, SourceSettings
from app.service.source_ports import Alerts, Control, Request, Verdict


class Nagios:
    """A notification per body, as JSON, a form or a query, with the macros under whatever names. It signs nothing."""

    type: str = "nagios"
    severities: Mapping[str, Severity] = SEVERITIES

    def verify(self, request: Request, secret: str, now: datetime, instance: SourceSettings) -> Verdict:
        return Verdict.UNSIGNED

    def parse(self, request: Request, instance: SourceSettings) -> Alerts | Control:
        return parse_host_check(request, self.type, instance)
