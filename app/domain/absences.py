"""Shifts that somebody holds while their own calendar says that they are away: they need cover, and in time."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from app.domain.cover_told import Row, stretch_words
from app.domain.message import OFFER_COVER, Notice
from app.domain.notice import to_person
from app.domain.people import Urgency
from app.domain.rota import DatedFacts, OnCall, held
from app.domain.ruleset import Rules

AHEAD = timedelta(days=60)
"""How far ahead calendars are looked at."""

FIRST_ASKED = timedelta(days=21)
ASKED_AGAIN = timedelta(days=3)
"""How long before it begins somebody is asked to find cover."""

_KIND = "absence"


@dataclass(frozen=True, slots=True)
class Away:
    """From when to when somebody is away, aware UTC. Why is their own affair, and never read."""

    since: datetime
    until: datetime


@dataclass(frozen=True, slots=True)
class NeedsCover:
    """`person` holds `rota` from `since` to `until` and is away then."""

    person: str
    rota: str
    since: datetime
    until: datetime

    @property
    def about(self) -> str:
        return f"{_KIND}/{self.person}/{self.rota}/"

    @property
    def stamp(self) -> str:
        return f"{self.since:%Y%m%dT%H%M}"

    @property
    def key(self) -> str:
        """How the keys of all messages about it begin."""
        return f"{self.about}{self.stamp}/"


def joined(away: Iterable[Away]) -> tuple[Away, ...]:
    """In order, those that touch or overlap as one."""
    found: list[Away] = []
    for one in sorted(away, key=lambda one: (one.since, one.until)):
        if found and one.since <= found[-1].until:
            found[-1] = Away(found[-1].since, max(found[-1].until, one.until))
        else:
            found.append(one)
    return tuple(found)


def needs_cover(
    rules: Rules, facts: DatedFacts, away: Mapping[str, Sequence[Away]], now: datetime
) -> tuple[NeedsCover, ...]:
    """Everything of the time ahead that somebody holds while they are away, the earliest first. A role that is asked in
    working hours only needs no cover outside them."""
    found = [
        need
        for rota in rules.rotas.values()
        if not rota.shadowing
        for shift in held(rota, rules.people, facts, now, now + AHEAD)
        for need in _away_in(shift, away)
        if rota.consent_required or _has_work(need, rules)
    ]
    return tuple(sorted(found, key=lambda need: (need.since, need.rota, need.person)))


def told_to_find_cover(needs: Iterable[NeedsCover], rules: Rules, now: datetime) -> tuple[Row, ...]:
    """Each of them is asked three weeks before it begins, and once more three days before; what is found out later than
    that is asked for once."""
    return tuple(
        _asked(need, "again" if need.since - ASKED_AGAIN <= now else "first", rules, now)
        for need in needs
        if need.since - FIRST_ASKED <= now < need.since
    )


def need_of(key: str, needs: Iterable[NeedsCover], now: datetime) -> NeedsCover | None:
    """What the message of this key asks to be covered, or what is left of it by now; None when nothing needs it."""
    return next((need for need in needs if key.startswith(need.key) or _has_begun(key, need, now)), None)


def _has_begun(key: str, need: NeedsCover, now: datetime) -> bool:
    """Whether the message is about an absence that goes on now, of which `need` is the rest."""
    about, _, began = key.rpartition("/")[0].rpartition("/")
    return need.since <= now and f"{about}/" == need.about and began <= need.stamp


def _asked(need: NeedsCover, place: str, rules: Rules, now: datetime) -> Row:
    words = stretch_words(need.rota, need.since, need.until, rules)
    stretch = f"--from {need.since:%Y-%m-%dT%H:%MZ} --until {need.until:%Y-%m-%dT%H:%MZ}"
    notice = Notice(
        f"Your calendar says that you are away, and you hold {words}",
        ("It is yours until somebody takes it.", f"To ask for cover: oncall-router cover offer {need.rota} {stretch}"),
        answers=(OFFER_COVER,),
    )
    return to_person(f"{need.key}{place}", need.person, notice, Urgency.QUIET, rules, now)


def _away_in(shift: OnCall, away: Mapping[str, Sequence[Away]]) -> Iterable[NeedsCover]:
    if shift.person is None or shift.since is None or shift.until is None:
        return
    for one in away.get(shift.person, ()):
        since, until = max(one.since, shift.since), min(one.until, shift.until)
        if since < until:
            yield NeedsCover(shift.person, shift.rota, since, until)


def _has_work(need: NeedsCover, rules: Rules) -> bool:
    calendar = rules.calendars[rules.default_calendar]
    return calendar.working_between(need.since, need.until) > timedelta(0)
