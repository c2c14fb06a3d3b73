"""Where somebody new fits best in the turn, and what it would come to."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from app.domain.errors import InvalidPayload
from app.domain.placement import places
from app.domain.rota import DatedFacts, on_call
from app.domain.ruleset import Rules
from tests.office import office_rules

NOW = datetime(2026, 1, 15, 12, tzinfo=UTC)
"""A Thursday in Ben's week as primary; Chen is second line."""


def holder(rules: Rules, rota: str, members: tuple[str, ...], at: datetime) -> str | None:
    return on_call(replace(rules.rotas[rota], members=members), rules.people, DatedFacts(), at).person


def test_every_place_keeps_whoever_has_the_turn_now() -> None:
    rules = office_rules("dee: {name: Dee,", "dee: {name: Dee, on_call_since: 2026-01-01,")

    found = places(rules, DatedFacts(), "primary", "dee", NOW, 26)

    assert {place.after for place in found} == {"asha", "ben", "chen"}
    assert {holder(rules, "primary", place.members, NOW) for place in found} == {"ben"}
    assert all(sorted(place.members) == ["asha", "ben", "chen", "dee"] for place in found)


def test_the_weeks_that_somebody_would_have_are_shared_out_in_advance() -> None:
    found = places(office_rules(), DatedFacts(), "primary", "dee", NOW, 4)

    after_ben = next(place for place in found if place.after == "ben")

    assert after_ben.members == ("asha", "ben", "dee", "chen")
    nights = {share.person: share.nights for share in after_ben.shares}
    assert nights == {"asha": 7, "ben": 4 + 3, "chen": 7, "dee": 7}


def test_the_best_place_is_one_without_double_bookings() -> None:
    """Dee is second line next week, and every fourth week from then on: the weeks that would be theirs after Ben."""
    rules = office_rules("members: [ben, chen, asha]", "members: [ben, chen, dee, asha]")

    found = places(rules, DatedFacts(consents={"dee": ((NOW.date(), None),)}), "primary", "dee", NOW, 26)

    assert [(place.after, place.double_bookings) for place in found][-1] == ("ben", 7)
    assert [place.double_bookings for place in found[:-1]] == [0, 0]


def test_somebody_who_is_not_in_the_file_yet_can_be_tried_out() -> None:
    best, *_ = places(office_rules(), DatedFacts(), "primary", "ines", NOW, 26)

    assert next(share for share in best.shares if share.person == "ines").nights > 40


def test_the_first_of_a_rota_stands_alone() -> None:
    rules = office_rules("members: [asha, ben, chen]}", "members: []}")

    (only,) = places(rules, DatedFacts(), "primary", "dee", NOW, 26)

    assert (only.after, only.members) == ("", ("dee",))


def test_who_opted_out_for_good_stays_in_the_list_and_out_of_the_turn() -> None:
    rules = office_rules("members: [asha, ben, chen]}", "members: [asha, ben, chen], opted_out: [chen]}")

    found = places(rules, DatedFacts(), "primary", "dee", NOW, 26)

    assert {place.after for place in found} == {"asha", "ben"}
    assert all(place.members[-1] == "chen" for place in found)


def test_who_has_a_place_already_cannot_get_another() -> None:
    with pytest.raises(InvalidPayload, match="asha has a place in rota primary already"):
        places(office_rules(), DatedFacts(), "primary", "asha", NOW, 26)


def test_nobody_is_added_to_a_rota_that_is_over() -> None:
    rules = office_rules("members: [asha, ben, chen]}", "members: [asha, ben, chen], ends: 2026-01-15}")

    with pytest.raises(InvalidPayload, match="rota primary ended on 2026-01-15"):
        places(rules, DatedFacts(), "primary", "dee", NOW, 26)
