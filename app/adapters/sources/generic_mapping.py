"""Which part of an unknown tool's body means what: JMESPath expressions, written by the operator or ready-made."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import jmespath
from jmespath.exceptions import JMESPathError

from app.adapters.sources.fields import word
from app.domain.alert import AlertStatus

LONGEST_EXPRESSION = 300
"""JMESPath has no loops: with its length bounded, the cost of an expression grows with the body only."""

_NAMES = (
    *("alerts", "title", "description", "dedup_key", "status", "severity", "labels", "links", "runbook", "group_key"),
    *("started_at", "ended_at", "alertname"),
)
_WORD_LISTS = ("resolved_when", "acknowledged_when", "ignored_when")
_DEFAULT = "default"

READY: Mapping[str, Mapping[str, object]] = {
    _DEFAULT: {
        "title": "title || summary || message || subject || name",
        "description": "description || details || message || text",
        "dedup_key": "dedup_key || dedup || alert_uid || alias || fingerprint || incident_key",
        "status": "status || state || action || event_action",
        "resolved_when": [
            *("ok", "resolved", "resolve", "close", "closed", "recovered", "recovery", "up", "normal"),
            *("success", "fixed", "clear", "cleared"),
        ],
        "acknowledged_when": ["acknowledged", "acknowledge", "ack"],
        "ignored_when": ["test"],
        "severity": "severity || priority || level || labels.severity || meta.severity",
        "labels": "labels || meta || tags",
        "links": "link_to_upstream_details || links || link || url",
        "runbook": "runbook_url || runbook || meta.runbook_url || meta.runbook || annotations.runbook_url "
        "|| labels.runbook_url || labels.runbook",
        "group_key": "group_key",
        "alertname": "alertname || alert_name || labels.alertname || rule_name || check_name || monitor_name || name",
        "started_at": "started_at || startsAt || starts_at || timestamp || time",
        "ended_at": "ended_at || endsAt || ends_at || resolved_at",
    },
    "goalert": {
        "title": "summary",
        "description": "details",
        "dedup_key": "dedup",
        "status": "action",
        "resolved_when": ["close"],
        "labels": "meta",
        "severity": "meta.severity",
        "runbook": "meta.runbook_url || meta.runbook",
    },
    "grafana-oncall": {
        "title": "title || message",
        "description": "message",
        "dedup_key": "alert_uid",
        "status": "state",
        "resolved_when": ["ok"],
        "ignored_when": ["test"],
        "severity": "severity",
        "labels": "labels",
        "links": "link_to_upstream_details",
        "runbook": "runbook_url || runbook",
    },
}


@dataclass(frozen=True, slots=True)
class BodyMapping:
    """Compiled expressions by what they yield, words by the status they mean, and what is wrong with the options."""

    expressions: Mapping[str, Any]
    statuses: Mapping[str, AlertStatus]
    ignored: frozenset[str]
    problems: tuple[str, ...] = ()

    def find(self, name: str, document: object) -> object:
        """What `name` is in this document; None where there is nothing, or of a type that the expression cannot use."""
        expression = self.expressions.get(name)
        if expression is None:
            return None
        try:
            found: object = expression.search(document)
        except (JMESPathError, ValueError, TypeError, ArithmeticError, AttributeError, RecursionError):
            return None
        return found


def load_mapping(options: Mapping[str, object] | None) -> BodyMapping:
    """The mapping that an instance's options ask for.

    `mapping` is a ready one's name, or expressions that go before those of its `base` (the default, if it names none).
    What cannot be used is left out and named in `problems`, so that a slip in the file never loses an alert.
    """
    asked = (options or {}).get("mapping")
    own: Mapping[str, object] = asked if isinstance(asked, Mapping) else {}
    base = word(own.get("base") if own else asked) or _DEFAULT
    chosen = {**READY.get(base, READY[_DEFAULT]), **own}
    compiled = {name: _compile(chosen[name]) for name in _NAMES if chosen.get(name)}
    return BodyMapping(
        expressions={name: expression for name, expression in compiled.items() if expression is not None},
        statuses={
            **dict.fromkeys(_words(chosen.get("acknowledged_when")), AlertStatus.ACKNOWLEDGED),
            **dict.fromkeys(_words(chosen.get("resolved_when")), AlertStatus.RESOLVED),
        },
        ignored=frozenset(_words(chosen.get("ignored_when"))),
        problems=tuple(_problems(base, own, compiled)),
    )


def _problems(base: str, own: Mapping[str, object], compiled: Mapping[str, Any]) -> Iterable[str]:
    if base not in READY:
        yield f"mapping {base!r} is none of {', '.join(READY)}"
    for name in own:
        if name not in (*_NAMES, *_WORD_LISTS, "base"):
            yield f"mapping.{name} is not a name that can be mapped"
    for name, expression in compiled.items():
        if expression is None:
            yield f"mapping.{name} is not a JMESPath expression of at most {LONGEST_EXPRESSION} characters"


def _compile(expression: object) -> Any:
    if not isinstance(expression, str) or len(expression) > LONGEST_EXPRESSION:
        return None
    return _compiled(str(expression))


@lru_cache(maxsize=512)
def _compiled(expression: str) -> Any:
    try:
        return jmespath.compile(expression)
    except (JMESPathError, ValueError, RecursionError):
        return None


def _words(value: object) -> list[str]:
    listed = value if isinstance(value, list | tuple) else [value]
    return [found for each in listed if (found := word(each).lower())]
