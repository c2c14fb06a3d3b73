"""A real provider of OpenID Connect on loopback: npm's oidc-provider, fetched once, by what the lock file pins."""

import fcntl
import os
import shutil
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import gettempdir

import pytest

HERE = Path(__file__).parent
CLIENT = ("oncall", "secret & sign=")
"""Its id, and a secret that must be encoded to be sent."""


@contextmanager
def provider(redirect_uri: str) -> Iterator[str]:
    """Its issuer. Skips the test where it cannot be had, and says so; in CI that is a failure."""
    with (Path(gettempdir()) / "oncall-router-openid.lock").open("w") as alone:
        fcntl.flock(alone, fcntl.LOCK_EX)  # Workers that run side by side fetch it once.
        _fetch()
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = ["node", str(HERE / "provider.mjs"), str(port), redirect_uri]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as process:
        try:
            assert process.stdout is not None
            assert any("listening" in line for line in process.stdout), "the provider has not begun to listen"
            yield f"http://127.0.0.1:{port}"
        finally:
            process.kill()


def _fetch() -> None:
    if (HERE / "node_modules" / "oidc-provider").exists():
        return
    if not shutil.which("node") or not shutil.which("npm"):
        _leave_out("node and npm are not here")
    command = ["npm", "ci", "--no-audit", "--no-fund", "--ignore-scripts"]
    fetched = subprocess.run(command, cwd=HERE, capture_output=True, text=True, timeout=120, check=False)
    if fetched.returncode:
        _leave_out(f"npm could not fetch it: {fetched.stderr[-300:]}")


def _leave_out(why: str) -> None:
    said = f"signing in at a real provider of OpenID Connect is left out: {why}"
    if os.environ.get("CI") == "true":
        pytest.fail(said)
    pytest.skip(said)
