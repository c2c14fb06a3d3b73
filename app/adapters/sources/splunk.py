"""Splunk's webhook alert action: a saved search that found something. It never says that it is over."""

from collections.abc import Mapping
from datetime import datetime

from app.adapters.sources.body import parse_object
from app.adapters.sources.fields import (
    Fields,
    compact,
    digest,
    event_source,
    fields,
    first_line,
    first_word,
    flat,
    glimpse,
    instant,
    link,
    text,
    without_blanks,
    word,
    words,
)
from app.adapters.sources.named_runbooks import named_runbooks
from app.adapters.sources.prometheus_group import SEVERITIES
from app.adapters.sources.unread import unread
from app.adapters.sources.webhook_fields import Sent
from app.domain.alert import Alert, AlertStatus
from app.domain.classify import Severity, SourceSettings
from app.service.source_ports import Alerts, Control, Request, Verdict

_SEVERITIES = ("severity", "urgency", "log_level", "level")
_WHERE = ("index", "sourcetype", "source", "host", "service")
_LABELS = (*_WHERE, "environment", "env", "component", "region", "squad", "team")
_TEXTS = ("message", "_raw", "description")
_SPEAKING = ("search_name", "sid", "app", "owner", "results_link")
"""Of these one must be there, or nothing was understood."""


class Splunk:
    """One run of a search per request, with the first row it found. Splunk signs nothing and cannot send headers."""

    type: str = "splunk"
    severities: Mapping[str, Severity] = {**SEVERITIES, "unknown": Severity.TRIAGE}

    def verify(self, request: Request, secret: str, now: datetime, instance: SourceSettings) -> Verdict:
        return Verdict.UNSIGNED

    def parse(self, request: Request, instance: SourceSettings) -> Alerts | Control:
        body = parse_object(request.body)
        row = fields(body.get("result"))
        if not first_word(body, *_SPEAKING) and not row:
            return unread(Sent(body), instance)
        return Alerts((_alert(body, row, instance),))


def _alert(body: Fields, row: Fields, instance: SourceSettings) -> Alert:
    severity, said = first_word(row, *_SEVERITIES), first_word(row, *_TEXTS)
    shown = {name: value for name, value in row.items() if not name.startswith("_")}
    named = {name: word(body.get(name)) for name in ("search_name", "app", "owner")}
    return Alert(
        source=instance.name,
        source_type=Splunk.type,
        dedup_key=_dedup_key(body, shown),
        status=AlertStatus.FIRING,
        title=first_line(named["search_name"]) or f"Splunk search without a name: {glimpse(shown)}".rstrip(": "),
        description=said or glimpse(shown),
        severity=severity,
        labels=_labels(row, {**named, "alertname": named["search_name"], "severity": severity}),
        annotations=event_source(flat(shown)),
        links=link(body.get("results_link"), "results"),
        runbooks=named_runbooks(row, said),
        started_at=instant(text(row.get("_time"))),
        raw=compact(body),
    )


def _labels(row: Fields, own: dict[str, str]) -> dict[str, str]:
    return event_source(without_blanks({**{name: ", ".join(words(row.get(name))) for name in _LABELS}, **own}))


def _dedup_key(body: Fields, shown: Fields) -> str:
    """The saved search, whatever it finds this time: `sid` is one run. A search that was never saved has no name; it
    is known by what kind of row it finds, and where."""
    saved = word(body.get("search_name"))
    owned = (word(body.get("app")), word(body.get("owner")))
    if saved:
        return digest(saved, *owned)
    return digest("", *owned, *sorted(shown), *[",".join(words(shown.get(name))) for name in _WHERE])
