"""Nobody, or one person twice: what the weeks ahead hold is found to the minute."""

from collections.abc import Sequence
from datetime import UTC, datetime, time
from itertools import groupby

from hypothesis import given, settings
from hypothesis import strategies as st

from app.domain.calendar import Calendar
from app.domain.paging_roles import Hours
from app.domain.people import Person
from app.domain.planned import slots
from app.domain.rota import Cover, DatedFacts, Rota
from app.domain.rota_gaps import AHEAD, DoubleBooking, Gap, double_bookings, gaps, outlook
from tests.office import office_rules
from tests.rota_model import MINUTE, model_holders, people_and_facts_near, rotas_near, zones_near_a_change

NEW_YEAR = datetime(2026, 1, 5, 17, 30, tzinfo=UTC)


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def test_a_sound_plan_has_neither_gaps_nor_double_bookings() -> None:
    found = outlook(office_rules(), DatedFacts(), NEW_YEAR, NEW_YEAR + AHEAD)

    assert (found.gaps, found.double_bookings) == ((), ())


def test_weeks_without_anybody_are_one_gap_with_its_reason() -> None:
    rules = office_rules("members: [asha, ben, chen]}", "members: [asha, ben, chen], ends: 2026-03-26}")

    found = outlook(rules, DatedFacts(), NEW_YEAR, NEW_YEAR + AHEAD)

    why = "nobody in rota primary: it ended on 2026-03-26"
    assert found.gaps == (Gap("primary", utc("2026-03-26 00:00"), NEW_YEAR + AHEAD, why),)


def test_a_rota_that_nobody_is_told_by_and_a_shadow_may_be_empty() -> None:
    empty = (
        "rotas:\n  spare: {members: [dee], consent: true}\n  shadow: {members: [dee], consent: true, shadowing: true}\n"
    )
    rules = office_rules("rotas:\n", empty)

    assert outlook(rules, DatedFacts(), NEW_YEAR, NEW_YEAR + AHEAD).gaps == ()


def test_a_cover_that_makes_the_primary_their_own_second_line_is_a_double_booking() -> None:
    cover = Cover("second_line", "asha", utc("2026-01-06 20:00"), utc("2026-01-07 02:00"))

    found = outlook(office_rules(), DatedFacts((cover,)), NEW_YEAR, NEW_YEAR + AHEAD)

    twice = DoubleBooking("asha", ("primary", "second_line"), Hours.OUT, cover.since, cover.until)
    assert found.double_bookings == (twice,)


def test_a_role_of_the_day_and_one_of_the_night_do_not_stand_in_each_others_way() -> None:
    rules = office_rules("starts: 2026-01-05, members: all", "starts: 2026-01-05, members: [asha]")

    assert outlook(rules, DatedFacts(), NEW_YEAR, NEW_YEAR + AHEAD).double_bookings == ()


def test_an_overlap_that_holds_none_of_the_hours_is_no_double_booking() -> None:
    cover = Cover("second_line", "asha", utc("2026-01-06 10:00"), utc("2026-01-06 12:00"))

    assert outlook(office_rules(), DatedFacts((cover,)), NEW_YEAR, NEW_YEAR + AHEAD).double_bookings == ()


Drawn = tuple[tuple[Rota, Rota], dict[str, Person], DatedFacts, list[datetime]]


@st.composite
def two_rotas_near_a_change(draw: st.DrawFn) -> Drawn:
    zone, change, minutes = draw(zones_near_a_change(MINUTE, 4))
    rotas = [draw(rotas_near(zone, change, 4, st.times().map(_to_the_minute), name)) for name in ("primary", "shadow")]
    return (rotas[0], rotas[1]), *draw(people_and_facts_near(change, 4, minutes)), minutes


def _to_the_minute(clock: time) -> time:
    return clock.replace(second=0, microsecond=0)


@settings(deadline=None, max_examples=40)
@given(two_rotas_near_a_change())
def test_holders_gaps_and_double_bookings_agree_with_a_walk_through_every_minute(drawn: Drawn) -> None:
    rotas, people, facts, minutes = drawn
    end = minutes[-1] + MINUTE
    always = Calendar("always", rotas[0].zone, ((),) * 7)

    plan = {rota.name: slots(rota, people, facts, minutes[0], end) for rota in rotas}
    twice = list(double_bookings(plan, plan, Hours.OUT, always))

    walked = {rota.name: model_holders(rota, people, facts, minutes) for rota in rotas}
    for name, holders in walked.items():
        held = [(one.person, one.since, one.until) for one in plan[name]]
        assert _joined(held) == _runs(holders, minutes)
        nobody = [(since, until) for person, since, until in _runs(holders, minutes) if person is None]
        assert [(gap.since, gap.until) for gap in gaps(plan[name])] == nobody
    both = [one if one == other else None for one, other in zip(walked["primary"], walked["shadow"], strict=True)]
    assert [(one.person, one.since, one.until) for one in twice] == [
        run for run in _runs(both, minutes) if run[0] is not None
    ]


Run = tuple[str | None, datetime, datetime]


def _runs(holders: Sequence[str | None], minutes: Sequence[datetime]) -> list[Run]:
    found: list[Run] = []
    for person, run in groupby(zip(holders, minutes, strict=True), key=lambda pair: pair[0]):
        held = [minute for _, minute in run]
        found.append((person, held[0], held[-1] + MINUTE))
    return found


def _joined(runs: Sequence[Run]) -> list[Run]:
    found: list[Run] = []
    for person, since, until in runs:
        if found and found[-1][0] == person:
            found[-1] = (person, found[-1][1], until)
        else:
            found.append((person, since, until))
    return found
