"""Starts what is measured: each server a process of its own on core 0, on a free loopback port, in its own folder."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from urllib.error import HTTPError, URLError
from urllib.request import urlopen

from bench.office import RULES, RUNBOOK_FILE

Cores = int | str
"""One core, or several as taskset writes them."""

SERVER_CORE, CLIENT_CORE = 0, 1
ALL_CORES = f"0-{(os.cpu_count() or 1) - 1}"
TOKEN = "bench-token"
WEBHOOK_SECRET = "whsec_" + "Z" * 32
PATIENCE = 30.0
ALERTMANAGER = Path("/usr/bin/prometheus-alertmanager")
_ROOT = Path(__file__).parents[1]
_LISTENING = "0A"
"""The state of a listening socket in /proc/net/tcp."""

_TICKS = os.sysconf("SC_CLK_TCK")


class ServerFailedError(Exception):
    """A server did not start; says what it said last."""


@dataclass(frozen=True, slots=True)
class Server:
    """A running server; `took` is how long it needed from its start to its first answer."""

    name: str
    process: subprocess.Popen[bytes]
    port: int
    folder: Path
    took: float

    @property
    def database(self) -> Path:
        return self.folder / "oncall.db"

    def resident_mb(self) -> float:
        """What it holds in memory now, in MB of 10^6 bytes."""
        return int(self._field("status", "VmRSS:")) * 1024 / 1e6

    def written(self) -> int:
        """Bytes that it has had written to disk."""
        return int(self._field("io", "write_bytes:"))

    def cpu_seconds(self) -> float:
        fields = Path(f"/proc/{self.process.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / _TICKS

    def _field(self, file: str, name: str) -> str:
        lines = Path(f"/proc/{self.process.pid}/{file}").read_text().splitlines()
        return next(line.split()[1] for line in lines if line.startswith(name))


def on_core(core: Cores, *command: object) -> list[str]:
    return ["taskset", "-c", str(core), *map(str, command)]


def python(module: str, *values: object) -> list[object]:
    return [sys.executable, "-m", module, *values]


@contextmanager
def yardstick(name: str, folder: Path, core: Cores = SERVER_CORE) -> Iterator[Server]:
    """`bare` or `idiomatic`, under uvicorn as the service itself runs."""
    port = free_port()
    options = ["--port", port, "--loop", "uvloop", "--http", "httptools", "--no-access-log", "--log-level", "warning"]
    command = python("uvicorn", f"bench.yardsticks:{name}", *options)
    with running(name, command, port, folder, core) as server:
        yield server


@contextmanager
def router(
    folder: Path,
    receiver: "Server | None" = None,
    core: Cores = SERVER_CORE,
    settings: Mapping[str, str] = MappingProxyType({}),
) -> Iterator[Server]:
    """The service as it is deployed, on SQLite unless `settings` say otherwise; it pages through the signed webhook
    channel to `receiver`."""
    port = free_port()
    target = f"http://127.0.0.1:{receiver.port}/page" if receiver else "http://127.0.0.1:9/page"
    folder.mkdir(parents=True, exist_ok=True)
    rules = folder / "routing_rules.yaml"
    rules.write_text(RULES.replace("RECEIVER", target))
    runbooks = folder / "runbooks"
    runbooks.mkdir(exist_ok=True)
    (runbooks / "payments-api-down.md").write_text(RUNBOOK_FILE)
    command: list[object] = [Path(sys.executable).with_name("oncall-router"), "serve", "--port", port]
    command += ["--rules", rules, "--runbooks", runbooks]
    own = {
        "ONCALL_STORE": f"sqlite:///{folder / 'oncall.db'}",
        "ONCALL_ADMIN_TOKEN": TOKEN,
        "ONCALL_WEBHOOK_SECRET": WEBHOOK_SECRET,
        "ONCALL_CONSOLE": "off",
    }
    with running("oncall-router", command, port, folder, core, {**own, **settings}) as server:
        yield server


@contextmanager
def alertmanager(folder: Path, receiver: Server, group_by: str) -> Iterator[Server]:
    """Alertmanager on the same core, in memory as it is, calling the same receiver at once; `...` makes every alert a
    group of its own."""
    port = free_port()
    folder.mkdir(parents=True, exist_ok=True)
    config = folder / "alertmanager.yml"
    config.write_text(
        f"route: {{receiver: bench, group_by: ['{group_by}'], group_wait: 0s, group_interval: 1s}}\n"
        f"receivers: [{{name: bench, webhook_configs: [{{url: 'http://127.0.0.1:{receiver.port}/page'}}]}}]\n"
    )
    options = [f"--config.file={config}", f"--storage.path={folder}", f"--web.listen-address=127.0.0.1:{port}"]
    command = [ALERTMANAGER, *options, "--cluster.listen-address=", "--log.level=error"]
    with running("alertmanager", command, port, folder, SERVER_CORE, {"GOMAXPROCS": "1"}) as server:
        yield server


@contextmanager
def receiving(folder: Path, core: Cores = CLIENT_CORE) -> Iterator[Server]:
    """An independent process that takes every page and writes down when it came, in `folder`/received."""
    port = free_port()
    command = python("bench.receiver", port, folder / "received")
    with running("receiver", command, port, folder, core) as server:
        yield server


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port: int = taken.getsockname()[1]
        return port


def answers_http(port: int) -> bool:
    """Whatever it says: the yardsticks have no such path."""
    try:
        urlopen(f"http://127.0.0.1:{port}/healthz", timeout=5).close()
    except HTTPError:
        return True
    except (URLError, OSError):
        return False
    return True


@contextmanager
def running(
    name: str,
    command: list[object],
    port: int,
    folder: Path,
    core: Cores,
    settings: Mapping[str, str] = MappingProxyType({}),
    answers: Callable[[int], bool] = answers_http,
) -> Iterator[Server]:
    """From its first answer to the end of the block, when it is told to end, and waited for."""
    folder.mkdir(parents=True, exist_ok=True)
    said = folder / f"{name}.log"
    start = time.perf_counter()
    with said.open("wb") as log:
        process = subprocess.Popen(
            on_core(core, *command), stdout=log, stderr=log, cwd=_ROOT, env={**os.environ, **settings}
        )
    try:
        _await_answer(name, process, port, said, answers)
        yield Server(name, process, port, folder, time.perf_counter() - start)
    finally:
        process.terminate()
        try:
            process.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _await_answer(
    name: str, process: subprocess.Popen[bytes], port: int, said: Path, answers: Callable[[int], bool]
) -> None:
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end and process.poll() is None:
        if _listens(process.pid, port) and answers(port):
            return
        time.sleep(0.02)
    raise ServerFailedError(f"{name} does not answer: {said.read_text()[-500:]}")


def _listens(pid: int, port: int) -> bool:
    """Whether it is this process that holds the port: a free one may be taken by somebody else before it is used."""
    rows = [line.split() for file in ("tcp", "tcp6") for line in Path(f"/proc/net/{file}").read_text().splitlines()[1:]]
    inodes = {row[9] for row in rows if row[3] == _LISTENING and int(row[1].rpartition(":")[2], 16) == port}
    try:
        held = {os.readlink(file) for file in Path(f"/proc/{pid}/fd").iterdir()}
    except FileNotFoundError:  # One was closed while we looked, or the process has ended: the next look tells.
        return False
    return any(f"socket:[{inode}]" in held for inode in inodes)
