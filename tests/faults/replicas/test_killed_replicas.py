"""Replicas that are killed, and replicas that are replaced in order, under load: the others carry on for them."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.faults.fleet import LONG, SHORT_LEASE, a_fleet, seconds
from tests.faults.launching import Launcher
from tests.redis_servers import Server, a_server

pytestmark = pytest.mark.server


@pytest.fixture
def redis(tmp_path: Path) -> Iterator[Server]:
    with a_server(tmp_path / "redis") as server:
        yield server


def test_replicas_killed_at_random_lose_nothing(
    tmp_path: Path, launcher: Launcher, redis: Server, capsys: pytest.CaptureFixture[str]
) -> None:
    """In the long form with the product's own leases."""
    lease = () if LONG else (f"lease={SHORT_LEASE:g}",)
    with a_fleet(tmp_path, launcher, redis.url, planted=lease) as fleet:
        fleet.kill_at_random(seconds(5, 45))
        fleet.wait_until_up()
        fleet.take_more(10)

        fleet.close_the_books("replicas killed", capsys)

    assert len(fleet.faults.log) >= seconds(3, 40)


def test_a_rolling_restart_loses_nothing_doubles_nothing_and_keeps_nobody_waiting(
    tmp_path: Path, launcher: Launcher, redis: Server, capsys: pytest.CaptureFixture[str]
) -> None:
    rounds = int(seconds(1, 4))
    with a_fleet(tmp_path, launcher, redis.url) as fleet:
        fleet.take_more(20)
        for one in [*fleet.replicas.values()] * rounds:
            one.terminate()
            one.start()
            one.running.wait_until_up()
            fleet.take_more(5)

        account = fleet.close_the_books("rolling restart", capsys, restarts=rounds * len(fleet.replicas))

    assert account.doubled() == []
    assert max(account.first_step_seconds()) < SHORT_LEASE - 1, "somebody had to wait for a lease to end"
