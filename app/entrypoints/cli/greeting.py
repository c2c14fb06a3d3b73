"""What the server says once it listens: where, the first token, and a command that pages somebody at once."""

import json
import shlex
from collections.abc import Iterator
from datetime import datetime, timedelta

from app.adapters.sources import SOURCES
from app.domain.classify import SourceSettings
from app.domain.ruleset import Rules
from app.service.simulate import simulate
from app.service.simulated import What
from app.service.source_ports import Alerts, Request
from app.wiring import Application

EVERY_ADDRESS = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}  # noqa: S104 - recognised here, not bound
JSON = {"content-type": "application/json"}


def greeting(application: Application, sign_in: str = "") -> str:
    """A few lines for the terminal; with a first token, the only time that it is shown. `sign_in` is a link to sign in
    by, if one was made."""
    settings, token = application.settings, application.first_token
    url = address(settings.host, settings.port)
    said = [f"oncall-router listens on {url}"]
    if settings.role == "worker":
        return f"{said[0]} for probes and metrics; timers and messages run\n"
    if sign_in:
        said += ["", "Open this in a browser, once, within an hour, to sign in:", f"  {sign_in}"]
    if token:
        said += ["", "The first API token, with every scope. It is shown this once; keep it:", f"  {token}"]
    variable = "ONCALL_ADMIN_TOKEN" if settings.admin_token else "ONCALL_TOKEN"
    alert = first_alert(application.in_force.rules, application.clock.now())
    if alert:
        source, body = alert
        said += ["", "Raise a first alert; the page appears below:", *_curl(url, source, body, token or f"${variable}")]
    return "\n".join([*said, ""])


def address(host: str, port: int) -> str:
    """The URL by which this machine reaches the server."""
    shown = EVERY_ADDRESS.get(host) or (f"[{host}]" if ":" in host else host)
    return f"http://{shown}:{port}"


def first_alert(rules: Rules, now: datetime) -> tuple[str, dict[str, object]] | None:
    """A source and a body for it that page a person at `now`, in or out of hours; None if these rules page for none.

    Each candidate is tried in a simulation, so what is promised is what happens.
    """
    return next((found for found in _candidates(rules, now) if _pages(rules, *found, now)), None)


def _candidates(rules: Rules, now: datetime) -> Iterator[tuple[str, dict[str, object]]]:
    key = f"first-alert-{now:%Y%m%dT%H%M%SZ}"
    for source in _instances(rules, "generic"):
        for runbook in rules.library.by_slug:
            title = "A first alert: is anybody there?"
            yield source, {"title": title, "severity": "critical", "runbook": runbook, "dedup_key": key}
    for source in _instances(rules, "alertmanager"):
        for runbook in rules.library.by_slug:
            labels = {"alertname": "FirstAlert", "severity": "critical", "instance": key}
            alert = {"status": "firing", "labels": labels, "annotations": {"runbook": runbook}, "fingerprint": key}
            yield source, {"version": "4", "groupKey": key, "status": "firing", "alerts": [alert]}


def _instances(rules: Rules, kind: str) -> list[str]:
    """The instances of a source type, the one that bears its name first."""
    return sorted((one.name for one in rules.sources.values() if one.type == kind), key=lambda name: name != kind)


def _pages(rules: Rules, source: str, body: dict[str, object], now: datetime) -> bool:
    instance: SourceSettings = rules.sources[source]
    raw = json.dumps(body).encode()
    parsed = SOURCES[instance.type].parse(Request("POST", f"/webhooks/{source}", {}, JSON, raw, now), instance)
    if not isinstance(parsed, Alerts):
        return False
    return any(line.what is What.PAGE for line in simulate(parsed.alerts, rules, now, timedelta(0)))


def _curl(url: str, source: str, body: dict[str, object], token: str) -> list[str]:
    return [
        f'  curl -H "Authorization: Bearer {token}" -H "Content-Type: application/json" \\',
        f"    --data {shlex.quote(json.dumps(body))} \\",
        f"    {shlex.quote(f'{url}/webhooks/{source}')}",
    ]
