"""Any other tool: JSON, a form, plain text or a query, read through a mapping that the operator may write."""

from collections.abc import Mapping
from datetime import datetime

from app.adapters.sources.body import FORM, clean, media_type, parse_form, parse_json, parse_text
from app.adapters.sources.credentials import query_without_proofs
from app.adapters.sources.fields import (
    Fields,
    compact,
    digest,
    distinct,
    first_line,
    first_word,
    flat,
    glimpse,
    instant,
    items,
    link,
    text,
    without_blanks,
    word,
)
from app.adapters.sources.generic_mapping import BodyMapping, load_mapping
from app.adapters.sources.prometheus_group import SEVERITIES
from app.adapters.sources.signature import check_standard_webhook
from app.adapters.sources.tags import split_tag
from app.domain.alert import Alert, AlertStatus, Link
from app.domain.classify import Severity, SourceSettings
from app.domain.errors import InvalidPayload, UnsupportedMedia
from app.service.ports import Alerts, Control, Request, Verdict

MOST_ALERTS = 1_000

_JSON_IN_FORM = ("payload", "data")


class Generic:
    """Options: `mapping`, see `generic_mapping`. Signed if it comes with the headers of Standard Webhooks."""

    type: str = "generic"
    severities: Mapping[str, Severity] = SEVERITIES

    def verify(self, request: Request, secret: str, now: datetime, instance: SourceSettings) -> Verdict:
        if not secret or "webhook-signature" not in request.headers:
            return Verdict.UNSIGNED
        check_standard_webhook(secret, request.headers, request.body, now)
        return Verdict.SIGNED

    def parse(self, request: Request, instance: SourceSettings) -> Alerts | Control:
        mapping = load_mapping(instance.options)
        query = clean(query_without_proofs(request.query), "the query")
        sent = [found for found in _sent(_read(request, query), mapping) if not _is_ignored(found, query, mapping)]
        if not sent and request.body.strip() != b"[]":
            return Control("a message that the mapping ignores")
        return Alerts(tuple([_alert(found, query, mapping, instance) for found in sent]))


def _read(request: Request, query: dict[str, str]) -> object:
    kind = media_type(request)
    if not request.body.strip():
        if not query:
            raise InvalidPayload("the body is empty")
        return {}
    if kind.startswith("multipart/"):
        raise UnsupportedMedia("send JSON, a URL-encoded form or plain text, not multipart")
    if kind == FORM:
        return _form(request.body)
    if kind.startswith("text/"):
        return _json_or_text(request.body)
    return parse_json(request.body)


def _form(body: bytes) -> object:
    form = parse_form(body)
    for name in _JSON_IN_FORM:
        if form.get(name, "").lstrip().startswith("{"):
            return parse_json(form[name].encode())
    return form


def _json_or_text(body: bytes) -> object:
    """Some tools send JSON as text/plain; what is none is a message."""
    said = parse_text(body)
    return parse_json(body) if said.lstrip().startswith(("{", "[")) else {"message": said}


def _sent(body: object, mapping: BodyMapping) -> list[object]:
    """The alerts in a body: each of a list, else those that the mapping finds in it, else the body itself."""
    if body is None or body == "":
        raise InvalidPayload("the body says nothing")
    listed = items(body) if isinstance(body, list) else items(mapping.find("alerts", body)) or [body]
    if len(listed) > MOST_ALERTS:
        raise InvalidPayload(f"the body holds more than {MOST_ALERTS} alerts")
    return listed


def _document(sent: object, query: dict[str, str]) -> Fields:
    """What the expressions see: the alert's own fields, and the query's where it has none."""
    own: Fields = sent if isinstance(sent, dict) else {"message": text(sent)}
    return {**query, **{name: value for name, value in own.items() if value is not None and value != ""}}


def _status_word(document: Fields, mapping: BodyMapping) -> str:
    return _scalar("status", mapping.find("status", document)).lower()


def _is_ignored(sent: object, query: dict[str, str], mapping: BodyMapping) -> bool:
    return _status_word(_document(sent, query), mapping) in mapping.ignored


def _alert(sent: object, query: dict[str, str], mapping: BodyMapping, instance: SourceSettings) -> Alert:
    document = _document(sent, query)
    title = first_line(word(mapping.find("title", document)))
    shown = title or glimpse(document) or f"{instance.name} reported something without a title"
    severity = word(mapping.find("severity", document))
    name = word(mapping.find("alertname", document))
    named = _scalar("dedup_key", mapping.find("dedup_key", document))
    status = mapping.statuses.get(_status_word(document, mapping), AlertStatus.FIRING)
    return Alert(
        source=instance.name,
        source_type=Generic.type,
        dedup_key=named or digest(title or compact(document)),
        status=status,
        title=shown,
        description=text(mapping.find("description", document)) or ("" if title else compact(document)),
        severity=severity,
        labels=without_blanks({"alertname": name, **_labels(mapping.find("labels", document)), "severity": severity}),
        links=_links(mapping.find("links", document)),
        runbooks=distinct(map(word, _as_list(mapping.find("runbook", document)))),
        group_key=text(mapping.find("group_key", document)),
        started_at=instant(mapping.find("started_at", document)),
        ended_at=instant(mapping.find("ended_at", document)) if status is AlertStatus.RESOLVED else None,
        flags=mapping.problems if title else (*mapping.problems, "no title found: check this source's mapping"),
        raw=compact(sent if sent else document),
    )


def _scalar(name: str, value: object) -> str:
    """Identity and status must be plain words: guessing at a list would open what nothing can ever close."""
    if isinstance(value, dict | list):
        raise InvalidPayload("must be text or a number", name)
    return word(value)


def _as_list(value: object) -> list[object]:
    return value if isinstance(value, list) else [value]


def _labels(value: object) -> dict[str, str]:
    """An object as it is; tags ("team:db", "env=prod", "urgent") as name and value."""
    if isinstance(value, dict):
        return flat(value)
    return dict(split_tag(word(tag)) for tag in _as_list(value) if word(tag))


def _links(value: object) -> tuple[Link, ...]:
    found: tuple[Link, ...] = ()
    for each in _as_list(value):
        if isinstance(each, dict):
            found += link(each.get("href") or each.get("url"), first_word(each, "text", "title", "name"))
        else:
            found += link(each, "link")
    return found
