"""kill -9, again and again, under load: what a sender was promised is counted against what people really got."""

import json
import random
import time
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.faults.account import Account, Fault
from tests.faults.launching import launching
from tests.faults.people import People, people
from tests.faults.running import PATIENCE, House, Server, serving, started
from tests.faults.sender import sending

pytestmark = pytest.mark.server

KILLS = 54
COLD_EVERY = 9
"""One restart in so many is the command itself, which takes seconds to import; the others are forks of a process that
has imported already, so that kills come close together."""

LONGEST_LIFE = 1.0


@dataclass(slots=True)
class Ended:
    """How one server ended: killed at `at`; `ready` seconds after its start, or never."""

    at: float
    ready: float | None


def live_and_die(one: Server, random_life: float) -> Ended:
    """Let it live for so long after it is up; or, for one life in five, kill it while it still starts."""
    begun = time.monotonic()
    until = begun + PATIENCE
    ready: float | None = None
    if random.random() < 0.8:
        while not one.is_up():
            assert time.monotonic() < until, f"it does not start: {one.said()}"
            time.sleep(0.005)
        ready = time.monotonic() - begun
    time.sleep(random_life)
    assert one.process.poll() is None, f"it had ended by itself: {one.said()}"
    one.kill()
    return Ended(time.time(), ready)


def run_under_fire(house: House, them: People) -> tuple[Account, list[Ended], dict[str, float]]:
    ends: list[Ended] = []
    begun = time.monotonic()
    with launching() as launcher, sending([house.port], threads=3, pause=0.04) as sender:
        for number in range(KILLS):
            start = started(house) if number % COLD_EVERY == 0 else launcher.starting(house)
            with start as one:
                ends.append(live_and_die(one, random.uniform(0.0, LONGEST_LIFE)))
    under_fire = time.monotonic() - begun
    with serving(house) as last:
        until = time.monotonic() + PATIENCE
        while Account(sender.log, list(them.got), ()).missing() and time.monotonic() < until:
            time.sleep(0.1)
        time.sleep(2.0)  # Whatever is sent too often has time to come.
        took = last.terminate()
        assert last.process.returncode == 0, last.said()
    assert not [refusal for refusal in sender.refusals if refusal[0] != 503], sender.refusals[:5]
    seconds = {"under fire": under_fire, "in all": time.monotonic() - begun, "to end": took}
    kills = [Fault("killed", end.at, end.at) for end in ends]
    return Account(sender.log, them.got, kills, sender.given_up), ends, seconds


def test_fifty_kills_under_load_lose_no_alert_and_no_page(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with people() as them:
        them.slow = 0.02
        account, ends, seconds = run_under_fire(House(tmp_path, people=them.url), them)

    starts = sorted(end.ready for n, end in enumerate(ends) if end.ready is not None and n % COLD_EVERY)
    cold = sorted(end.ready for n, end in enumerate(ends) if end.ready is not None and n % COLD_EVERY == 0)
    figures = {
        "kills": len(ends),
        "killed while starting": sum(end.ready is None for end in ends),
        **account.figures(),
        "start, median s": round(starts[len(starts) // 2], 2),
        "cold start, median s": round(cold[len(cold) // 2], 2) if cold else None,
        **{name: round(value, 1) for name, value in seconds.items()},
    }
    with capsys.disabled():
        print("\nkill -9:", json.dumps(figures))
    assert len(ends) >= 50
    assert len(account.accepted) > 500
    assert them.refused == []
    account.must_balance()
