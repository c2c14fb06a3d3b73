"""Bodies whose names and form the tool's user decides: a template, posted as JSON, as a form, or in the query."""

import re
from collections.abc import Mapping

from app.adapters.sources.body import FORM, clean, media_type, parse_form, parse_object
from app.adapters.sources.fields import Fields, word
from app.domain.errors import InvalidPayload
from app.service.ports import Request

_PROOFS_IN_QUERY = ("token", "access_token", "auth_token", "api_key", "apikey", "key", "secret", "signature")
_PROOFS = ("token", "access_token", "auth_token", "api_key", "apikey", "secret", "shared_secret", "password")
"""Names that are credentials: they must not reach an alert, and through it a page."""

LONGEST_BRIEF = 500
"""Characters; longer texts are the description, and stand in the raw copy."""

_OWN_NAMES = ("title", "description", "dedup_key", "group_key", "source", "source_type")
_UNEXPANDED = re.compile(r"\$[A-Z]\w*|\$\{\w+\}|\{\{[^{}]*\}\}|null")
_SEPARATORS = re.compile(r"[^a-z0-9]+")


def posted(request: Request) -> Fields:
    """The fields of a request without its credentials.

    What starts like JSON is JSON, whatever the content type says; then a form is a form; with no body at all the query
    speaks. Raises `InvalidPayload`.
    """
    if not request.body.strip():
        sent: Fields = dict(query_fields(request.query))
        if not sent:
            raise InvalidPayload("the body is empty")
        return sent
    return {name: value for name, value in _whole(request).items() if name.lower() not in _PROOFS}


def given_proof(request: Request, name: str) -> str | None:
    """A credential among the fields, or None. Raises `InvalidPayload`."""
    sent: Mapping[str, object] = _whole(request) if request.body.strip() else request.query
    return word(sent[name]) if name in sent else None


def query_fields(query: Mapping[str, str]) -> dict[str, str]:
    """What a query says besides credentials."""
    return clean({name: value for name, value in query.items() if name.lower() not in _PROOFS_IN_QUERY}, "the query")


def folded(sent: Fields) -> Fields:
    """The fields under names in one spelling: `ALERT_TITLE`, `alertTitle` and `alert title` are all `alerttitle`.

    A variable that the tool did not expand (`$NAME`, `{{NAME}}`) and a written-out null are blank. Of names that fold
    alike the first that says something counts.
    """
    found: Fields = {}
    for name, value in sent.items():
        key = _fold(name)
        if found.get(key) in (None, ""):
            found[key] = "" if isinstance(value, str) and _UNEXPANDED.fullmatch(value.strip()) else value
    return found


def brief(sent: Fields) -> dict[str, str]:
    """The short fields under their own names, as annotations: so rules can match whatever a template holds.

    Left out are names that would hide what the alert itself says to a matcher.
    """
    said = {name: found for name, value in sent.items() if (found := word(value)) and len(found) <= LONGEST_BRIEF}
    return {name: value for name, value in said.items() if name not in _OWN_NAMES}


def _whole(request: Request) -> Fields:
    is_form = media_type(request) == FORM and not request.body.lstrip().startswith((b"{", b"["))
    return dict(parse_form(request.body)) if is_form else parse_object(request.body)


def _fold(name: str) -> str:
    return _SEPARATORS.sub("", name.lower())
