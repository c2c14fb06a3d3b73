"""The bodies that are sent, as templates: Lua (in wrk) and Python (the sender) fill in the same ones.

`#KEY#` is the alert's own key and `#GROUP#` its group's; both are new for every alert and group unless a scenario
repeats them. Keys look like Alertmanager's fingerprints, so the store meets them in no order.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

KEY, GROUP = "#KEY#", "#GROUP#"
RUNBOOK = "https://wiki.example.com/runbooks/payments-api-down"
STARTED = "2026-11-22T03:00:00.123Z"
_SPREAD = 2654435761
_MODULUS = 1 << 32


@dataclass(frozen=True, slots=True)
class Template:
    """A body is `before`, then one or more `alert` joined by commas, then `after`."""

    before: str
    alert: str
    after: str

    def write(self, path: Path) -> Path:
        path.write_text("\n".join((self.before, self.alert, self.after)))
        return path

    def body(self, keys: list[str], group: str) -> bytes:
        alerts = ",".join([self.alert.replace(KEY, key) for key in keys])
        return (self.before + alerts + self.after).replace(GROUP, group).encode()


def webhook(name: str) -> Template:
    """A notification of Alertmanager whose alerts are called `name`, which is what the rules of the bench look at."""
    labels = _labels(name)
    common = {label: value for label, value in labels.items() if KEY not in value}
    envelope = {
        "receiver": "oncall-router",
        "status": "firing",
        "alerts": [KEY],
        "groupLabels": {"alertname": name, "batch": GROUP},
        "commonLabels": common,
        "commonAnnotations": {"runbook_url": RUNBOOK},
        "externalURL": "http://alertmanager.example.com:9093",
        "version": "4",
        "groupKey": f'{{}}:{{alertname="{name}", batch="{GROUP}"}}',
        "truncatedAlerts": 0,
    }
    alert = {
        "status": "firing",
        "labels": labels,
        "annotations": _annotations(),
        "startsAt": STARTED,
        "endsAt": "0001-01-01T00:00:00Z",
        "generatorURL": "http://prometheus.example.com:9090/graph?g0.expr=up+%3D%3D+0&g0.tab=1",
        "fingerprint": KEY,
    }
    before, _, after = json.dumps(envelope).partition(json.dumps(KEY))
    return Template(before, json.dumps(alert), after)


def alertmanager_api(name: str) -> Template:
    """The same alerts as Prometheus posts them to Alertmanager, which may group those of a request by `batch`."""
    alert = {
        "labels": {**_labels(name), "batch": GROUP},
        "annotations": _annotations(),
        "startsAt": STARTED,
        "generatorURL": "http://prometheus.example.com:9090/graph?g0.expr=up+%3D%3D+0&g0.tab=1",
    }
    return Template("[", json.dumps(alert), "]")


def keys(count: int, start: int = 0) -> Iterator[str]:
    """Keys in no order, each once."""
    for number in range(start, start + count):
        yield f"{number * _SPREAD % _MODULUS:08x}{number:08x}"


def _labels(name: str) -> dict[str, str]:
    return {
        "alertname": name,
        "severity": "critical",
        "service": "payments",
        "cluster": "eu-west-1",
        "instance": f"payments-{KEY}:8443",
        "job": "payments-api",
    }


def _annotations() -> dict[str, str]:
    return {
        "summary": f"Payments API on {KEY} does not answer",
        "description": "No successful request for two minutes; customers cannot pay.",
        "runbook_url": RUNBOOK,
    }
