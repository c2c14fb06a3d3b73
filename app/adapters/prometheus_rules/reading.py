"""From the bytes of one file to its alerting rules: which of its documents hold any, and what is wrong with them."""

import re
from collections.abc import Iterator

from app.adapters.prometheus_rules.findings import Findings
from app.adapters.prometheus_rules.groups import Groups, alert_rules
from app.adapters.yaml_document import Listed, Mapped, Scalar, Tree, UnreadableYaml, read_yaml_documents
from app.domain.complaint import Complaint, Place, nearest, quoted, suggestion
from app.service.alert_rules import RuleFile
from app.service.problem import Problem, Weight

KIND = "PrometheusRule"
API_VERSION = "monitoring.coreos.com/v1"

_OTHER_KINDS = frozenset({"Prometheus", "PrometheusAgent"})
_OF_FILES = frozenset({"groups", "namespace"})
_NEITHER = "holds no Prometheus rules"

_KEY = rb"""(?:^|[{,])[ \t]*+(?:-[ \t]++)*+["']?(?:%s)["']?[ \t]*+:"""
_MAY_HOLD = re.compile(rb"PrometheusRule|" + _KEY % rb"groups?|alert|expr", re.MULTILINE | re.IGNORECASE)
_HOLDS = re.compile(rb"PrometheusRule|" + _KEY % rb"alert|expr", re.MULTILINE | re.IGNORECASE)
"""What a file that is no YAML must say for us to be sure that it was to hold rules."""

_HELM = rb"\.Values|\.Release|\.Chart|\.Capabilities|\.Files|\binclude\b|\btoYaml\b|\btpl\b"
_TEMPLATE = re.compile(rb"^[ \t]*+\{[{%%]|\{\{[^}\n]{0,200}?(?:%s)" % _HELM, re.MULTILINE)
"""Helm's own (or Jinja's): a line that begins with an action, or an action that Prometheus' templates do not have."""


def read_rule_file(raw: bytes, file: str) -> RuleFile:
    """The alerting rules in `raw`, plain or in manifests of Kubernetes; `file` is what the file is to be called."""
    if not _MAY_HOLD.search(raw.replace(b"\0", b"")):
        return RuleFile(file, passed_over=_NEITHER)
    try:
        trees, complaints = read_yaml_documents(raw, file)
    except UnreadableYaml as error:
        return _unreadable(raw, file, error.complaint)
    found = Findings([Problem(complaint) for complaint in complaints])
    groups = [one for tree in trees for one in _documents(tree, file, found)]
    rules = [rule for one in groups for rule in alert_rules(one, found)]
    if not groups and len(found.problems) == len(complaints):
        return RuleFile(file, passed_over=_NEITHER)
    if found.problems and _TEMPLATE.search(raw):
        return _not_checked(file, found.problems[0].complaint.place)
    return RuleFile(file, tuple(rules), tuple(found.problems))


def _unreadable(raw: bytes, file: str, complaint: Complaint) -> RuleFile:
    if not _HOLDS.search(raw.replace(b"\0", b"")):
        return RuleFile(file, passed_over=f"{_NEITHER} that can be read")
    if _TEMPLATE.search(raw):
        return _not_checked(file, complaint.place)
    return RuleFile(file, problems=(Problem(complaint),))


def _not_checked(file: str, place: Place) -> RuleFile:
    reason = "not checked: this is a template; check what `helm template` makes of it"
    return RuleFile(file, problems=(Problem(Complaint(place, reason), Weight.WARNING),), passed_over="is a template")


def _documents(tree: Tree, file: str, found: Findings) -> Iterator[Groups]:
    """The lists of groups in one document: none, one, or those of each manifest in a list."""
    if not isinstance(tree, Mapped):
        return
    kind = tree.get("kind")
    if isinstance(kind, Scalar):
        items = tree.get("items")
        if kind.endswith("List") and isinstance(items, Listed):
            for item in items:
                yield from _documents(item, file, found)
        elif kind == KIND or _is_meant(kind, tree.get("apiVersion")):
            yield from _manifest(tree, kind, found)
    elif _is_rule_file(tree):
        yield from _plain(tree, found)


def _is_meant(kind: str, version: Tree) -> bool:
    return version == API_VERSION and kind not in _OTHER_KINDS and bool(nearest(kind, (KIND,)))


def _manifest(tree: Mapped, kind: str, found: Findings) -> Iterator[Groups]:
    if kind != KIND:
        found.refuse(tree.places["kind"], f"{quoted(kind)} is not known{suggestion(kind, (KIND,))}", "kind")
    version = tree.get("apiVersion")
    if version != API_VERSION:
        reason = f"must be {API_VERSION}, not {quoted(version or 'empty')}"
        found.refuse(tree.places.get("apiVersion", tree.place), reason, "apiVersion")
    spec = found.mapping(tree.get("spec"), tree.places.get("spec", tree.place), "spec")
    if spec is not None and "groups" not in found.unknown_keys(spec, {"groups"}, "spec"):
        yield Groups(spec.get("groups"), spec.places.get("groups", spec.place), "spec.groups", typed=True)


def _is_rule_file(tree: Mapped) -> bool:
    """Whether there are groups with rules, be it under a name that is spelt wrong; other tools have "groups" too."""
    name = "groups" if "groups" in tree else _misspelt(tree)
    groups = tree.get(name)
    if isinstance(groups, Listed) and groups:
        return any(isinstance(group, Mapped) and _has_rules(group) for group in groups)
    return name in tree and not groups and set(tree) <= _OF_FILES


def _misspelt(tree: Mapped) -> str:
    return next((name for name in tree if nearest(name, _OF_FILES) == "groups"), "")


def _has_rules(group: Mapped) -> bool:
    if "rules" in group:
        return True
    below = (value for value in group.values() if isinstance(value, Listed))
    return any(isinstance(one, Mapped) and {"alert", "record", "expr"} & set(one) for value in below for one in value)


def _plain(tree: Mapped, found: Findings) -> Iterator[Groups]:
    if "groups" not in found.unknown_keys(tree, _OF_FILES, ""):
        yield Groups(tree.get("groups"), tree.places.get("groups", tree.place), "groups")
