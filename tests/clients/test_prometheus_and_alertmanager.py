"""Prometheus and Alertmanager as Debian ships them: the one straight at us, the other by its PagerDuty and Opsgenie
receivers, of which only the addresses are ours."""

import json
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.clients.others import incidents, running
from tests.faults.running import House, Server, ask, free_port, serving, wait_for

TOOLS = ("prometheus", "prometheus-alertmanager")
MISSING = [tool for tool in TOOLS if not shutil.which(tool)]

pytestmark = [
    pytest.mark.server,
    pytest.mark.skipif(bool(MISSING), reason=f"LEFT OUT: apt-get install {' '.join(MISSING)}"),
]

SECRET = "prometheus-secret-0123456789"
ROUTING_KEY = "45c48cce2e2d7fbdea1afc51c7c6ad26"
GENIE_KEY = "d3d94468-genie-key"
ENVIRONMENT = {
    "ONCALL_SOURCE_PROMETHEUS_API_V2_SECRET": SECRET,
    "ONCALL_SOURCE_PAGERDUTY_SECRET": ROUTING_KEY,
    "ONCALL_SOURCE_OPSGENIE_SECRET": GENIE_KEY,
}

PROMETHEUS = """
global: {{evaluation_interval: 1s, scrape_interval: 1s}}
rule_files: [rules.yml]
alerting:
  alertmanagers:
    - authorization: {{credentials: {secret}}}
      static_configs: [{{targets: ["127.0.0.1:{port}"]}}]
"""

FIRING = """
groups:
  - name: kilns
    rules:
      - alert: KilnTooCold
        expr: {expression}
        labels: {{severity: critical, kiln: "4"}}
        annotations: {{summary: Kiln 4 is cold, runbook_url: "https://wiki.example.com/cold-kiln"}}
"""

ALERTMANAGER = """
route:
  receiver: both
  group_by: [alertname]
  group_wait: 1s
  group_interval: 1s
receivers:
  - name: both
    pagerduty_configs:
      - {{routing_key: {routing_key}, url: "http://127.0.0.1:{port}/v2/enqueue", severity: critical}}
    opsgenie_configs:
      - {{api_key: {genie_key}, api_url: "http://127.0.0.1:{port}/", priority: P1}}
"""


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    with serving(House(tmp_path / "router", environment=ENVIRONMENT)) as found:
        yield found


@contextmanager
def prometheus(place: Path, server: Server) -> Iterator[int]:
    """Its port; it reads `rules.yml` again when it is asked to."""
    place.mkdir()
    port = free_port()
    (place / "prometheus.yml").write_text(PROMETHEUS.format(secret=SECRET, port=server.house.port))
    (place / "rules.yml").write_text(FIRING.format(expression="vector(1)"))
    command = [
        "prometheus",
        f"--config.file={place}/prometheus.yml",
        f"--storage.tsdb.path={place}/data",
        f"--web.listen-address=127.0.0.1:{port}",
        "--web.enable-lifecycle",
        "--rules.alert.resend-delay=1s",
    ]
    with running(command, place / "prometheus.log"):
        yield port


@contextmanager
def alertmanager(place: Path, server: Server) -> Iterator[int]:
    """Its port."""
    place.mkdir()
    port = free_port()
    keys = {"routing_key": ROUTING_KEY, "genie_key": GENIE_KEY, "port": server.house.port}
    (place / "alertmanager.yml").write_text(ALERTMANAGER.format(**keys))
    command = [
        "prometheus-alertmanager",
        f"--config.file={place}/alertmanager.yml",
        f"--storage.path={place}/data",
        f"--web.listen-address=127.0.0.1:{port}",
        "--cluster.listen-address=",
    ]
    with running(command, place / "alertmanager.log"):
        wait_for(lambda: _answers(port), "Alertmanager")
        yield port


def _answers(port: int) -> bool:
    try:
        return ask(port, "GET", "/-/ready", None, {}).status == 200
    except OSError:
        return False


def the_only(server: Server, **wanted: str) -> dict[str, Any]:
    """The one incident that has these values, once there is one."""
    wait_for(lambda: incidents(server, **wanted), f"an incident with {wanted}")
    (found,) = incidents(server, **wanted)
    return found


def test_prometheus_straight_at_us_needs_no_alertmanager(server: Server, tmp_path: Path) -> None:
    with prometheus(tmp_path / "prometheus", server) as port:
        opened = the_only(server, source="prometheus-api-v2", status="triggered")
        assert opened["title"] == "KilnTooCold: Kiln 4 is cold"
        assert (opened["severity"], opened["runbook"]) == ("critical", "https://wiki.example.com/cold-kiln")
        wait_for(lambda: the_only(server, source="prometheus-api-v2")["count"] > 2, "it to be sent again")

        (tmp_path / "prometheus" / "rules.yml").write_text(FIRING.format(expression="vector(1) == 0"))
        assert ask(port, "POST", "/-/reload", b"", {}).status == 200

        over = the_only(server, source="prometheus-api-v2", status="resolved")
    assert (over["id"], over["alerts"], over["resolved_by"]) == (opened["id"], 1, "prometheus-api-v2")
    assert len(incidents(server)) == 1


def test_alertmanagers_pagerduty_and_opsgenie_receivers_work_with_our_address(server: Server, tmp_path: Path) -> None:
    now = datetime.now(UTC)
    labels = {"alertname": "KilnTooCold", "kiln": "4", "severity": "critical"}
    annotations = {"summary": "Kiln 4 is cold", "runbook_url": "https://wiki.example.com/cold-kiln"}
    firing = {"labels": labels, "annotations": annotations, "startsAt": now.isoformat()}
    with alertmanager(tmp_path / "alertmanager", server) as port:
        post(port, [{**firing, "endsAt": (now + timedelta(minutes=5)).isoformat()}])
        opened = {name: the_only(server, source=name, status="triggered") for name in ("pagerduty", "opsgenie")}
        for one in opened.values():
            assert "KilnTooCold" in one["title"]
            assert one["severity"] == "critical"
            assert one["runbook"] == "https://wiki.example.com/cold-kiln"
        alert = opsgenie(server, opened["opsgenie"]["dedup_key"])
        assert (alert["status"], alert["priority"], alert["details"]["kiln"]) == ("open", "P1", "4")

        post(port, [{**firing, "endsAt": datetime.now(UTC).isoformat()}])

        for name, one in opened.items():
            over = the_only(server, source=name, status="resolved")
            assert (over["id"], over["resolved_by"]) == (one["id"], name)
        assert opsgenie(server, opened["opsgenie"]["dedup_key"])["status"] == "closed"
    assert server.ask("GET", "/api/v1/quarantine").json()["items"] == []


def post(port: int, alerts: list[dict[str, Any]]) -> None:
    """What a Prometheus would send to an Alertmanager."""
    reply = ask(port, "POST", "/api/v2/alerts", json.dumps(alerts).encode(), {"Content-Type": "application/json"})
    assert reply.status == 200, reply


def opsgenie(server: Server, alias: str) -> dict[str, Any]:
    path = f"/v2/alerts/{alias}?identifierType=alias"
    reply = ask(server.house.port, "GET", path, None, {"Authorization": f"GenieKey {GENIE_KEY}"})
    found: dict[str, Any] = reply.json()["data"]
    return found
