"""From the webhook that is sent to the channel that is called, with the commit between them, at 200 alerts a second."""

import time
from collections.abc import Iterator
from pathlib import Path
from subprocess import run
from urllib.request import urlopen

from bench.course import Course
from bench.figures import Figure, Target, percentile
from bench.serving import CLIENT_CORE, Server, on_core, python

RATE = 200
PATIENCE = 120.0
_WARM_SECONDS = 2


def measure(course: Course) -> list[Figure]:
    rounds = [one_round(course, number) for number in range(1, course.rounds + 1)]
    group = f"webhook sent to channel called, {RATE} alerts/s"
    return [
        Figure(group, "p50", tuple(p50 for p50, _ in rounds), "ms", Target("<", 10)),
        Figure(group, "p99", tuple(p99 for _, p99 in rounds), "ms", Target("<", 50)),
    ]


def one_round(course: Course, number: int) -> tuple[float, float]:
    """p50 and p99 in milliseconds; both people are paged, and the first of the two calls counts."""
    course.step(f"round {number}: {RATE} alerts/s, sent to paged")
    with course.routing() as (server, receiver):
        send(server, "EachOnItsOwn", RATE * _WARM_SECONDS, rate=RATE, start=10_000_000)
        sent = send(server, "EachOnItsOwn", int(RATE * course.paced_seconds), rate=RATE)
        called = await_called(receiver, sent)
    waits = [(called[key] - at) / 1e6 for key, at in sent.items()]
    return percentile(waits, 0.5), percentile(waits, 0.99)


def send(
    server: Server,
    name: str,
    count: int,
    *,
    rate: float = 0,
    alerts: int = 1,
    start: int = 0,
    source: str = "alertmanager",
) -> dict[str, int]:
    """When each was sent, by its first key, in nanoseconds of the machine's monotonic clock."""
    log = server.folder / "sent"
    values = [server.port, source, name, count, alerts, rate, start, log]
    run(on_core(CLIENT_CORE, *python("bench.sender", *values)), check=True)
    lines = [line.split() for line in log.read_text().splitlines()]
    return {key: int(sent) for sent, _, key in lines}


def await_called(receiver: Server, sent: dict[str, int], reader: str = "") -> dict[str, int]:
    """When each was first called for (to `reader`, if one is named). Raises `TimeoutError` when one never is."""
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        urlopen(f"http://127.0.0.1:{receiver.port}/flush").close()
        called: dict[str, int] = {}
        for came, who, key in _calls(receiver.folder / "received"):
            if key not in called and (not reader or who == reader):
                called[key] = came
        if sent.keys() <= called.keys():
            return called
        time.sleep(0.5)
    raise TimeoutError(f"{len(sent.keys() - called.keys())} alerts were accepted and nobody was called")


def _calls(log: Path) -> Iterator[tuple[int, str, str]]:
    for line in log.read_text().splitlines():
        came, who, *keys = line.split()
        for key in keys:
            yield int(came), who, key
