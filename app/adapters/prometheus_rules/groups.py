"""Rule groups: what is wrong with their shape, and the alerting rules in them.

https://prometheus.io/docs/prometheus/latest/configuration/recording_rules/#rule_group, and the keys that Thanos, Mimir,
Loki and VictoriaMetrics have beside those.
"""

from dataclasses import dataclass

from app.adapters.prometheus_rules.findings import Findings, kind_of
from app.adapters.yaml_document import Mapped, Scalar, Tree, as_plain
from app.domain.complaint import Place, quoted
from app.service.alert_rules import AlertRule

_OF_GROUPS = frozenset(
    {
        *("name", "interval", "query_offset", "limit", "rules", "labels", "partial_response_strategy"),
        *("source_tenants", "evaluation_delay", "align_evaluation_time_on_interval", "remote_write"),
        *(
            "type",
            "concurrency",
            "eval_offset",
            "eval_delay",
            "eval_alignment",
            "params",
            "headers",
            "notifier_headers",
        ),
        *("tenant", "debug"),
    }
)
_OF_RULES = frozenset(
    {
        *("alert", "record", "expr", "for", "keep_firing_for", "labels", "annotations"),
        *("debug", "update_entries_limit"),
    }
)
_ONLY_OF_ALERTS = ("for", "keep_firing_for", "annotations")
_JUDGED = frozenset({"alert", "record", "labels", "annotations"})


@dataclass(frozen=True, slots=True)
class Groups:
    """A list of groups, where it is written and under which dotted path; `typed`: Kubernetes checks types of values."""

    tree: Tree
    place: Place
    key: str
    typed: bool = False


def alert_rules(groups: Groups, found: Findings) -> list[AlertRule]:
    """The alerting rules whose labels and annotations can be read; everything else that is wrong goes to `found`."""
    rules: list[AlertRule] = []
    lines: dict[str, int] = {}
    for tree, place in found.items(groups.tree, groups.place, groups.key):
        group = found.mapping(tree, place, groups.key)
        if group is not None:
            _name(group, lines, groups.key, found)
            rules += _of_group(group, groups, found)
    return rules


def _name(group: Mapped, lines: dict[str, int], key: str, found: Findings) -> None:
    name = found.text(group, "name", key)
    if name in lines:
        reason = f"a group named {quoted(name)} is already in line {lines[name]}"
        found.refuse(group.places["name"], reason, f"{key}.name")
    elif name:
        lines[name] = group.places["name"].line


def _of_group(group: Mapped, groups: Groups, found: Findings) -> list[AlertRule]:
    key = groups.key
    if "rules" in found.unknown_keys(group, _OF_GROUPS, key):
        return []
    found.durations(group, ("interval", "query_offset"), key)
    shared = _texts(group, "labels", key, groups.typed, found)
    place = group.places.get("rules", group.place)
    rules = [
        _rule(rule, at, shared, groups.typed, f"{key}.rules", found)
        for rule, at in found.items(group.get("rules"), place, f"{key}.rules")
    ]
    return [rule for rule in rules if rule is not None]


@dataclass(frozen=True, slots=True)
class _Texts:
    """Names and texts, with the place of each."""

    values: dict[str, str]
    places: dict[str, Place]


def _rule(tree: Tree, place: Place, shared: _Texts | None, typed: bool, key: str, found: Findings) -> AlertRule | None:
    rule = found.mapping(tree, place, key)
    if rule is None:
        return None
    meant = found.unknown_keys(rule, _OF_RULES, key)
    if not meant & {"alert", "record"}:
        _check_kind(rule, key, found)
    if "expr" not in meant:
        found.text(rule, "expr", key)
    found.durations(rule, ("for", "keep_firing_for"), key)
    labels = _texts(rule, "labels", key, typed, found)
    annotations = _texts(rule, "annotations", key, typed, found)
    name = rule.get("alert")
    if labels is None or annotations is None or shared is None or meant & _JUDGED:
        return None
    if not isinstance(name, Scalar) or not name.strip():
        return None
    values = {**shared.values, **labels.values, "alertname": str(name)}
    return AlertRule(
        name=str(name),
        labels={label: value for label, value in values.items() if value},
        annotations=annotations.values,
        key=key,
        place=rule.places["alert"],
        places={**shared.places, **labels.places, **annotations.places},
    )


def _check_kind(rule: Mapped, key: str, found: Findings) -> None:
    """Report a rule that is not either an alert or a recording."""
    if "alert" in rule and "record" in rule:
        found.refuse(rule.places["record"], "a rule is either an alert or a record, not both", f"{key}.record")
    elif "alert" not in rule and "record" not in rule:
        found.refuse(rule.place, 'neither "alert" nor "record" is there', key)
    elif "alert" in rule:
        found.text(rule, "alert", key)
    else:
        found.text(rule, "record", key)
        for name in _ONLY_OF_ALERTS:
            if rule.get(name) is not None:
                found.refuse(rule.places[name], "only an alert has this, not a record", f"{key}.{name}")


def _texts(tree: Mapped, name: str, key: str, typed: bool, found: Findings) -> _Texts | None:
    """The labels or annotations of `tree`; None, and reported, where they are no mapping of names to texts."""
    value, key = tree.get(name), f"{key}.{name}"
    if value is None:
        return _Texts({}, {})
    given = found.mapping(value, tree.places[name], key)
    if given is None:
        return None
    wrong = [one for one in given if not _is_text(given[one], typed)]
    for one in wrong:
        found.refuse(given.places[one], _not_text(given[one]), f"{key}.{one}")
    if wrong:
        return None
    values = {one: str(text or "") for one, text in given.items()}
    return _Texts(values, {f"{name}.{one}": place for one, place in given.places.items() if one in values})


def _is_text(value: Tree, typed: bool) -> bool:
    if value is None:
        return not typed
    return isinstance(value, Scalar) and (not typed or isinstance(as_plain(value), str))


def _not_text(value: Tree) -> str:
    if isinstance(value, Scalar):
        return f"{value} must be text in Kubernetes: put it in quotes"
    return f"must be text, not {kind_of(value)}"
