"""Generated secrets outlive an upgrade: Helm looks them up, here in a small stand-in for the Kubernetes API."""

import base64
import json
import shutil
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import helm_python
import pytest
import yaml

from tests.helm.chart import CHART, NAMESPACE, RELEASE, opened

pytestmark = pytest.mark.server

BETWEEN = '\n---\n{{ "" }}'
"""The templates begin with `{{-`, which eats what is before it up to the last action."""

Secrets = dict[str, dict[str, str]]
DISCOVERY = {
    "/version": {"major": "1", "minor": "34", "gitVersion": "v1.34.0"},
    "/api": {"kind": "APIVersions", "versions": ["v1"]},
    "/apis": {"kind": "APIGroupList", "apiVersion": "v1", "groups": []},
    "/api/v1": {
        "kind": "APIResourceList",
        "groupVersion": "v1",
        "resources": [{"name": "secrets", "namespaced": True, "kind": "Secret", "verbs": ["get"]}],
    },
}
MISSING = {"kind": "Status", "apiVersion": "v1", "status": "Failure", "reason": "NotFound", "code": 404}


@contextmanager
def a_cluster(secrets: Secrets) -> Iterator[str]:
    """As much of a cluster as `lookup` needs: its kubeconfig."""

    class Api(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            path = self.path.partition("?")[0]
            folder, _, name = path.rpartition("/")
            found: object = DISCOVERY.get(path)
            if folder == f"/api/v1/namespaces/{NAMESPACE}/secrets" and name in secrets:
                stored = {key: base64.b64encode(text.encode()).decode() for key, text in secrets[name].items()}
                found = {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": name}, "data": stored}
            body = json.dumps(found or MISSING).encode()
            self.send_response(200 if found else 404)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Api) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        try:
            yield kubeconfig(f"http://127.0.0.1:{server.server_port}")
        finally:
            server.shutdown()


def kubeconfig(url: str) -> str:
    return yaml.safe_dump(
        {
            "apiVersion": "v1",
            "kind": "Config",
            "clusters": [{"name": "c", "cluster": {"server": url}}],
            "users": [{"name": "u", "user": {}}],
            "contexts": [{"name": "x", "context": {"cluster": "c", "user": "u", "namespace": NAMESPACE}}],
            "current-context": "x",
        }
    )


def secrets_of(cluster: str, place: Path) -> Secrets:
    """The Secrets that an installation would leave there.

    Only they are rendered, as the chart's notes: objects would need a whole API to be checked against.
    """
    chart = place / "chart"
    shutil.copytree(CHART, chart)
    texts = [(chart / "templates" / name).read_text() for name in ("secrets.yaml", "redis.yaml")]
    for file in [*(chart / "templates").rglob("*.yaml")]:
        file.unlink()
    (chart / "templates" / "NOTES.txt").write_text(BETWEEN.join(texts))
    with helm_python.Config(kubeconfig_content=cluster, namespace=NAMESPACE, storage_driver="memory") as config:
        notes = config.install(chart, RELEASE, {}, dry_run="server")["notes"]
    return {
        one["metadata"]["name"]: opened(one) for one in yaml.safe_load_all(notes) if one and one["kind"] == "Secret"
    }


def test_what_is_in_the_cluster_stays(tmp_path: Path) -> None:
    there = {
        "oncall-router": {"ONCALL_SECRET_KEY": "kept-key", "ONCALL_ADMIN_TOKEN": "kept-token"},
        "oncall-router-redis": {
            "password": "kept-password",
            "url": "redis://:kept-password@oncall-router-redis:6379/0",
        },
    }

    with a_cluster(there) as cluster:
        left = secrets_of(cluster, tmp_path)

    assert left == there


def test_what_is_not_in_the_cluster_is_made(tmp_path: Path) -> None:
    with a_cluster({"oncall-router": {"ONCALL_SECRET_KEY": "kept-key"}}) as cluster:
        left = secrets_of(cluster, tmp_path)

    assert left["oncall-router"]["ONCALL_SECRET_KEY"] == "kept-key"
    assert left["oncall-router"]["ONCALL_ADMIN_TOKEN"].startswith("oncall_")
    assert len(left["oncall-router-redis"]["password"]) == 32
