"""Programs of others, in processes of their own: a client that runs to its end, a server that is ended by its id."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tests.faults.running import PATIENCE, Server

PROGRAMS = Path(__file__).parent / "programs"


def run(program: str, *arguments: str, environment: Mapping[str, str] | None = None) -> Any:
    """What a client's program has printed last, which is JSON. Its library's warnings are its own business."""
    command = [sys.executable, "-W", "ignore", str(PROGRAMS / f"{program}.py"), *arguments]
    variables = {**_plain(), **(environment or {})}
    done = subprocess.run(command, capture_output=True, text=True, timeout=2 * PATIENCE, env=variables, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return json.loads(done.stdout.splitlines()[-1])


@contextmanager
def running(command: Sequence[str], log: Path) -> Iterator[None]:
    """A server until the end of the block."""
    with log.open("wb") as said:
        process = subprocess.Popen(command, stdout=said, stderr=said, stdin=subprocess.DEVNULL, env=_plain())
    try:
        yield
    finally:
        process.terminate()
        try:
            process.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def incidents(server: Server, **wanted: str) -> list[dict[str, Any]]:
    """The newest first, of those that have these values."""
    items: list[dict[str, Any]] = server.ask("GET", "/api/v1/incidents").json()["items"]
    return [one for one in items if all(one[name] == value for name, value in wanted.items())]


def _plain() -> dict[str, str]:
    """Neither a proxy nor anything of ours."""
    return {name: value for name, value in os.environ.items() if name in ("PATH", "HOME", "LANG", "TMPDIR")}
