"""Checks of a built image, one line each: scripts/image_test.sh builds it, mounts it, and runs this beside it."""

import argparse
import json
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

from scripts import image_contents as contents
from scripts import image_serving as serving
from scripts.image_container import Image, NotSoError

CHECKS: dict[str, Callable[[Image], str]] = {
    "runs as uid 10001": contents.user_is_nobody_special,
    "root read-only": contents.root_is_read_only,
    "no build tools": contents.nothing_builds_or_installs,
    "no lists, no caches": contents.no_lists_no_caches,
    "nothing else came in": contents.nothing_else_came_in,
    "only /data writable": contents.only_data_can_be_written,
    "bytecode is there": contents.bytecode_is_there,
    "labels": contents.labels,
    "check runs": contents.check_command,
    "health": serving.answers_and_is_healthy,
    "survives kill -9": serving.what_is_accepted_survives,
    "SIGTERM": serving.stops_when_told,
    "roles": serving.roles_start,
}


def main() -> int:
    options = argparse.ArgumentParser(description=__doc__)
    for name in ("root", "base", "config", "work"):
        options.add_argument(f"--{name}", type=Path, required=True)
    told = options.parse_args()
    config = json.loads(told.config.read_text())["Docker"]["config"]
    image = Image(root=told.root, base=told.base, config=config, work=told.work)
    passed = [_passes(name, check, image) for name, check in CHECKS.items()]
    print(f"{'size':20}  {contents.sizes(image)}")
    print(f"{sum(passed)} of {len(passed)} checks passed")
    return 0 if all(passed) else 1


def _passes(name: str, check: Callable[[Image], str], image: Image) -> bool:
    """Run one check and say what it found. One that cannot even be tried has failed."""
    start = time.monotonic()
    try:
        verdict, said = "ok", check(image)
    except (NotSoError, OSError, LookupError, ValueError, subprocess.SubprocessError) as error:
        verdict, said = "FAILED", f"{type(error).__name__}: {error}"
    print(f"{name:20}  {verdict:6}  {said} [{time.monotonic() - start:.1f} s]", flush=True)
    return verdict == "ok"


if __name__ == "__main__":
    sys.exit(main())
