"""Pingdom: uptime checks that go down and up, and transaction checks that fail and succeed."""

from collections.abc import Mapping
from datetime import datetime

from app.adapters.sources.body import parse_object
from app.adapters.sources.credentials import without_credentials
from app.adapters.sources.fields import (
    Fields,
    compact,
    dig,
    digest,
    fields,
    first_line,
    first_word,
    instant,
    link,
    text,
    without_blanks,
    word,
)
from app.adapters.sources.named_runbooks import named_runbooks
from app.adapters.sources.tags import tag_labels
from app.adapters.sources.unread import unread
from app.adapters.sources.webhook_fields import Sent
from app.domain.alert import Alert, AlertStatus
from app.domain.classify import Severity, SourceSettings
from app.service.source_ports import Alerts, Control, Request, Verdict

_RESOLVED = ("up", "success")
_SHOWN = {"success": "succeeding", "": "failing"}
_QUIET = ("paused", "unconfirmed_down")


class Pingdom:
    """A change of state per body. Pingdom signs nothing."""

    type: str = "pingdom"
    severities: Mapping[str, Severity] = {"high": Severity.CRITICAL, "low": Severity.HIGH}

    def verify(self, request: Request, secret: str, now: datetime, instance: SourceSettings) -> Verdict:
        return Verdict.UNSIGNED

    def parse(self, request: Request, instance: SourceSettings) -> Alerts | Control:
        body = parse_object(request.body)
        sent = fields(without_credentials(body))
        state = word(sent.get("current_state")).lower()
        if not state and not first_word(sent, "check_id", "check_name"):
            return unread(Sent(body), instance)
        if state in _QUIET:
            return Control(f"Pingdom check is {state}")
        return Alerts((_alert(sent, state, instance),))


def _alert(sent: Fields, state: str, instance: SourceSettings) -> Alert:
    status = AlertStatus.RESOLVED if state in _RESOLVED else AlertStatus.FIRING
    severity, custom = word(sent.get("importance_level")), text(sent.get("custom_message"))
    said, labels = first_line(word(sent.get("description"))), _labels(sent, severity)
    name = first_line(first_word(sent, "check_name", "check_id")) or "a Pingdom check"
    at = instant(sent.get("state_changed_timestamp")) or instant(sent.get("state_changed_utc_time"))
    return Alert(
        source=instance.name,
        source_type=Pingdom.type,
        dedup_key=word(sent.get("check_id")) or digest(name),
        status=status,
        title=f"{name} is {_SHOWN.get(state, state)}" + (f": {said}" if said else ""),
        description="\n".join(filter(None, (custom, text(sent.get("long_description"))))),
        severity=severity,
        labels=labels,
        annotations=without_blanks({"custom_message": custom}),
        links=link(dig(sent, "check_params", "full_url"), "checked address"),
        runbooks=named_runbooks(labels, custom),
        started_at=at if status is AlertStatus.FIRING else None,
        ended_at=at if status is AlertStatus.RESOLVED else None,
        raw=compact(sent),
    )


def _labels(sent: Fields, severity: str) -> dict[str, str]:
    checked = fields(sent.get("check_params"))
    own = {
        "alertname": word(sent.get("check_name")),
        "check": word(sent.get("check_name")),
        "check_id": word(sent.get("check_id")),
        "check_type": word(sent.get("check_type")),
        "host": word(checked.get("hostname")),
        "probe": word(dig(sent, "first_probe", "location")),
        "severity": severity,
    }
    return {**tag_labels(sent.get("tags")), **without_blanks(own)}
