"""A week that somebody opts out of is somebody else's, and both can see it."""

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from app.domain.debts import FilledIn, balance, filled_in
from app.domain.people import Person
from app.domain.rota import DatedFacts, OptedOutWeeks, Rota, turns

MON = datetime(2026, 11, 16, 9, tzinfo=UTC)
WEEK = timedelta(weeks=1)
PEOPLE = {who: Person(who, who.title()) for who in ("asha", "ben", "chen")}
ROTA = Rota("first_responder", ZoneInfo("UTC"), ("asha", "ben", "chen"), date(2026, 11, 16), 0, time(9))


def out(person: str, week: int, why: str = "opted out that week") -> OptedOutWeeks:
    day = (MON + week * WEEK).date()
    return OptedOutWeeks("first_responder", person, day, day + timedelta(days=7), why)


def test_the_next_in_turn_fills_in_and_it_is_said_for_whom() -> None:
    facts = DatedFacts(opted_out_weeks=(out("ben", 1),))

    found = filled_in(ROTA, PEOPLE, facts, MON, MON + 3 * WEEK)

    assert found == (FilledIn("chen", "ben", MON + WEEK, MON + 2 * WEEK),)
    assert balance(found) == {("ben", "chen"): 1}


def test_what_two_have_done_for_each_other_is_set_off() -> None:
    facts = DatedFacts(opted_out_weeks=(out("ben", 1), out("ben", 4), out("chen", 2), out("asha", 2)))

    found = filled_in(ROTA, PEOPLE, facts, MON, MON + 6 * WEEK)

    assert [(one.person, one.instead_of) for one in found] == [("chen", "ben"), ("ben", "chen"), ("chen", "ben")]
    assert balance(found) == {("ben", "chen"): 1}


def test_who_cannot_hold_it_or_shadows_owes_nothing() -> None:
    facts = DatedFacts(opted_out_weeks=(out("ben", 1, "shadows, and is not ready yet"),))
    left = {who: person for who, person in PEOPLE.items() if who != "chen"}

    assert filled_in(ROTA, PEOPLE, facts, MON, MON + 3 * WEEK) == ()
    assert filled_in(ROTA, left, DatedFacts(), MON, MON + 3 * WEEK) == ()


def test_a_week_in_which_nobody_could_fill_in_is_no_debt() -> None:
    facts = DatedFacts(opted_out_weeks=tuple(out(who, 1) for who in PEOPLE))

    assert filled_in(ROTA, PEOPLE, facts, MON, MON + 3 * WEEK) == ()


def test_turns_are_the_shifts_that_begin_in_a_stretch_until_the_rota_ends() -> None:
    ending = replace(ROTA, ends=date(2026, 11, 30))

    assert [turn.since for turn in turns(ROTA, PEOPLE, DatedFacts(), MON, MON + 2 * WEEK)] == [MON, MON + WEEK]
    assert [turn.person for turn in turns(ROTA, PEOPLE, DatedFacts(), MON + WEEK / 2, MON + 2 * WEEK)] == ["ben"]
    assert [turn.since for turn in turns(ending, PEOPLE, DatedFacts(), MON - WEEK, MON + 9 * WEEK)] == [MON, MON + WEEK]
