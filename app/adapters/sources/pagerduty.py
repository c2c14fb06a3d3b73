"""PagerDuty's Events API v2, so that a tool moves over by changing one URL (compat.md, section 2.1)."""

from collections.abc import Mapping
from datetime import datetime

from app.adapters.sources.body import parse_object
from app.adapters.sources.fields import (
    Fields,
    compact,
    dig,
    digest,
    distinct,
    fields,
    first_word,
    flat,
    instant,
    items,
    link,
    text,
    without_blanks,
    word,
)
from app.adapters.sources.pagerduty_details import alertname_in, runbooks_in, sources_in
from app.adapters.sources.signature import is_same
from app.domain.alert import Alert, AlertStatus, Link
from app.domain.classify import Severity, SourceSettings
from app.domain.errors import InvalidPayload, Unauthorised
from app.service.source_ports import Alerts, Control, Request, Verdict

CHANGE_PATH = "/v2/change/enqueue"
WRONG_KEY = "Length of 'routing_key' is incorrect (should be 32 characters)"
"""What PagerDuty itself says of a key that cannot be one; clients know the text."""

_STATUSES = {
    "trigger": AlertStatus.FIRING,
    "acknowledge": AlertStatus.ACKNOWLEDGED,
    "resolve": AlertStatus.RESOLVED,
}
_LABELS = {"source": "event_source", "component": "component", "group": "group", "class": "class"}
"""Their words to our labels. `source` is renamed: to a matcher that word is the instance's name."""


class PagerDuty:
    """Trigger, acknowledge and resolve; a change event opens nothing. The routing key in the body is the credential."""

    type: str = "pagerduty"
    severities: Mapping[str, Severity] = {
        "critical": Severity.CRITICAL,
        "error": Severity.HIGH,
        "warning": Severity.TRIAGE,
        "info": Severity.TRIAGE,
    }

    def verify(self, request: Request, secret: str, now: datetime, instance: SourceSettings) -> Verdict:
        """Besides `Unauthorised`, a body that is no JSON object is `InvalidPayload`: there is no key to look at."""
        given = routing_key(request)
        if not secret or given is None:
            return Verdict.UNSIGNED
        if not is_same(secret, given):
            raise Unauthorised("the routing_key is not the one of this source")
        return Verdict.SIGNED

    def parse(self, request: Request, instance: SourceSettings) -> Alerts | Control:
        event = parse_object(request.body)
        if request.path.rstrip("/").endswith(CHANGE_PATH):
            return _change(event)
        return Alerts((_alert(event, request, instance),))


def routing_key(request: Request) -> str | None:
    """The key in a body, or in the header that some clients use for change events; None where there is neither."""
    event = parse_object(request.body)
    if "routing_key" in event:
        return word(event["routing_key"])
    return request.headers.get("x-routing-key")


def accepted_reply(dedup_key: str) -> dict[str, object]:
    """The body of a 202. Clients insist on the status, the word "success" and the key."""
    return {"status": "success", "message": "Event processed", "dedup_key": dedup_key}


def throttled_reply() -> dict[str, object]:
    """What PagerDuty says to a sender that is too quick, which its clients then are slower."""
    said = "Requests for this service are arriving too quickly.  Please retry later."
    return {"status": "throttle exceeded", "message": said, "errors": ["Enhance Your Calm."]}


def invalid_reply(errors: tuple[str, ...]) -> dict[str, object]:
    """The body of a 400 for an event that breaks a rule; `errors` are shown to the sender's operator."""
    return {"status": "invalid event", "message": "Event object is invalid", "errors": list(errors)}


def unrecognized_reply() -> dict[str, object]:
    """The body of a 400 for what cannot be read at all."""
    return {
        "status": "Unrecognized object",
        "message": "Event object format is unrecognized",
        "errors": ["JSON parse error"],
    }


def _change(event: Fields) -> Control:
    if not word(dig(event, "payload", "summary")):
        raise _missing("payload.summary")
    return Control("change event", 202, accepted_reply(word(event.get("dedup_key"))))


def _alert(event: Fields, request: Request, instance: SourceSettings) -> Alert:
    status = _status(event)
    payload = fields(event.get("payload"))
    if status is AlertStatus.FIRING:
        _require(payload)
    key = _dedup_key(event, status, request)
    severity, details = word(payload.get("severity")), payload.get("custom_details")
    at = instant(payload.get("timestamp"))
    return Alert(
        source=instance.name,
        source_type=PagerDuty.type,
        dedup_key=key,
        status=status,
        title=word(payload.get("summary")) or key,
        description=_description(details),
        severity=severity,
        labels=_labels(event, payload, severity),
        annotations=flat(details),
        links=_links(event, details),
        runbooks=_runbooks(event, details),
        started_at=at if status is AlertStatus.FIRING else None,
        ended_at=at if status is AlertStatus.RESOLVED else None,
        raw=compact({name: value for name, value in event.items() if name != "routing_key"}),
    )


def _status(event: Fields) -> AlertStatus:
    action = word(event.get("event_action"))
    if not action:
        raise _missing("event_action")
    if action not in _STATUSES:
        raise InvalidPayload("'event_action' must be one of trigger, acknowledge, resolve", "event_action")
    return _STATUSES[action]


def _require(payload: Fields) -> None:
    """What PagerDuty requires of a trigger. A severity that is none of its four words passes: unmapped is critical."""
    for name in ("summary", "source", "severity"):
        if not word(payload.get(name)):
            raise _missing(f"payload.{name}")


def _missing(name: str) -> InvalidPayload:
    return InvalidPayload(f"'{name}' is missing or blank", name)


def _dedup_key(event: Fields, status: AlertStatus, request: Request) -> str:
    given = word(event.get("dedup_key"))
    if given:
        return given
    if status is not AlertStatus.FIRING:
        raise _missing("dedup_key")
    return digest(request.received_at.isoformat(), request.body.decode("utf-8", "replace"))


def _labels(event: Fields, payload: Fields, severity: str) -> dict[str, str]:
    found = {ours: word(payload.get(theirs)) for theirs, ours in _LABELS.items()}
    name = alertname_in(payload.get("custom_details"))
    return without_blanks({"alertname": name, **found, "client": word(event.get("client")), "severity": severity})


def _description(details: object) -> str:
    return first_word(details, "description", "message") if isinstance(details, dict) else text(details)


def _links(event: Fields, details: object) -> tuple[Link, ...]:
    found: tuple[Link, ...] = ()
    for sent in map(fields, items(event.get("links"))):
        found += link(sent.get("href"), text(sent.get("text")))
    for sent in map(fields, items(event.get("images"))):
        found += link(sent.get("href") or sent.get("src"), text(sent.get("alt")) or "image")
    return found + link(event.get("client_url"), text(event.get("client"))) + sources_in(details)


def _runbooks(event: Fields, details: object) -> tuple[str, ...]:
    linked = [
        text(sent.get("href"))
        for sent in map(fields, items(event.get("links")))
        if "runbook" in text(sent.get("text")).lower()
    ]
    return distinct((*linked, *runbooks_in(details)))
