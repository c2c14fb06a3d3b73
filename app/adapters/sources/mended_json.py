"""Mends the JSON that tools break by pasting a value raw into a template, so that a real alert is read after all."""

import json
import re

from app.adapters.sources.body import parse_object, parse_text
from app.adapters.sources.fields import Fields
from app.domain.errors import InvalidPayload

MENDED = "the tool sent broken JSON, which was mended: some text may be wrong"

MOST_MENDED = 262_144
"""Bytes. Mending is slow, and no template is as long."""

_MOST_PASTED = 20
_DECODER = json.JSONDecoder(strict=False)
_MARK = re.compile(r'["\\\x00-\x1f]')
_ESCAPE = re.compile(r'\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4})')
_AFTER_NAME = re.compile(r"\s*:")
_AFTER_VALUE = re.compile(r'\s*(?:,\s*["\[{\d]|[}\]]\s*(?:[,}\]]|$))')


def parse_templated(body: bytes) -> tuple[Fields, tuple[str, ...]]:
    """A JSON object, and a flag if it had to be mended. What cannot be mended is refused for its first fault."""
    try:
        return parse_object(body), ()
    except InvalidPayload as refused:
        if len(body) > MOST_MENDED:
            raise
        for mend in (_without_quotes_around_objects, _with_quotes_escaped):
            try:
                return parse_object(mend(parse_text(body)).encode()), (MENDED,)
            except (InvalidPayload, UnicodeEncodeError):
                continue
        raise refused from None


def _without_quotes_around_objects(sent: str) -> str:
    """`"payload": "{"a": 1}"` as `"payload": {"a": 1}`: what Watcher makes of `"{{#toJson}}ctx{{/toJson}}"`."""
    kept, done, start = [], 0, 0
    for _ in range(_MOST_PASTED):
        start = sent.find('"{', start)
        if start < 0:
            break
        end = _object_end(sent, start + 1)
        if end and sent[end : end + 1] == '"':
            kept += [sent[done:start], sent[start + 1 : end]]
            done = end + 1
        start = max(start + 2, done)
    return "".join([*kept, sent[done:]])


def _object_end(sent: str, start: int) -> int:
    """Where the object that begins here ends; 0 if none does."""
    try:
        return _DECODER.raw_decode(sent, start)[1]
    except (ValueError, RecursionError):
        return 0


def _with_quotes_escaped(sent: str) -> str:
    """`"name": "my "quoted" check"` with the inner quotes, stray backslashes and line ends as JSON wants them.

    A quote ends a text only where the syntax can go on behind it.
    """
    kept: list[str] = []
    done, inside, before = 0, False, "{"
    mark = _MARK.search(sent)
    while mark:
        at, sign = mark.start(), mark[0]
        kept.append(sent[done:at])
        if not inside and sent[done:at].strip():
            before = sent[done:at].strip()[-1]
        done = at + 1
        if sign == '"':
            ends = inside and _ends(sent, done, before)
            kept.append("\\" + sign if inside and not ends else sign)
            inside = not ends if inside else True
            before = sign if ends else before
        elif inside:
            escape = _ESCAPE.match(sent, at)
            kept.append(escape[0] if escape else json.dumps(sign)[1:-1])
            done = escape.end() if escape else done
        else:
            kept.append(sign)
        mark = _MARK.search(sent, done)
    return "".join([*kept, sent[done:]])


def _ends(sent: str, behind: int, before: str) -> bool:
    if before == ":":
        return bool(_AFTER_VALUE.match(sent, behind))
    return bool(_AFTER_NAME.match(sent, behind) or _AFTER_VALUE.match(sent, behind))
