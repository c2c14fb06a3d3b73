"""The notification group that Alertmanager sends and Grafana took over: many alerts, each with a status of its own."""

from dataclasses import dataclass

from app.adapters.sources.fields import (
    Fields,
    compact,
    first_line,
    flat,
    instant,
    link,
    number,
    text,
)
from app.domain.alert import Alert, AlertStatus, Link
from app.domain.classify import Severity

SEVERITIES = {
    **dict.fromkeys(("critical", "page", "emergency", "disaster", "fatal", "p1", "sev1"), Severity.CRITICAL),
    **dict.fromkeys(("high", "error", "major", "p2", "p3", "sev2"), Severity.HIGH),
    **dict.fromkeys(("warning", "warn", "minor", "medium", "moderate", "low", "p4", "p5", "sev3"), Severity.TRIAGE),
    **dict.fromkeys(("info", "information", "informational", "notice", "debug", "none", "ok"), Severity.TRIAGE),
}
"""Severity is a label with no fixed words. A Prometheus `warning` is by custom "not urgent", so it is triage."""

_FIRING, _RESOLVED = AlertStatus.FIRING, AlertStatus.RESOLVED
_STATUSES = {"firing": _FIRING, "resolved": _RESOLVED}
_SUMMARIES = ("summary", "title", "message", "description")
RUNBOOKS = ("runbook_url", "runbook")
"""Annotations that refer to a runbook, the preferred one first."""

_DASHBOARDS = ("dashboard_url", "dashboard")
_FNV_OFFSET, _FNV_PRIME, _FNV_SIZE = 0xCBF29CE484222325, 0x100000001B3, 0xFFFFFFFFFFFFFFFF


@dataclass(frozen=True, slots=True)
class Group:
    """What the alerts of one notification have in common; `alerts` is as the sender wrote it."""

    key: str
    status: AlertStatus
    flags: tuple[str, ...]
    alerts: list[Fields]


def read_group(envelope: Fields) -> Group | None:
    """A notification of Alertmanager (version 3 or 4) or Grafana (version 1). No alerts at all is a legal one; None
    where `alerts` is no list of objects."""
    alerts = envelope.get("alerts")
    if not isinstance(alerts, list):
        return None
    for alert in alerts:
        if not isinstance(alert, dict):
            return None
    left_out = number(envelope.get("truncatedAlerts"))
    return Group(
        key=text(envelope.get("groupKey")),
        status=_STATUSES.get(text(envelope.get("status")), _FIRING),
        flags=(f"the sender left out {left_out} more alerts of this group",) if left_out > 0 else (),
        alerts=alerts,
    )


def read_alert(
    sent: Fields, group: Group, source: str, source_type: str, name: str = "", links: tuple[Link, ...] = ()
) -> Alert:
    """One alert of a group. `name` is what it is called if not its `alertname`; `links` are added to its own."""
    labels = flat(sent.get("labels"))
    annotations = flat(sent.get("annotations"))
    status = _status(sent, group)
    return Alert(
        source=source,
        source_type=source_type,
        dedup_key=text(sent.get("fingerprint")) or fingerprint(labels),
        status=status,
        title=_title(name or labels.get("alertname", ""), labels, annotations),
        description=annotations.get("description") or annotations.get("message") or annotations.get("details") or "",
        severity=labels.get("severity", ""),
        labels=labels,
        annotations=annotations,
        links=_links(sent, annotations) + links,
        runbooks=tuple([found for key in RUNBOOKS if (found := annotations.get(key))]),
        group_key=group.key,
        started_at=instant(sent.get("startsAt")),
        ended_at=instant(sent.get("endsAt")) if status is _RESOLVED else None,
        flags=group.flags,
        raw=compact(sent),
    )


def fingerprint(labels: dict[str, str]) -> str:
    """The name Prometheus gives a set of labels: FNV-1a over the sorted pairs, each text ended by 0xFF.

    Version 3 does not send it. Computed alike, an alert keeps its key when its Alertmanager is upgraded.
    Source: prometheus/common, model/signature.go.
    """
    found = _FNV_OFFSET
    for name in sorted(labels):
        for byte in name.encode() + b"\xff" + labels[name].encode() + b"\xff":
            found = (found ^ byte) * _FNV_PRIME & _FNV_SIZE
    return f"{found:016x}"


def _status(sent: Fields, group: Group) -> AlertStatus:
    said = sent.get("status")
    return _STATUSES.get(said, group.status) if type(said) is str else group.status


def _title(name: str, labels: dict[str, str], annotations: dict[str, str]) -> str:
    for key in _SUMMARIES:
        said = annotations.get(key)
        if said and (said := first_line(said)):
            return said if not name or name in said else f"{name}: {said}"
    return name or ", ".join(f"{key}={value}" for key, value in labels.items()) or "alert without labels"


def _links(sent: Fields, annotations: dict[str, str]) -> tuple[Link, ...]:
    found = link(sent.get("generatorURL"), "source")
    for key in _DASHBOARDS:
        if key in annotations:
            found += link(annotations[key], "dashboard")
    return found
