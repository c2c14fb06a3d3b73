"""Bugs that are planted in every replica: the account must not balance."""

from pathlib import Path

import pytest

from tests.faults.account import FIRST
from tests.faults.fleet import LONG, SHORT_LEASE, a_fleet
from tests.faults.launching import Launcher
from tests.faults.running import wait_for
from tests.redis_servers import Server

pytestmark = pytest.mark.server

LEASE = f"lease={SHORT_LEASE:g}"


def test_a_commit_that_forgets_its_messages_is_found_out(tmp_path: Path, launcher: Launcher, redis: Server) -> None:
    with a_fleet(tmp_path, launcher, redis.url, planted=(LEASE, "outbox-forgotten")) as fleet:
        fleet.take_more(40)
        fleet.settle(patience=2)

        assert [page for page in fleet.account().missing() if page[1] in FIRST]


@pytest.mark.skipif(not LONG, reason="make faults runs it")
def test_claims_without_a_lease_are_found_out(tmp_path: Path, launcher: Launcher, redis: Server) -> None:
    with a_fleet(tmp_path, launcher, redis.url, planted=("no-lease",)) as fleet:
        fleet.take_more(60)
        fleet.settle(patience=5)

        assert fleet.account().unexplained()


def test_a_journal_that_is_dropped_at_the_start_is_found_out(tmp_path: Path, launcher: Launcher, redis: Server) -> None:
    """Told they were, without the store; but what comes after the first step, and the incidents, are gone."""
    with a_fleet(tmp_path, launcher, redis.url, planted=(LEASE, "journal-dropped")) as fleet:
        redis.kill()
        fleet.take_more(40)
        fleet.sender.stop()
        for name in ("api-1", "api-2"):
            fleet.kill(name)
            fleet.replicas[name].start()
        redis.start()
        fleet.wait_until_up()
        wait_for(lambda: fleet.apis[0].running.ask("GET", "/readyz").json()["store"] == "up", "the store to be found")

        stored = fleet.listed()

        assert any(not stored[one.name] for one in fleet.sender.log)
