"""What a claim of due timers costs, on SQLite and on Redis, with few and with very many of them due."""

from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial
from statistics import median
from time import perf_counter

import uvloop

from app.adapters.store_redis import RedisStore
from app.adapters.store_sqlite import SqliteStore
from app.domain.classify import Severity
from app.domain.incident import Decision, Incident, Outcome, Status, Timer
from app.domain.replacing import replace
from app.service.ports import Store
from app.service.tick import MOST_AT_ONCE
from bench.course import Course
from bench.deployed import ALWAYS, RELAXED, Durable
from bench.figures import Figure
from bench.redis_server import examine, redis, url
from bench.serving import SERVER_CORE

SIZES = 10, 1_000
"""And as many as the crowded store holds."""

FEW = 10
REPEATS = 50
LEASE = timedelta(minutes=10)
_AT_ONCE = 1_000
_FIRST_ID = 0x019B_8C55_0000_0000

Open = Callable[[], AbstractAsyncContextManager[Store]]


@dataclass(slots=True)
class Due:
    """A store in which so many timers are due, each a millisecond after the one before it."""

    store: Store
    incidents: dict[str, Incident] = field(default_factory=dict)

    async def seed(self, count: int) -> None:
        first = datetime.now(UTC) - timedelta(hours=1)
        every = [_incident(number, first + number * timedelta(milliseconds=1)) for number in range(count)]
        for start in range(0, count, _AT_ONCE):
            await self._keep(every[start : start + _AT_ONCE])

    async def claim(self, limit: int) -> tuple[list[str], float]:
        """The ids, and the seconds it took."""
        start = perf_counter()
        ids = await self.store.claim_due(datetime.now(UTC), LEASE, limit)
        return list(ids), perf_counter() - start

    async def put_back(self, ids: Sequence[str]) -> None:
        """Commit them once more as due as they were, which ends their leases."""
        await self._keep([replace(self.incidents[id], version=self.incidents[id].version + 1) for id in ids])

    async def _keep(self, incidents: list[Incident]) -> None:
        await self.store.commit([Decision(incident, Outcome.OPENED) for incident in incidents])
        self.incidents.update((incident.id, incident) for incident in incidents)


def measure(course: Course) -> list[Figure]:
    sizes = (*SIZES, course.open_incidents)
    every = stores(course, "claims")
    return [figure for name, opening in every.items() for figure in uvloop.run(_of_store(course, name, opening, sizes))]


def stores(course: Course, folder: str) -> dict[str, Open]:
    """Each kind of store by its name, empty whenever it is opened, with its data in such a folder."""
    program = examine(course.redis, course.new_folder("examined"))
    found: dict[str, Open] = {"SQLite": partial(_sqlite, course, folder)}
    for durable in (RELAXED, ALWAYS):
        found[f"{program.version}, {durable.name}"] = partial(_redis, course, folder, durable)
    return found


async def _of_store(course: Course, name: str, opening: Open, sizes: Sequence[int]) -> list[Figure]:
    found: list[Figure] = []
    for size in sizes:
        course.step(f"{name}: claims with {size:,} timers due")
        async with opening() as store:
            due = Due(store)
            await due.seed(size)
            for group, rounds, unit in await _of_size(course, due, size):
                found.append(Figure(group, name, rounds, unit, column=f"{size:,} due"))
    return found


async def _of_size(course: Course, due: Due, size: int) -> list[tuple[str, tuple[float, ...], str]]:
    few = [await _repeated(due, FEW) for _ in range(course.rounds)]
    most = [await _repeated(due, MOST_AT_ONCE) for _ in range(course.rounds)]
    return [
        (f"one claim of {FEW} timers", tuple(seconds * 1e3 for seconds in few), "ms"),
        (f"one claim of {MOST_AT_ONCE} timers, or of all there are", tuple(seconds * 1e3 for seconds in most), "ms"),
        (f"claiming all, {MOST_AT_ONCE} a call and none handled: a timer", (await _drained(due, size),), "µs"),
    ]


async def _repeated(due: Due, limit: int) -> float:
    """Seconds a claim takes, in the median; what was claimed is put back before the next."""
    took: list[float] = []
    for _ in range(REPEATS):
        ids, seconds = await due.claim(limit)
        assert len(ids) == min(limit, len(due.incidents))
        took.append(seconds)
        await due.put_back(ids)
    return median(took)


async def _drained(due: Due, size: int) -> float:
    """Microseconds a timer takes when all are claimed and none is put back: leases gather."""
    claimed, seconds = 0, 0.0
    while claimed < size:
        ids, took = await due.claim(MOST_AT_ONCE)
        assert ids
        claimed, seconds = claimed + len(ids), seconds + took
    return seconds * 1e6 / size


@asynccontextmanager
async def _sqlite(course: Course, folder: str) -> AsyncIterator[Store]:
    store = await SqliteStore.open(course.new_folder(folder) / "oncall.db")
    yield store
    await store.close()


@asynccontextmanager
async def _redis(course: Course, folder: str, durable: Durable) -> AsyncIterator[Store]:
    with redis(course.redis, course.new_folder(folder), durable.fsync, SERVER_CORE) as server:
        store = await RedisStore.open(url(server), strict=durable.durability == "strict")
        yield store
        await store.close()


def _incident(number: int, due: datetime) -> Incident:
    return Incident(
        id=f"{_FIRST_ID + number:016x}",
        source="alertmanager",
        dedup_key=f"payments-{number}",
        title="Payments API does not answer",
        severity=Severity.CRITICAL,
        status=Status.TRIGGERED,
        opened_at=due - timedelta(hours=1),
        updated_at=due - timedelta(hours=1),
        version=1,
        squad="payments",
        timers={Timer.ESCALATE: due},
    )
