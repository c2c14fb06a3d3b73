"""Who has filled in for whom: an opted-out week is somebody else's week, and that is worth knowing."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from app.domain.people import Person
from app.domain.rota import OPTED_OUT, DatedFacts, Rota, Turn, turns


@dataclass(frozen=True, slots=True)
class FilledIn:
    """`person` had the shift from `since` to `until` because `instead_of`, whose turn it was, had opted out of it."""

    person: str
    instead_of: str
    since: datetime
    until: datetime


def filled_in(
    rota: Rota, people: Mapping[str, Person], facts: DatedFacts, since: datetime, until: datetime
) -> tuple[FilledIn, ...]:
    """Of the shifts that begin from `since` to before `until`; whoever covers such a shift does so for who fills in."""
    found = (_filled_in(turn) for turn in turns(rota, people, facts, since, until))
    return tuple(one for one in found if one)


def balance(filled: Iterable[FilledIn]) -> Mapping[tuple[str, str], int]:
    """How many shifts each owes whom, by (who owes, to whom), what they did for each other taken off."""
    done = Counter((one.instead_of, one.person) for one in filled)
    return {pair: left for pair, count in done.items() if (left := count - done[pair[::-1]]) > 0}


def _filled_in(turn: Turn) -> FilledIn | None:
    out = next((member for member, reason in turn.passed_over.items() if reason == OPTED_OUT), None)
    if out is None or turn.person is None:
        return None
    return FilledIn(turn.person, out, turn.since, turn.until)
