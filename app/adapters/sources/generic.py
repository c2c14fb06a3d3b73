"""Any other tool: JSON, a form, plain text or a query, read through a mapping that the operator may write."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from app.adapters.sources.body import FORM, clean, media_type, parse_form, parse_json, parse_text
from app.adapters.sources.credentials import query_without_proofs
from app.adapters.sources.fields import items
from app.adapters.sources.generic_mapping import BodyMapping, load_mapping
from app.adapters.sources.mapped_alert import is_ignored, mapped_alert
from app.adapters.sources.prometheus_group import SEVERITIES
from app.adapters.sources.signature import check_standard_webhook
from app.domain.classify import Severity, SourceSettings
from app.domain.errors import InvalidPayload, UnsupportedMedia
from app.service.source_ports import Alerts, Control, Request, Verdict

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

    def problems(self, options: Mapping[str, object]) -> Sequence[str]:
        return load_mapping(options).problems

    def parse(self, request: Request, instance: SourceSettings) -> Alerts | Control:
        mapping = load_mapping(instance.options)
        query = clean(query_without_proofs(request.query), "the query")
        sent = [found for found in _sent(_read(request, query), mapping) if not is_ignored(found, query, mapping)]
        if not sent and request.body.strip() != b"[]":
            return Control("a message that the mapping ignores")
        return Alerts(tuple([mapped_alert(found, query, mapping, instance) for found in sent]))


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
