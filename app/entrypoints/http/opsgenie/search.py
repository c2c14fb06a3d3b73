"""Opsgenie's search language, for lists and counts: `status: open AND (tag: db OR priority: P1) NOT message: test*`."""

import operator
import re
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime

from app.domain.errors import InvalidPayload
from app.entrypoints.http.opsgenie.views import View

Test = Callable[[View], bool]

LONGEST = 1000
DEEPEST = 30

_TOKEN = re.compile(
    r"""\s*(?:(?P<bracket>[()])
    |(?P<field>[A-Za-z][\w.]*)\s*(?P<sign><=|>=|[:=<>])\s*(?P<value>"[^"]*"|[^\s()]+)
    |(?P<word>"[^"]*"|[^\s()]+))""",
    re.VERBOSE,
)
_SIGNS = {"<": operator.lt, ">": operator.gt, "<=": operator.le, ">=": operator.ge, ":": operator.eq, "=": operator.eq}
_TIMES = ("createdAt", "updatedAt", "lastOccurredAt", "snoozedUntil")
_PLACES: dict[str, tuple[str, ...]] = {
    **{name: (name,) for name in ("id", "tinyId", "alias", "count", "message", "description", "source", "entity")},
    **{
        name: (name,)
        for name in ("status", "owner", "isSeen", "acknowledged", "snoozed", "priority", "tags", "actions")
    },
    **{name: (name,) for name in _TIMES},
    "alertId": ("id",),
    "tag": ("tags",),
    "action": ("actions",),
    "acknowledgedBy": ("report", "acknowledgedBy"),
    "closedBy": ("report", "closedBy"),
    "integration.name": ("integration", "name"),
    "integration.type": ("integration", "type"),
    "teams": ("responders",),
    "responders": ("responders",),
}
_LOOSE = ("message", "description")
"""Here a value may be any part of the text."""


def parse_query(text: str) -> Test:
    """What the query keeps. Raises `InvalidPayload` for one that cannot be read."""
    if len(text) > LONGEST:
        raise InvalidPayload(f"is longer than {LONGEST} characters", "query")
    if not text.strip():
        return lambda view: True
    tokens = list(_tokens(text))
    test, rest = _either(tokens, DEEPEST)
    if rest:
        raise InvalidPayload("has a closing bracket too many", "query")
    return test


def _tokens(text: str) -> Iterator[re.Match[str]]:
    at, text = 0, text.rstrip()
    while at < len(text):
        found = _TOKEN.match(text, at)
        if found is None:
            raise InvalidPayload("cannot be read", "query")
        yield found
        at = found.end()


def _either(tokens: Sequence[re.Match[str]], deep: int) -> tuple[Test, Sequence[re.Match[str]]]:
    test, tokens = _all(tokens, deep)
    tests = [test]
    while tokens and _is_word(tokens[0], "or"):
        test, tokens = _all(tokens[1:], deep)
        tests.append(test)
    return (lambda view: any(one(view) for one in tests)), tokens


def _all(tokens: Sequence[re.Match[str]], deep: int) -> tuple[Test, Sequence[re.Match[str]]]:
    test, tokens = _one(tokens, deep)
    tests = [test]
    while tokens and tokens[0]["bracket"] != ")" and not _is_word(tokens[0], "or"):
        test, tokens = _one(tokens[_is_word(tokens[0], "and") :], deep)
        tests.append(test)
    return (lambda view: all(one(view) for one in tests)), tokens


def _one(tokens: Sequence[re.Match[str]], deep: int) -> tuple[Test, Sequence[re.Match[str]]]:
    if not deep:
        raise InvalidPayload("is nested too deeply", "query")
    if not tokens or tokens[0]["bracket"] == ")" or _is_word(tokens[0], "and") or _is_word(tokens[0], "or"):
        raise InvalidPayload("ends where a condition should be", "query")
    first, rest = tokens[0], tokens[1:]
    if _is_word(first, "not"):
        test, rest = _one(rest, deep - 1)
        return (lambda view: not test(view)), rest
    if first["bracket"]:
        test, rest = _either(rest, deep - 1)
        if not rest:
            raise InvalidPayload("lacks a closing bracket", "query")
        return test, rest[1:]
    if first["word"]:
        return _says("message", first["word"]), rest
    return _condition(first["field"], first["sign"], first["value"]), rest


def _is_word(token: re.Match[str], word: str) -> bool:
    return (token["word"] or "").lower() == word


def _condition(field: str, sign: str, value: str) -> Test:
    if field in ("details.key", "details.value"):
        return _in_details(field == "details.key", value)
    if field not in _PLACES:
        raise InvalidPayload(f"the field {field[:40]!r} is not known; known are {', '.join(sorted(_PLACES))}", "query")
    if field in _TIMES or field == "count" or sign in ("<", ">", "<=", ">="):
        return _compares(field, sign, value)
    return _says(field, value)


def _in_details(keys: bool, value: str) -> Test:
    fits = _pattern(value, loose=False)

    def test(view: View) -> bool:
        details = view["details"]
        assert isinstance(details, dict)  # noqa: S101 - views are made here
        return any(map(fits, details if keys else details.values()))

    return test


def _says(field: str, value: str) -> Test:
    fits = _pattern(value, field in _LOOSE)
    return lambda view: any(map(fits, _texts(_at(view, field))))


def _compares(field: str, sign: str, value: str) -> Test:
    try:
        wanted = int(value.strip('"'))
    except ValueError:
        raise InvalidPayload(f"{field} needs a whole number (times are Unix milliseconds)", "query") from None

    def test(view: View) -> bool:
        found = _number(_at(view, field))
        return found is not None and bool(_SIGNS[sign](found, wanted))

    return test


def _pattern(value: str, loose: bool) -> Callable[[str], bool]:
    """Whole, or with `*` for any text; the case of letters does not count."""
    wanted = value.strip('"').casefold()
    if wanted.startswith("*") or wanted.endswith("*"):
        begins, ends = not wanted.startswith("*"), not wanted.endswith("*")
        part = wanted.strip("*")
        return lambda text: (
            part in text.casefold()
            and (not begins or text.casefold().startswith(part))
            and (not ends or text.casefold().endswith(part))
        )
    return (lambda text: wanted in text.casefold()) if loose else (lambda text: wanted == text.casefold())


def _at(view: View, field: str) -> object:
    value: object = view
    for name in _PLACES[field]:
        value = value.get(name, "") if isinstance(value, dict) else ""
    return value


def _texts(value: object) -> list[str]:
    if isinstance(value, list):
        return [text for one in value for text in (one.values() if isinstance(one, dict) else (one,))]
    return [str(value).lower() if isinstance(value, bool) else str(value)]


def _number(value: object) -> float | None:
    if isinstance(value, int):
        return value
    try:
        return datetime.fromisoformat(str(value)).timestamp() * 1000 if "T" in str(value) else int(str(value))
    except ValueError:
        return None
