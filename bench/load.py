"""wrk: as many requests as its connections bring, on a core of its own or on all, every reply checked."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from subprocess import PIPE, Popen

from bench.bodies import Template
from bench.serving import ALL_CORES, CLIENT_CORE, TOKEN, Cores, Server, on_core

CONNECTIONS = 16
WARM_SECONDS = 1.0
KEYS_OF_EACH = 100_000_000
"""How far apart the keys of two loads are that run at once."""

WARM_START = 50_000_000
_SCRIPT = Path(__file__).with_name("load.lua")


class LoadRefusedError(Exception):
    """Replies were not what they had to be: a bench of refusals measures nothing."""


@dataclass(frozen=True, slots=True)
class Load:
    """What is sent. Keys start at number `start`, and begin again after `circle` of them (0: never)."""

    template: Template
    alerts: int = 1
    start: int = 0
    circle: int = 0
    path: str = "/webhooks/alertmanager"
    status: int = 202
    connections: int = CONNECTIONS


@dataclass(frozen=True, slots=True)
class Measured:
    """What came of it. `p50_ms` and `p99_ms` are of a reply at full load, waiting in line included."""

    requests: int
    seconds: float
    p50_ms: float
    p99_ms: float

    @property
    def rate(self) -> float:
        return self.requests / self.seconds


def run_load(server: Server, load: Load, seconds: float) -> Measured:
    """Raises `LoadRefusedError` unless every single reply had the expected status."""
    return _read(server, load, *_begin(server, load, seconds, CLIENT_CORE).communicate())


def run_loads(servers: Sequence[Server], load: Load, seconds: float) -> Measured:
    """The load on several servers at once, on whatever cores: a wrk for each, its share of the connections, and keys
    of its own. Requests and rates are summed; the waits are those of whom waited longest."""
    share = replace(load, connections=max(1, load.connections // len(servers)))
    loads = [replace(share, start=load.start + place * KEYS_OF_EACH) for place in range(len(servers))]
    begun = [_begin(server, one, seconds, ALL_CORES) for server, one in zip(servers, loads, strict=True)]
    said = [one.communicate() for one in begun]
    found = [_read(server, one, *texts) for server, one, texts in zip(servers, loads, said, strict=True)]
    return Measured(
        requests=sum(one.requests for one in found),
        seconds=sum(one.seconds for one in found) / len(found),
        p50_ms=max(one.p50_ms for one in found),
        p99_ms=max(one.p99_ms for one in found),
    )


def _begin(server: Server, load: Load, seconds: float, core: Cores) -> Popen[str]:
    template = load.template.write(server.folder / "template.txt")
    wrk = ["wrk", "-t1", f"-c{load.connections}", f"-d{max(1, round(seconds))}s", "--timeout", "20s", "-s", _SCRIPT]
    values = [template, load.alerts, load.start, load.circle, load.status, TOKEN]
    command = on_core(core, *wrk, f"http://127.0.0.1:{server.port}{load.path}", "--", *values)
    return Popen(command, stdout=PIPE, stderr=PIPE, text=True)


def _read(server: Server, load: Load, said: str, complained: str) -> Measured:
    line = next((line for line in said.splitlines() if line.startswith("BENCH ")), None)
    if line is None:
        raise LoadRefusedError(f"wrk said nothing of use: {said[-300:]} {complained[-300:]}")
    found = json.loads(line.removeprefix("BENCH "))
    if found["wrong"] or found["failed"] or not found["requests"]:
        example = next((line for line in said.splitlines() if line.startswith("REFUSED ")), "")
        raise LoadRefusedError(f"{server.name}: replies were not {load.status}: {line} {example}")
    return Measured(found["requests"], found["seconds"], found["p50_ms"], found["p99_ms"])


@dataclass(frozen=True, slots=True)
class Cost:
    """What one load cost its server: `cpu_us` and `written` (bytes) are per alert."""

    measured: Measured
    rate: float
    cpu_us: float
    written: float


def warm_up(server: Server, load: Load) -> None:
    """The same load for a second, with keys that the measured one does not meet."""
    run_load(server, replace(load, start=WARM_START), WARM_SECONDS)


def cost_of(server: Server, load: Load, seconds: float) -> Cost:
    cpu, written = server.cpu_seconds(), server.written()
    measured = run_load(server, load, seconds)
    alerts = measured.requests * load.alerts
    cpu, written = server.cpu_seconds() - cpu, server.written() - written
    return Cost(measured, measured.rate * load.alerts, cpu * 1e6 / alerts, written / alerts)
