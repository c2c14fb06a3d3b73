"""An event out of any of the forms that CloudEvents has over HTTP."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import unquote

from app.adapters.sources.body import base64_text, clean, media_type, parse_json, parse_object, parse_text
from app.adapters.sources.fields import Fields, fields, first_word, word
from app.domain.errors import InvalidPayload
from app.service.source_ports import Request

BATCH = "application/cloudevents-batch+json"
MOST_EVENTS = 1_000

_REQUIRED = ("id", "source", "specversion", "type")
_DATA = ("data", "data_base64")
_HEADER = "ce-"
_LAST = re.compile(r"[A-Za-z]+\Z")


@dataclass(frozen=True, slots=True)
class Event:
    """`attributes` are all but the data, `fields` the data as an object, `sent` the event in its JSON form."""

    attributes: Mapping[str, object]
    fields: Fields
    sent: Fields

    @property
    def source(self) -> str:
        return word(self.attributes.get("source"))

    @property
    def type(self) -> str:
        return word(self.attributes.get("type"))

    @property
    def subject(self) -> str:
        return word(self.attributes.get("subject"))

    @property
    def ending(self) -> str:
        """The last word of the type, in lower case."""
        found = _LAST.search(self.type[-40:])
        return found[0].lower() if found else ""


def parse_events(request: Request) -> list[Event]:
    """The events in a request, of which a batch may hold none. Raises `InvalidPayload` when one lacks an attribute that
    every event must have, with its place in a batch."""
    if _is_binary(request):
        return [_event(_from_headers(request), "")]
    body = parse_json(request.body)
    if not isinstance(body, list):
        return [_event(parse_object(request.body), "")]
    if len(body) > MOST_EVENTS:
        raise InvalidPayload(f"the batch holds more than {MOST_EVENTS} events")
    return [_event(one, f"[{place}].") for place, one in enumerate(body)]


def foreign_fields(request: Request) -> Fields:
    """The object that came instead of an event, where it has no attribute that every event must have; else nothing."""
    body = {} if _is_binary(request) else fields(parse_json(request.body))
    return {} if first_word(body, *_REQUIRED) else body


def _is_binary(request: Request) -> bool:
    return f"{_HEADER}specversion" in request.headers or f"{_HEADER}id" in request.headers


def _event(sent: object, place: str) -> Event:
    if not isinstance(sent, dict):
        raise InvalidPayload("is not an object", place.rstrip("."))
    for name in _REQUIRED:
        if not word(sent.get(name)):
            raise InvalidPayload("is missing", f"{place}{name}")
    attributes = {name: value for name, value in sent.items() if name not in _DATA}
    return Event(attributes, _fields(sent), sent)


def _fields(sent: Fields) -> Fields:
    """The data as an object: JSON also where it comes as text or in base64, anything else as a message."""
    data = sent.get("data")
    if data is None and "data_base64" in sent:
        data = base64_text(word(sent["data_base64"]))
    if isinstance(data, str) and data.lstrip().startswith("{"):
        data = _json(data)
    if data is None or data == "":
        return {}
    return data if isinstance(data, dict) else {"description": data}


def _json(said: str) -> object:
    try:
        return parse_object(said.encode())
    except InvalidPayload:
        return said


def _from_headers(request: Request) -> Fields:
    """Binary mode in JSON form: attributes are headers, percent-encoded; the body is the data, of its own type."""
    found = {name[len(_HEADER) :]: value for name, value in request.headers.items() if name.startswith(_HEADER)}
    sent: Fields = {**clean({name: unquote(value) for name, value in found.items()}, "a header")}
    kind = media_type(request)
    if kind:
        sent["datacontenttype"] = kind
    if request.body.strip():
        is_json = not kind or kind.endswith(("/json", "+json"))
        sent["data"] = parse_json(request.body) if is_json else parse_text(request.body)
    return sent
