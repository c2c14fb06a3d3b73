"""A model of the rotas that knows no arithmetic: a wall clock walked through step by step, whatever the clocks do."""

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from itertools import accumulate
from zoneinfo import ZoneInfo

from hypothesis import strategies as st

from app.domain.people import Person
from app.domain.rota import Cover, DatedFacts, OptedOutWeeks, Rota

MINUTE = timedelta(minutes=1)
QUARTER = timedelta(minutes=15)
LONDON, NEW_YORK = ZoneInfo("Europe/London"), ZoneInfo("America/New_York")
LORD_HOWE, KATHMANDU = ZoneInfo("Australia/Lord_Howe"), ZoneInfo("Asia/Kathmandu")
CHANGES = (
    (LONDON, date(2026, 3, 29)),
    (LONDON, date(2026, 10, 25)),
    (NEW_YORK, date(2026, 3, 8)),
    (NEW_YORK, date(2026, 11, 1)),
    (LORD_HOWE, date(2026, 4, 5)),
    (LORD_HOWE, date(2026, 10, 4)),
    (KATHMANDU, date(2026, 3, 29)),
)
NAMES = tuple("abcdef")


def model_holders(
    rota: Rota, people: Mapping[str, Person], facts: DatedFacts, moments: Sequence[datetime]
) -> list[str | None]:
    """Who holds the rota at each moment, the slow way: its hands are held while clocks are put back, and shifts are
    counted by the handovers that it has reached."""
    shown = accumulate((moment.astimezone(rota.zone).replace(tzinfo=None) for moment in moments), max)
    days = (rota.starts + timedelta(days=number) for number in range(100))
    handover_days = [day for day in days if day.weekday() == rota.weekday][:: rota.weeks]
    handovers = [datetime.combine(day, rota.handover) for day in handover_days]
    turns = {day: _model_turn(rota, people, facts, number, day) for number, day in enumerate(handover_days)}
    found = []
    for moment, wall in zip(moments, shown, strict=True):
        reached = bisect_right(handovers, wall)
        ended = rota.ends is not None and wall.date() >= rota.ends
        turn = None if ended or not reached else turns[handover_days[reached - 1]]
        found.append(_model_cover(rota, people, facts, moment) or turn)
    return found


def _model_turn(rota: Rota, people: Mapping[str, Person], facts: DatedFacts, number: int, day: date) -> str | None:
    turn = [member for member in rota.members if member not in rota.opted_out]
    first = number % max(1, len(turn))
    weeks = {day + timedelta(days=7 * week) for week in range(rota.weeks)}
    skipping = {
        skipped.person
        for skipped in facts.opted_out_weeks
        if skipped.rota == rota.name and any(skipped.since <= week < skipped.until for week in weeks)
    }
    can = [
        member
        for member in turn[first:] + turn[:first]
        if member not in skipping and _model_fit(rota, people, facts, member, day)
    ]
    return can[0] if can else None


def _model_fit(rota: Rota, people: Mapping[str, Person], facts: DatedFacts, member: str, day: date) -> bool:
    if member not in people or not rota.consent_required:
        return member in people
    own = (people[member].on_call_since or date.max, people[member].on_call_until)
    spans = [own, *(facts.consents or {}).get(member, ())]
    return any(since <= day < (until or date.max) for since, until in spans)


def _model_cover(rota: Rota, people: Mapping[str, Person], facts: DatedFacts, moment: datetime) -> str | None:
    holding = [
        cover.person
        for cover in facts.covers
        if cover.rota == rota.name
        and cover.since <= moment < cover.until
        and _model_fit(rota, people, facts, cover.person, cover.since.astimezone(rota.zone).date())
    ]
    return holding[-1] if holding else None


@st.composite
def zones_near_a_change(draw: st.DrawFn, step: timedelta, days: int) -> tuple[ZoneInfo, date, list[datetime]]:
    """A zone, the date on which its clocks change, and every moment from so many days before to so many after."""
    zone, change = draw(st.sampled_from(CHANGES))
    begins = datetime.combine(change - timedelta(days=days), time(), zone).astimezone(UTC)
    return zone, change, [begins + number * step for number in range(2 * days * int(timedelta(days=1) / step))]


@st.composite
def rotas_near(
    draw: st.DrawFn, zone: ZoneInfo, change: date, days: int, clocks: st.SearchStrategy[time], name: str = "primary"
) -> Rota:
    day = st.integers(-days, days).map(lambda number: change + timedelta(days=number))
    names = st.sampled_from(NAMES)
    return Rota(
        name,
        zone,
        tuple(draw(st.lists(names, min_size=1, max_size=5))),
        draw(day.filter(lambda starts: starts < change)),
        draw(st.sampled_from([0, 4, 6])),
        draw(clocks),
        draw(st.sampled_from([1, 1, 1, 2])),
        frozenset(draw(st.sets(names, max_size=2))),
        draw(st.booleans()),
        draw(st.none() | day),
    )


@st.composite
def people_and_facts_near(
    draw: st.DrawFn, change: date, days: int, moments: Sequence[datetime]
) -> tuple[dict[str, Person], DatedFacts]:
    """Some of the people, with consents that come and go, and covers, opted-out weeks and consents from the store."""
    day = st.integers(-days, days).map(lambda number: change + timedelta(days=number))
    names = st.sampled_from(NAMES)
    span = st.tuples(day, st.none() | day)
    people = {
        name: Person(name, name, on_call_since=since, on_call_until=until)
        for name, (since, until) in draw(st.dictionaries(names, st.tuples(st.none() | day, st.none() | day))).items()
    } | {"a": Person("a", "a", on_call_since=date(2026, 1, 1))}
    instants = st.sampled_from(moments)
    rota_names = st.sampled_from(["primary", "primary", "shadow"])
    facts = DatedFacts(
        tuple(draw(st.lists(st.builds(Cover, rota_names, names, instants, instants), max_size=6))),
        tuple(draw(st.lists(st.builds(OptedOutWeeks, rota_names, names, day, day), max_size=4))),
        draw(st.none() | st.dictionaries(names, st.lists(span, max_size=2).map(tuple), max_size=3)),
    )
    return people, facts
