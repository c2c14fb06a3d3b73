"""A monitoring tool that never gives up: it repeats each request until it is told 202, and logs what it was told."""

import http.client
import itertools
import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from tests.faults.running import TOKEN, an_alert

QUICK_EVERY = 6
MOST_IN_A_BODY = 3


@dataclass(frozen=True, slots=True)
class Accepted:
    """An alert that was answered with 202: `tries` requests were sent for it."""

    at: float
    name: str
    quick: bool
    tries: int


@dataclass(slots=True)
class Sender:
    """Several threads, each sending one request after another, `pause` seconds apart."""

    port: int
    pause: float
    log: list[Accepted] = field(default_factory=list)
    given_up: list[str] = field(default_factory=list)
    refusals: list[tuple[int, bytes]] = field(default_factory=list)
    _numbers: Iterator[int] = field(default_factory=itertools.count)
    _stop: threading.Event = field(default_factory=threading.Event)

    def work(self) -> None:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=5)
        while not self._stop.is_set():
            number = next(self._numbers)
            quick = number % QUICK_EVERY == 0
            names = [f"{'quick' if quick else 'slow'}-{number}-{n}" for n in range(1 + number % MOST_IN_A_BODY)]
            body = json.dumps([an_alert(name, labels={"quick": "yes" if quick else "no"}) for name in names]).encode()
            tries = self._deliver(connection, body)
            if tries:
                self.log.extend(Accepted(time.time(), name, quick, tries) for name in names)
            else:
                self.given_up.extend(names)
            self._stop.wait(self.pause)
        connection.close()

    def _deliver(self, connection: http.client.HTTPConnection, body: bytes) -> int:
        """How many requests it took; 0 when it was stopped before one was accepted."""
        headers = {"Authorization": f"Bearer {TOKEN}", "Content-Type": "application/json"}
        for tries in itertools.count(1):
            try:
                connection.request("POST", "/webhooks/generic", body, headers)
                reply = connection.getresponse()
                said = reply.read()
            except (OSError, http.client.HTTPException):
                connection.close()
            else:
                if reply.status == 202:
                    return tries
                self.refusals.append((reply.status, said))
            if self._stop.wait(0.01):
                return 0
        raise AssertionError("unreachable")

    def stop(self) -> None:
        self._stop.set()


@contextmanager
def sending(port: int, threads: int, pause: float) -> Iterator[Sender]:
    """Load until the end of the block."""
    sender = Sender(port, pause)
    crew = [threading.Thread(target=sender.work, name=f"sender-{n}") for n in range(threads)]
    for one in crew:
        one.start()
    try:
        yield sender
    finally:
        sender.stop()
        for one in crew:
            one.join()
