"""What `make check` would run, by make itself: every target means what it says."""

import os
import subprocess
from pathlib import Path


def test_checking_runs_every_test_and_no_target_is_there_twice() -> None:
    root = Path(__file__).parents[1]

    env = {"PATH": os.environ["PATH"]}  # And not the flags of a make that may run this.
    planned = subprocess.run(["make", "-n", "check"], cwd=root, env=env, capture_output=True, text=True, check=True)

    assert planned.stderr == ""
    assert any(line.endswith("pytest -n 2 --dist worksteal ") for line in planned.stdout.splitlines()), planned.stdout
