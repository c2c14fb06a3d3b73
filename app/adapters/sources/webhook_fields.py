"""Finds the fields of a webhook wherever its tool was told to put them: JSON, a form, multipart, text or the query."""

from dataclasses import dataclass

from app.adapters.sources.body import FORM, clean, media_type, parse_form, parse_json, parse_multipart, parse_text
from app.adapters.sources.credentials import query_without_proofs, without_credentials
from app.adapters.sources.fields import Fields, fields, word
from app.adapters.sources.mended_json import parse_templated
from app.domain.errors import InvalidPayload
from app.service.source_ports import Request

_MULTIPART = "multipart/form-data"
_JSON_IN_FIELD = ("payload", "data")
_JSON_STARTS = (b"{", b"\xef\xbb\xbf{")


@dataclass(frozen=True, slots=True)
class Sent:
    """What a request says, without credentials. `flags` are remarks on how it had to be read."""

    fields: Fields
    flags: tuple[str, ...] = ()


def read_sent(request: Request) -> Sent:
    """The fields of the body, and the query's where the body has none. Plain text is one field, `message`.

    What starts like JSON is JSON, whatever the content type says; a list of one object is that object. Raises
    `InvalidPayload` for what cannot be read and for what says nothing at all.
    """
    query = clean(query_without_proofs(request.query), "the query")
    own, flags = _body(request) if request.body.strip() else ({}, ())
    said = {**query, **{name: value for name, value in own.items() if name not in query or value not in (None, "")}}
    if not said:
        raise InvalidPayload("holds no field" if request.body.strip() else "the body is empty")
    return Sent(fields(without_credentials(said)), flags)


def given_proof(request: Request, name: str) -> str | None:
    """A credential among the fields of the body, or of the query if there is no body; else None.

    Raises `InvalidPayload`.
    """
    sent = _body(request)[0] if request.body.strip() else request.query
    return word(sent[name]) if name in sent else None


def _body(request: Request) -> tuple[Fields, tuple[str, ...]]:
    kind = media_type(request)
    if kind == _MULTIPART:
        return _json_in_field(parse_multipart(request))
    if "json" in kind or request.body.lstrip().startswith(_JSON_STARTS):
        return _json(request.body)
    if kind == FORM:
        return _json_in_field(parse_form(request.body))
    return {"message": parse_text(request.body).strip()}, ()


def _json(body: bytes) -> tuple[Fields, tuple[str, ...]]:
    if body.lstrip().startswith(b"["):
        listed = parse_json(body)
        if isinstance(listed, list) and len(listed) == 1 and isinstance(listed[0], dict):
            return listed[0], ()
    return parse_templated(body)


def _json_in_field(form: dict[str, str]) -> tuple[Fields, tuple[str, ...]]:
    for name in _JSON_IN_FIELD:
        if form.get(name, "").lstrip().startswith("{"):
            return parse_templated(form[name].encode())
    return dict(form), ()
