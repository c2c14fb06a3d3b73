"""A real `oncall-router serve` for tests that attack it: its house of files, its process, and a plain HTTP client."""

import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

TOKEN = "fault-token-0123456789"
WEBHOOK_SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
SECRET_KEY = "fault-key-0123456789"
COMMAND = Path(sys.executable).with_name("oncall-router")
PATIENCE = 30.0

RULES = """
version: 1
defaults: {{timezone: UTC, calendar: always, on_missing_runbook: page, last_resort: cto}}
calendars:
  always: {{hours: {{mon-sun: "00:00-24:00"}}, holidays: null}}
people:
  asha: {{name: Asha, webhook: "{people}/asha", on_call_since: 2026-01-01}}
  ben: {{name: Ben, webhook: "{people}/ben", on_call_since: 2026-01-01}}
  chen: {{name: Chen, webhook: "{people}/chen", on_call_since: 2026-01-01}}
  cto: {{name: Cleo, webhook: "{people}/cto", engineer: false}}
rotas:
  primary: {{rotate: weekly, handover: "mon 17:30", members: [asha]}}
  shadow: {{rotate: weekly, handover: "mon 17:30", members: [ben]}}
  second_line: {{rotate: weekly, handover: "mon 17:30", members: [chen]}}
policies:
  critical:
    in_hours: [{{tell: [primary, shadow]}}, {{after: 1h, tell: [second_line]}}]
    out_of_hours: [{{tell: [primary, shadow]}}, {{after: 1h, tell: [second_line]}}]
  quick:
    in_hours: [{{tell: [primary, shadow]}}, {{after: 2s, tell: [second_line]}}]
    out_of_hours: [{{tell: [primary, shadow]}}, {{after: 2s, tell: [second_line]}}]
    repeat: 1
    urgency: urgent
ladders:
  urgent: [{{send: [webhook]}}]
  quiet: [{{send: [webhook]}}]
limits: {{storm: {storm}, storm_window: 0s}}
rules:
  - {{name: steps that follow at once, match: ['quick="yes"'], severity: critical, policy: quick}}
"""
"""The same chain at every hour of every day: critical pages primary and shadow; `quick` goes on to the second line
after two seconds and to the last resort after two more. `storm`: more than so many to one reader come as one."""


@dataclass(slots=True)
class House:
    """What a server needs on disk, and how it is started. `people`: where their pages go to, by HTTP. `store`: another
    one than the SQLite file."""

    place: Path
    people: str = "http://127.0.0.1:9"
    storm: int = 1000
    environment: dict[str, str] = field(default_factory=dict)
    database: Path = Path()
    port: int = 0
    store: str = ""
    role: str = "all"

    def __post_init__(self) -> None:
        self.place.mkdir(parents=True, exist_ok=True)
        self.database = self.database if self.database.name else self.place / "oncall.db"
        self.port = self.port or free_port()
        (self.place / "routing_rules.yaml").write_text(RULES.format(people=self.people, storm=self.storm))
        (self.place / "runbooks").mkdir(exist_ok=True)

    @property
    def arguments(self) -> list[str]:
        """After the command itself."""
        rules, runbooks = self.place / "routing_rules.yaml", self.place / "runbooks"
        where = ["--port", str(self.port), "--store", self.store or f"sqlite:///{self.database}", "--role", self.role]
        return ["serve", *where, "--rules", str(rules), "--runbooks", str(runbooks)]

    @property
    def variables(self) -> dict[str, str]:
        """The environment: nothing of ours from outside, nor a proxy."""
        kept = {
            name: value
            for name, value in os.environ.items()
            if name in ("PATH", "HOME", "LANG", "TMPDIR", "PYTHONPATH")
        }
        given = {
            "ONCALL_ADMIN_TOKEN": TOKEN,
            "ONCALL_WEBHOOK_SECRET": WEBHOOK_SECRET,
            "ONCALL_SECRET_KEY": SECRET_KEY,
            "ONCALL_JOURNAL": str(self.place / "journal"),
            "ONCALL_LOG_LEVEL": "warning",
            "ONCALL_PUBLIC_URL": "http://oncall.example.com",
        }
        return {**kept, "PYTHONUNBUFFERED": "1", **given, **self.environment}


class Process(Protocol):
    """What is needed of a `Popen`."""

    pid: int
    returncode: int | None

    def poll(self) -> int | None: ...

    def wait(self, timeout: float) -> int: ...

    def send_signal(self, number: int) -> None: ...

    def kill(self) -> None: ...


@dataclass(slots=True)
class Server:
    """A running server. `log` holds all that it says, on stdout and stderr."""

    house: House
    process: "Process"
    log: Path

    @property
    def pid(self) -> int:
        return self.process.pid

    def said(self) -> str:
        return self.log.read_text(errors="replace") if self.log.exists() else ""

    def is_up(self) -> bool:
        """Whether it takes requests; fails when it has ended."""
        assert self.process.poll() is None, self.said()
        return "listens on" in self.said()

    def wait_until_up(self) -> None:
        wait_for(self.is_up, "the server to start")

    def kill(self) -> None:
        self.process.kill()
        self.process.wait(PATIENCE)

    def terminate(self) -> float:
        """SIGTERM; how long it took to end, in seconds."""
        begun = time.monotonic()
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(PATIENCE * 2)
        return time.monotonic() - begun

    def ask(self, method: str, path: str, body: object = None, **headers: str) -> "Reply":
        """One request with the admin token, on a connection of its own."""
        sent = body if isinstance(body, bytes) or body is None else json.dumps(body).encode()
        given = {"Authorization": f"Bearer {TOKEN}", "Content-Type": "application/json"}
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return ask(self.house.port, method, path, sent, {**given, **named})

    def memory(self, line: str = "VmRSS") -> int:
        """Kilobytes, from /proc."""
        status = Path(f"/proc/{self.pid}/status").read_text()
        return int(next(one for one in status.splitlines() if one.startswith(f"{line}:")).split()[1])


@dataclass(frozen=True, slots=True)
class Reply:
    status: int
    headers: Mapping[str, str]
    body: bytes

    def json(self) -> Any:
        return json.loads(self.body)


def ask(port: int, method: str, path: str, body: bytes | None, headers: Mapping[str, str]) -> Reply:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE)
    try:
        connection.request(method, path, body, dict(headers))
        reply = connection.getresponse()
        return Reply(reply.status, {name.lower(): value for name, value in reply.getheaders()}, reply.read())
    finally:
        connection.close()


@contextmanager
def serving(
    house: House, command: Sequence[str | Path] = (COMMAND,), errors: str | Path | None = None
) -> Iterator[Server]:
    """A server that is up, and that is gone afterwards. `command` comes before `serve` and its options."""
    with started(house, command, errors) as server:
        server.wait_until_up()
        yield server


@contextmanager
def started(
    house: House, command: Sequence[str | Path] = (COMMAND,), errors: str | Path | None = None
) -> Iterator[Server]:
    """The same, without waiting for it. `errors`: where its stderr goes instead of its log."""
    log = house.place / f"server-{time.monotonic_ns()}.log"
    with log.open("wb") as said, Path(errors or log).open("ab") as unsaid:
        process = subprocess.Popen(
            [*command, *house.arguments], stdout=said, stderr=unsaid, stdin=subprocess.DEVNULL, env=house.variables
        )
    server = Server(house, process, log)
    try:
        yield server
    finally:
        if process.poll() is None:
            server.kill()


def wait_for(condition: Any, what: str, patience: float = PATIENCE) -> None:
    """Until `condition()` holds; fails when it does not within `patience` seconds."""
    until = time.monotonic() + patience
    while not condition():
        assert time.monotonic() < until, f"waited {patience:g} s for {what}"
        time.sleep(0.01)


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as found:
        return int(found.getsockname()[1])


def an_alert(name: str, **more: object) -> dict[str, object]:
    """A critical alert of the generic source, found again by its name."""
    return {"title": name, "dedup_key": name, "severity": "critical", **more}
