"""A monitoring tool that never gives up: it repeats each request until it is told 202, and logs what it was told.

Where there are several servers it takes them in turn, as a load balancer does, and goes to the next after a failure.
"""

import http.client
import itertools
import json
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

from tests.faults.running import TOKEN, an_alert

QUICK_EVERY = 6
MOST_IN_A_BODY = 3
PATIENCE = 5.0
"""Seconds that an answer may take before the next server is asked."""


@dataclass(frozen=True, slots=True)
class Accepted:
    """An alert that was answered with 202 at `at`: `tries` requests were sent for it, the first of them at `sent`.
    `journalled`: the answer says that it waits for the store."""

    sent: float
    at: float
    name: str
    quick: bool
    tries: int
    journalled: bool = False


@dataclass(slots=True)
class Sender:
    """Several threads, each sending one request after another, `pause` seconds apart. `large`: so many characters of
    description."""

    ports: Sequence[int]
    pause: float
    large: int = 0
    log: list[Accepted] = field(default_factory=list)
    given_up: list[str] = field(default_factory=list)
    refusals: list[tuple[int, bytes]] = field(default_factory=list)
    crew: list[threading.Thread] = field(default_factory=list)
    _numbers: Iterator[int] = field(default_factory=itertools.count)
    _stop: threading.Event = field(default_factory=threading.Event)

    def work(self) -> None:
        connections = [http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE) for port in self.ports]
        while not self._stop.is_set():
            self._send(next(self._numbers), connections)
            self._stop.wait(self.pause)
        for connection in connections:
            connection.close()

    def _send(self, number: int, connections: Sequence[http.client.HTTPConnection]) -> None:
        quick = number % QUICK_EVERY == 0
        names = [f"{'quick' if quick else 'slow'}-{number}-{n}" for n in range(1 + number % MOST_IN_A_BODY)]
        more = {"labels": {"quick": "yes" if quick else "no"}, "description": "x" * self.large}
        body = json.dumps([an_alert(name, **more) for name in names]).encode()
        sent = time.time()
        for tries in itertools.count(1):
            answer = self._ask(connections[(number + tries) % len(connections)], body)
            if answer is not None:
                waits = bool(answer.get("journalled"))
                self.log.extend(Accepted(sent, time.time(), name, quick, tries, waits) for name in names)
                return
            if self._stop.wait(0.01):
                self.given_up.extend(names)
                return

    def _ask(self, connection: http.client.HTTPConnection, body: bytes) -> dict[str, object] | None:
        """What came with the 202; None for anything else."""
        headers = {"Authorization": f"Bearer {TOKEN}", "Content-Type": "application/json"}
        try:
            connection.request("POST", "/webhooks/generic", body, headers)
            reply = connection.getresponse()
            said = reply.read()
        except (OSError, http.client.HTTPException):
            connection.close()
            return None
        if reply.status == 202:
            told: dict[str, object] = json.loads(said)
            return told
        self.refusals.append((reply.status, said))
        return None

    def start(self, threads: int) -> None:
        self.crew = [threading.Thread(target=self.work, name=f"sender-{n}") for n in range(threads)]
        for one in self.crew:
            one.start()

    def stop(self) -> None:
        """Returns when nothing is sent any more."""
        self._stop.set()
        for one in self.crew:
            one.join()


@contextmanager
def sending(ports: Sequence[int], threads: int, pause: float, large: int = 0) -> Iterator[Sender]:
    """Load until the end of the block."""
    sender = Sender(ports, pause, large)
    sender.start(threads)
    try:
        yield sender
    finally:
        sender.stop()
