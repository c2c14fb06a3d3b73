"""Better Stack's outgoing webhooks: incidents; its messages on monitors, on-call changes and comments open nothing."""

from collections.abc import Mapping
from datetime import datetime

from app.adapters.sources.fields import (
    Fields,
    compact,
    dig,
    digest,
    event_source,
    fields,
    first_line,
    first_word,
    instant,
    items,
    links,
    text,
    without_blanks,
    word,
)
from app.adapters.sources.named_runbooks import named_runbooks
from app.adapters.sources.prometheus_group import SEVERITIES
from app.adapters.sources.unread import unread
from app.adapters.sources.webhook_fields import read_sent
from app.domain.alert import Alert, AlertStatus
from app.domain.classify import Severity, SourceSettings
from app.service.source_ports import Alerts, Control, Request, Verdict

_STATUSES = {"acknowledged": AlertStatus.ACKNOWLEDGED, "resolved": AlertStatus.RESOLVED}
"""Started, validating and unconfirmed incidents are open: all else fires."""

_NOT_INCIDENTS = ("monitor", "heartbeat", "on_call")
_LINKS = {"origin_url": "incident", "response_url": "response", "screenshot_url": "screenshot", "url": "monitored page"}


class BetterStack:
    """One incident per request. Better Stack signs nothing."""

    type: str = "better-stack"
    severities: Mapping[str, Severity] = SEVERITIES

    def verify(self, request: Request, secret: str, now: datetime, instance: SourceSettings) -> Verdict:
        return Verdict.UNSIGNED

    def parse(self, request: Request, instance: SourceSettings) -> Alerts | Control:
        read = read_sent(request)
        body = read.fields
        sent = fields(body.get("data"))
        kind = word(sent.get("type")).lower()
        if kind.startswith(_NOT_INCIDENTS):
            return Control(f"Better Stack message about a {kind}")
        if isinstance(body.get("comment"), dict):
            return Control("comment on a Better Stack incident")
        incident = fields(sent.get("attributes"))
        if not word(sent.get("id")) and not first_word(incident, "name", "cause", "status"):
            return unread(read, instance)
        return Alerts((_alert(body, sent, incident, instance),))


def _alert(body: Fields, sent: Fields, incident: Fields, instance: SourceSettings) -> Alert:
    metadata = _metadata(incident)
    status = _status(incident)
    severity = first_word(incident, "severity", "priority")
    name, cause = first_line(word(incident.get("name"))), first_line(word(incident.get("cause")))
    response = text(incident.get("response_content"))
    return Alert(
        source=instance.name,
        source_type=BetterStack.type,
        dedup_key=word(sent.get("id")) or digest(name, cause),
        status=status,
        title=": ".join(filter(None, (name, cause))) or f"Better Stack incident {word(sent.get('id'))}",
        description="\n".join(filter(None, (text(incident.get("cause")), response))),
        severity=severity,
        labels=_labels(sent, incident, severity),
        annotations=metadata,
        links=links(incident, _LINKS),
        runbooks=named_runbooks(metadata, text(incident.get("cause"))),
        started_at=instant(incident.get("started_at")),
        ended_at=instant(incident.get("resolved_at")) if status is AlertStatus.RESOLVED else None,
        raw=compact(body),
    )


def _status(incident: Fields) -> AlertStatus:
    """By its word; an incident without one tells by its times."""
    said = word(incident.get("status")).lower()
    if not said:
        times = {"resolved": incident.get("resolved_at"), "acknowledged": incident.get("acknowledged_at")}
        said = next((name for name, at in times.items() if instant(at)), "")
    return _STATUSES.get(said, AlertStatus.FIRING)


def _labels(sent: Fields, incident: Fields, severity: str) -> dict[str, str]:
    """The monitor is named in the incident; `relationships` hold its id, or the heartbeat's."""
    related = {f"{kind}_id": word(dig(one, "data", "id")) for kind, one in fields(sent.get("relationships")).items()}
    own = {
        "alertname": word(incident.get("name")),
        "monitor": word(incident.get("name")),
        "cause": word(incident.get("cause")),
        "team": word(incident.get("team_name")),
        "url": word(incident.get("url")),
        "region": ",".join(map(word, items(incident.get("regions")))),
        "severity": severity,
    }
    return without_blanks({**related, **own})


def _metadata(incident: Fields) -> dict[str, str]:
    """Name to value: each is a list of typed values, in some versions the value itself."""
    found = {name.lower(): _values(value) for name, value in fields(incident.get("metadata")).items()}
    return event_source(without_blanks(found))


def _values(value: object) -> str:
    each = [fields(one).get("value") if isinstance(one, dict) else one for one in items(value)]
    return ", ".join(filter(None, map(word, each))) if isinstance(value, list) else word(value)
