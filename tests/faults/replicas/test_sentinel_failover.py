"""The primary of a Sentinel set-up dies, or stops for a while and comes back believing that nothing happened."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.faults.fleet import LONG, Fleet, a_fleet
from tests.faults.launching import Launcher
from tests.faults.running import wait_for
from tests.redis_servers import Server, Trio, a_sentinel_trio, go_on, pause

pytestmark = pytest.mark.server

PATIENCE = 60.0
"""Seconds for a failover, which Sentinels may have to try again."""

UNCONFIRMED = {"ONCALL_REDIS_REPLICAS": "0", "ONCALL_REDIS_DURABILITY": "relaxed"}


def confirmed_by(replicas: int) -> dict[str, str]:
    """The guarantee that is asked for: what is accepted is on the primary and on so many more. There are two."""
    return {"ONCALL_REDIS_REPLICAS": str(replicas)}


@pytest.fixture
def trio(tmp_path: Path) -> Iterator[Trio]:
    with a_sentinel_trio(tmp_path / "redis") as one:
        yield one


def fail_over(trio: Trio, fleet: Fleet, what: str) -> None:
    """Another server becomes the primary; then the one that was comes back. For some seconds, until a Sentinel puts it
    right, it takes itself for the primary still."""
    before = trio.primary
    with fleet.faults.during(f"primary {what}"):
        (pause if what == "paused" else Server.kill)(before)
        wait_for(lambda: trio.primary is not before, "the failover", PATIENCE)
        fleet.take_more(10, PATIENCE)
        if what == "paused":
            go_on(before)
        else:
            before.start()
        wait_for(lambda: followers(trio.primary) == 2, "the old primary to follow the new one", PATIENCE)


def lose_what_is_on_the_primary_only(trio: Trio, fleet: Fleet) -> None:
    """For a while the primary alone takes what comes; then it dies, and one that has none of that follows it. (A
    replica that is only paused would find all of it in its socket when it goes on.)"""
    before = trio.primary
    others = [server for server in trio.servers if server is not before]
    with fleet.faults.during("primary alone, then killed"):
        for server in others:
            server.kill()
        fleet.take_more(8, PATIENCE)
        before.kill()
        for server in others:
            server.start()
        wait_for(lambda: trio.primary is not before, "the failover", PATIENCE)
        fleet.take_more(8, PATIENCE)


def followers(server: Server) -> int:
    """Replicas that follow it, or have just begun to: they may not have all there is."""
    with server.client() as client:
        return int(client.info("replication")["connected_slaves"])


def are_in_step(trio: Trio) -> bool:
    """Whether every replica has all there is, so that it does not matter which of them takes over."""
    with trio.primary.client() as client:
        told = client.info("replication")
    return [told.get(f"slave{n}", {}).get("state") for n in range(2)] == ["online", "online"]


def test_a_failover_to_a_replica_that_is_in_step_loses_nothing_that_one_has_confirmed(
    tmp_path: Path, launcher: Launcher, trio: Trio, capsys: pytest.CaptureFixture[str]
) -> None:
    with a_fleet(tmp_path, launcher, trio.url, environment=confirmed_by(1)) as fleet:
        for what in ("killed", "paused") if LONG else ("paused",):
            fleet.take_more(15)
            fail_over(trio, fleet, what)
            wait_for(lambda: are_in_step(trio), "both replicas to have all there is", PATIENCE)
        fleet.take_more(15)

        fleet.close_the_books("failover, one confirms", capsys)


@pytest.mark.skipif(not LONG, reason="make faults runs it")
def test_a_failover_to_any_replica_loses_nothing_that_all_have_confirmed(
    tmp_path: Path, launcher: Launcher, trio: Trio, capsys: pytest.CaptureFixture[str]
) -> None:
    """The next primary goes as soon as the last one has begun to follow it: were one replica enough, Sentinels might
    make one the primary that has nothing of the last half minute."""
    with a_fleet(tmp_path, launcher, trio.url, environment=confirmed_by(2)) as fleet:
        for what in ("paused", "killed", "paused"):
            fleet.take_more(10, PATIENCE)
            fail_over(trio, fleet, what)
        fleet.take_more(10, PATIENCE)

        fleet.close_the_books("failover, all confirm", capsys)


@pytest.mark.skipif(not LONG, reason="make faults runs it")
def test_what_no_replica_has_confirmed_waits_in_a_journal_and_outlives_the_primary(
    tmp_path: Path, launcher: Launcher, trio: Trio, capsys: pytest.CaptureFixture[str]
) -> None:
    with a_fleet(tmp_path, launcher, trio.url, environment=confirmed_by(1)) as fleet:
        fleet.take_more(15)
        lose_what_is_on_the_primary_only(trio, fleet)

        account = fleet.close_the_books("nothing confirmed", capsys)

    assert sum(one.journalled for one in account.accepted) >= 8


@pytest.mark.skipif(not LONG, reason="make faults runs it")
def test_without_that_guarantee_a_failover_does_lose_what_was_accepted(
    tmp_path: Path, launcher: Launcher, trio: Trio
) -> None:
    """So the test above would notice a commit that counts too soon."""
    with a_fleet(tmp_path, launcher, trio.url, environment=UNCONFIRMED) as fleet:
        fleet.take_more(15)
        lose_what_is_on_the_primary_only(trio, fleet)
        fleet.settle(patience=10)

        stored = fleet.listed()

        assert any(not stored[one.name] for one in fleet.sender.log)
