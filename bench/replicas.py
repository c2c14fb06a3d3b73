"""Accepting with many processes on one Redis, beside SQLite and beside the bare route as many times, in one run."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from functools import partial

from bench.accepting import NEW, OWN, check_stored, rows_of_one
from bench.bodies import webhook
from bench.course import Course
from bench.deployed import ALWAYS, RELAXED, Deployed, Durable, bare, on_redis, on_sqlite
from bench.figures import Figure
from bench.load import WARM_SECONDS, WARM_START, Load, LoadRefusedError, Measured, run_loads
from bench.redis_server import examine

MANY = 4
"""Processes."""

LEAST_SECONDS = 2.0
"""A reply that waits for the disk may take a second."""

LOADS = {
    "one alert a request, 16 connections": Load(webhook(NEW)),
    "one alert a request, 512 connections": Load(webhook(NEW), start=10_000_000, connections=512),
    "100 alerts a request, 16 connections": Load(webhook(OWN), 100, start=20_000_000),
}
"""The connections are shared by the api processes."""


@dataclass(frozen=True, slots=True)
class Setup:
    """One line of the tables; `count` is of the processes that take alerts."""

    name: str
    count: int
    begin: Callable[[Course], AbstractContextManager[Deployed]]


@dataclass(frozen=True, slots=True)
class Took:
    """What one load was answered, and the CPU in µs an alert that each kind of process spent while it lasted."""

    measured: Measured
    rate: float
    api_us: float
    worker_us: float | None
    redis_us: float | None


Round = dict[str, dict[Setup, Took]]


def measure(course: Course) -> list[Figure]:
    program = examine(course.redis, course.new_folder("examined"))
    every = setups()
    rounds = [_one_round(course, number, every) for number in range(1, course.rounds + 1)]
    return [figure for name in LOADS for figure in _grid(f"{name} ({program.version})", name, rounds)]


def setups() -> list[Setup]:
    """The yardstick first, once for each count of processes; then what is measured against it."""
    return [
        Setup("bare route, 1 process", 1, partial(bare, count=1)),
        Setup(f"bare route, {MANY} processes", MANY, partial(bare, count=MANY)),
        Setup("SQLite, 1 process", 1, on_sqlite),
        *(_with_redis(durable, count) for durable in (RELAXED, ALWAYS) for count in (1, MANY)),
    ]


def _with_redis(durable: Durable, count: int) -> Setup:
    name = f"Redis {durable.name}, {count} api"
    return Setup(name, count, partial(on_redis, durable=durable, count=count))


def _one_round(course: Course, number: int, every: list[Setup]) -> Round:
    found: Round = {name: {} for name in LOADS}
    for setup in every:
        course.step(f"round {number}: {setup.name}: starting")
        with setup.begin(course) as deployed:
            run_loads(deployed.apis, replace(next(iter(LOADS.values())), start=WARM_START), WARM_SECONDS)
            for name, load in LOADS.items():
                course.step(f"round {number}: {setup.name}: {name}")
                found[name][setup] = _take(deployed, load, max(course.seconds, LEAST_SECONDS))
    return found


def _take(deployed: Deployed, load: Load, seconds: float) -> Took:
    """Raises `LoadRefusedError` unless the store itself holds what was accepted."""
    before = deployed.look() if deployed.look else None
    spent = {process: process.cpu_seconds() for process in deployed.processes}
    measured = run_loads(deployed.apis, load, seconds)
    spent = {process: process.cpu_seconds() - begun for process, begun in spent.items()}
    if deployed.look and before:
        check_stored(
            deployed.look().since(before), rows_of_one(measured.requests, load.alerts), load, measured.requests
        )
    if journalled := deployed.journalled():
        raise LoadRefusedError(f"{journalled} alerts went into a journal instead of the store")
    alerts = measured.requests * load.alerts
    each = {process: seconds * 1e6 / alerts for process, seconds in spent.items()}
    return Took(
        measured,
        measured.rate * load.alerts,
        api_us=sum(each[api] for api in deployed.apis),
        worker_us=each[deployed.worker] if deployed.worker else None,
        redis_us=each[deployed.redis] if deployed.redis else None,
    )


def _grid(group: str, load: str, rounds: list[Round]) -> Iterator[Figure]:
    every = list(rounds[0][load])
    yardsticks = {setup.count: setup for setup in reversed(every[:2])}
    for setup in every:
        pairs = [(one[load][setup], one[load][yardsticks[setup.count]]) for one in rounds]
        columns: dict[str, list[float | None]] = {
            "alerts/s": [took.rate for took, _ in pairs],
            "of the bare route": [took.rate / its.rate for took, its in pairs],
            "reply p50, ms": [took.measured.p50_ms for took, _ in pairs],
            "reply p99, ms": [took.measured.p99_ms for took, _ in pairs],
            "CPU of api, µs an alert": [took.api_us for took, _ in pairs],
            "of the worker": [took.worker_us for took, _ in pairs],
            "of Redis": [took.redis_us for took, _ in pairs],
        }
        for column, values in columns.items():
            if known := tuple(value for value in values if value is not None):
                yield Figure(group, setup.name, known, unit="", column=column)
