"""kill -9, again and again, under load: what a sender was promised is counted against what people really got."""

import json
import os
import random
import signal
import subprocess
import sys
import time
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path

import pytest

from tests.faults.people import Got, People, people
from tests.faults.running import PATIENCE, House, Server, serving, started
from tests.faults.sender import Accepted, sending

pytestmark = pytest.mark.server

KILLS = 54
COLD_EVERY = 9
"""One restart in so many is the command itself, which takes seconds to import; the others are forks of a process that
has imported already, so that kills come close together."""

LONGEST_LIFE = 1.0
IN_FLIGHT = 3.0
"""Seconds before a kill within which a message that is doubled must have been sent: its answer and its record were
still under way."""

FIRST = ("asha", "ben")
LATER = ("chen", "cto")


@dataclass(slots=True)
class Ended:
    """How one server ended: killed at `at`; `ready` seconds after its start, or never."""

    at: float
    ready: float | None


@dataclass(slots=True)
class Prefork:
    """Starts servers without their imports."""

    process: "subprocess.Popen[str]"
    house: House
    count: int = 0

    @contextmanager
    def start(self) -> Iterator["Warm"]:
        self.count += 1
        log = self.house.place / f"warm-{self.count}.log"
        order = {"arguments": self.house.arguments, "log": str(log)}
        assert self.process.stdin
        assert self.process.stdout
        self.process.stdin.write(json.dumps(order) + "\n")
        self.process.stdin.flush()
        warm = Warm(int(self.process.stdout.readline()), log, self.process)
        try:
            yield warm
        finally:
            warm.kill()


@dataclass(slots=True)
class Warm:
    """A forked server."""

    pid: int
    log: Path
    parent: "subprocess.Popen[str]"
    ended: str = ""

    def said(self) -> str:
        return self.log.read_text(errors="replace") if self.log.exists() else ""

    def kill(self) -> None:
        """Gone when this returns."""
        if not self.ended:
            os.kill(self.pid, signal.SIGKILL)
            assert self.parent.stdout
            self.ended = self.parent.stdout.readline().strip()
            assert self.ended == str(-signal.SIGKILL), f"it had ended by itself ({self.ended}): {self.said()}"


@contextmanager
def prefork(house: House) -> Iterator[Prefork]:
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.faults.prefork"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env=house.variables,
    )
    assert process.stdin
    assert process.stdout
    try:
        yield Prefork(process, house)
    finally:
        process.stdin.close()
        process.wait(PATIENCE)
        process.stdout.close()


def live_and_die(one: Warm | Server, random_life: float) -> Ended:
    """Let it live for so long after it is up; or, for one life in five, kill it while it still starts."""
    begun = time.monotonic()
    until = begun + PATIENCE
    ready: float | None = None
    if random.random() < 0.8:
        while "listens on" not in one.said():
            assert time.monotonic() < until, f"it does not start: {one.said()}"
            time.sleep(0.005)
        ready = time.monotonic() - begun
    time.sleep(random_life)
    one.kill()
    return Ended(time.time(), ready)


@dataclass(slots=True)
class Account:
    """The sender's log against the people's."""

    accepted: list[Accepted]
    got: list[Got]
    kills: list[float]
    arrivals: dict[tuple[str, str], list[Got]] = field(default_factory=lambda: defaultdict(list))

    def __post_init__(self) -> None:
        for one in self.got:
            for title in one.titles:
                self.arrivals[title, one.person].append(one)

    def due(self) -> list[tuple[str, str]]:
        """Every page that is due: an alert's name and who must hear of it."""
        return [(one.name, who) for one in self.accepted for who in (FIRST + LATER if one.quick else FIRST)]

    def lost(self) -> list[str]:
        """Accepted alerts that nobody at all heard of."""
        return [one.name for one in self.accepted if not any((one.name, who) in self.arrivals for who in FIRST)]

    def missing(self) -> list[tuple[str, str]]:
        return [page for page in self.due() if page not in self.arrivals]

    def uncalled_for(self) -> list[tuple[str, str]]:
        """Pages of steps that an alert does not have."""
        return [page for page in self.arrivals if page[1] in LATER and not page[0].startswith("quick-")]

    def under_two_keys(self) -> list[tuple[str, str]]:
        """Pages that came as if they were two: their reader could not tell that they are one."""
        return [page for page, got in self.arrivals.items() if len({one.key for one in got}) > 1]

    def doubled(self) -> list[tuple[Got, Got]]:
        """Each message that came again, with the arrival before it."""
        return [pair for got in self.arrivals.values() for pair in pairwise(got)]

    def unexplained(self) -> list[tuple[Got, Got]]:
        """Doubled without a kill in between that caught the first one in flight."""
        return [
            (first, again)
            for first, again in self.doubled()
            if not any(first.at - 0.1 <= kill <= min(again.at, first.at + IN_FLIGHT) for kill in self.kills)
        ]

    def early(self) -> list[str]:
        """Second steps that came before their two seconds were over, which count from the commit of the first."""
        accepted = {one.name: one.at for one in self.accepted if one.tries == 1}
        return [
            title
            for (title, who), got in self.arrivals.items()
            if who == "chen" and title in accepted and got[0].at < accepted[title] + 1.0
        ]


def run_under_fire(house: House, them: People) -> tuple[Account, list[Ended], dict[str, float]]:
    ends: list[Ended] = []
    begun = time.monotonic()
    with prefork(house) as launcher, sending(house.port, threads=3, pause=0.04) as sender:
        for number in range(KILLS):
            start = started(house) if number % COLD_EVERY == 0 else launcher.start()
            with start as one:
                ends.append(live_and_die(one, random.uniform(0.0, LONGEST_LIFE)))
    under_fire = time.monotonic() - begun
    account = Account(sender.log, them.got, [end.at for end in ends])
    with serving(house) as last:
        until = time.monotonic() + PATIENCE
        while Account(sender.log, list(them.got), []).missing() and time.monotonic() < until:
            time.sleep(0.1)
        time.sleep(2.0)  # Whatever is sent too often has time to come.
        took = last.terminate()
        assert last.process.returncode == 0, last.said()
    assert not [refusal for refusal in sender.refusals if refusal[0] != 503], sender.refusals[:5]
    seconds = {"under fire": under_fire, "in all": time.monotonic() - begun, "to end": took}
    return Account(account.accepted, list(them.got), account.kills), ends, seconds


def test_fifty_kills_under_load_lose_no_alert_and_no_page(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with people() as them:
        them.slow = 0.02
        account, ends, seconds = run_under_fire(House(tmp_path, people=them.url), them)

    starts = sorted(end.ready for n, end in enumerate(ends) if end.ready is not None and n % COLD_EVERY)
    cold = sorted(end.ready for n, end in enumerate(ends) if end.ready is not None and n % COLD_EVERY == 0)
    figures = {
        "kills": len(ends),
        "killed while starting": sum(end.ready is None for end in ends),
        "alerts accepted": len(account.accepted),
        "accepted at a later try": sum(one.tries > 1 for one in account.accepted),
        "pages due": len(account.due()),
        "pages of timers": sum(who in LATER for _, who in account.due()),
        "lost": len(account.lost()),
        "missing": len(account.missing()),
        "doubled": len(account.doubled()),
        "doubled and unexplained": len(account.unexplained()),
        "under two keys": len(account.under_two_keys()),
        "start, median s": round(starts[len(starts) // 2], 2),
        "cold start, median s": round(cold[len(cold) // 2], 2) if cold else None,
        **{name: round(value, 1) for name, value in seconds.items()},
    }
    with capsys.disabled():
        print("\nkill -9:", json.dumps(figures))
    assert len(ends) >= 50
    assert len(account.accepted) > 500
    assert account.lost() == []
    assert account.missing() == []
    assert account.uncalled_for() == []
    assert account.under_two_keys() == []
    assert account.unexplained() == []
    assert account.early() == []
