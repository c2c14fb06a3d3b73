"""Redis that dies under load: again and again for a moment, and once for so long that people are told without it."""

import random
import time
from pathlib import Path

import pytest

from tests.faults.fleet import a_fleet, seconds
from tests.faults.launching import Launcher
from tests.faults.running import wait_for
from tests.redis_servers import Server

pytestmark = pytest.mark.server

AWAY = "redis away"


def test_redis_killed_again_and_again_loses_nothing(
    tmp_path: Path, launcher: Launcher, redis: Server, capsys: pytest.CaptureFixture[str]
) -> None:
    """It comes back with the files that it left: every commit is in them before it is answered."""
    kills = int(seconds(3, 20))
    with a_fleet(tmp_path, launcher, redis.url) as fleet:
        for _ in range(kills):
            time.sleep(random.uniform(0.2, 1.2))
            with fleet.faults.during(AWAY):
                redis.kill()
                time.sleep(random.choice((0.0, random.uniform(0.0, 2.5))))
                redis.start()
        fleet.take_more(20)

        fleet.close_the_books("redis killed", capsys)

    assert len(fleet.faults.log) == kills


def test_while_redis_is_away_criticals_are_told_within_seconds_and_afterwards_nothing_is_missing(
    tmp_path: Path, launcher: Launcher, redis: Server, capsys: pytest.CaptureFixture[str]
) -> None:
    """In the middle of it the replicas that accept are killed too, and come back with their journals."""
    with a_fleet(tmp_path, launcher, redis.url, pause=0.1) as fleet:
        fleet.take_more(10)
        with fleet.faults.during(AWAY):
            away = time.time()
            redis.kill()
            fleet.take_more(10)
            time.sleep(seconds(1.5, 20))
            for name in ("api-1", "api-2"):
                fleet.kill(name)
                fleet.replicas[name].start()
                fleet.replicas[name].running.wait_until_up()
            fleet.take_more(10)
            time.sleep(seconds(1.5, 20))
            waiting, back = fleet.journalled(), time.time()
            redis.start()
        wait_for(lambda: fleet.journalled() == 0, "the journals to be handed over")
        handed_over = time.time() - back
        fleet.take_more(10)
        meanwhile = [one for one in fleet.sender.log if away + 1 < one.at < back - 1]
        so_far = fleet.account()
        late = max(so_far.told_after(meanwhile))
        before = [one for one in fleet.sender.log if one.at <= away]
        waited = sum(one.at + took > back for one, took in zip(before, so_far.told_after(before), strict=True))

        account = fleet.close_the_books(
            "redis away",
            capsys,
            **{
                "away, s": round(back - away, 1),
                "accepted meanwhile": len(meanwhile),
                "told after, at most s": round(late, 2),
                "accepted before, told afterwards": waited,
                "requests in journals": waiting,
                "handed over after, s": round(handed_over, 1),
            },
        )

    assert meanwhile
    assert all(one.journalled for one in meanwhile)
    assert late < seconds(5, 10)  # A replica that is killed tells again what is in its journal, and then the rest.
    assert {one.name for one in meanwhile} <= account.said_degraded()
