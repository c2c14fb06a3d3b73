"""Bodies become plain Python values here, so that no parser ever sees text that a store or a channel chokes on."""

import re
from base64 import b64decode
from collections.abc import Mapping
from urllib.parse import parse_qsl

import jiter

from app.domain.errors import InvalidPayload
from app.service.source_ports import Request

FORM = "application/x-www-form-urlencoded"
MOST_FORM_FIELDS = 1_000
MOST_PARTS = 20

_BOM = b"\xef\xbb\xbf"
_NUL_ESCAPE = b"\\u0000"
_NUL_ESCAPED = re.compile(rb"(?<!\\)(?:\\\\)*\\u0000")
_BOUNDARY = re.compile(r"""boundary=(?:"([^"]{1,200})"|([^\s";,]{1,200}))""", re.IGNORECASE)
_PART_NAME = re.compile(rb"""^content-disposition:[^\r\n]*;[ \t]*name="([^"\r\n]*)\"""", re.IGNORECASE | re.MULTILINE)
_POSITION = re.compile(r"at line (\d+) column (\d+)$")
_REASONS = (
    ("Detected duplicate key", "holds the same key twice in one object"),
    ("recursion limit exceeded", "is nested too deeply"),
    ("invalid unicode code point", "is not UTF-8"),
    ("unexpected end of hex escape", "holds half of a surrogate pair"),
    ("lone leading surrogate", "holds half of a surrogate pair"),
)


def parse_json(body: bytes) -> object:
    """A JSON text as dicts, lists, texts, numbers, booleans and None; an empty or broken one is `InvalidPayload`.

    Refused: what is not UTF-8, NaN and Infinity, half surrogate pairs, NUL however it is written, a key twice in one
    object, more than 200 levels. The reason names the place and never quotes the body. A leading BOM is dropped.
    """
    try:
        value: object = jiter.from_json(
            body.removeprefix(_BOM), allow_inf_nan=False, catch_duplicate_keys=True, cache_mode="keys"
        )
    except ValueError as error:
        raise InvalidPayload(_reason(body, str(error))) from None
    if _NUL_ESCAPE in body and _NUL_ESCAPED.search(body):
        raise InvalidPayload("the body holds a NUL character")
    return value


def parse_object(body: bytes) -> dict[str, object]:
    """A JSON text that must be an object, as every webhook but a generic one is."""
    value = parse_json(body)
    if not isinstance(value, dict):
        raise InvalidPayload("the body is not a JSON object")
    return value


def parse_form(body: bytes) -> dict[str, str]:
    """The fields of a URL-encoded form; of repeated names the last one counts."""
    return clean(dict(parse_pairs(body)), "the form")


def parse_pairs(body: bytes) -> list[tuple[str, str]]:
    """Every field of a URL-encoded form as it came, for a signature over all of them."""
    try:
        return parse_qsl(
            body.decode(), keep_blank_values=True, encoding="utf-8", errors="strict", max_num_fields=MOST_FORM_FIELDS
        )
    except UnicodeDecodeError:
        raise InvalidPayload("the form is not UTF-8") from None
    except ValueError:
        raise InvalidPayload(f"the form has more than {MOST_FORM_FIELDS} fields") from None


def parse_multipart(request: Request) -> dict[str, str]:
    """The fields of a multipart form as text, at most 20 of them; files are fields like any other."""
    named = _BOUNDARY.search(request.headers.get("content-type", ""))
    if named is None:
        raise InvalidPayload("the multipart body has no boundary")
    mark = b"--" + (named[1] or named[2]).encode("utf-8", "surrogatepass")
    parts = request.body.split(mark, MOST_PARTS + 2)[1:]
    if len(parts) > MOST_PARTS + 1:
        raise InvalidPayload(f"the multipart body has more than {MOST_PARTS} parts")
    found: dict[str, str] = {}
    for part in parts:
        head, _, value = part.partition(b"\r\n\r\n")
        name = _PART_NAME.search(head)
        if name:
            found[parse_text(name[1])] = parse_text(value.removesuffix(b"\r\n"))
    return found


def parse_text(body: bytes) -> str:
    """A body of plain text."""
    try:
        found = body.removeprefix(_BOM).decode()
    except UnicodeDecodeError:
        raise InvalidPayload("the body is not UTF-8") from None
    if "\0" in found:
        raise InvalidPayload("the body holds a NUL character")
    return found


def base64_text(packed: str) -> str:
    """The text in base64; empty where that is not what it is, or where the bytes say nothing to people."""
    try:
        return parse_text(b64decode(packed))
    except (ValueError, InvalidPayload):
        return ""


def clean(values: Mapping[str, str], what: str) -> dict[str, str]:
    """The same values, once it is sure that each can be stored: no NUL, no half surrogate pair."""
    for name, value in values.items():
        if "\0" in name or "\0" in value:
            raise InvalidPayload(f"{what} holds a NUL character")
        try:
            name.encode(), value.encode()
        except UnicodeEncodeError:
            raise InvalidPayload(f"{what} is not UTF-8") from None
    return dict(values)


def media_type(request: Request) -> str:
    """The content type in lower case without its parameters; empty where the sender named none."""
    return request.headers.get("content-type", "").partition(";")[0].strip().lower()


def _reason(body: bytes, said: str) -> str:
    if not body.strip():
        return "the body is empty"
    if b"\0" in body:
        return "the body holds a NUL character"
    position = _POSITION.search(said)
    where = f" (line {position[1]}, column {position[2]})" if position else ""
    why = next((reason for start, reason in _REASONS if said.startswith(start)), "is not JSON")
    return f"the body {why}{where}"
