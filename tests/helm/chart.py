"""The chart rendered by real Helm, with no cluster and no network, for every set of values that is promised to work."""

import base64
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import helm_python
import yaml

from app.config import Settings

ROOT = Path(__file__).parents[2]
CHART = ROOT / "helm" / "oncall-router"
NAMESPACE = "ops"
RELEASE = "oncall-router"

Values = dict[str, Any]
Object = dict[str, Any]

EVERYTHING_MADE: Values = {
    "mode": "split",
    "store": {"kind": "external-redis", "external": {"url": "rediss://:s3cret@redis.example.com:6380/0"}},
    "rules": {"content": "version: 1\npeople_file: people.yaml\n"},
    "people": {"content": 'eve: {phone: "+441632960005"}\n'},
    "runbooks": {"files": {"payments-api-down.md": "# Payments\n\n## Steps\n\n1. Look.\n"}},
    "secret": {"values": {"ONCALL_SLACK_TOKEN": "xoxb-1", "ONCALL_SOURCE_GRAFANA_SECRET": "hmac"}},
    "settings": {"ONCALL_LOG_LEVEL": "debug", "ONCALL_MAX_BODY": 2097152},
    "api": {"autoscaling": {"enabled": True}},
    "networkPolicy": {"enabled": True, "apiFrom": [{"namespaceSelector": {}}]},
    "serviceMonitor": {"enabled": True},
    "prometheusRule": {"enabled": True, "runbookUrl": "https://wiki.example.com/router"},
    "imagePullSecrets": [{"name": "registry"}],
    "podLabels": {"team": "platform"},
    "podAnnotations": {"example.com/note": "yes"},
    "priorityClassName": "paging",
    "nodeSelector": {"kubernetes.io/os": "linux"},
    "tolerations": [{"key": "paging", "operator": "Exists"}],
    "affinity": {"nodeAffinity": {}},
    "service": {"type": "LoadBalancer", "port": 8443, "annotations": {"example.com/lb": "inside"}},
    "serviceAccount": {"annotations": {"example.com/role": "none"}},
}
SINGLE_ON_REDIS: Values = {"mode": "single", "networkPolicy": {"enabled": True}, "serviceAccount": {"create": False}}


def example(name: str) -> Values:
    found: Values = yaml.safe_load((CHART / "examples" / f"{name}.yaml").read_text())
    return found


SETS: Mapping[str, Values] = {
    "default": {},
    "minimal": example("minimal"),
    "production": example("production"),
    "sentinel": example("sentinel"),
    "everything made": EVERYTHING_MADE,
    "single on Redis": SINGLE_ON_REDIS,
}


def rendered(values: Values, name: str = RELEASE) -> dict[str, str]:
    """Template path to text, without those that came out empty."""
    with helm_python.Chart.load(CHART) as chart:
        texts = chart.render(values, name=name, namespace=NAMESPACE)
    return {path.removeprefix("oncall-router/templates/"): text for path, text in texts.items() if text.strip()}


def objects(values: Values, name: str = RELEASE) -> list[Object]:
    texts = rendered(values, name)
    notes = texts.pop("NOTES.txt", "")
    assert notes
    return [one for text in texts.values() for one in yaml.safe_load_all(text) if one]


@cache
def of(name: str) -> tuple[Object, ...]:
    """The objects of one of `SETS`."""
    return tuple(objects(SETS[name]))


def kinds(found: tuple[Object, ...] | list[Object], *wanted: str) -> list[Object]:
    return [one for one in found if one["kind"] in wanted]


def named(found: tuple[Object, ...] | list[Object], kind: str, name: str) -> Object:
    return next(one for one in found if one["kind"] == kind and one["metadata"]["name"] == name)


def templates(found: tuple[Object, ...] | list[Object]) -> dict[str, Object]:
    """Every pod template, and the pod of the helm test, by the name of what makes it."""
    pods = {
        one["metadata"]["name"]: one["spec"]["template"]
        for one in kinds(found, "Deployment", "StatefulSet", "DaemonSet")
    }
    return pods | {one["metadata"]["name"]: one for one in kinds(found, "Pod")}


def matches(selector: Mapping[str, Any], labels: Mapping[str, str]) -> bool:
    """Whether a Kubernetes label selector takes these labels."""
    wanted: Mapping[str, str] = selector.get("matchLabels", {})
    among = selector.get("matchExpressions", [])
    assert all(one["operator"] == "In" for one in among)
    return wanted.items() <= labels.items() and all(labels.get(one["key"]) in one["values"] for one in among)


def opened(secret: Object) -> dict[str, str]:
    return {key: base64.b64decode(value).decode() for key, value in secret["data"].items()}


def settings() -> set[str]:
    """Every variable that the application reads, but for the secrets of sources."""
    return {f"ONCALL_{name.upper()}" for name in Settings.model_fields}
