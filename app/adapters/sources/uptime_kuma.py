"""Uptime Kuma: heartbeats of monitors that go down and come up, and notices of certificates that end."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from app.adapters.sources.body import parse_json
from app.adapters.sources.credentials import without_credentials
from app.adapters.sources.fields import (
    Fields,
    compact,
    digest,
    fields,
    first_line,
    instant,
    link,
    text,
    without_blanks,
    word,
)
from app.adapters.sources.named_runbooks import named_runbooks
from app.adapters.sources.plain_names import annotations, plain
from app.adapters.sources.tags import tag_labels
from app.adapters.sources.webhook_fields import read_sent
from app.domain.alert import Alert, AlertStatus
from app.domain.classify import Severity, SourceSettings
from app.domain.errors import InvalidPayload
from app.service.source_ports import Alerts, Control, Request, Verdict

_STATES = {"0": "down", "1": "up", "2": "pending", "3": "maintenance", "false": "down", "true": "up"}
_QUIET = ("pending", "maintenance", "test")
_LINE = re.compile(r"\[(.+?)\] \[\W*(down|up|test|pending|maintenance)\] ?(.*)", re.IGNORECASE | re.DOTALL)
"""The text of every notification: `[name] [🔴 Down] what happened`."""

_NO_URLS = ("http://", "https://")
"""What a monitor without an address has as its `url`."""

_TEST = " Testing"
_EXPIRY = re.compile(r"\bexpires?\b|\bexpired\b", re.IGNORECASE)
_BRACKETED = re.compile(r"\[(.+?)\]")
_DAYS = re.compile(r"\d+ days?")
_NEVER_RESOLVED = "Uptime Kuma never resolves this by itself"


class UptimeKuma:
    """A heartbeat per body, as JSON, multipart, a custom body or a query. Uptime Kuma signs nothing."""

    type: str = "uptime-kuma"
    severities: Mapping[str, Severity] = {"critical": Severity.CRITICAL, "warning": Severity.TRIAGE}

    def verify(self, request: Request, secret: str, now: datetime, instance: SourceSettings) -> Verdict:
        return Verdict.UNSIGNED

    def parse(self, request: Request, instance: SourceSettings) -> Alerts | Control:
        beat = _read(request)
        if beat.state in _QUIET or (not beat.state and not beat.monitor and beat.message.endswith(_TEST)):
            return Control(f"Uptime Kuma: {beat.state or 'test'}")
        return Alerts((_alert(beat, instance) if beat.name else _notice(beat, instance),))


@dataclass(frozen=True, slots=True)
class Beat:
    """What one notification says. `state` is a word in small letters, empty in a notice that is of no heartbeat."""

    sent: Fields
    heartbeat: Fields
    monitor: Fields
    name: str
    key: str
    state: str
    message: str
    flags: tuple[str, ...]


def _read(request: Request) -> Beat:
    read = read_sent(request)
    opened: Fields = {name: _opened(read.fields.get(name)) for name in ("heartbeat", "monitor") if name in read.fields}
    sent: Fields = {**read.fields, **opened}
    heartbeat, monitor, said = fields(sent.get("heartbeat")), fields(sent.get("monitor")), plain(sent)
    texts = [said.first(name) for name in ("msg", "message", "body", "text", "title")]
    message = next(filter(None, texts), "")
    line = next(filter(None, map(_LINE.match, texts)), None)
    name = word(monitor.get("name")) or (line[1] if line else said.first("monitorname", "name"))
    return Beat(
        sent=sent,
        heartbeat=heartbeat,
        monitor=monitor,
        name=name or (f"monitor {key}" if (key := said.first("heartbeatmonitorid")) else ""),
        key=said.first("monitorid", "heartbeatmonitorid") or digest(name),
        state=_state(said.first("heartbeatstatus", "status")) or (line[2].lower() if line else ""),
        message=word(heartbeat.get("msg")) or (line[3] if line else message),
        flags=read.flags + (() if heartbeat else said.flags),
    )


def _opened(value: object) -> object:
    """In a query the objects are JSON texts."""
    if not isinstance(value, str):
        return value
    try:
        return without_credentials(parse_json(value.encode()))
    except InvalidPayload:
        return None


def _state(said: str) -> str:
    """The number of a heartbeat as its word; a custom body has the word itself, behind a coloured mark."""
    found = _STATES.get(said.lower(), said.rpartition(" ")[2].lower())
    return found if found in (*_STATES.values(), *_QUIET) else ""


def _alert(beat: Beat, instance: SourceSettings) -> Alert:
    status = AlertStatus.RESOLVED if beat.state == "up" else AlertStatus.FIRING
    at, monitor, labels = instant(beat.heartbeat.get("time")), beat.monitor, _labels(beat)
    said = first_line(beat.message)
    return Alert(
        source=instance.name,
        source_type=UptimeKuma.type,
        dedup_key=beat.key,
        status=status,
        title=f"{beat.name} is {beat.state or 'down'}" + (f": {said}" if said else ""),
        description="\n".join(filter(None, (beat.message, text(monitor.get("description"))))),
        labels=labels,
        annotations=annotations(beat.sent),
        links=link(monitor.get("url"), "monitored") if monitor.get("url") not in _NO_URLS else (),
        runbooks=named_runbooks(labels, text(monitor.get("description"))),
        started_at=at if status is AlertStatus.FIRING else None,
        ended_at=at if status is AlertStatus.RESOLVED else None,
        flags=beat.flags,
        raw=compact(beat.sent),
    )


def _labels(beat: Beat) -> dict[str, str]:
    monitor = beat.monitor
    own = {
        "alertname": beat.name,
        "monitor": beat.name,
        "monitor_id": word(monitor.get("id")),
        "monitor_type": word(monitor.get("type")),
        "group": word(monitor.get("pathName")).removesuffix(word(monitor.get("name"))).strip(" /"),
        "host": word(monitor.get("hostname")),
    }
    return {**tag_labels(monitor.get("tags")), **without_blanks(own)}


def _notice(beat: Beat, instance: SourceSettings) -> Alert:
    """A message about no heartbeat, such as of a certificate or a domain that ends in some days."""
    is_expiry, named = bool(_EXPIRY.search(beat.message)), _BRACKETED.match(beat.message)
    name = named[1] if named else ""
    return Alert(
        source=instance.name,
        source_type=UptimeKuma.type,
        dedup_key=f"notice:{digest(_DAYS.sub('', beat.message))}",
        status=AlertStatus.RESOLVED if beat.state == "up" else AlertStatus.FIRING,
        title=first_line(beat.message) or "Uptime Kuma reported something without a message",
        description=beat.message,
        labels=without_blanks({"alertname": name, "monitor": name, "severity": "warning" if is_expiry else ""}),
        annotations=annotations(beat.sent),
        flags=(*beat.flags, _NEVER_RESOLVED),
        raw=compact(beat.sent),
    )
