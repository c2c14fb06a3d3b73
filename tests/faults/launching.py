"""Starts servers as forks of one process that has imported the program, so that a start takes a tenth of a second."""

import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from tests.faults.running import PATIENCE, House, Server


@dataclass(slots=True)
class Forked:
    """A server's process as `Server` wants it; its pid stays its own until `poll` has seen its end."""

    pid: int
    launcher: "Launcher"
    returncode: int | None = None

    def poll(self) -> int | None:
        if self.returncode is None:
            self.returncode = self.launcher.order(ended=self.pid)
        return self.returncode

    def wait(self, timeout: float) -> int:
        until = time.monotonic() + timeout
        while (ended := self.poll()) is None:
            if time.monotonic() > until:
                raise subprocess.TimeoutExpired(str(self.pid), timeout)
            time.sleep(0.005)
        return ended

    def send_signal(self, number: int) -> None:
        if self.poll() is None:
            os.kill(self.pid, number)

    def kill(self) -> None:
        self.send_signal(signal.SIGKILL)


@dataclass(slots=True)
class Launcher:
    """Servers without their imports."""

    process: "subprocess.Popen[str]"
    count: int = 0
    _lock: Any = field(default_factory=threading.Lock)

    def order(self, **order: object) -> Any:
        assert self.process.stdin
        assert self.process.stdout
        with self._lock:
            self.process.stdin.write(json.dumps(order) + "\n")
            self.process.stdin.flush()
            return json.loads(self.process.stdout.readline())

    def start(self, house: House, planted: Sequence[str] = ()) -> Server:
        """Not waited for; `planted`: see planted.py."""
        self.count += 1
        log = house.place / f"forked-{self.count}.log"
        pid = self.order(arguments=house.arguments, environment=house.variables, planted=list(planted), log=str(log))
        return Server(house, Forked(pid, self), log)

    @contextmanager
    def starting(self, house: House) -> Iterator[Server]:
        """One that is gone afterwards."""
        server = self.start(house)
        try:
            yield server
        finally:
            server.process.kill()
            server.process.wait(PATIENCE)


@contextmanager
def launching() -> Iterator[Launcher]:
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.faults.prefork"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert process.stdin
    assert process.stdout
    try:
        yield Launcher(process)
    finally:
        process.stdin.close()
        process.wait(PATIENCE)
        process.stdout.close()
