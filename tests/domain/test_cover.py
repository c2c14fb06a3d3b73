"""What may be covered by whom: what is to come, by people who have agreed, given by who holds it."""

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from app.domain.cover import LONGEST, Actor, Scene, Stretch, to_accept, to_cover, to_offer, to_swap, who_is_asked
from app.domain.errors import AppError, Conflict, Forbidden, InvalidPayload
from app.domain.people import Person
from app.domain.rota import Cover, DatedFacts, Rota, shift_beginning
from app.domain.rota_facts import KeptOffer
from tests.stories.town import town_rules

DAY = timedelta(days=1)
MON = datetime(2026, 11, 16, 9, tzinfo=UTC)
NOW = MON + timedelta(hours=3)
PEOPLE = {who: Person(who, who.title(), on_call_since=date(2026, 1, 1)) for who in ("asha", "ben", "chen", "dee")}
PEOPLE |= {"eve": Person("eve", "Eve"), "cto": Person("cto", "Cleo", engineer=False)}
PRIMARY = Rota(
    "primary",
    ZoneInfo("UTC"),
    ("asha", "ben", "chen", "eve", "dee"),
    date(2026, 11, 16),
    0,
    time(9),
    opted_out=frozenset({"dee"}),
    consent_required=True,
)
SCENE = Scene(NOW, replace(town_rules(), people=PEOPLE, rotas={"primary": PRIMARY}), DatedFacts())
TODAY = Stretch("primary", NOW, NOW + DAY)
OFFER = KeptOffer("1", "primary", "asha", "", NOW, NOW + DAY, "asha", NOW)


def test_whoever_takes_a_stretch_of_several_shifts_covers_each_of_their_holders() -> None:
    found = to_cover(SCENE, Stretch("primary", MON + 6 * DAY, MON + 15 * DAY), "ben", Actor("ben"))

    assert [(one.person, one.since, one.until) for one in found] == [
        ("asha", MON + 6 * DAY, MON + 7 * DAY),
        ("chen", MON + 14 * DAY, MON + 15 * DAY),
    ]


def test_what_is_over_of_it_stays_as_it_was() -> None:
    (found,) = to_cover(SCENE, Stretch("primary", MON, MON + DAY), "ben", Actor("ben"))

    assert (found.since, found.until) == (NOW, MON + DAY)


def test_a_gap_can_be_covered() -> None:
    before = Stretch("primary", MON - 2 * DAY, MON - DAY)

    (found,) = to_cover(replace(SCENE, now=MON - 9 * DAY), before, "ben", Actor("ben"))

    assert found.person is None


@pytest.mark.parametrize(
    ("asked", "person", "by", "error", "says"),
    [
        (replace(TODAY, until=NOW), "ben", Actor("ben"), InvalidPayload, "until: must lie after the start"),
        (Stretch("primary", MON, NOW), "ben", Actor("ben"), InvalidPayload, "until: is past: who was on call then"),
        (replace(TODAY, until=NOW + LONGEST + DAY), "ben", Actor("ben"), InvalidPayload, "until: is more than 92 days"),
        (replace(TODAY, rota="primry"), "ben", Actor("ben"), InvalidPayload, "rota: no rota 'primry' in the rules"),
        (TODAY, "bne", Actor("bne"), InvalidPayload, "person: no person 'bne' in the rules file (did you mean 'ben'?)"),
        (TODAY, "eve", Actor("eve"), InvalidPayload, "person: eve has not agreed to be on call on 2026-11-16"),
        (TODAY, "asha", Actor("asha"), Conflict, "asha holds all of that already"),
        (TODAY, "ben", Actor("chen"), Forbidden, "'chen' cannot give away what 'asha' holds"),
        (
            Stretch("primary", NOW, NOW + 9 * DAY),
            "chen",
            Actor("asha"),
            Forbidden,
            "'asha' cannot give away what 'ben'",
        ),
    ],
)
def test_what_cannot_be_is_refused(asked: Stretch, person: str, by: Actor, error: type[AppError], says: str) -> None:
    with pytest.raises(error) as refused:
        to_cover(SCENE, asked, person, by)

    assert str(refused.value).startswith(says)


def test_whoever_holds_it_gives_it_and_whoever_manages_gives_what_others_hold() -> None:
    for by in (Actor("asha"), Actor("chen", manages=True)):
        assert [one.person for one in to_cover(SCENE, TODAY, "ben", by)] == ["asha"]


def test_who_covers_can_give_it_on() -> None:
    covered = replace(SCENE, facts=DatedFacts((Cover("primary", "ben", NOW, NOW + DAY),)))

    assert [one.person for one in to_cover(covered, TODAY, "chen", Actor("ben"))] == ["ben"]
    with pytest.raises(Forbidden):
        to_cover(covered, TODAY, "chen", Actor("asha"))


def test_only_what_one_holds_can_be_offered() -> None:
    two_weeks = Stretch("primary", MON, MON + 14 * DAY)

    assert to_offer(SCENE, two_weeks, "asha", Actor("asha")) == Stretch("primary", NOW, MON + 7 * DAY)
    assert to_offer(SCENE, two_weeks, "ben", Actor("asha", manages=True)).since == MON + 7 * DAY
    with pytest.raises(Forbidden):
        to_offer(SCENE, two_weeks, "ben", Actor("asha"))
    with pytest.raises(Conflict, match="chen holds nothing of that"):
        to_offer(SCENE, two_weeks, "chen", Actor("chen"))


def test_everybody_of_the_rota_who_could_hold_it_is_asked() -> None:
    assert who_is_asked(SCENE, OFFER) == ("ben", "chen")
    assert who_is_asked(SCENE, replace(OFFER, to="dee")) == ("dee",)


@pytest.mark.parametrize(
    ("changes", "by", "says"),
    [
        ({"taken_at": NOW, "taken_by": "chen"}, "ben", "chen has taken it already"),
        ({"withdrawn_at": NOW, "withdrawn_by": "asha"}, "ben", "asha has withdrawn it"),
        ({"to": "chen"}, "ben", "it was offered to chen"),
        ({}, "asha", "it is asha who offers it"),
        ({"until": NOW}, "ben", "until: "),
        ({}, "eve", "person: eve has not agreed"),
    ],
)
def test_an_offer_is_taken_once_by_whom_it_was_made_to(changes: dict[str, object], by: str, says: str) -> None:
    with pytest.raises(AppError) as refused:
        to_accept(SCENE, replace(OFFER, **changes), by)  # type: ignore[arg-type]

    assert str(refused.value).startswith(says)


def test_of_an_offer_that_was_partly_given_away_since_the_rest_is_taken() -> None:
    given = replace(SCENE, facts=DatedFacts((Cover("primary", "chen", NOW, NOW + DAY / 2),)))

    assert [(one.since, one.until) for one in to_accept(given, OFFER, "ben")] == [(NOW + DAY / 2, NOW + DAY)]


def test_a_side_of_a_swap_is_what_its_giver_holds() -> None:
    week = Stretch("primary", MON + 7 * DAY, MON + 14 * DAY)

    assert [one.person for one in to_swap(SCENE, week, "ben", "asha")] == ["ben"]
    with pytest.raises(Conflict, match="chen holds nothing of rota primary, Mon 23 Nov 09:00 UTC to Mon 30 Nov"):
        to_swap(SCENE, week, "chen", "asha")


def test_a_shift_is_known_by_the_date_on_which_it_begins() -> None:
    fortnight = replace(PRIMARY, weeks=2)

    assert shift_beginning(PRIMARY, date(2026, 11, 23)) == (MON + 7 * DAY, MON + 14 * DAY)
    assert shift_beginning(PRIMARY, date(2026, 11, 24)) is None
    assert shift_beginning(PRIMARY, date(2026, 11, 9)) is None
    assert shift_beginning(fortnight, date(2026, 11, 23)) is None
    assert shift_beginning(fortnight, date(2026, 11, 30)) == (MON + 14 * DAY, MON + 28 * DAY)
