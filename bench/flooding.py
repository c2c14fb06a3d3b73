"""A critical of one source while another sends as much as it can: from its webhook to the channel that is called."""

import time
from threading import Thread

from bench.bodies import webhook
from bench.course import Course
from bench.figures import Figure, percentile
from bench.load import Load, run_load
from bench.paging import await_called, send

RATE = 5
"""Criticals a second of the source that does not flood."""

FLOODS = (("one alert a request, 64 connections", 1, 64), ("100 alerts a request, 16 connections", 100, 16))
_START = 900_000_000
_LEAD_SECONDS = 1.0


def measure(course: Course) -> list[Figure]:
    found = [(flood, [one_round(course, number, flood) for number in range(1, course.rounds + 1)]) for flood in FLOODS]
    return [figure for (name, *_), rounds in found for figure in _figures(name, rounds)]


def _figures(name: str, rounds: list[tuple[float, float, float]]) -> list[Figure]:
    group = f"critical sent to channel called while another source floods: {name}"
    return [
        Figure(group, "p50", tuple(p50 for p50, *_ in rounds), "ms"),
        Figure(group, "the longest", tuple(longest for _, longest, _ in rounds), "ms"),
        Figure(group, "flood, alerts/s", tuple(rate for *_, rate in rounds), ""),
    ]


def one_round(course: Course, number: int, flood: tuple[str, int, int]) -> tuple[float, float, float]:
    """p50 and longest wait in milliseconds, and how many alerts a second the flood brought."""
    name, alerts, connections = flood
    course.step(f"round {number}: a flood, {name}")
    with course.routing() as (server, receiver):
        rates: list[float] = []
        load = Load(webhook("EachOnItsOwn"), alerts=alerts, connections=connections)
        seconds = course.paced_seconds + 2 * _LEAD_SECONDS
        flooding = Thread(target=lambda: rates.append(run_load(server, load, seconds).rate * alerts))
        flooding.start()
        time.sleep(_LEAD_SECONDS)
        sent = send(
            server, "OnItsOwnBeside", int(RATE * course.paced_seconds), rate=RATE, start=_START, source="beside"
        )
        flooding.join()
        called = await_called(receiver, sent)
    waits = [(called[key] - at) / 1e6 for key, at in sent.items()]
    return percentile(waits, 0.5), max(waits), rates[0]
