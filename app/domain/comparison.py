"""What this router would have told people beside what another pager told them: to see the differences before moving."""

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from statistics import median

ONE_TELLING = timedelta(minutes=1)
"""Messages to one person about one thing within this are one telling: a push and an SMS at once, say."""


@dataclass(frozen=True, slots=True)
class Telling:
    """That a person was told of something. Pagers that do not say of what leave `dedup_key` and `title` empty; only the
    person and the instant are always known. `at` is aware UTC, `what` the kind of message."""

    at: datetime
    person: str
    what: str = ""
    title: str = ""
    dedup_key: str = ""
    severity: str = ""
    channels: tuple[str, ...] = ()
    why: str = ""
    incident: str = ""


@dataclass(frozen=True, slots=True)
class Both:
    """What both told the same person at about the same time."""

    ours: Telling
    theirs: Telling

    @property
    def delay(self) -> timedelta:
        """How much later we would have been; negative where they were."""
        return self.ours.at - self.theirs.at


@dataclass(frozen=True, slots=True)
class Comparison:
    """Each telling of either side in exactly one of the three, in order of time."""

    both: tuple[Both, ...]
    only_ours: tuple[Telling, ...]
    only_theirs: tuple[Telling, ...]

    @property
    def median_delay(self) -> timedelta | None:
        return timedelta(seconds=median(one.delay.total_seconds() for one in self.both)) if self.both else None

    @property
    def longest_delay(self) -> timedelta | None:
        """The most that we would have been later, or the least that we would have been earlier."""
        return max((one.delay for one in self.both), default=None)

    def between(self, since: datetime, until: datetime) -> "Comparison":
        """Without what happened outside `since` to `until`: a pair stays for as long as one of the two lies within."""

        def is_within(one: Telling) -> bool:
            return since <= one.at < until

        return Comparison(
            tuple(pair for pair in self.both if is_within(pair.ours) or is_within(pair.theirs)),
            tuple(filter(is_within, self.only_ours)),
            tuple(filter(is_within, self.only_theirs)),
        )


def gathered(tellings: Iterable[Telling]) -> list[Telling]:
    """In order of time, messages about the same thing that came together made one, over all their channels. Where
    nobody says what they were about, each is left as it is."""
    found: list[Telling] = []
    latest: dict[Hashable, int] = {}
    for one in sorted(tellings, key=lambda telling: telling.at):
        about = (one.person, one.incident, one.dedup_key, one.title)
        place = latest.get(about)
        if place is not None and one.at - found[place].at < ONE_TELLING and any(about[1:]):
            channels = dict.fromkeys((*found[place].channels, *one.channels))
            found[place] = replace(found[place], channels=tuple(channels))
        else:
            latest[about] = len(found)
            found.append(one)
    return found


def compare(ours: Iterable[Telling], theirs: Iterable[Telling], within: timedelta) -> Comparison:
    """Tellings of the same person that lie at most `within` apart are the same one, the earliest first. Where theirs
    name a dedup key it has to be the same, else their title if they give one (whatever its case and blanks)."""
    pairs: list[Both] = []
    left_ours, left_theirs = list(ours), list(theirs)
    for subject in (_key, _title, _nothing):
        found = _paired(left_ours, left_theirs, subject, within)
        pairs += found
        left_ours = _without(left_ours, [pair.ours for pair in found])
        left_theirs = _without(left_theirs, [pair.theirs for pair in found])
    return Comparison(
        tuple(sorted(pairs, key=lambda pair: min(pair.ours.at, pair.theirs.at))),
        tuple(sorted(left_ours, key=lambda one: one.at)),
        tuple(sorted(left_theirs, key=lambda one: one.at)),
    )


Subject = Callable[[Telling, bool], str | None]
"""By what a telling is recognised; None where it does not take part. True for theirs, which choose."""


def _key(one: Telling, chooses: bool) -> str | None:
    return one.dedup_key or None


def _title(one: Telling, chooses: bool) -> str | None:
    if chooses and one.dedup_key:
        return None
    return " ".join(one.title.split()).casefold() or None


def _nothing(one: Telling, chooses: bool) -> str | None:
    return None if chooses and (one.dedup_key or one.title) else ""


def _paired(ours: list[Telling], theirs: list[Telling], subject: Subject, within: timedelta) -> list[Both]:
    sides: dict[Hashable, tuple[list[Telling], list[Telling]]] = defaultdict(lambda: ([], []))
    for side, tellings in enumerate((ours, theirs)):
        for one in sorted(tellings, key=lambda telling: telling.at):
            about = subject(one, side == 1)
            if about is not None:
                sides[one.person, about][side].append(one)
    return [pair for left, right in sides.values() for pair in _in_step(left, right, within)]


def _in_step(ours: list[Telling], theirs: list[Telling], within: timedelta) -> list[Both]:
    """Both in order of time. Taking the earliest that fit pairs as many as can be."""
    found: list[Both] = []
    n = m = 0
    while n < len(ours) and m < len(theirs):
        delay = ours[n].at - theirs[m].at
        if abs(delay) <= within:
            found.append(Both(ours[n], theirs[m]))
        n += delay <= within
        m += delay >= -within
    return found


def _without(tellings: list[Telling], gone: list[Telling]) -> list[Telling]:
    """By identity: two may be equal."""
    ids = {id(one) for one in gone}
    return [one for one in tellings if id(one) not in ids]
