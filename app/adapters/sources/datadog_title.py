"""Datadog's titles say what nothing else in its default payload does: state, scope, and whether it is a test."""

import re
from dataclasses import dataclass

_MARK = re.compile(
    r"\s*\[(?:(?P<priority>P[1-5])|(?P<test>TEST)"
    r"|(?P<state>(?:Re-?)?(?:Triggered|Warn(?:ing)?|No Data|Notify|Notified)|Recovered|Resolved|Alert|OK)"
    r"(?: on \{(?P<scope>.*?)\})?)\]\s*",
    re.IGNORECASE,
)
_MOST_MARKS = 4


@dataclass(frozen=True, slots=True)
class Title:
    """`[TEST] [P2] [Triggered on {host:web-1}] High CPU`, taken apart; what it has none of is empty."""

    name: str
    state: str = ""
    scope: str = ""
    is_test: bool = False
    priority: str = ""


def read_title(said: str) -> Title:
    """The marks end with the state: what follows is the monitor's own name, even if it looks like a mark."""
    place, state, scope, is_test, priority = 0, "", "", False, ""
    for _ in range(_MOST_MARKS):
        mark = _MARK.match(said, place)
        if mark is None or state:
            break
        place = mark.end()
        state, scope = (mark["state"] or "").lower(), mark["scope"] or ""
        is_test, priority = is_test or bool(mark["test"]), (mark["priority"] or priority).upper()
    return Title(said[place:].strip(), state, scope, is_test, priority)
