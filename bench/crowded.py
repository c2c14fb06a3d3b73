"""With many incidents open: memory, accepting beside an empty store, timers on time, and starting again."""

from pathlib import Path

from bench.accepting import NEW, OWN, accepted, rows_of_one
from bench.bodies import webhook
from bench.course import Course
from bench.figures import Figure, Target, percentile
from bench.load import Load, LoadRefusedError, warm_up
from bench.office import STEP_SECONDS
from bench.paging import await_called, send
from bench.serving import Server, receiving, router
from bench.stored import look, wait_until_sent

AT_ONCE = 100
PATIENCE = 180.0
_SECONDS = 1e9
_ROUND_OF_KEYS = 200_000_000


def measure(course: Course) -> list[Figure]:
    folder = course.new_folder("crowded")
    with receiving(folder / "receiver") as receiver:
        with router(folder, receiver) as server:
            seed(course, server)
            memory = [server.resident_mb()]
        took, empty, crowded = list[float](), list[float](), list[float]()
        for number in range(1, course.rounds + 1):
            course.step(f"round {number}: accepting with nothing open")
            empty.append(_on_empty(course))
            course.step(f"round {number}: starting and accepting with {course.open_incidents:,} open")
            with router(folder, receiver) as server:
                took.append(server.took)
                crowded.append(_rate(course, server, number))
                wait_until_sent(lambda: look(server.database), PATIENCE)
                memory.append(server.resident_mb())
        late = _lateness(course, folder, receiver)
    group = f"{course.open_incidents:,} incidents open"
    ratios = tuple(after / before for after, before in zip(crowded, empty, strict=True))
    return [
        Figure(group, "memory of the process, at most", (max(memory),), "MB", Target("<", 300)),
        Figure(group, "start to first answer", tuple(took), "s", Target("<", 3)),
        Figure(group, "accepted, of with nothing open", ratios, "", Target(">", 0.9)),
        Figure(group, "timer due to channel called, p50", (percentile(late, 0.5),), "s"),
        Figure(group, "timer due to channel called, p99", (percentile(late, 0.99),), "s", Target("<", 1)),
    ]


def seed(course: Course, server: Server) -> None:
    """Through the front door, a hundred a request; then everybody has been paged about everything."""
    course.step(f"opening {course.open_incidents:,} incidents")
    send(server, OWN, course.open_incidents // AT_ONCE, alerts=AT_ONCE)
    found = look(server.database).incidents
    if found < course.open_incidents:
        raise LoadRefusedError(f"only {found} of {course.open_incidents} incidents are in the store")
    course.step("paging all of them")
    wait_until_sent(lambda: look(server.database), PATIENCE)


def _on_empty(course: Course) -> float:
    with course.routing() as (server, _):
        return _rate(course, server, 0)


def _rate(course: Course, server: Server, number: int) -> float:
    load = Load(webhook(NEW), start=number * _ROUND_OF_KEYS + _ROUND_OF_KEYS // 2)
    if not number:
        warm_up(server, load)
    return accepted(server, load, course.seconds, rows_of_one).rate


def _lateness(course: Course, folder: Path, receiver: Server) -> list[float]:
    """Seconds from when the second step was due, counted from the sending of the alert, to the call of its reader."""
    course.step(f"{course.timers:,} timers due within {course.timer_seconds:g} s")
    with router(folder, receiver) as server:
        rate = course.timers / course.timer_seconds
        sent = send(server, "SoonAgain", course.timers, rate=rate, start=20_000_000)
        called = await_called(receiver, sent, "Chen")
    return [(called[key] - at) / _SECONDS - STEP_SECONDS for key, at in sent.items()]
