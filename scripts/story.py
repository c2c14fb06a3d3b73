"""A real alert, start to end: Prometheus sees a service die, Alertmanager tells the router, the router pages somebody,
who answers; the service recovers, and the incident is resolved. Every line is printed only once it was really seen."""

import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any, TypeVar
from urllib.error import URLError
from urllib.request import Request, urlopen

T = TypeVar("T")

TOOLS = ("prometheus", "prometheus-alertmanager")
TOKEN = "story-token"  # noqa: S105 - of a server that lives for a minute, on loopback
PATIENCE = 40.0

RULES = """
version: 1
defaults: {timezone: Europe/London, on_missing_runbook: triage, last_resort: eve}
calendars:
  always: {hours: {mon-sun: "00:00-24:00"}}
people:
  asha: {name: Asha}
  eve: {name: Eve}
squads:
  payments: {name: Payments, members: [asha]}
rotas:
  first_responder: {members: [asha]}
ladders:
  urgent: [{send: [console]}, {again: 15m}]
  quiet: [{send: [console]}]
rules:
  - {name: payments, match: ['service="payments"'], severity: critical, squad: payments}
"""

PROMETHEUS = """
global: {{scrape_interval: 1s, evaluation_interval: 1s}}
rule_files: [alerts.yml]
alerting:
  alertmanagers: [{{static_configs: [{{targets: ["{alertmanager}"]}}]}}]
scrape_configs:
  - job_name: payments-api
    static_configs: [{{targets: ["{payments}"]}}]
"""

ALERTS = """
groups:
  - name: payments
    rules:
      - alert: PaymentsApiDown
        expr: up{job="payments-api"} == 0
        labels: {severity: critical, service: payments}
        annotations:
          summary: The payments API does not answer
          runbook_url: https://wiki.example.com/runbooks/payments-api-down
"""

ALERTMANAGER = """
route: {{receiver: oncall-router, group_by: [alertname, service], group_wait: 1s, group_interval: 1s}}
receivers:
  - name: oncall-router
    webhook_configs:
      - url: http://{router}/webhooks/alertmanager
        http_config: {{authorization: {{credentials: {token}}}}}
"""


class StoryFailedError(Exception):
    """Something did not come in time; says what, and what the programs last said."""


class PaymentsApi:
    """The service that Prometheus watches; it can die and come back on the same port."""

    def __init__(self) -> None:
        self.port = free_port()
        self._server: ThreadingHTTPServer | None = None

    def start(self) -> None:
        self._server = ThreadingHTTPServer(("127.0.0.1", self.port), _Answer)
        Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()

    def stop(self) -> None:
        if self._server:
            self._server.shutdown()
            self._server.server_close()
            self._server = None


class _Answer(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("content-type", "text/plain; version=0.0.4")
        self.end_headers()
        self.wfile.write(b"payments_total 1\n")

    def log_message(self, format: str, *args: Any) -> None:
        """Silent: the transcript is the story's."""


@dataclass
class Stage:
    """Everything that is running, in a folder of its own on ports of its own."""

    folder: Path
    payments: PaymentsApi = field(default_factory=PaymentsApi)
    prometheus: str = field(default_factory=lambda: f"127.0.0.1:{free_port()}")
    alertmanager: str = field(default_factory=lambda: f"127.0.0.1:{free_port()}")
    router: str = field(default_factory=lambda: f"127.0.0.1:{free_port()}")
    messages_read: int = 0

    def write_files(self) -> None:
        addresses = {
            "alertmanager": self.alertmanager,
            "payments": f"127.0.0.1:{self.payments.port}",
            "router": self.router,
            "token": TOKEN,
        }
        (self.folder / "runbooks").mkdir()
        (self.folder / "rules.yaml").write_text(RULES)
        (self.folder / "prometheus.yml").write_text(PROMETHEUS.format(**addresses))
        (self.folder / "alerts.yml").write_text(ALERTS)
        (self.folder / "alertmanager.yml").write_text(ALERTMANAGER.format(**addresses))

    def api(self, method: str, path: str, body: object = None) -> Any:
        return _http(method, f"http://{self.router}/api/v1{path}", body, {"Authorization": f"Bearer {TOKEN}"})

    def next_message(self, kind: str) -> str:
        """The next block on the router's console, which must be of that kind."""
        block = self.wait(f"a {kind} on the console", self._block)
        if not block.startswith(f"== {kind} for "):
            raise StoryFailedError(f"expected a {kind} on the console, and there was:\n{block}")
        return block

    def incident(self, status: str) -> dict[str, Any]:
        """The newest incident once it has that status."""

        def found() -> dict[str, Any] | None:
            items = self.api("GET", "/incidents")["items"]
            return next((item for item in items if item["status"] == status), None)

        return self.wait(f"an incident that is {status}", found)

    def wait(self, what: str, look: Callable[[], T | None]) -> T:
        """What `look` finds, once it finds something."""
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline:
            found = look()
            if found:
                return found
            time.sleep(0.05)
        raise StoryFailedError(f"{what} did not come within {PATIENCE:.0f} s\n{self._last_words()}")

    def _block(self) -> str | None:
        lines = (self.folder / "router.out").read_text().splitlines()
        starts = [n for n, line in enumerate(lines) if line.startswith("== ")]
        ends = [n for n, line in enumerate(lines) if line == "=" * 72]
        if len(ends) <= self.messages_read:
            return None
        start, end = starts[self.messages_read], ends[self.messages_read]
        self.messages_read += 1
        return "\n".join(lines[start : end + 1])

    def _last_words(self) -> str:
        logs = sorted(self.folder.glob("*.out")) + sorted(self.folder.glob("*.err"))
        return "\n".join(f"--- {log.name}\n" + "\n".join(log.read_text().splitlines()[-8:]) for log in logs)


@contextmanager
def running() -> Iterator[Stage]:
    """Prometheus, Alertmanager, the router and the payments API, up and ready; all ended on the way out."""
    with tempfile.TemporaryDirectory(prefix="oncall-story-") as name, ExitStack() as stack:
        stage = Stage(Path(name))
        stage.write_files()
        stage.payments.start()
        stack.callback(stage.payments.stop)
        folder = str(stage.folder)
        for program, arguments in {
            "router": [
                str(Path(sys.executable).with_name("oncall-router")),
                "serve",
                "--port=" + stage.router.partition(":")[2],
                f"--rules={folder}/rules.yaml",
                f"--runbooks={folder}/runbooks",
                f"--store=sqlite:///{folder}/oncall.db",
            ],
            "alertmanager": [
                "prometheus-alertmanager",
                f"--config.file={folder}/alertmanager.yml",
                f"--storage.path={folder}/alertmanager",
                f"--web.listen-address={stage.alertmanager}",
                "--cluster.listen-address=",
            ],
            "prometheus": [
                "prometheus",
                f"--config.file={folder}/prometheus.yml",
                f"--storage.tsdb.path={folder}/prometheus",
                f"--web.listen-address={stage.prometheus}",
            ],
        }.items():
            stack.enter_context(_program(stage.folder, program, arguments))
        _wait_until_ready(stage)
        yield stage


@contextmanager
def _program(folder: Path, name: str, arguments: list[str]) -> Iterator[None]:
    """A process that is ended by its own id, at the latest by force."""
    clean = {key: value for key, value in os.environ.items() if not key.startswith("ONCALL_")}
    settings = {"ONCALL_ADMIN_TOKEN": TOKEN, "ONCALL_CONSOLE": "on", "PYTHONUNBUFFERED": "1"}
    with (folder / f"{name}.out").open("w") as out, (folder / f"{name}.err").open("w") as err:
        process = subprocess.Popen(arguments, cwd=folder, stdout=out, stderr=err, env={**clean, **settings})
    try:
        yield
    finally:
        process.terminate()
        try:
            process.wait(15)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _wait_until_ready(stage: Stage) -> None:
    stage.wait("the router", lambda: _answers(f"http://{stage.router}/readyz"))
    stage.wait("Alertmanager", lambda: _answers(f"http://{stage.alertmanager}/-/ready"))
    stage.wait("Prometheus", lambda: _answers(f"http://{stage.prometheus}/-/ready"))
    up = f"http://{stage.prometheus}/api/v1/query?query=up"
    stage.wait("Prometheus' first look at the payments API", lambda: _http("GET", up)["data"]["result"])


def _answers(url: str) -> bool:
    try:
        with urlopen(url, timeout=5) as reply:
            return bool(reply.status == 200)
    except (URLError, OSError):
        return False


def _http(method: str, url: str, body: object = None, headers: dict[str, str] | None = None) -> Any:
    raw = None if body is None else json.dumps(body).encode()
    request = Request(url, raw, {"Content-Type": "application/json", **(headers or {})}, method=method)
    with urlopen(request, timeout=10) as reply:
        return json.loads(reply.read())


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def missing_tools() -> list[str]:
    return [tool for tool in TOOLS if not shutil.which(tool)]


def tell() -> None:
    """The story itself, each line with the time at which it was seen."""
    with running() as stage:
        say("Prometheus, Alertmanager and oncall-router are up. Prometheus looks at the payments API every second.")
        stage.payments.stop()
        dead = time.monotonic()
        say("The payments API dies.")
        page = stage.next_message("PAGE")
        say(f"Asha is paged, {time.monotonic() - dead:.1f} s after the death:", page)
        incident = stage.incident("triggered")
        path = f"/incidents/{incident['id']}/acknowledge"
        stage.api("POST", path, {"by": "asha"})
        say(f'Asha has it: POST /api/v1{path} {{"by": "asha"}}')
        taken = stage.incident("acknowledged")
        say(f"The incident is {taken['status']} by {taken['acknowledged_by']}; all reminders have stopped.")
        stage.payments.start()
        say("The payments API is back.")
        told = stage.next_message("RESOLVED")
        say("Alertmanager says so, and whoever had it is told:", told)
        over = stage.incident("resolved")
        say(f"The incident is {over['status']}. Its timeline:", _timeline(stage, over["id"]))


def _timeline(stage: Stage, incident: str) -> str:
    entries = stage.api("GET", f"/incidents/{incident}/timeline")["items"]
    return "\n".join(f"{entry['at'][11:19]}  {entry['what']:13} {entry['text']}" for entry in entries)


def say(line: str, block: str = "") -> None:
    print(f"{time.strftime('%H:%M:%S', time.gmtime())}  {line}", flush=True)
    if block:
        print("\n" + "\n".join(f"          {one}".rstrip() for one in block.splitlines()) + "\n", flush=True)


def main() -> int:
    if missing := missing_tools():
        print(f"The story needs {' and '.join(missing)}: apt-get install {' '.join(missing)}", file=sys.stderr)
        return 1
    try:
        tell()
    except (StoryFailedError, OSError, KeyError) as error:
        print(f"The story broke off: {type(error).__name__}: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
