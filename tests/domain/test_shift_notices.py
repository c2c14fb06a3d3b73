"""Who is told of a shift, and when: everything that is to be told at an instant."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from app.domain.message import Notice
from app.domain.rota import Cover, DatedFacts
from app.domain.ruleset import Rules, ShiftNotices
from app.domain.shift_notices import shift_notices
from tests.stories.stage import PEOPLE, RULES
from tests.stories.town import town_rules

ROTA = RULES.replace("members: [asha], starts", "members: [ben, asha], starts").replace(
    PEOPLE, PEOPLE.replace("email: ben@example.com", "email: ben@example.com, timezone: America/New_York")
)


def rules(**changes: object) -> Rules:
    found = replace(town_rules(ROTA), shift_notices=ShiftNotices(**changes))  # type: ignore[arg-type]
    return replace(found, rotas={"primary": found.rotas["primary"]})


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def told(at: str, of: Rules | None = None) -> list[str]:
    """Person and headline of each, at that instant in UTC. Ben's week begins on Monday 23 November at 17:30."""
    found = shift_notices(of or rules(), DatedFacts(), utc(at), lambda _: ())
    return [f"{one.person}: {one.notice.headline}" for one in found]


COMING = "ben: You are primary from Mon 23 Nov 12:30 EST"
BEGUN = ["ben: You are primary now", "asha: You are primary no longer: Ben is"]


def test_what_was_over_before_anybody_looked_is_no_news() -> None:
    """Asha covers Ben from 19:00 to 20:00."""
    cover = DatedFacts((Cover("primary", "asha", utc("2026-11-23 19:00"), utc("2026-11-23 20:00")),))

    found = shift_notices(rules(), cover, utc("2026-11-23 23:00"), lambda _: ())

    assert [f"{one.person}: {one.notice.headline}" for one in found] == BEGUN


@pytest.mark.parametrize(
    ("at", "lines"),
    [
        ("2026-11-22 17:29:59", []),
        ("2026-11-22 17:30", [COMING]),
        ("2026-11-23 17:29:59", [COMING]),
        ("2026-11-23 17:30", BEGUN),
        ("2026-11-24 17:30", BEGUN),
        ("2026-11-24 17:30:01", []),
    ],
)
def test_whoever_is_next_is_told_a_day_before_and_both_at_the_handover(at: str, lines: list[str]) -> None:
    assert told(at) == lines


def test_a_notice_says_until_when_in_the_readers_zone_and_why_and_what_they_lack() -> None:
    (one,) = shift_notices(rules(), DatedFacts(), utc("2026-11-23 12:00"), lambda person: (f"{person} lacks a phone",))

    assert one.notice == Notice(
        "You are primary from Mon 23 Nov 12:30 EST",
        (
            "Until Mon 30 Nov 12:30 EST.",
            "Ben's week in rota primary, Mon 23 Nov 17:30 to Mon 30 Nov 17:30.",
            "ben lacks a phone",
        ),
    )


def test_one_who_goes_on_hears_nothing() -> None:
    alone = town_rules(RULES)

    assert told("2026-11-23 17:30", alone) == told("2026-11-23 17:29", alone) == []


def test_whoever_takes_it_over_at_short_notice_is_told_then() -> None:
    """The stretch is another one, so its key is new."""
    cover = DatedFacts((Cover("primary", "chen", utc("2026-11-23 20:00"), utc("2026-11-24 08:00")),))

    before = shift_notices(rules(), DatedFacts(), utc("2026-11-23 17:00"), lambda _: ())
    after = shift_notices(rules(), cover, utc("2026-11-23 17:00"), lambda _: ())

    assert {(one.person, one.key) for one in after} - {(one.person, one.key) for one in before} == {
        ("chen", "shift/primary/20261123T200000Z/chen/before"),
        ("ben", "shift/primary/20261124T080000Z/ben/before"),
    }


@pytest.mark.parametrize(
    ("asked", "at", "lines"),
    [
        ({"before": None}, "2026-11-23 17:00", []),
        ({"before": None}, "2026-11-23 17:30", BEGUN),
        ({"handover": False}, "2026-11-23 17:30", []),
        ({"handover": False}, "2026-11-23 17:00", [COMING]),
    ],
)
def test_each_can_be_left_out(asked: dict[str, object], at: str, lines: list[str]) -> None:
    assert told(at, rules(**asked)) == lines


def test_whoever_ends_is_told_that_nobody_follows() -> None:
    found = rules()
    ending = replace(found.rotas["primary"], ends=utc("2026-11-25 00:00").date())

    assert told("2026-11-25 00:00", replace(found, rotas={"primary": ending})) == [
        "ben: You are primary no longer: nobody is"
    ]
