"""What people have said of rotas from week to week, as it is kept: who said it, when, and what it comes to."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from app.domain.rota import Cover, DatedFacts, OptedOutWeeks

Spans = tuple[tuple[date, date | None], ...]


@dataclass(frozen=True, slots=True)
class KeptCover:
    """`person` holds `rota` from `since` to `until` instead of `instead_of`, whose turn it was when it was agreed on
    (empty: a gap).

    One that was withdrawn before it began counts for nothing; one that had begun ends at `withdrawn_at`. `offer` is the
    offer that was taken, `swap` what two covers of one swap share.
    """

    id: str
    rota: str
    person: str
    instead_of: str
    since: datetime
    until: datetime
    by: str
    at: datetime
    note: str = ""
    offer: str = ""
    swap: str = ""
    withdrawn_at: datetime | None = None
    withdrawn_by: str = ""

    @property
    def ends_at(self) -> datetime:
        """When it ends, or ended; not after `since` when it never was in effect."""
        return min(self.until, self.withdrawn_at) if self.withdrawn_at else self.until


@dataclass(frozen=True, slots=True)
class KeptOffer:
    """`person`, who holds `rota` then, looks for somebody to take it: `to`, or (empty) whoever is first to say yes."""

    id: str
    rota: str
    person: str
    to: str
    since: datetime
    until: datetime
    by: str
    at: datetime
    note: str = ""
    taken_at: datetime | None = None
    taken_by: str = ""
    withdrawn_at: datetime | None = None
    withdrawn_by: str = ""

    def is_open(self, now: datetime) -> bool:
        return not self.taken_at and not self.withdrawn_at and now < self.until


@dataclass(frozen=True, slots=True)
class KeptOptOut:
    """`person` skips the shifts of `rota` that begin on a local date from `since` to before `until`."""

    id: str
    rota: str
    person: str
    since: date
    until: date
    by: str
    at: datetime
    note: str = ""


@dataclass(frozen=True, slots=True)
class KeptConsent:
    """From the local date `since` on `person` agrees to be on call out of hours, or (`given` false) no longer does."""

    id: str
    person: str
    since: date
    given: bool
    by: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Shadowing:
    """`person` shadows in `rota` from `since` until at most the local date `until`, and has no turn in `becomes` before
    somebody has said that they are ready, from `ready_from` on."""

    id: str
    person: str
    rota: str
    becomes: str
    since: date
    until: date
    by: str
    at: datetime
    ready_from: date | None = None
    ready_by: str = ""
    ready_at: datetime | None = None

    @property
    def ends(self) -> date:
        """The first local date on which they shadow no longer."""
        return min(self.until, self.ready_from) if self.ready_from else self.until


@dataclass(frozen=True, slots=True)
class Kept:
    """All of it, each kind in the order in which it was said."""

    covers: tuple[KeptCover, ...] = ()
    offers: tuple[KeptOffer, ...] = ()
    opt_outs: tuple[KeptOptOut, ...] = ()
    consents: tuple[KeptConsent, ...] = ()
    shadowings: tuple[Shadowing, ...] = ()


def dated(kept: Kept) -> DatedFacts:
    """What it comes to for whoever asks who is on call."""
    given, refused = _spans(kept.consents)
    return DatedFacts(
        covers=tuple(
            Cover(one.rota, one.person, one.since, one.ends_at) for one in kept.covers if one.since < one.ends_at
        ),
        opted_out_weeks=(
            *(OptedOutWeeks(one.rota, one.person, one.since, one.until) for one in kept.opt_outs),
            *(
                weeks
                for place, one in enumerate(kept.shadowings)
                for weeks in _skipped(one, kept.shadowings[place + 1 :])
            ),
        ),
        consents=given,
        withdrawn=refused,
    )


def _skipped(one: Shadowing, later: tuple[Shadowing, ...]) -> Iterable[OptedOutWeeks]:
    """No turn before they are ready, and no shadowing after it has ended; a later shadowing begins all anew."""
    anew = [other for other in later if other.person == one.person]
    until = min((other.since for other in anew if other.becomes == one.becomes), default=date.max)
    ready = min(one.ready_from or date.max, until)
    if one.since < ready:
        yield OptedOutWeeks(one.becomes, one.person, one.since, ready, "shadows, and is not ready yet")
    again = min((other.since for other in anew if other.rota == one.rota), default=date.max)
    if one.ends < again:
        yield OptedOutWeeks(one.rota, one.person, one.ends, again, "shadows no longer")


def _spans(consents: Iterable[KeptConsent]) -> tuple[Mapping[str, Spans], Mapping[str, Spans]]:
    """When each person has agreed, and when they have withdrawn it; the last word holds from its date on."""
    said: dict[str, list[KeptConsent]] = {}
    for one in consents:
        earlier = [word for word in said.get(one.person, []) if word.since < one.since]
        said[one.person] = [*earlier, one]
    return {who: _of(words, True) for who, words in said.items()}, {
        who: _of(words, False) for who, words in said.items()
    }


def _of(words: list[KeptConsent], given: bool) -> Spans:
    ends = [*(word.since for word in words[1:]), None]
    return tuple((word.since, end) for word, end in zip(words, ends, strict=True) if word.given is given)
