"""CloudEvents over HTTP: structured, binary and batched, with the handshake that comes first.

Source: the CloudEvents specification, "HTTP Protocol Binding", "JSON Event Format", "HTTP 1.1 Web Hooks".
"""

from collections.abc import Mapping, Sequence
from datetime import datetime

from app.adapters.sources.cloudevents_event import Event, foreign_fields, parse_events
from app.adapters.sources.fields import (
    compact,
    digest,
    first_line,
    first_word,
    instant,
    number,
    text,
    without_blanks,
    word,
)
from app.adapters.sources.generic_mapping import BodyMapping, load_mapping
from app.adapters.sources.mapped_alert import mapped_alert, status_word
from app.adapters.sources.prometheus_group import SEVERITIES
from app.adapters.sources.unread import unread
from app.adapters.sources.webhook_fields import Sent
from app.domain.alert import Alert, AlertStatus
from app.domain.classify import Severity, SourceSettings
from app.domain.errors import InvalidPayload
from app.domain.replacing import replace
from app.service.source_ports import Alerts, Control, Request, Verdict

_LEVELS = ("trace", "debug", "info", "warn", "error", "fatal")
_NUMBERS_OF_EACH = 4
"""OpenTelemetry's severity numbers: 1 to 4 are TRACE, 21 to 24 are FATAL."""


class CloudEvents:
    """What a data field means is found as in a generic body; options: `mapping`, as there.

    Events are not signed: a Bearer token, or `access_token` in the query.
    """

    type: str = "cloudevents"
    severities: Mapping[str, Severity] = {**SEVERITIES, "trace": Severity.TRIAGE}

    def verify(self, request: Request, secret: str, now: datetime, instance: SourceSettings) -> Verdict:
        return Verdict.UNSIGNED

    def problems(self, options: Mapping[str, object]) -> Sequence[str]:
        return load_mapping(options).problems

    def handshake(self, request: Request) -> Control:
        """Anybody may ask. The address for an asynchronous answer is never called: it would be a stranger's choice."""
        origin = request.headers.get("webhook-request-origin", "").strip()
        if not origin:
            raise InvalidPayload("is missing", "WebHook-Request-Origin")
        if not (origin.isascii() and origin.isprintable()):
            raise InvalidPayload("is not a name", "WebHook-Request-Origin")
        allowed = {"WebHook-Allowed-Origin": origin, "WebHook-Allowed-Rate": "*", "Allow": "POST"}
        return Control("CloudEvents handshake", 200, headers=allowed)

    def parse(self, request: Request, instance: SourceSettings) -> Alerts | Control:
        if request.method == "OPTIONS":
            return self.handshake(request)
        if foreign := foreign_fields(request):
            return unread(Sent(foreign), instance)
        mapping = load_mapping(instance.options)
        events = parse_events(request)
        heard = [event for event in events if _status_word(event, mapping) not in mapping.ignored]
        if events and not heard:
            return Control("an event that the mapping ignores")
        return Alerts(tuple([_alert(event, mapping, instance) for event in heard]))


def _status_word(event: Event, mapping: BodyMapping) -> str:
    """What the data says of its status; where it says nothing, how the event's type ends (`…alert.resolved`)."""
    return status_word(event.fields, mapping) or event.ending


def _alert(event: Event, mapping: BodyMapping, instance: SourceSettings) -> Alert:
    """A generic alert of the data, completed with what the event says around it."""
    found = mapped_alert(event.fields, {}, mapping, instance)
    status = mapping.statuses.get(_status_word(event, mapping), AlertStatus.FIRING)
    titled = first_line(word(mapping.find("title", event.fields)))
    severity = _severity(event) or found.severity
    at = instant(event.attributes.get("time"))
    return replace(
        found,
        dedup_key=_key(event, titled, mapping),
        status=status,
        description=found.description if event.fields else "",
        title=titled or ": ".join(filter(None, (event.type, event.subject))),
        severity=severity,
        labels=without_blanks({**_labels(event), **found.labels, "severity": severity}),
        started_at=found.started_at or (at if status is AlertStatus.FIRING else None),
        ended_at=_ended_at(event, mapping) or at if status is AlertStatus.RESOLVED else None,
        flags=mapping.problems if titled else (*mapping.problems, "the event's data has no title"),
        raw=compact(event.sent),
    )


def _ended_at(event: Event, mapping: BodyMapping) -> datetime | None:
    return instant(mapping.find("ended_at", event.fields))


def _key(event: Event, title: str, mapping: BodyMapping) -> str:
    """Of its source: what the data calls the same thing, else the subject, else the title; an event's id is new each
    time, so it is the last resort."""
    named = word(mapping.find("dedup_key", event.fields)) or event.subject or title
    return digest(event.source, named) if named else digest(event.source, event.type, word(event.attributes.get("id")))


def _severity(event: Event) -> str:
    """The severity extension: the text as it was sent, else the name of the number's range."""
    said, level = first_word(event.attributes, "severitytext"), number(event.attributes.get("severitynumber"))
    if said or not 1 <= level <= _NUMBERS_OF_EACH * len(_LEVELS):
        return said
    return _LEVELS[(level - 1) // _NUMBERS_OF_EACH]


def _labels(event: Event) -> dict[str, str]:
    """The attributes, extensions among them. `source` is renamed: to a matcher that word is the instance's name."""
    renamed = {"source": "event_source", "type": "event_type", "id": "event_id"}
    left_out = ("specversion", "time", "datacontenttype", "dataschema")
    return {renamed.get(name, name): text(value) for name, value in event.attributes.items() if name not in left_out}
