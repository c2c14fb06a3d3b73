"""What a report costs: a year of rota with a cover a week, and 10,000 incidents with all that they left behind."""

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from functools import partial
from random import Random
from time import perf_counter, process_time

import uvloop

from app.domain.classify import Severity
from app.domain.incident import Decision, Entry, Incident, Outcome, Status
from app.domain.message import MessageKind
from app.domain.notification import Notification, NotificationState, Planned, Send, Why
from app.domain.pay_terms import DayRates
from app.domain.receipt import SendState
from app.domain.rota_facts import KeptCover
from app.domain.ruleset import Rules
from app.service.histories import first_id
from app.service.in_force import InForce
from app.service.learning import Reports
from app.service.pay import Pay
from app.service.ports import Store
from app.service.rota_facts import Change, RotaFacts
from app.service.rota_history import RotaHistory
from app.wired_rules import read_kept
from bench.claiming import Open, stores
from bench.course import Course
from bench.figures import Figure, Target
from bench.office import RULES

INCIDENTS = 10_000
END = datetime(2026, 11, 1, tzinfo=UTC)
YEAR = timedelta(days=365)
PROMISED = Target("<", 5)
_WEEK = timedelta(weeks=1)
_MINUTE = timedelta(minutes=1)
_AT_ONCE = 500
_WHY = Why("primary", "asha's week in rota primary", "payments", "out of hours", "critical", "a new critical alert")


class Standing:
    """The clock of a year that is over."""

    def now(self) -> datetime:
        return END


def measure(course: Course) -> list[Figure]:
    return [
        figure
        for name, opening in stores(course, "reports").items()
        for figure in uvloop.run(_of(course, name, opening))
    ]


async def _of(course: Course, name: str, opening: Open) -> list[Figure]:
    course.step(f"{name}: reports of a year and {INCIDENTS:,} incidents")
    async with opening() as store:
        await _seed(store)
        rules = _rules()
        in_force = InForce(rules, END - YEAR)
        facts = RotaFacts(store, in_force, Standing())
        history = RotaHistory(facts, in_force, lambda text: rules)
        reports, pay = Reports(store, in_force), Pay(store, history, DayRates, Standing())
        asked: dict[str, Callable[[], Awaitable[object]]] = {
            "report": partial(reports.report, END - YEAR, END),
            "report of one squad": partial(reports.report, END - YEAR, END, "payments"),
            "pay": partial(pay.report, END - YEAR, END),
            "pay of a month": partial(pay.report, END - timedelta(days=31), END),
        }
        found: list[Figure] = []
        for what, ask in asked.items():
            wall, core = zip(*[await _timed(ask) for _ in range(course.rounds)], strict=True)
            found += [
                Figure("a year of rota and 10,000 incidents", name, wall, "s", PROMISED, column=what),
                Figure("the same, seconds of a core that this process took", name, core, "s", column=what),
            ]
        return found


def _rules() -> Rules:
    return read_kept(RULES.replace("RECEIVER", "http://127.0.0.1:9"))


async def _timed(ask: Callable[[], Awaitable[object]]) -> tuple[float, float]:
    """Seconds that it took, and seconds of a core."""
    wall, core = perf_counter(), process_time()
    await ask()
    return perf_counter() - wall, process_time() - core


async def _seed(store: Store) -> None:
    chance = Random(1)
    first = END - YEAR
    covers = [
        KeptCover(f"{week:016x}", "primary", "ben", "asha", start, start + timedelta(days=1), "ben", start)
        for week in range(52)
        for start in (first + week * _WEEK + timedelta(days=2),)
    ]
    in_force = InForce(_rules(), first)
    await RotaFacts(store, in_force, Standing()).change(lambda kept, scene: Change(said=tuple(covers)))
    step = YEAR / (INCIDENTS + 1)
    for start in range(0, INCIDENTS, _AT_ONCE):
        numbers = range(start, start + _AT_ONCE)
        await store.commit([_decision(first + (number + 1) * step, number, chance) for number in numbers])


def _decision(at: datetime, number: int, chance: Random) -> Decision:
    """One that was taken within a quarter of an hour and over within two hours, every fifth by itself."""
    id, had, over = f"{int(first_id(at), 16) + 1:016x}", at + chance.random() * 15 * _MINUTE, at + timedelta(hours=2)
    by_source = number % 5 == 0
    incident = Incident(
        id=id,
        source="alertmanager",
        dedup_key=f"payments-{number}",
        title="Payments API does not answer",
        severity=chance.choice([Severity.CRITICAL, Severity.CRITICAL, Severity.HIGH, Severity.TRIAGE]),
        status=Status.RESOLVED,
        opened_at=at,
        updated_at=over,
        version=1,
        squad="payments",
        rule=chance.choice(["payments", "each on its own", ""]),
        resolved_at=over,
        resolved_by="asha",
    )
    told = [
        Entry(at, "opened", "rule payments (routing_rules.yaml:17)", "alertmanager"),
        *(Entry(at, "page", f"{who} told as primary: a new critical alert", "router") for who in ("asha", "ben")),
    ]
    worked = [
        Entry(had, "acknowledged", "asha has it", "asha", "slack"),
        *(Entry(had + n * _MINUTE, "note", "looked at the dashboard", "asha", "slack") for n in range(1, 4)),
    ]
    end = Entry(over, "resolved", "over", "alertmanager" if by_source else "asha", "source" if by_source else "slack")
    timeline = (*told, *([] if by_source else worked), end)
    rows = tuple(_page(id, who, at) for who in ("asha", "ben"))
    return Decision(incident, Outcome.OPENED, notifications=rows, timeline=timeline)


def _page(incident: str, who: str, at: datetime) -> Notification:
    sends = tuple(Send(channel, who, at, SendState.SENT, 1, at=at) for channel in ("webhook", "sms", "voice"))
    return Notification(
        key=f"{incident}/1/1/0/{who}",
        incident=incident,
        kind=MessageKind.PAGE,
        reader=who,
        role="primary",
        why=_WHY,
        created_at=at,
        due_at=None,
        plan=tuple(Planned(send.channel, who, 0) for send in sends),
        state=NotificationState.DONE,
        sends=sends,
    )
