"""UptimeRobot: monitors that go down and come back, and certificates that end soon."""

import re
from collections.abc import Mapping
from datetime import datetime

from app.adapters.sources.fields import compact, digest, first_line, link, without_blanks
from app.adapters.sources.named_runbooks import named_runbooks
from app.adapters.sources.plain_names import Plain, annotations, plain
from app.adapters.sources.tags import tag_labels
from app.adapters.sources.unread import FLAG
from app.adapters.sources.webhook_fields import Sent, read_sent
from app.domain.alert import Alert, AlertStatus
from app.domain.classify import Severity, SourceSettings
from app.service.source_ports import Alerts, Control, Request, Verdict

_UP = ("2", "up")
_DOWN = ("1", "down")
_QUIET = ("98", "99", "started", "paused")
_EXPIRY = re.compile(r"3$|.*(?:expir|ssl|certificate)", re.IGNORECASE)


class UptimeRobot:
    """One monitor per body, as JSON, a form or a query. The body is a template of the user's. It signs nothing."""

    type: str = "uptimerobot"
    severities: Mapping[str, Severity] = {"critical": Severity.CRITICAL, "warning": Severity.TRIAGE}

    def verify(self, request: Request, secret: str, now: datetime, instance: SourceSettings) -> Verdict:
        return Verdict.UNSIGNED

    def parse(self, request: Request, instance: SourceSettings) -> Alerts | Control:
        sent = read_sent(request)
        said = plain(sent.fields)
        kind = _kind(said)
        if kind in _QUIET:
            return Control("UptimeRobot monitor started or paused")
        return Alerts((_alert(said, kind, sent, instance),))


def _kind(said: Plain) -> str:
    """The type of the alert, its number or its word, in small letters; what is not known counts as down."""
    names = ("alerttype", "alerttypefriendlyname", "status", "alertstatus")
    words = [found.lower() for name in names if (found := said.first(name))]
    return next((word for word in words if word in (*_UP, *_DOWN, *_QUIET) or _EXPIRY.match(word)), "")


def _alert(said: Plain, kind: str, sent: Sent, instance: SourceSettings) -> Alert:
    is_expiry = bool(_EXPIRY.match(kind))
    status = AlertStatus.RESOLVED if kind in _UP else AlertStatus.FIRING
    details, severity = (
        said.first("alertdetails", "message", "details", "reason", "text"),
        said.first("severity", "priority"),
    )
    labels = _labels(said, severity or ("warning" if is_expiry else ""))
    at = said.instant("alertdatetime")
    named = said.first("monitorid", "id") or _name(said)
    never = ("UptimeRobot never resolves this by itself",) if is_expiry else ()
    return Alert(
        source=instance.name,
        source_type=UptimeRobot.type,
        dedup_key=_dedup_key(said, is_expiry) if named else digest(compact(sent.fields)),
        status=status,
        title=_title(said, status, is_expiry, details),
        description=details,
        severity=severity,
        labels=labels,
        annotations=annotations(sent.fields),
        links=link(said.first("monitorurl"), "monitored")
        + link(said.first("dashboardurl", "incidenturl"), "UptimeRobot"),
        runbooks=named_runbooks({**labels, **said.whole}, details),
        started_at=at if status is AlertStatus.FIRING else None,
        ended_at=at if status is AlertStatus.RESOLVED else None,
        flags=sent.flags + said.flags + never + (() if named else (FLAG,)),
        raw=compact(sent.fields),
    )


def _name(said: Plain) -> str:
    return said.first("monitorfriendlyname", "monitorname", "name", "title", "monitorurl", "url")


def _dedup_key(said: Plain, is_expiry: bool) -> str:
    """The monitor. A certificate of it is another matter: its *up* must not end that."""
    monitor = said.first("monitorid", "id") or digest(said.first("monitorurl", "url"), _name(said))
    return f"{monitor}:expiry" if is_expiry else monitor


def _title(said: Plain, status: AlertStatus, is_expiry: bool, details: str) -> str:
    name = first_line(_name(said)) or "an UptimeRobot monitor"
    if is_expiry:
        left = said.first("ssldaysleft", "sslexpirydaysleft", "domainexpirydaysleft")
        return (
            f"{name}: certificate or domain ends in {left} days" if left else f"{name}: certificate or domain ends soon"
        )
    now = f"{name} is {'up' if status is AlertStatus.RESOLVED else 'down'}"
    return f"{now}: {first_line(details)}" if details else now


def _labels(said: Plain, severity: str) -> dict[str, str]:
    own = {
        "alertname": _name(said),
        "monitor": _name(said),
        "monitor_id": said.first("monitorid"),
        "monitor_type": said.first("monitortype"),
        "monitor_group": said.first("monitorgroup", "group", "groupname"),
        "alert_type": said.first("alerttypefriendlyname"),
        "region": said.first("monitoringregion", "monitoringregions", "region"),
        "severity": severity,
    }
    return {**tag_labels(said.first("tags", "monitortags")), **without_blanks(own)}
