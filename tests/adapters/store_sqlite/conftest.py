"""Disks that are small or cannot be written, made for real where the tests may."""

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest


def _mounted(place: Path, *arguments: str) -> Iterator[Path]:
    place.mkdir()
    if os.geteuid() != 0 or subprocess.run(["mount", *arguments, place], capture_output=True).returncode:
        pytest.skip("mounting needs root")
    try:
        yield place
    finally:
        subprocess.run(["umount", "-l", place], check=True)


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """Four megabytes of room."""
    yield from _mounted(tmp_path / "small", "-t", "tmpfs", "-o", "size=4m", "tmpfs")


@pytest.fixture
def read_only(tmp_path: Path) -> Iterator[Path]:
    """A folder that nobody can write to, be it root."""
    if os.geteuid() == 0:
        yield from _mounted(tmp_path / "read_only", "-t", "tmpfs", "-o", "ro", "tmpfs")
    else:
        place = tmp_path / "read_only"
        place.mkdir(mode=0o500)
        yield place
