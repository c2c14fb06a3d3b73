"""Finds the alerts in what users' templates make of Elastic's variables: wrapped, as JSON inside JSON, or summed up."""

from collections.abc import Iterator

from app.adapters.sources.body import parse_json
from app.adapters.sources.credentials import without_credentials
from app.adapters.sources.fields import Fields, dig, fields, items, number, word
from app.domain.errors import InvalidPayload

MOST_ALERTS = 1_000

_WRAPPERS = ("webhook_body", "ctx", "watch", "body", "payload")
_SECTIONS = {"context_info": "context", "alert_info": "alert", "rule_info": "rule"}
_GROUPS = ("new", "ongoing", "recovered")


def each_alert(sent: Fields) -> Iterator[Fields]:
    """Each alert of a summary with what the body says of all of them; a body that is no summary is itself the alert.

    An alert of a summary names its group in `summary_group`. Raises `InvalidPayload` for more than 1,000.
    """
    body = _unwrapped(_opened(sent, 0))
    summary = _summary(body.get("alerts"))
    if not any(group in summary for group in _GROUPS):
        yield body
        return
    shared = {name: value for name, value in body.items() if name != "alerts"}
    listed = [(group, one) for group in _GROUPS for one in _listed(summary.get(group))]
    if len(listed) > MOST_ALERTS:
        raise InvalidPayload(f"holds more than {MOST_ALERTS} alerts", "alerts")
    for group, one in [*listed, *((group, {}) for group in _untold(summary, listed))]:
        yield {**shared, **one, "summary_group": group}


def _summary(alerts: object) -> Fields:
    """The groups of a summary; a bare list is taken for new ones."""
    if isinstance(alerts, dict):
        return alerts
    return {"new": alerts} if _listed(alerts) else {}


def _untold(summary: Fields, listed: list[tuple[str, Fields]]) -> list[str]:
    """The group of which a summary says that it has alerts, but not which. While one fires, none is over."""
    told = {group for group, _ in listed}
    said = [group for group in _GROUPS if group not in told and _says_more(summary.get(group))]
    firing = [group for group in said if group != "recovered"][:1]
    return firing or ([] if told & {"new", "ongoing"} else said)


def _says_more(group: object) -> bool:
    return bool(number(dig(group, "count")) or word(dig(group, "data")) or word(group))


def _listed(group: object) -> list[Fields]:
    """The documents of one group, which Mustache may have rendered as JSON text."""
    data = group.get("data") if isinstance(group, dict) else group
    if isinstance(data, dict):
        return [data]
    if isinstance(data, str):
        try:
            data = without_credentials(parse_json(f"[{data.strip().removeprefix('[').removesuffix(']')}]".encode()))
        except InvalidPayload:
            return []
    return [fields(one) for one in items(data) if isinstance(one, dict)]


def _opened(value: object, depth: int) -> object:
    """JSON texts inside JSON as what they say; Mustache renders objects so. Three layers are more than any template."""
    if isinstance(value, dict):
        return {_SECTIONS.get(name, name): _opened(each, depth) for name, each in value.items()}
    if isinstance(value, str) and value.lstrip().startswith("{") and depth < 3:
        try:
            return _opened(without_credentials(parse_json(value.encode())), depth + 1)
        except InvalidPayload:
            return value
    return value


def _unwrapped(value: object) -> Fields:
    """The body without the names that templates put around it; a watch has a `payload` of its own, which stays."""
    body = fields(value)
    for name in _WRAPPERS:
        inner = fields(body.get(name))
        if inner and not ({"watch_id", "rule", "alert"} & body.keys()):
            around = {key: each for key, each in body.items() if key != name}
            return {**around, **_unwrapped(inner)}
    return body
