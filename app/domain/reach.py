"""Whether people can be reached: what is known of each of their methods, and what they lack, whoever is next first."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from hashlib import blake2b
from typing import Literal

from app.domain.people import ContactMethod, Person
from app.domain.rota import DatedFacts, OnCall, has_consent, on_call, shifts
from app.domain.ruleset import Rules
from app.domain.tell import LAST_RESORT

LOOK_AHEAD = timedelta(weeks=8)
SOON = timedelta(days=7)
PHONES = frozenset({"sms", "voice"})
CONSOLE = "console"
"""Nobody is reached there at night, so it counts as no method."""


When = Literal["now", "soon", "later"]


class Lack(StrEnum):
    """What stands in the way, gravest first."""

    NO_METHOD = "no_method"
    NO_CONSENT = "no_consent"
    STOPPED = "stopped"
    BOUNCED = "bounced"
    NO_PHONE = "no_phone"
    NEVER_TESTED = "never_tested"
    UNVERIFIED = "unverified"


SAID: Mapping[Lack, str] = {
    Lack.NO_METHOD: "there is no way to reach them",
    Lack.NO_CONSENT: "is in an out-of-hours rota without consent, so it passes them over",
    Lack.STOPPED: "has answered STOP to text messages",
    Lack.BOUNCED: "a message failed lately",
    Lack.NO_PHONE: "has no telephone number",
    Lack.NEVER_TESTED: "has never been sent a test page",
    Lack.UNVERIFIED: "has not confirmed every method",
}


TOLD: Mapping[Lack, str] = {
    Lack.NO_METHOD: "There is no way to reach you: ask for a contact method in the rules file.",
    Lack.NO_CONSENT: "You are in an out-of-hours rota without having consented to it, so it passes you over.",
    Lack.STOPPED: "Your telephone has answered STOP: send START to get text messages again.",
    Lack.BOUNCED: "A message to you failed lately: oncall-router readiness says which.",
    Lack.NO_PHONE: "You have no telephone number in the rules file.",
    Lack.NEVER_TESTED: "You have never been sent a test page: oncall-router test-page does it.",
    Lack.UNVERIFIED: "You have not confirmed that test pages reach you in every way.",
}
"""The same to that person."""


@dataclass(frozen=True, slots=True)
class Tried:
    """What is known of one method: when it was last tested, confirmed by its reader, or failed for good and why."""

    tested_at: datetime | None = None
    verified_at: datetime | None = None
    failed_at: datetime | None = None
    failed_why: str = ""

    @property
    def is_bouncing(self) -> bool:
        """Whether the last thing known of it is a failure."""
        return self.failed_at is not None and (self.verified_at is None or self.verified_at < self.failed_at)


@dataclass(frozen=True, slots=True)
class MethodReach:
    """One method, with what is known of it."""

    method: ContactMethod
    tried: Tried
    stopped: bool


@dataclass(frozen=True, slots=True)
class PersonReach:
    """One person. `next` is their next stretch of a role, running or to come within `LOOK_AHEAD`; the last resort's
    never ends."""

    person: str
    name: str
    next: OnCall | None
    lacks: tuple[Lack, ...]
    methods: tuple[MethodReach, ...]

    @property
    def is_ready(self) -> bool:
        return not self.lacks

    def when(self, now: datetime) -> When:
        """Whether it is running, begins within a week, or later or not at all."""
        if self.next is None:
            return "later"
        if self.next.since is None or self.next.since <= now:
            return "now"
        return "soon" if self.next.since <= now + SOON else "later"


@dataclass(frozen=True, slots=True)
class Known:
    """What the store knows of methods, by person and `method_id`, and which numbers have answered STOP."""

    tried: Mapping[tuple[str, str], Tried]
    stopped: frozenset[str] = frozenset()


def method_id(method: ContactMethod) -> str:
    """A name that holds no address; another address on the same channel is another method, and must be tried anew."""
    return f"{method.channel}-{blake2b(method.address.encode('utf-8', 'replace'), digest_size=6).hexdigest()}"


def methods_of(person: Person) -> tuple[ContactMethod, ...]:
    """What counts as a way to reach somebody, in the order of the rules file."""
    return tuple(method for method in person.methods if method.channel != CONSOLE)


def reach(rules: Rules, facts: DatedFacts, known: Known, now: datetime) -> tuple[PersonReach, ...]:
    """Everybody, whoever is on call soonest first."""
    coming = _coming(rules, facts, now)
    found = [_of(person, rules, facts, known, coming.get(person.id), now) for person in rules.people.values()]
    return tuple(sorted(found, key=lambda one: (_order(one, now), one.is_ready, one.name)))


def _order(one: PersonReach, now: datetime) -> float:
    if one.next is None:
        return float("inf")
    return max(0.0, (one.next.since - now).total_seconds()) if one.next.since else 0.0


def _of(
    person: Person, rules: Rules, facts: DatedFacts, known: Known, coming: OnCall | None, now: datetime
) -> PersonReach:
    methods = tuple(
        MethodReach(
            method,
            known.tried.get((person.id, method_id(method)), Tried()),
            method.channel == "sms" and method.address in known.stopped,
        )
        for method in methods_of(person)
    )
    return PersonReach(person.id, person.name, coming, _lacks(person, methods, rules, facts, now), methods)


def _lacks(
    person: Person, methods: tuple[MethodReach, ...], rules: Rules, facts: DatedFacts, now: datetime
) -> tuple[Lack, ...]:
    tested = [one for one in methods if one.tried.tested_at]
    found = {
        Lack.NO_METHOD: not methods,
        Lack.NO_CONSENT: _lacks_consent(person, rules, facts, now),
        Lack.STOPPED: any(one.stopped for one in methods),
        Lack.BOUNCED: any(one.tried.is_bouncing for one in methods),
        Lack.NO_PHONE: bool(methods) and not any(one.method.channel in PHONES for one in methods),
        Lack.NEVER_TESTED: bool(methods) and not tested,
        Lack.UNVERIFIED: bool(tested) and not all(one.tried.verified_at for one in methods),
    }
    return tuple(lack for lack in Lack if found[lack])


def _lacks_consent(person: Person, rules: Rules, facts: DatedFacts, now: datetime) -> bool:
    """Of whoever is in the turn of a rota that needs it; who has opted out of that is in no turn."""
    return any(
        rota.consent_required
        and person.id in rota.members
        and person.id not in rota.opted_out
        and not has_consent(person, facts, now.astimezone(rota.zone).date())
        for rota in rules.rotas.values()
    )


def _coming(rules: Rules, facts: DatedFacts, now: datetime) -> dict[str, OnCall]:
    """Each person's soonest stretch. The last resort may be needed at any moment."""
    soonest: dict[str, OnCall] = {}
    for rota in rules.rotas.values():
        running = on_call(rota, rules.people, facts, now)
        for stretch in (running, *shifts(rota, rules.people, facts, now, now + LOOK_AHEAD)):
            known = soonest.get(stretch.person or "")
            if stretch.person and (known is None or _begins(stretch, now) < _begins(known, now)):
                soonest[stretch.person] = stretch
    last = OnCall(LAST_RESORT, rules.last_resort, None, None, "the last resort, at any hour")
    return {**soonest, rules.last_resort: last} if rules.last_resort else soonest


def _begins(stretch: OnCall, now: datetime) -> datetime:
    return max(stretch.since, now) if stretch.since else now
