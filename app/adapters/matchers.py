"""Alertmanager's matcher syntax, compiled to predicates over an alert.

`service="payments"`, `env!="dev"`, `severity=~"critical|page"`, `team!~"web.*"`; several in one text with commas, with
or without braces. Names and values stand with or without quotes; within quotes `\\"`, `\\\\` and `\\n` are escapes and
every other backslash stands for itself, as in Alertmanager, so `"a\\.b"` is a regular expression with an escaped dot.
Regular expressions are RE2, anchored at both ends. A name that an alert lacks has the empty value.
https://prometheus.io/docs/alerting/latest/configuration/#matcher
"""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import StrEnum

import re2

from app.domain.alert import Alert, AlertStatus

MAX_LENGTH = 4_000

Predicate = Callable[[Alert], bool]

_SPACE = re.compile(r"\s*")
_BARE = re.compile(r"""[^\s{}!=~,"'`\\]+""")
_QUOTED = re.compile(r'"((?:[^"\\]|\\.)*)"', re.DOTALL)
_OPERATOR = re.compile(r"=~|!~|!=|==?")
_ESCAPE = re.compile(r'\\(["\\n])')
_WITHOUT_VALUES = Alert("", "", "", AlertStatus.FIRING, "")
_PLAIN_CHOICE = re.compile(r"[\w \-/:@,]+(\|[\w \-/:@,]+)*")


class Operator(StrEnum):
    EQUAL = "="
    NOT_EQUAL = "!="
    MATCHES = "=~"
    NOT_MATCHES = "!~"


class InvalidMatcher(ValueError):
    """A text that is no matcher; the message says what and where."""


@dataclass(frozen=True, slots=True)
class Matcher:
    """One comparison of a named value."""

    name: str
    operator: Operator
    value: str

    def __str__(self) -> str:
        return f"{_quote(self.name, always=False)}{self.operator}{_quote(self.value)}"


def parse_matchers(text: str) -> tuple[Matcher, ...]:
    """All matchers of one text; `{}` and a text of spaces hold none. Raises `InvalidMatcher`."""
    if len(text) > MAX_LENGTH:
        raise InvalidMatcher(f"a matcher of {len(text):,} characters is too long")
    return _Reader(text).matchers()


def compile_matchers(matchers: Iterable[Matcher]) -> Predicate:
    """A predicate that holds when all of them hold; none at all hold for every alert. Raises `InvalidMatcher`."""
    tests = tuple(_compile(matcher) for matcher in matchers)
    match tests:
        case ():
            return lambda alert: True
        case (only,):
            return only
        case (first, second):
            return lambda alert: first(alert) and second(alert)

    def all_hold(alert: Alert) -> bool:
        for test in tests:  # noqa: SIM110 (a generator costs twice as much on this hottest of paths)
            if not test(alert):
                return False
        return True

    return all_hold


def needs_no_value(holds: Predicate) -> bool:
    """Whether it holds also for an alert of which nothing is known, so that it may mean any alert."""
    return holds(_WITHOUT_VALUES)


def _compile(matcher: Matcher) -> Predicate:
    name, value = matcher.name, matcher.value
    match matcher.operator:
        case Operator.EQUAL:
            return lambda alert: alert.value(name) == value
        case Operator.NOT_EQUAL:
            return lambda alert: alert.value(name) != value
        case Operator.MATCHES:
            matches = _text_test(matcher)
            return lambda alert: matches(alert.value(name))
        case Operator.NOT_MATCHES:
            rejects = _text_test(matcher)
            return lambda alert: not rejects(alert.value(name))


def _text_test(matcher: Matcher) -> Callable[[str], bool]:
    """Whether a text matches as a whole. A choice between plain words needs no regular expression."""
    if _PLAIN_CHOICE.fullmatch(matcher.value):
        return frozenset(matcher.value.split("|")).__contains__
    options = re2.Options()
    options.log_errors = False
    try:
        fullmatch = re2.compile(matcher.value, options).fullmatch
    except re2.error as error:
        raise InvalidMatcher(f"{matcher} holds no regular expression that RE2 can read: {_said_by(error)}") from None

    def test(text: str) -> bool:
        try:
            return fullmatch(text) is not None
        except UnicodeEncodeError:  # half of a surrogate pair, which JSON lets in
            return fullmatch(text.encode("utf-8", "replace").decode()) is not None

    return test


def _said_by(error: Exception) -> str:
    said = error.args[0] if error.args else ""
    return said.decode("utf-8", "replace") if isinstance(said, bytes) else str(said)


def _quote(text: str, always: bool = True) -> str:
    if not always and _BARE.fullmatch(text):
        return text
    escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return f'"{escaped}"'


class _Reader:
    """Reads a text from left to right."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0

    def matchers(self) -> tuple[Matcher, ...]:
        braced = self._take(re.compile(r"\{")) is not None
        end = "}" if braced else ""
        found: list[Matcher] = []
        while not self._is_at(end):
            found.append(self._matcher())
            if self._take(re.compile(",")) is None and not self._is_at(end):
                raise self._expected('a comma or "}"' if braced else "a comma or the end")
        if braced:
            self._take(re.compile(r"\}"))
            if not self._is_at(""):
                raise self._expected("nothing after the closing brace")
        return tuple(found)

    def _matcher(self) -> Matcher:
        name = self._text("a name")
        operator = self._take(_OPERATOR)
        if operator is None or operator[0] == "==":
            raise self._expected("one of = != =~ !~", len(operator[0]) if operator else 0)
        return Matcher(name, Operator(operator[0]), self._text("a value", may_be_empty=True))

    def _text(self, what: str, may_be_empty: bool = False) -> str:
        quoted = self._take(_QUOTED)
        if quoted is not None:
            text = _ESCAPE.sub(lambda escape: "\n" if escape[1] == "n" else escape[1], quoted[1])
            if text or may_be_empty:
                return text
            raise self._expected(what, len(quoted[0]))
        bare = self._take(_BARE)
        if bare is not None:
            return bare[0]
        if self.text.startswith('"', self.at):
            raise self._expected("a second quote, to close the one")
        raise self._expected(f"{what}, in double quotes if it holds other than letters and digits")

    def _take(self, pattern: re.Pattern[str]) -> re.Match[str] | None:
        self._skip_space()
        found = pattern.match(self.text, self.at)
        if found is not None:
            self.at = found.end()
        return found

    def _is_at(self, end: str) -> bool:
        self._skip_space()
        return self.text.startswith(end, self.at) if end else self.at == len(self.text)

    def _skip_space(self) -> None:
        space = _SPACE.match(self.text, self.at)
        self.at = space.end() if space else self.at

    def _expected(self, what: str, back: int = 0) -> InvalidMatcher:
        at = self.at - back
        end = " (the end)" if at >= len(self.text) else ""
        return InvalidMatcher(f"matcher {self.text[:200]} needs {what} at position {at + 1}{end}")
