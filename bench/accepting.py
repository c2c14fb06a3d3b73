"""How fast alerts are accepted, each in its round beside the yardsticks: one a request, a hundred, repeats."""

import shutil
from collections.abc import Callable
from dataclasses import dataclass, replace

from bench.bodies import alertmanager_api, webhook
from bench.course import Course
from bench.figures import NO_TARGET, Figure, Target
from bench.load import WARM_SECONDS, Cost, Load, LoadRefusedError, cost_of, run_load, warm_up
from bench.serving import ALERTMANAGER, Server, alertmanager, receiving, yardstick
from bench.stored import Stored, look, wait_until_sent

NEW, OWN = "PaymentsApiDown", "EachOnItsOwn"
MANY_CONNECTIONS = 4
CIRCLE = 1000
PATIENCE = 60.0


@dataclass(frozen=True, slots=True)
class Round:
    """Everything that is measured close together, so that ratios are of the same minute."""

    bare: Cost
    idiomatic: Cost
    single: Cost
    separate: Cost
    grouped: Cost
    repeated: Cost
    alertmanager_single: Cost | None
    alertmanager_separate: Cost | None
    alertmanager_grouped: Cost | None


def measure(course: Course) -> list[Figure]:
    return figures([one_round(course, number) for number in range(1, course.rounds + 1)])


def one_round(course: Course, number: int) -> Round:
    def doing(what: str) -> None:
        course.step(f"round {number}: {what}")

    doing("bare Starlette route")
    bare = _yardstick(course, "bare")
    doing("idiomatic FastAPI endpoint")
    idiomatic = _yardstick(course, "idiomatic")
    doing("one new alert a request")
    single = _fresh(course, Load(webhook(NEW)), rows_of_one)
    doing("100 alerts a request, each an incident of its own")
    separate = _fresh(course, Load(webhook(OWN), 100, connections=MANY_CONNECTIONS), rows_of_one)
    doing("100 alerts a request, one group")
    grouped = _fresh(course, Load(webhook(NEW), 100, connections=MANY_CONNECTIONS), rows_of_group)
    doing("repeats of open alerts")
    repeated = _fresh(course, Load(webhook(NEW), circle=CIRCLE), no_rows)
    doing("Alertmanager, one alert a request")
    theirs = Load(alertmanager_api(NEW), path="/api/v2/alerts", status=200)
    its_single = _beside(course, theirs, "...")
    doing("Alertmanager, 100 alerts a request, each a group of its own")
    many = replace(theirs, alerts=100, connections=MANY_CONNECTIONS)
    its_separate = _beside(course, many, "...")
    doing("Alertmanager, 100 alerts a request, one group")
    its_grouped = _beside(course, many, "batch")
    return Round(bare, idiomatic, single, separate, grouped, repeated, its_single, its_separate, its_grouped)


def figures(rounds: list[Round]) -> list[Figure]:
    def each(
        group: str, name: str, what: Callable[[Round], float], unit: str = "", target: Target = NO_TARGET
    ) -> Figure:
        return Figure(group, name, tuple(what(one) for one in rounds), unit, target)

    nothing, one, many = "yardsticks, which store nothing", "one alert a request", "100 alerts a request"
    again = "a repeat of an open alert"
    found = [
        each(nothing, "bare Starlette route", lambda r: r.bare.rate, "requests/s"),
        each(nothing, "idiomatic FastAPI endpoint", lambda r: r.idiomatic.rate, "requests/s"),
        each(one, "accepted", lambda r: r.single.rate, "alerts/s"),
        each(one, "of the bare route", lambda r: r.single.rate / r.bare.rate),
        each(one, "of the idiomatic endpoint", lambda r: r.single.rate / r.idiomatic.rate, "", Target("≥", 0.8)),
        each(many, "each an incident of its own", lambda r: r.separate.rate, "alerts/s"),
        each(many, "of the idiomatic single rate", lambda r: r.separate.rate / r.idiomatic.rate, "", Target("≥", 4)),
        each(many, "the same as one group", lambda r: r.grouped.rate, "alerts/s"),
        each(many, "the group, of the single rate", lambda r: r.grouped.rate / r.idiomatic.rate),
        each(again, "accepted", lambda r: r.repeated.rate, "alerts/s"),
        each(again, "CPU, of a new one's", lambda r: r.repeated.cpu_us / r.single.cpu_us, "", Target("<", 1)),
        each(again, "bytes written", lambda r: r.repeated.written, "B"),
        each(again, "of a new one's", lambda r: r.repeated.written / r.single.written, "", Target("<", 1)),
    ]
    return found + _beside_alertmanager(rounds)


def _beside_alertmanager(rounds: list[Round]) -> list[Figure]:
    pairs = {
        "one alert a request": [(one.single, one.alertmanager_single) for one in rounds],
        "100 alerts, 100 groups": [(one.separate, one.alertmanager_separate) for one in rounds],
        "100 alerts, one group": [(one.grouped, one.alertmanager_grouped) for one in rounds],
    }
    group = "beside Alertmanager, which keeps nothing on disk"
    found: list[Figure] = []
    for name, costs in pairs.items():
        rates = [(ours.rate, its.rate) for ours, its in costs if its]
        if rates:
            ratios = tuple(ours / its for ours, its in rates)
            found.append(Figure(group, f"{name}: its rate", tuple(its for _, its in rates), "alerts/s"))
            found.append(Figure(group, f"{name}: ours, of its", ratios, "", Target(">", 1, is_aim=True)))
    return found


Expected = Callable[[int, int], Stored]
"""What a number of requests with so many alerts each must leave in the store, at the least."""


def rows_of_one(requests: int, alerts: int) -> Stored:
    """An incident for each alert, a timer, a page for the primary and one for the shadow."""
    made = requests * alerts
    return Stored(incidents=made, timers=made, alerts=made, timeline=made, outbox=2 * made, unsent=0)


def rows_of_group(requests: int, alerts: int) -> Stored:
    """An incident for each group, and every alert a row of its own."""
    return Stored(requests, requests, alerts * requests, timeline=requests, outbox=2 * requests, unsent=0)


def no_rows(requests: int, alerts: int) -> Stored:
    """The circle is open already: only counts change."""
    return Stored(0, 0, 0, 0, 0, 0)


def check_stored(found: Stored, least: Stored, load: Load, requests: int) -> None:
    """Raises `LoadRefusedError` unless all that was accepted is there, and no more than was under way besides: wrk cuts
    its connections off at the end, in warming up and in measuring."""
    under_way = 1 + 2 * load.connections / requests
    for table in ("incidents", "timers", "alerts", "timeline", "outbox"):
        rows, wanted = getattr(found, table), getattr(least, table)
        if not wanted <= rows <= wanted * under_way + 1:
            raise LoadRefusedError(f"{rows} new rows in {table} where {wanted} alerts' worth had to be")


def accepted(server: Server, load: Load, seconds: float, expected: Expected) -> Cost:
    """The cost, once it is sure that the store holds what was accepted."""
    before = look(server.database)
    cost = cost_of(server, load, seconds)
    requests = cost.measured.requests
    check_stored(look(server.database).since(before), expected(requests, load.alerts), load, requests)
    return cost


def _yardstick(course: Course, name: str) -> Cost:
    load = Load(webhook(NEW))
    with yardstick(name, course.new_folder(name)) as server:
        warm_up(server, load)
        return cost_of(server, load, course.seconds)


def _fresh(course: Course, load: Load, expected: Expected) -> Cost:
    """On a service that has just been started with an empty store, and warmed up."""
    with course.routing() as (server, _):
        if load.circle:
            open_circle(server, load)
        else:
            warm_up(server, load)
        cost = accepted(server, load, course.seconds, expected)
    shutil.rmtree(server.folder)
    return cost


def open_circle(server: Server, load: Load) -> None:
    """Every alert that will be repeated is open, and everybody paged, before."""
    while look(server.database).incidents < load.circle:
        run_load(server, load, WARM_SECONDS)
    wait_until_sent(lambda: look(server.database), PATIENCE)


def _beside(course: Course, load: Load, group_by: str) -> Cost | None:
    if not ALERTMANAGER.exists():
        return None
    folder = course.new_folder("alertmanager")
    with receiving(folder / "receiver") as receiver, alertmanager(folder, receiver, group_by) as server:
        warm_up(server, load)
        return cost_of(server, load, course.seconds)
