"""What an open incident takes in memory and on disk, on SQLite and on Redis, once everybody has been paged about it."""

from dataclasses import dataclass

from bench.accepting import OWN
from bench.course import Course
from bench.deployed import ALWAYS, Deployed, on_redis, on_sqlite
from bench.figures import Figure
from bench.load import LoadRefusedError
from bench.paging import send
from bench.redis_server import append_only_size, examine, memory
from bench.serving import Server
from bench.stored import Look, file_size, wait_until_sent

AT_ONCE = 100
MOST = 20_000
PATIENCE = 300.0


@dataclass(frozen=True, slots=True)
class Held:
    """Bytes at one moment: of the api process (with SQLite: the only one), the worker and the Redis server as the
    system sees them; of the data as the Redis server counts them; and of the store on disk."""

    api: float
    worker: float
    server: float
    counted: float
    disk: float


def measure(course: Course) -> list[Figure]:
    """How much the second half of the incidents adds to the first, so that what a process takes anyhow is left out."""
    half = min(course.open_incidents, MOST) // 2
    program = examine(course.redis, course.new_folder("examined"))
    group = f"for each of {half:,} further open incidents, beside {half:,}"
    with on_sqlite(course) as deployed:
        grown = _growth(course, "SQLite", deployed, half)
        found = [
            Figure(group, "SQLite: memory of the process", (grown.api,), "B"),
            Figure(group, "SQLite: file", (grown.disk,), "B"),
        ]
    with on_redis(course, ALWAYS, 1) as deployed:
        grown = _growth(course, program.version, deployed, half)
        found += [
            Figure(group, f"{program.version}: memory of the data (used_memory)", (grown.counted,), "B"),
            Figure(group, f"{program.version}: memory of the server", (grown.server,), "B"),
            Figure(group, f"{program.version}: append-only file, rewritten", (grown.disk,), "B"),
            Figure(group, f"{program.version}: memory of the api process", (grown.api,), "B"),
            Figure(group, f"{program.version}: memory of the worker", (grown.worker,), "B"),
        ]
    return found


def _growth(course: Course, name: str, deployed: Deployed, half: int) -> Held:
    """Bytes for each incident of the second half."""
    assert deployed.look
    before = _after(course, name, deployed, deployed.look, half, 0)
    after = _after(course, name, deployed, deployed.look, half, half)
    return Held(
        api=(after.api - before.api) / half,
        worker=(after.worker - before.worker) / half,
        server=(after.server - before.server) / half,
        counted=(after.counted - before.counted) / half,
        disk=(after.disk - before.disk) / half,
    )


def _after(course: Course, name: str, deployed: Deployed, look: Look, count: int, start: int) -> Held:
    course.step(f"{name}: opening {count:,} incidents beside {start:,}")
    (api,) = deployed.apis
    send(api, OWN, count // AT_ONCE, alerts=AT_ONCE, start=start)
    if (found := look().incidents) != start + count:
        raise LoadRefusedError(f"{found} incidents are in the store, and not {start + count}")
    course.step(f"{name}: paging all of them")
    wait_until_sent(look, PATIENCE)
    server = deployed.redis
    return Held(
        api=_resident(api),
        worker=_resident(deployed.worker),
        server=_resident(server),
        counted=memory(server) if server else 0,
        disk=append_only_size(server) if server else file_size(api.database),
    )


def _resident(process: Server | None) -> float:
    return process.resident_mb() * 1e6 if process else 0.0
