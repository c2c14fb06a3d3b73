"""The command line as a person has it: no settings left over from the machine, and a real server to talk to."""

import os
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.entrypoints.cli.terminal import Process, Served, copy_files


@pytest.fixture(autouse=True)
def no_settings(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    for name in [name for name in os.environ if name.startswith("ONCALL_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("COLUMNS", "200")
    with monkeypatch.context() as zone:
        zone.setenv("TZ", "Europe/London")
        time.tzset()
        yield
    time.tzset()


@pytest.fixture
def files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with the shipped rules and runbooks, in which the commands run."""
    copy_files(tmp_path)
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A server of its own on a free port, with the shipped rules."""
    folder = tmp_path_factory.mktemp("served")
    copy_files(folder)
    process = Process.start("serve", "--port", "0", "--store", f"sqlite:///{folder}/oncall.db", folder=folder)
    try:
        url = process.line_with(r"listens on (\S+)")[1]
        token = process.line_with(r"(oncall_\S+)")[1]
        yield Served(url, token, process, folder)
    finally:
        assert process.end() == 0
