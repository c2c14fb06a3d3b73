"""One replica's own connection to Redis goes bad: slow, cut again and again, or silent; all others are well."""

import random
import time
from pathlib import Path

import pytest

from tests.faults.fleet import LONG, Fleet, a_fleet, seconds
from tests.faults.launching import Launcher
from tests.redis_servers import Server
from tests.tcp_proxy import Mode, TcpProxy, a_proxy_in_a_thread

pytestmark = pytest.mark.server


def slow(proxy: TcpProxy, lasting: float) -> None:
    proxy.mode = Mode.SLOW
    until = time.monotonic() + lasting
    while time.monotonic() < until:
        proxy.latency = random.uniform(0.1, 0.5) / 2  # It is waited for on the way there and back.
        time.sleep(0.2)


def cut(proxy: TcpProxy, lasting: float) -> None:
    """Whatever is under way ends; or the server does what it is asked, and nobody hears so."""
    until = time.monotonic() + lasting
    while time.monotonic() < until:
        if random.random() < 0.5:
            proxy.mode = Mode.REFUSE
        else:
            proxy.cut_reply_to(b"EVALSHA")
        time.sleep(random.uniform(0.05, 0.3))
        proxy.mode = Mode.PASS
        time.sleep(random.uniform(0.1, 0.7))


def black_hole(proxy: TcpProxy, lasting: float) -> None:
    proxy.mode = Mode.BLACK_HOLE
    time.sleep(lasting)


def spoil(fleet: Fleet, proxy: TcpProxy, whose: str) -> None:
    for what, lasting in ((slow, seconds(1, 10)), (cut, seconds(1.5, 15)), (black_hole, seconds(3, 12))):
        with fleet.faults.during(f"{whose} {what.__name__.replace('_', ' ')}"):
            what(proxy, lasting)
            proxy.mode = Mode.PASS
            time.sleep(seconds(0.5, 1))
        fleet.take_more(5)


@pytest.mark.parametrize("whose", ["api-1", "worker-1"] if LONG else ["api-1"])
def test_a_replica_whose_connection_goes_bad_loses_nothing(
    whose: str, tmp_path: Path, launcher: Launcher, redis: Server, capsys: pytest.CaptureFixture[str]
) -> None:
    with (
        a_proxy_in_a_thread(redis.port) as proxy,
        a_fleet(tmp_path, launcher, redis.url, stores={whose: proxy.url}) as fleet,
    ):
        spoil(fleet, proxy, whose)

        fleet.close_the_books(f"bad connection of {whose}", capsys)
