"""Where in a rota's turn somebody new would fit best: each place is tried out over the weeks to come."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from app.domain.errors import InvalidPayload
from app.domain.fairness import NONE, Share, burdens, shares
from app.domain.paging_roles import Hours, rotas_told
from app.domain.people import Person
from app.domain.planned import Slot, planned, slots
from app.domain.rota import DatedFacts, Rota, on_call
from app.domain.rota_gaps import double_bookings
from app.domain.ruleset import Rules


@dataclass(frozen=True, slots=True)
class Place:
    """One place in the turn, after the member `after` (empty: alone), and what the weeks to come would look like.

    `members` is the list to write for it; written so, whoever has the turn now keeps it. `double_bookings` counts times
    that the new member would hold another role that is told in the same hours, `moved` stretches that would have
    another holder than now.
    """

    after: str
    members: tuple[str, ...]
    shares: tuple[Share, ...]
    double_bookings: int
    moved: int


def places(rules: Rules, facts: DatedFacts, name: str, person: str, since: datetime, weeks: int) -> tuple[Place, ...]:
    """Every place for `person` in the turn of the rota `name`, best first: fewest double bookings, then the most
    even holidays, weekends and nights, then the fewest that move.

    They are taken to agree from `since` on. Raises `InvalidPayload` where they have a place, or the rota is over.
    """
    rota = rules.rotas[name]
    turn = tuple(member for member in rota.members if member not in rota.opted_out)
    if person in turn:
        raise InvalidPayload(f"{person} has a place in rota {name} already", "person")
    if rota.ends and since.astimezone(rota.zone).date() >= rota.ends:
        raise InvalidPayload(f"rota {name} ended on {rota.ends}", "rota")
    trial = _Trial(rules, facts, rota, turn, person, since, since + timedelta(weeks=weeks))
    return tuple(sorted(trial.all(), key=_rank))


def _rank(place: Place) -> tuple[int, int, int, int, int]:
    return (
        place.double_bookings,
        _spread([one.holidays for one in place.shares]),
        _spread([one.weekend_days for one in place.shares]),
        _spread([one.nights for one in place.shares]),
        place.moved,
    )


def _spread(counts: Sequence[int]) -> int:
    return max(counts) - min(counts) if counts else 0


class _Trial:
    """What all places are held against: the plan as it is, the days that count, and everybody else's roles."""

    def __init__(
        self,
        rules: Rules,
        facts: DatedFacts,
        rota: Rota,
        turn: tuple[str, ...],
        person: str,
        since: datetime,
        until: datetime,
    ) -> None:
        self._rota, self._turn, self._person, self._since, self._until = rota, turn, person, since, until
        self._people = _with(rules.people, person)
        self._facts = _agreeing(facts, person, since.astimezone(rota.zone).date())
        self._plan = planned(rules, facts, since, until)
        self._calendar = rules.calendars[rules.default_calendar]
        told = {hours: rotas_told(rules.policies.values(), hours) for hours in Hours}
        self._told = {hours: names for hours, names in told.items() if rota.name in names}
        days = burdens(self._calendar, rota.zone, since, until)
        self._days = days if Hours.OUT in self._told else NONE

    def all(self) -> list[Place]:
        return [self._place(number) for number in range(len(self._turn))] or [self._place(None)]

    def _place(self, number: int | None) -> Place:
        after = "" if number is None else self._turn[number]
        order = self._turn if number is None else self._turn[: number + 1]
        rest = () if number is None else self._turn[number + 1 :]
        rota = _keeping_the_turn(self._rota, (*order, self._person, *rest), self._people, self._since)
        found = slots(rota, self._people, self._facts, self._since, self._until)
        return Place(
            after=after,
            members=(*rota.members, *sorted(self._rota.opted_out & {*self._rota.members} - {self._person})),
            shares=shares(found, rota.members, self._told, self._calendar, self._days),
            double_bookings=self._double_bookings(found),
            moved=_moved(self._plan[rota.name], found),
        )

    def _double_bookings(self, found: tuple[Slot, ...]) -> int:
        plan = {**self._plan, self._rota.name: found}
        return sum(
            booking.person == self._person and self._rota.name in booking.rotas
            for hours, names in self._told.items()
            for booking in double_bookings(plan, names, hours, self._calendar)
        )


def _with(people: Mapping[str, Person], person: str) -> Mapping[str, Person]:
    """Somebody who is not in the file yet can be tried out too."""
    return people if person in people else {**people, person: Person(person, person)}


def _agreeing(facts: DatedFacts, person: str, day: date) -> DatedFacts:
    given = facts.consents or {}
    return replace(facts, consents={**given, person: (*given.get(person, ()), (day, None))})


def _keeping_the_turn(rota: Rota, order: tuple[str, ...], people: Mapping[str, Person], at: datetime) -> Rota:
    """The rota with these members in this order, begun where whoever has the turn at `at` keeps it."""
    whose = _turn_at(rota, people, at)
    started = [
        replace(rota, members=order[first:] + order[:first], opted_out=frozenset()) for first in range(len(order))
    ]
    return next((one for one in started if whose and _turn_at(one, people, at) == whose), started[0])


def _turn_at(rota: Rota, people: Mapping[str, Person], at: datetime) -> str | None:
    """Whose turn it is, whoever may fill in for them; before the first shift, whose that is."""
    everybody = {member: people.get(member) or Person(member, member) for member in rota.members}
    bare = replace(rota, consent_required=False)
    found = on_call(bare, everybody, DatedFacts(), at)
    if found.person is None and found.until is not None:
        found = on_call(bare, everybody, DatedFacts(), found.until)
    return found.person


def _moved(before: Sequence[Slot], after: Sequence[Slot]) -> int:
    """How many stretches of the new plan begin with another holder than the old one has then."""
    return sum(any(old.since <= one.since < old.until and old.person != one.person for old in before) for one in after)
