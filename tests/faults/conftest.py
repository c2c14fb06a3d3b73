"""One process that starts servers for all tests of this folder, and assertions that say what they compared."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.redis_servers import Server, a_server

pytest.register_assert_rewrite("tests.faults.account", "tests.faults.fleet", "tests.faults.running")

from tests.faults.launching import Launcher, launching  # noqa: E402 - after the line that it needs


@pytest.fixture(scope="session")
def launcher() -> Iterator[Launcher]:
    with launching() as one:
        yield one


@pytest.fixture
def redis(tmp_path: Path) -> Iterator[Server]:
    """One that writes to disk before it answers."""
    with a_server(tmp_path / "redis") as server:
        yield server
