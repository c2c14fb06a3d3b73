"""A deployment as it is measured: api processes, a worker and a store, all on whatever cores the machine has."""

import shutil
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from urllib.request import urlopen

from bench.course import Course
from bench.redis_server import look_at, redis, url
from bench.serving import ALL_CORES, Server, receiving, router, yardstick
from bench.stored import Look, look

SECRET_KEY = "bench-bench-bench-bench-bench-bench"


@dataclass(frozen=True, slots=True)
class Deployed:
    """`apis` take alerts. With SQLite, one process is all of it; the yardsticks have nothing but `apis`, and no `look`
    at a store."""

    apis: tuple[Server, ...]
    worker: Server | None = None
    redis: Server | None = None
    look: Look | None = None

    @property
    def processes(self) -> tuple[Server, ...]:
        return (*self.apis, *(one for one in (self.worker, self.redis) if one))

    def journalled(self) -> int:
        """Requests that were taken without the store."""
        return sum(_journalled(api) for api in self.apis) if self.redis else 0


@dataclass(frozen=True, slots=True)
class Durable:
    """How sure a commit is: the server's `appendfsync`, and whether the service waits for the disk where that alone
    does not promise it."""

    name: str
    fsync: str
    durability: str


RELAXED = Durable("everysec, relaxed", "everysec", "relaxed")
ALWAYS = Durable("always", "always", "strict")


@contextmanager
def bare(course: Course, count: int) -> Iterator[Deployed]:
    """The yardstick that stores nothing, as so many processes."""
    with ExitStack() as stack:
        folders = [course.new_folder("bare") for _ in range(count)]
        yield Deployed(tuple(stack.enter_context(yardstick("bare", folder, ALL_CORES)) for folder in folders))


@contextmanager
def on_sqlite(course: Course) -> Iterator[Deployed]:
    folder = course.new_folder("sqlite")
    with receiving(folder / "receiver", ALL_CORES) as receiver, router(folder, receiver, ALL_CORES) as server:
        yield Deployed((server,), look=lambda: look(server.database))
    shutil.rmtree(folder)


@contextmanager
def on_redis(course: Course, durable: Durable, count: int) -> Iterator[Deployed]:
    """So many api processes and one worker."""
    folder = course.new_folder("redis")
    with ExitStack() as stack:
        receiver = stack.enter_context(receiving(folder / "receiver", ALL_CORES))
        store = stack.enter_context(redis(course.redis, folder / "redis", durable.fsync, ALL_CORES))

        def begin(name: str, role: str) -> Server:
            settings = {
                "ONCALL_STORE": url(store),
                "ONCALL_ROLE": role,
                "ONCALL_SECRET_KEY": SECRET_KEY,
                "ONCALL_PUBLIC_URL": "http://oncall.example.com",
                "ONCALL_REDIS_DURABILITY": durable.durability,
                "ONCALL_JOURNAL": str(folder / name / "journal"),
            }
            return stack.enter_context(router(folder / name, receiver, ALL_CORES, settings))

        worker = begin("worker", "worker")
        apis = tuple(begin(f"api-{number}", "api") for number in range(1, count + 1))
        yield Deployed(apis, worker, store, lambda: look_at(store))
    shutil.rmtree(folder)


def _journalled(api: Server) -> int:
    with urlopen(f"http://127.0.0.1:{api.port}/metrics") as page:
        lines = page.read().decode().splitlines()
    counted = [line for line in lines if line.startswith("oncall_alerts_total{") and 'outcome="journalled"' in line]
    return sum(int(float(line.rpartition(" ")[2])) for line in counted)
