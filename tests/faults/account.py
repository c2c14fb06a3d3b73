"""The sender's log against the people's: what was promised, and what people really got."""

import time
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import pairwise
from math import inf

from tests.faults.people import Got
from tests.faults.sender import Accepted

FIRST = ("asha", "ben")
LATER = ("chen", "cto")
SECOND_STEP = 2.0
"""Seconds after the first step of a `quick` alert."""

IN_FLIGHT = 3.0
"""Seconds before a fault within which a message that is doubled must have been sent: its answer and its record were
still under way."""

NOTED_LATE = 0.5
"""Seconds by which a busy machine may let the receiver note an arrival too late: its sender may be dead by then."""

READING = 0.3
"""Seconds that the clock of a replica may be ahead of the store's, which it reads over a slow connection."""

API_KILLED = "api killed"


@dataclass(frozen=True, slots=True)
class Fault:
    """Something that was done to the servers; a kill ends as it begins."""

    what: str
    begun: float
    ended: float


@dataclass(slots=True)
class Faults:
    """The log of whoever does them."""

    log: list[Fault] = field(default_factory=list)

    def note(self, what: str) -> None:
        now = time.time()
        self.log.append(Fault(what, now, now))

    @contextmanager
    def during(self, what: str) -> Iterator[None]:
        begun = time.time()
        try:
            yield
        finally:
            self.log.append(Fault(what, begun, time.time()))

    def counted(self) -> dict[str, int]:
        return dict(Counter(one.what for one in self.log))


Page = tuple[str, str]
"""An alert's name, and who hears of it."""


@dataclass(slots=True)
class Account:
    """`faults` explain what came twice; `given_up` are alerts of which nobody knows whether they were accepted."""

    accepted: Sequence[Accepted]
    got: Sequence[Got]
    faults: Sequence[Fault]
    given_up: Sequence[str] = ()
    arrivals: Mapping[Page, list[Got]] = field(init=False)

    def __post_init__(self) -> None:
        arrivals = defaultdict[Page, list[Got]](list)
        for one in self.got:
            for title in one.titles:
                arrivals[title, one.person].append(one)
        self.arrivals = dict(arrivals)

    def due(self) -> list[Page]:
        """Every page that is due."""
        return [(one.name, who) for one in self.accepted for who in (FIRST + LATER if one.quick else FIRST)]

    def lost(self) -> list[str]:
        """Accepted alerts that nobody at all heard of."""
        return [one.name for one in self.accepted if not any((one.name, who) in self.arrivals for who in FIRST)]

    def missing(self) -> list[Page]:
        return [page for page in self.due() if page not in self.arrivals]

    def uncalled_for(self) -> list[Page]:
        """Pages of steps that an alert does not have, and of alerts that nobody sent."""
        known = {one.name for one in self.accepted} | set(self.given_up)
        return [
            page
            for page in self.arrivals
            if page[0] not in known or (page[1] in LATER and not page[0].startswith("quick-"))
        ]

    def by_two_replicas(self) -> list[Page]:
        """Pages under two keys, of which the reader could not have been spared the second: the sender gave the alert
        to two replicas, having had no answer from the first, and the store was out of reach of at least one of them.
        So at most one of the keys was ever used in a message that does not say "degraded"."""
        return [page for page in self._of_several_keys() if self._is_by_two_replicas(page)]

    def under_two_keys(self) -> list[Page]:
        """All others that came as if they were two: their reader could not tell that they are one."""
        return [page for page in self._of_several_keys() if not self._is_by_two_replicas(page)]

    def doubled(self) -> list[tuple[Got, Got]]:
        """Each message that came again under its key, with the arrival before it."""
        found: list[tuple[Got, Got]] = []
        for got in self.arrivals.values():
            for key in {one.key for one in got}:
                found += pairwise(one for one in got if one.key == key)
        return found

    def explained(self) -> dict[str, int]:
        """How many doubled messages each fault explains."""
        return dict(Counter(why for pair in self.doubled() if (why := self.explanation(*pair))))

    def unexplained(self) -> list[str]:
        """Doubled without a fault in between that caught the first one in flight: which, when, and what was done last
        before each arrival."""
        return [self._told(*pair) for pair in self.doubled() if not self.explanation(*pair)]

    def explanation(self, first: Got, again: Got) -> str:
        """The latest fault that was there when the first was in flight. Only what was told without the store is told
        again by an api process: its memory of having told it went with its life."""
        until = min(again.at, first.at + IN_FLIGHT)
        caught = [
            fault
            for fault in self.faults
            if (fault.begun <= until and fault.ended >= first.at - NOTED_LATE and fault.what != API_KILLED)
            or (fault.what == API_KILLED and first.degraded and first.at - NOTED_LATE <= fault.begun <= again.at)
        ]
        return max(caught, key=lambda fault: fault.begun).what if caught else ""

    def early(self) -> list[str]:
        """Second steps before their time, which counts from the first step's commit: that was never before the alert
        was sent."""
        sent = {one.name: one.sent for one in self.accepted}
        return [
            title
            for (title, who), got in self.arrivals.items()
            if who == "chen" and title in sent and got[0].at < sent[title] + SECOND_STEP - READING
        ]

    def first_step_seconds(self) -> list[float]:
        """From each acceptance to the first arrival at the primary; below 0 where the answer was slower."""
        return [
            self.arrivals[one.name, "asha"][0].at - one.at
            for one in self.accepted
            if (one.name, "asha") in self.arrivals
        ]

    def told_after(self, some: Sequence[Accepted]) -> list[float]:
        """From the acceptance of these to the arrival at the last of those who must hear first."""
        return [
            max(self.arrivals[one.name, who][0].at if (one.name, who) in self.arrivals else inf for who in FIRST)
            - one.at
            for one in some
        ]

    def said_degraded(self) -> set[str]:
        """The alerts of which somebody was told without the store."""
        return {title for one in self.got if one.degraded for title in one.titles}

    def second_step_seconds(self) -> list[float]:
        """From each sending of a `quick` alert to the first arrival at the second line."""
        return [
            self.arrivals[one.name, "chen"][0].at - one.sent
            for one in self.accepted
            if one.quick and (one.name, "chen") in self.arrivals
        ]

    def figures(self) -> dict[str, object]:
        """What there is to print."""
        return {
            "accepted": len(self.accepted),
            "accepted at a later try": sum(one.tries > 1 for one in self.accepted),
            "accepted into a journal": sum(one.journalled for one in self.accepted),
            "pages due": len(self.due()),
            "pages of timers": sum(who in LATER for _, who in self.due()),
            "said degraded": sum(one.degraded for one in self.got),
            "lost": len(self.lost()),
            "missing": len(self.missing()),
            "doubled": len(self.doubled()),
            "doubled by": self.explained(),
            "doubled and unexplained": len(self.unexplained()),
            "told by two replicas": len(self.by_two_replicas()),
            "under two keys": len(self.under_two_keys()),
            "uncalled for": len(self.uncalled_for()),
            "early": len(self.early()),
            "first step after, s": spread(self.first_step_seconds()),
            "second step after, s": spread(self.second_step_seconds()),
        }

    def must_balance(self) -> None:
        """Nothing lost, missing, early or uncalled for, and nothing twice but what a fault explains."""
        assert self.lost() == []
        assert self.missing() == []
        assert self.uncalled_for() == []
        assert self.under_two_keys() == []
        assert self.unexplained() == []
        assert self.early() == []

    def _told(self, first: Got, again: Got) -> str:
        def since(at: float) -> str:
            before = max((one for one in self.faults if one.begun <= at), key=lambda one: one.begun, default=None)
            return f"{at - before.begun:.2f} s after {before.what}" if before else "before any fault"

        said = f"{since(first.at)}, and {again.at - first.at:.2f} s later, {since(again.at)}"
        return f"{first.person} heard of {' '.join(first.titles)} {said} ({first.key})"

    def _of_several_keys(self) -> list[Page]:
        return [page for page, got in self.arrivals.items() if len({one.key for one in got}) > 1]

    def _is_by_two_replicas(self, page: Page) -> bool:
        sane = {one.key for one in self.arrivals[page] if not one.degraded}
        return len(sane) <= 1 and page[0] not in {one.name for one in self.accepted if one.tries == 1}


def spread(seconds: Sequence[float]) -> str:
    """Median and most."""
    ordered = sorted(seconds)
    return f"median {ordered[len(ordered) // 2]:.2f}, most {ordered[-1]:.2f}" if ordered else "none"
