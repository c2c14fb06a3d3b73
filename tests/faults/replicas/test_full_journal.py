"""Redis is away and the disk of the journals is full: what cannot be kept is refused, and what was accepted is kept."""

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.faults.fleet import Fleet, a_fleet
from tests.faults.launching import Launcher
from tests.faults.running import wait_for
from tests.redis_servers import Server

pytestmark = pytest.mark.server

MEGABYTES = 1
LARGE = 5_000
"""Characters of description: so the disk is full after some hundred alerts."""


@pytest.fixture
def small_disks(tmp_path: Path) -> Iterator[dict[str, dict[str, str]]]:
    """A file system of its own for each journal; without root, a limit of that size instead."""
    places = {name: tmp_path / f"disk of {name}" for name in ("api-1", "api-2")}
    mounted: list[Path] = []
    for place in places.values():
        place.mkdir()
        mount = ["mount", "-t", "tmpfs", "-o", f"size={MEGABYTES}m", "tmpfs", str(place)]
        if os.geteuid() == 0 and subprocess.run(mount, capture_output=True).returncode == 0:
            mounted.append(place)
    limit = {} if mounted else {"ONCALL_JOURNAL_MB": str(MEGABYTES)}
    try:
        yield {name: {"ONCALL_JOURNAL": str(place / "journal"), **limit} for name, place in places.items()}
    finally:
        for place in mounted:
            subprocess.run(["umount", "-l", place], check=True)


def refused(fleet: Fleet) -> int:
    return len(fleet.sender.refusals)


def test_a_full_journal_refuses_and_keeps_what_it_has(
    tmp_path: Path,
    launcher: Launcher,
    redis: Server,
    small_disks: dict[str, dict[str, str]],
    capsys: pytest.CaptureFixture[str],
) -> None:
    with a_fleet(tmp_path, launcher, redis.url, environments=small_disks, large=LARGE, pause=0.01) as fleet:
        fleet.take_more(10)
        with fleet.faults.during("redis away"):
            redis.kill()
            wait_for(lambda: refused(fleet) > 20, "both journals to be full", patience=60)
            unready = [one.running.ask("GET", "/readyz").status for one in fleet.apis]
            redis.start()
            wait_for(lambda: fleet.journalled() == 0, "the journals to be handed over")
        wait_for(lambda: all(one.running.ask("GET", "/readyz").status == 200 for one in fleet.apis), "readiness")
        fleet.take_more(20)
        meanwhile = sum(one.journalled for one in fleet.sender.log)

        account = fleet.close_the_books("journal full", capsys, refused=refused(fleet))

    assert meanwhile > 50
    assert 503 in unready
    assert all(status == 503 for status, _ in fleet.sender.refusals)
    assert account.lost() == []
