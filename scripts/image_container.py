"""Runs a mounted image as a container would: its user, its environment, a read-only root, process 1 of its own."""

import http.client
import json
import os
import signal
import subprocess
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

PATIENCE = 30.0
START_SECONDS = 20.0

ENTER = """
set -e
root=$1 data=$2 user=$3 place=$4
shift 4
mount --bind "$root" "$root"
mount -o remount,bind,ro "$root"
mount -t proc proc "$root/proc"
mount -t tmpfs -o mode=0755 tmpfs "$root/dev"
for device in null zero full random urandom; do
    touch "$root/dev/$device"
    mount --bind "/dev/$device" "$root/dev/$device"
done
mount -t tmpfs -o mode=1777 tmpfs "$root/tmp"
mount --bind "$data" "$root/data"
exec setpriv --no-new-privs chroot --userspec="$user" --groups= "$root" env -i -C "$place" "$@"
"""
"""Chroot isolation of buildah cannot make the root read-only, so its mount is bound to itself, read-only, in a mount
namespace that goes away with the process. Beside /data only /tmp is there to write to."""


class NotSoError(Exception):
    """Something about the image is not as it should be; says what was found."""


def expect(holds: object, found: object) -> None:
    """Go on if `holds`; else say what was found."""
    if not holds:
        raise NotSoError(str(found))


@dataclass(frozen=True, slots=True)
class Reply:
    """What came back over HTTP."""

    status: int
    body: bytes

    def json(self) -> Any:
        return json.loads(self.body)


@dataclass(slots=True)
class Server:
    """A container that serves: its process on this side, and process 1 inside."""

    process: subprocess.Popen[bytes]
    inner: int
    host: str
    port: int
    said: Path
    started_in: float = 0.0

    def ask(self, method: str, path: str, body: object = None, token: str = "") -> Reply:
        """One request. Raises `OSError` when nobody answers."""
        headers = {"Content-Type": "application/json"} | ({"Authorization": f"Bearer {token}"} if token else {})
        connection = http.client.HTTPConnection(self.host, self.port, timeout=10)
        try:
            connection.request(method, path, None if body is None else json.dumps(body), headers)
            reply = connection.getresponse()
            return Reply(reply.status, reply.read())
        finally:
            connection.close()

    def end(self, how: signal.Signals) -> tuple[int, float]:
        """Signal process 1; its exit code, and the seconds that it took."""
        start = time.monotonic()
        os.kill(self.inner, how)
        try:
            return self.process.wait(PATIENCE), time.monotonic() - start
        except subprocess.TimeoutExpired:
            raise NotSoError(f"it does not end within {PATIENCE:.0f} s of {how.name}") from None


@dataclass(slots=True)
class Image:
    """A built image, mounted at `root`, with the configuration that a container engine would go by; `base` is the mount
    of the image it was built on."""

    root: Path
    base: Path
    config: Mapping[str, Any]
    work: Path
    volumes: int = field(default=0, init=False)

    def volume(self) -> Path:
        """An empty volume for /data, which gets the owner and mode of the image's /data as an engine's would."""
        self.volumes += 1
        made, like = self.work / f"data-{self.volumes}", (self.root / "data").stat()
        made.mkdir()
        os.chown(made, like.st_uid, like.st_gid)
        made.chmod(like.st_mode & 0o7777)
        return made

    def command(self, arguments: Sequence[str], data: Path, environment: Mapping[str, str], user: str) -> list[str]:
        """The command line that runs `arguments` inside, where nothing but the image's environment is known."""
        known = [*self.config.get("Env", []), *(f"{name}={value}" for name, value in environment.items())]
        namespaces = ["unshare", "--mount", "--pid", "--fork", "--kill-child", "sh", "-c", ENTER, "enter"]
        place = self.config.get("WorkingDir") or "/"
        return [
            *namespaces,
            str(self.root),
            str(data),
            user or self.config.get("User") or "0:0",
            place,
            *known,
            *arguments,
        ]

    def run(
        self,
        arguments: Sequence[str],
        data: Path | None = None,
        environment: Mapping[str, str] | None = None,
        user: str = "",
    ) -> subprocess.CompletedProcess[str]:
        """Run something that ends by itself."""
        line = self.command(arguments, data or self.volume(), environment or {}, user)
        return subprocess.run(line, capture_output=True, text=True, timeout=PATIENCE, check=False)

    def entrypoint(self, arguments: Sequence[str] | None = None) -> list[str]:
        """What the engine runs: the entry point with `arguments`, or with the image's own."""
        return [*(self.config.get("Entrypoint") or []), *(self.config["Cmd"] if arguments is None else arguments)]

    def is_healthy(self, data: Path, environment: Mapping[str, str]) -> bool:
        """What the image's own HEALTHCHECK says; as an engine does, with the container's environment."""
        kind, *arguments = self.config["Healthcheck"]["Test"]
        if kind != "CMD":
            raise ValueError(f"the health check is of kind {kind}, and would need a shell")
        return self.run(arguments, data, environment).returncode == 0

    @contextmanager
    def serving(
        self, data: Path, environment: Mapping[str, str], arguments: Sequence[str] | None = None
    ) -> Iterator[Server]:
        """A container that answers /healthz; killed on the way out if it is still there."""
        said = self.work / f"said-{time.monotonic_ns()}"
        start = time.monotonic()
        with said.open("wb") as log:
            line = self.command(self.entrypoint(arguments), data, environment, "")
            process = subprocess.Popen(line, stdout=log, stderr=subprocess.STDOUT)
        server = Server(
            process, 0, environment.get("ONCALL_HOST", "127.0.0.1"), int(environment.get("ONCALL_PORT", "8080")), said
        )
        try:
            _wait_until_alive(server)
            server.started_in = time.monotonic() - start
            yield server
        finally:
            _kill(process)


def _wait_until_alive(server: Server) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline and server.process.poll() is None:
        with suppress(OSError, http.client.HTTPException):
            if server.ask("GET", "/healthz").status == 200:
                server.inner = _child(server.process.pid)
                return
        time.sleep(0.02)
    raise NotSoError(f"it does not answer /healthz; it said: {server.said.read_text()[-2000:]}")


def _kill(process: subprocess.Popen[bytes]) -> None:
    """End process 1 inside first: the one on this side ends with it, but not the other way round, for a process that
    changes its user loses the signal of its parent's death."""
    if process.poll() is None:
        with suppress(NotSoError, ProcessLookupError):
            os.kill(_child(process.pid), signal.SIGKILL)
            process.wait(PATIENCE)
        process.kill()
    process.wait()


def _child(parent: int) -> int:
    """The one child of a process."""
    for one in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):
            if int(one.read_text().rpartition(")")[2].split()[1]) == parent:
                return int(one.parent.name)
    raise NotSoError(f"process {parent} has no child")
