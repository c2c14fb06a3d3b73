"""Commands run as a person runs them: in this process, or as processes of their own."""

import os
import re
import shutil
import signal
import subprocess
import sys
import threading
from dataclasses import dataclass, field
from pathlib import Path
from queue import Empty, Queue
from typing import IO

from typer.testing import CliRunner, Result

from app.entrypoints.cli.main import app

ROOT = Path(__file__).parents[3]
COMMAND = (sys.executable, "-c", "from app.entrypoints.cli.main import main; main()")
PATIENCE = 20.0


def copy_files(folder: Path) -> None:
    shutil.copy(ROOT / "routing_rules.yaml", folder)
    shutil.copytree(ROOT / "runbooks", folder / "runbooks")


def run(*words: str, body: str | None = None) -> Result:
    """The command in this process."""
    return CliRunner().invoke(app, list(words), input=body)


@dataclass(slots=True)
class Process:
    """A command in a process of its own; lines of its output as they come."""

    popen: subprocess.Popen[str]
    out: Queue[str] = field(default_factory=Queue)
    err: Queue[str] = field(default_factory=Queue)
    _readers: list[threading.Thread] = field(default_factory=list)

    @classmethod
    def start(cls, *words: str, folder: Path, **environment: str) -> "Process":
        clean = {name: value for name, value in os.environ.items() if not name.startswith("ONCALL_")}
        popen = subprocess.Popen(
            [*COMMAND, *words],
            cwd=folder,
            env={**clean, "PYTHONPATH": str(ROOT), **environment},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        process = cls(popen)
        for stream, to in ((popen.stdout, process.out), (popen.stderr, process.err)):
            assert stream is not None
            reader = threading.Thread(target=_read, args=(stream, to), daemon=True)
            reader.start()
            process._readers.append(reader)
        return process

    def line_with(self, pattern: str) -> re.Match[str]:
        """The next line of its output that holds the pattern."""
        while True:
            try:
                line = self.out.get(timeout=PATIENCE)
            except Empty:
                raise AssertionError(f"no line with {pattern!r}; on stderr: {rest(self.err)}") from None
            if found := re.search(pattern, line):
                return found

    def end(self) -> int:
        """Ask it to stop, and its exit code."""
        if self.popen.poll() is None:
            self.popen.send_signal(signal.SIGTERM)
        return self.wait()

    def wait(self) -> int:
        code = self.popen.wait(PATIENCE)
        for reader in self._readers:
            reader.join(PATIENCE)
        for stream in (self.popen.stdout, self.popen.stderr):
            assert stream is not None
            stream.close()
        return code


def _read(stream: IO[str], to: "Queue[str]") -> None:
    for line in stream:
        to.put(line)


def rest(lines: "Queue[str]") -> str:
    found = ""
    while not lines.empty():
        found += lines.get()
    return found


@dataclass(frozen=True, slots=True)
class Served:
    url: str
    token: str
    process: Process
    folder: Path

    def run(self, *words: str) -> Result:
        return run(*words, "--url", self.url, "--token", self.token)
