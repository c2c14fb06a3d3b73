"""Two processes of each role on one store, under load from a sender, with an account of it at the end."""

import json
import os
import random
import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote

import pytest

from tests.faults.account import API_KILLED, Account, Faults
from tests.faults.launching import Launcher
from tests.faults.people import People, people
from tests.faults.running import House, Server, wait_for
from tests.faults.sender import Sender, sending

LONG = os.environ.get("ONCALL_FAULTS") == "long"
"""Whether to take minutes: set by `make faults`."""

SHORT_LEASE = 6.0
"""Seconds for which a worker keeps what it has claimed; the product's are 60 for messages and 30 for timers."""

LATEST = 3.0 if LONG else 1.5
"""Seconds after everything is told in which whatever is sent too often has time to come."""

ROLES = {"api-1": "api", "api-2": "api", "worker-1": "worker", "worker-2": "worker"}


def seconds(short: float, long: float) -> float:
    """How long something lasts, by the form of the run."""
    return long if LONG else short


@dataclass(slots=True)
class Replica:
    """A process that is started again in the same place, with the same journal, after each end."""

    house: House
    launcher: Launcher
    planted: Sequence[str]
    server: Server | None = None
    ended: list[Server] = field(default_factory=list)

    @property
    def running(self) -> Server:
        assert self.server
        return self.server

    def start(self) -> None:
        self.server = self.launcher.start(self.house, self.planted)

    def kill(self) -> None:
        assert self.running.process.poll() is None, f"it had ended by itself: {self.running.said()}"
        self.running.kill()
        self.ended.append(self.running)

    def terminate(self) -> float:
        took = self.running.terminate()
        assert self.running.process.returncode == 0, self.running.said()
        self.ended.append(self.running)
        return took

    def figure(self, name: str) -> float:
        """One of its own metrics."""
        lines = self.running.ask("GET", "/metrics").body.decode().splitlines()
        return float(next(line for line in lines if line.startswith(f"{name} ")).split()[1])

    def waiting(self) -> float:
        """Requests in its journal."""
        return self.figure("oncall_journal_entries")


@dataclass(slots=True)
class Fleet:
    """Everything of one scenario: the replicas, who sends, who is told, and what was done to them all."""

    replicas: Mapping[str, Replica]
    them: People
    sender: Sender
    faults: Faults = field(default_factory=Faults)
    begun: float = field(default_factory=time.monotonic)

    def of_role(self, role: str) -> list[Replica]:
        return [one for one in self.replicas.values() if one.house.role == role]

    @property
    def apis(self) -> list[Replica]:
        return self.of_role("api")

    def kill(self, name: str) -> None:
        """-9; noted as it begins, for by the time that it is over somebody may have heard again."""
        self.faults.note(API_KILLED if name.startswith("api") else "worker killed")
        self.replicas[name].kill()

    def kill_at_random(self, lasting: float) -> None:
        """One after another, each started again at once or a little later; some are killed while they still start."""
        until = time.monotonic() + lasting
        while time.monotonic() < until:
            name = random.choice(list(self.replicas))
            self.kill(name)
            time.sleep(random.choice((0.0, random.uniform(0.0, 0.5))))
            self.replicas[name].start()
            time.sleep(random.uniform(0.1, 1.0))

    def wait_until_up(self) -> None:
        for one in self.replicas.values():
            one.running.wait_until_up()

    def accepted(self) -> int:
        return len(self.sender.log)

    def account(self) -> Account:
        return Account(list(self.sender.log), list(self.them.got), self.faults.log, self.sender.given_up)

    def take_more(self, alerts: int, patience: float = 30.0) -> None:
        """Until so many more are accepted."""
        goal = self.accepted() + alerts
        wait_for(lambda: self.accepted() >= goal, f"{alerts} more alerts to be accepted", patience)

    def settle(self, patience: float) -> None:
        """End the load; then until all that is due was told and every journal is empty, and a little longer."""
        self.sender.stop()
        until = time.monotonic() + patience
        while (self.account().missing() or self.journalled()) and time.monotonic() < until:
            time.sleep(0.2)
        time.sleep(LATEST)

    def journalled(self) -> float:
        """Requests that wait in the journals of all replicas."""
        return sum(one.waiting() for one in self.apis)

    def listed(self) -> Counter[str]:
        """Titles of all incidents in the store."""
        found: Counter[str] = Counter()
        path = "/api/v1/incidents?limit=100"
        while path:
            page = self.apis[0].running.ask("GET", path)
            assert page.status == 200, page
            body = page.json()
            found.update(one["title"] for one in body["items"])
            path = f"/api/v1/incidents?limit=100&cursor={quote(body['next'])}" if body["next"] else ""
        return found

    def close_the_books(self, name: str, capsys: pytest.CaptureFixture[str], **more: object) -> Account:
        """Settle, print the figures, and compare what was promised with what is in the store and what was told."""
        under_load = time.monotonic() - self.begun
        self.settle(patience=seconds(40, 90))
        account, stored, journalled = self.account(), self.listed(), self.journalled()
        ends = [one.terminate() for one in self.replicas.values()]
        absent = [one.name for one in account.accepted if not stored[one.name]]
        twice = [title for title, count in stored.items() if count > 1]
        figures = {
            "faults": self.faults.counted(),
            **account.figures(),
            "not in the store": len(absent),
            "twice in the store": len(twice),
            "still in a journal": journalled,
            **more,
            "under load, s": round(under_load, 1),
            "in all, s": round(time.monotonic() - self.begun, 1),
            "slowest end, s": round(max(ends), 1),
        }
        with capsys.disabled():
            print(f"\n{name}:", json.dumps(figures))
        assert journalled == 0
        assert absent == []
        assert twice == []
        assert self.them.refused == []
        assert self.odd_refusals() == []
        assert self.tracebacks() == []
        account.must_balance()
        return account

    def odd_refusals(self) -> list[tuple[int, bytes]]:
        return [refusal for refusal in self.sender.refusals if refusal[0] != 503]

    def tracebacks(self) -> list[str]:
        return [
            said[-3000:]
            for one in self.replicas.values()
            for server in one.ended
            if "Traceback" in (said := server.said()) or '"exception"' in said
        ]


@contextmanager
def a_fleet(
    place: Path,
    launcher: Launcher,
    store: str,
    *,
    stores: Mapping[str, str] | None = None,
    environment: Mapping[str, str] | None = None,
    environments: Mapping[str, Mapping[str, str]] | None = None,
    planted: Sequence[str] = (f"lease={SHORT_LEASE:g}",),
    plants: Mapping[str, Sequence[str]] | None = None,
    threads: int = 2,
    pause: float = 0.05,
    large: int = 0,
) -> Iterator[Fleet]:
    """A fleet that is up and under load. `stores`, `environments` and `plants` are for single replicas, by name."""
    with people() as them:
        them.slow = 0.02
        replicas = {}
        for name, role in ROLES.items():
            given = {**(environment or {}), **(environments or {}).get(name, {})}
            where = (stores or {}).get(name, store)
            house = House(place / name, them.url, environment=given, store=where, role=role)
            replicas[name] = Replica(house, launcher, [*planted, *(plants or {}).get(name, ())])
        try:
            for one in replicas.values():
                one.start()
            for one in replicas.values():
                one.running.wait_until_up()
            ports = [one.house.port for one in replicas.values() if one.house.role == "api"]
            with sending(ports, threads, pause, large) as sender:
                yield Fleet(replicas, them, sender)
        finally:
            for one in replicas.values():
                if one.server:
                    one.server.kill()
