"""The alert that Alertmanager would post for an alerting rule, read by the source that would get it."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime

from app.adapters.sources import SOURCES
from app.adapters.sources.alertmanager import Alertmanager
from app.adapters.sources.prometheus_group import RUNBOOKS
from app.domain.alert import Alert
from app.domain.classify import SourceSettings
from app.domain.ruleset import Rules
from app.service.check_alerts import Sender
from app.service.source_ports import Alerts, Request

JSON = {"content-type": "application/json"}
_SOME_TIME = datetime(2026, 1, 1, tzinfo=UTC)
"""No rule looks at when an alert came, so that what is checked does not depend on when it is."""


def sender_of(instance: SourceSettings) -> Sender:
    """For an instance of type alertmanager."""

    def alert_of(labels: Mapping[str, str], annotations: Mapping[str, str]) -> Alert:
        alert = {"status": "firing", "labels": dict(labels), "annotations": dict(annotations)}
        body = json.dumps({"version": "4", "groupKey": "{}", "status": "firing", "alerts": [alert]}).encode()
        sent = Request("POST", f"/webhooks/{instance.name}", {}, JSON, body, _SOME_TIME)
        parsed = SOURCES[instance.type].parse(sent, instance)
        assert isinstance(parsed, Alerts)  # noqa: S101 - a body with one alert yields it
        return parsed.alerts[0]

    return Sender(instance, alert_of, RUNBOOKS)


def senders(rules: Rules) -> tuple[str, ...]:
    """The names of all instances that Alertmanager can post to."""
    return tuple(sorted(name for name, instance in rules.sources.items() if instance.type == Alertmanager.type))
