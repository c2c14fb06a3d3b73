"""The wall clocks of two replicas are wrong by minutes, one each way: no second step is early, late or double."""

from pathlib import Path

import pytest

from tests.faults.account import SECOND_STEP
from tests.faults.fleet import LONG, SHORT_LEASE, a_fleet, seconds
from tests.faults.launching import Launcher
from tests.redis_servers import Server

pytestmark = pytest.mark.server

LEASE = f"lease={SHORT_LEASE:g}"
WRONG = {"api-1": ["clock=-420"], "worker-1": ["clock=240"]}
"""Seven minutes slow where alerts come in, four minutes fast where timers are kept."""


def test_wrong_clocks_make_no_page_early_late_or_double(
    tmp_path: Path, launcher: Launcher, redis: Server, capsys: pytest.CaptureFixture[str]
) -> None:
    with a_fleet(tmp_path, launcher, redis.url, plants=WRONG) as fleet:
        fleet.take_more(int(seconds(40, 600)), patience=120)

        account = fleet.close_the_books("wrong clocks", capsys)

    assert account.doubled() == []
    assert max(account.first_step_seconds()) < 4.0
    assert max(account.second_step_seconds()) < SECOND_STEP + 4.0


@pytest.mark.skipif(not LONG, reason="make faults runs it")
def test_a_replica_that_trusts_its_own_clock_is_found_out(tmp_path: Path, launcher: Launcher, redis: Server) -> None:
    with a_fleet(tmp_path, launcher, redis.url, planted=(LEASE, "own-clock"), plants=WRONG) as fleet:
        fleet.take_more(30)
        fleet.settle(patience=5)

        assert fleet.account().early()
