"""Healthchecks: scheduled jobs that did not report, in bodies, queries and paths made from a user's template."""

import re
from collections.abc import Mapping
from datetime import datetime

from app.adapters.sources.fields import Fields, compact, digest, fields, first_line, link, without_blanks
from app.adapters.sources.named_runbooks import named_runbooks
from app.adapters.sources.plain_names import Plain, annotations, plain
from app.adapters.sources.tags import tag_labels
from app.adapters.sources.unread import FLAG
from app.adapters.sources.webhook_fields import Sent, read_sent
from app.domain.alert import Alert, AlertStatus
from app.domain.classify import Severity, SourceSettings
from app.service.source_ports import Alerts, Control, Request, Verdict

_UP = ("up", "resolve", "resolved", "ok")
_DOWN = ("down", "trigger", "firing")
_QUIET = ("new", "grace", "paused", "started")
_CODE = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)
_STATEMENT = re.compile(r"(.*?)\s+is\s+(?:now\s+)?(up|down)\b[.!]?", re.IGNORECASE | re.DOTALL)
"""How a title says it, `$NAME is $STATUS`: the name, and the status."""

_IDENTITIES = ("code", "uuid", "id", "checkid", "incidentkey", "uniquekey", "slug")
_TEST = "TEST"


class Healthchecks:
    """A check per request. Healthchecks signs nothing: its webhook can send a token of ours in a header."""

    type: str = "healthchecks"
    severities: Mapping[str, Severity] = {"critical": Severity.CRITICAL, "warning": Severity.TRIAGE}

    def verify(self, request: Request, secret: str, now: datetime, instance: SourceSettings) -> Verdict:
        return Verdict.UNSIGNED

    def parse(self, request: Request, instance: SourceSettings) -> Alerts | Control:
        sent = read_sent(request)
        said = plain(_lifted({**_from_path(request.path), **sent.fields}))
        status, name = _status(said), _name(said)
        if name == _TEST:
            return Control("Healthchecks test")
        if status in _QUIET:
            return Control(f"Healthchecks check is {status}")
        return Alerts((_alert(said, name, status in _UP, sent, instance),))


def _from_path(path: str) -> Fields:
    """The check's code and status, if the address was made with `…/$CODE/$STATUS`."""
    parts = path.split("/")[3:]
    stated = next((status for status in ("down", "up") if status in parts), "")
    return dict(without_blanks({"code": next(filter(_CODE.fullmatch, parts), ""), "status": stated}))


def _lifted(sent: Fields) -> Fields:
    """The fields of objects on the first level too, for `{"check": $JSON}`; the template's own words come first."""
    lifted: Fields = {}
    for value in sent.values():
        lifted.update(fields(value))
    return {**lifted, **{name: value for name, value in sent.items() if not isinstance(value, dict)}}


def _title(said: Plain) -> str:
    return first_line(said.first("title", "subject", "summary", "message"))


def _status(said: Plain) -> str:
    """A word in small letters; empty where nothing says it, and then the check is taken to be down."""
    words = [said.first(name).lower() for name in ("status", "state", "eventtype", "action")]
    known = next((found for found in words if found in (*_UP, *_DOWN, *_QUIET)), "")
    stated = _STATEMENT.match(_title(said))
    return known or (stated[2].lower() if stated else "")


def _name(said: Plain) -> str:
    stated = _STATEMENT.match(_title(said))
    return said.first("name", "checkname", "check") or (stated[1] if stated else _title(said)) or said.first("slug")


def _alert(said: Plain, name: str, is_up: bool, sent: Sent, instance: SourceSettings) -> Alert:
    at = said.instant("at", "now", "time", "timestamp", "date")
    texts = (said.first("description", "message", "body", "details"), said.first("desc"))
    labels = _labels(said, name)
    shown = first_line(name) or "a check without a name"
    return Alert(
        source=instance.name,
        source_type=Healthchecks.type,
        dedup_key=said.first(*_IDENTITIES) or digest(name or compact(sent.fields)),
        status=AlertStatus.RESOLVED if is_up else AlertStatus.FIRING,
        title=_title(said) if _STATEMENT.match(_title(said)) else f"{shown} is {'up' if is_up else 'down'}",
        description="\n".join(dict.fromkeys(filter(None, texts))),
        severity=said.first("severity", "priority"),
        labels=labels,
        annotations=annotations(sent.fields),
        links=link(said.first("clienturl", "url", "detailsurl", "link"), "Healthchecks"),
        runbooks=named_runbooks({**labels, **said.whole}, *texts),
        started_at=None if is_up else at,
        ended_at=at if is_up else None,
        flags=sent.flags + said.flags + (() if name else (FLAG,)),
        raw=compact(sent.fields),
    )


def _labels(said: Plain, name: str) -> dict[str, str]:
    own = {
        "alertname": name,
        "check": name,
        "slug": said.first("slug"),
        "exit_status": said.first("exitstatus"),
        "severity": said.first("severity", "priority"),
    }
    return {**tag_labels(said.first("tags"), " "), **without_blanks(own)}
