"""What `helm test` runs, against a real router: it passes when that takes alerts, pages nobody, and else says why."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.faults.running import TOKEN, House, serving
from tests.helm.chart import named, of
from tests.redis_servers import free_port

pytestmark = pytest.mark.server


def run_in_pod(**environment: str) -> "subprocess.CompletedProcess[str]":
    """The test pod's own command, in the environment that it would have."""
    (container,) = named(of("default"), "Pod", "oncall-router-test")["spec"]["containers"]
    assert {one["name"] for one in container["env"]} == {"URL", "TOKEN"}
    assert container["command"] == ["python", "-c"]
    return subprocess.run(
        [sys.executable, "-c", *container["args"]],
        env={"PATH": os.environ["PATH"], "PATIENCE": "0", **environment},
        capture_output=True,
        text=True,
        timeout=30,
    )


def test_a_router_that_takes_alerts_passes_and_nothing_is_opened(tmp_path: Path) -> None:
    with serving(House(tmp_path)) as server:
        url = f"http://127.0.0.1:{server.house.port}"

        passed = run_in_pod(URL=url, TOKEN=TOKEN)
        refused = run_in_pod(URL=url, TOKEN="another")
        without = run_in_pod(URL=url)

        assert server.ask("GET", "/api/v1/incidents?status=open").json()["items"] == []
    assert (passed.returncode, refused.returncode, without.returncode) == (0, 1, 0)
    assert "All is well" in passed.stdout
    assert "did not take a test alert" in refused.stderr
    assert "401" in refused.stdout
    assert "Nothing was posted" in without.stdout


def test_a_router_that_is_not_there_fails() -> None:
    done = run_in_pod(URL=f"http://127.0.0.1:{free_port()}", TOKEN=TOKEN)

    assert done.returncode == 1
    assert "not ready" in done.stderr
