"""What is known of the router itself: what is late, what was refused, what cannot be sent, and to whom."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from app.domain.errors import StoreUnavailable
from app.domain.reach import SAID, Lack, PersonReach
from app.domain.receipt import SendState
from app.entrypoints.web.wording import name_of
from app.service.page_tests import MethodTest, PageTest
from app.service.quarantine import waiting_by_source
from app.service.replicas import Replica, replicas
from app.service.self_audit import Audit, audit
from app.wiring import Application

GRAVE = frozenset({Lack.NO_METHOD, Lack.NO_CONSENT, Lack.STOPPED, Lack.BOUNCED})
"""What of a person's lacks may mean that a page does not arrive."""

UNTESTED = timedelta(days=30)
"""After so long without a test page nobody knows whether one would arrive."""


@dataclass(frozen=True, slots=True)
class Tested:
    """The newest test page that anybody has sent, and what became of it."""

    test: PageTest
    name: str
    results: tuple[MethodTest, ...]

    @property
    def arrived(self) -> int:
        return sum(_has_arrived(one) for one in self.results)


@dataclass(frozen=True, slots=True)
class Stored:
    """What only the store knows."""

    audit: Audit
    replicas: Sequence[Replica]
    quarantine: Mapping[str, int]
    tested: Tested | None
    people: Sequence[PersonReach]


@dataclass(frozen=True, slots=True)
class ChannelHealth:
    """A channel that is set up; figures are of this process since it started."""

    name: str
    sent: int
    again: int
    refused: int


@dataclass(frozen=True, slots=True)
class Health:
    """`troubles` are what somebody should look at, gravest first. `stored` is None while the store is out of reach.
    `journalled` None: this process has no journal."""

    troubles: tuple[str, ...]
    stored: Stored | None
    channels: tuple[ChannelHealth, ...]
    sends_here: bool
    version: str
    loaded_at: datetime
    refusal: tuple[str, ...]
    warnings: tuple[str, ...]
    doubts: tuple[str, ...]
    journalled: int | None
    journal_room: float


async def health(application: Application) -> Health:
    stored = await _stored(application)
    in_force, outage = application.in_force, application.outage
    refusal = tuple(map(str, in_force.refusal))
    return Health(
        troubles=(*_troubles(application, refusal), *(_stored_troubles(stored, application) if stored else _AWAY)),
        stored=stored,
        channels=_channels(application),
        sends_here=application.settings.role != "api",
        version=in_force.rules.version,
        loaded_at=in_force.loaded_at,
        refusal=refusal,
        warnings=tuple(map(str, in_force.rules.warnings)),
        doubts=application.doubts(),
        journalled=outage.waiting if outage else None,
        journal_room=outage.room if outage else 1.0,
    )


_AWAY = ("The store is out of reach: what is due, other processes and people's methods are not known.",)


async def _stored(application: Application) -> Stored | None:
    store, now = application.store, application.clock.now()
    try:
        return Stored(
            audit=await audit(store, application.clock),
            replicas=await replicas(store, now),
            quarantine=await waiting_by_source(store),
            tested=await _tested(application),
            people=await application.reached.everybody(),
        )
    except StoreUnavailable:
        return None


async def _tested(application: Application) -> Tested | None:
    latest = await application.page_tests.latest()
    if latest is None:
        return None
    name = name_of(latest.person, application.in_force.rules)
    return Tested(latest, name, await application.page_tests.results(latest))


def _channels(application: Application) -> tuple[ChannelHealth, ...]:
    counted = application.metrics.sends_by_channel()
    return tuple(
        ChannelHealth(name, *(counted.get(name, {}).get(result, 0) for result in ("sent", "retry", "rejected")))
        for name in sorted(application.dispatcher.channels)
    )


def _troubles(application: Application, refusal: Sequence[str]) -> list[str]:
    outage = application.outage
    found = [
        "A newer rules file is refused; the one before it keeps paging." if refusal else "",
        f"Requests that wait in this process's journal for the store: {outage.waiting}."
        if outage and outage.waiting
        else "",
        "The rules only observe: nobody is told of anything." if application.in_force.rules.mode == "observe" else "",
        *(f"The store: {doubt}." for doubt in application.doubts()),
    ]
    return [one for one in found if one]


def _stored_troubles(stored: Stored, application: Application) -> list[str]:
    now = stored.audit.at
    unreachable = [one for one in stored.people if one.when(now) != "later" and GRAVE.intersection(one.lacks)]
    waiting = sum(stored.quarantine.values())
    found = [
        "What is due is late: see the queues." if stored.audit.is_late else "",
        *(f"{one.name} {_on_call(one, now)} and {_worst(one)}." for one in unreachable),
        "Processes have different rules in force." if len({one.rules for one in stored.replicas}) > 1 else "",
        f"Refused bodies that wait in quarantine: {waiting}." if waiting else "",
        "Nobody has sent a test page within a month." if _is_untested(stored.tested, now) else "",
    ]
    return [one for one in found if one]


def _is_untested(tested: Tested | None, now: datetime) -> bool:
    return tested is None or now - tested.test.at > UNTESTED


def _on_call(one: PersonReach, now: datetime) -> str:
    role = one.next.rota.replace("_", " ") if one.next else ""
    return f"is {role}" if one.when(now) == "now" else f"will be {role}"


def _worst(one: PersonReach) -> str:
    return SAID[min(GRAVE.intersection(one.lacks), key=tuple(Lack).index)]


def _has_arrived(one: MethodTest) -> bool:
    return one.send is not None and one.send.state in (SendState.SENT, SendState.DELIVERED)
