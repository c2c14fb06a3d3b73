"""What people have said of rotas comes to who is on call; the last word holds from its date on."""

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from app.domain.people import Person
from app.domain.rota import Cover, DatedFacts, Rota, has_consent, on_call
from app.domain.rota_facts import Kept, KeptConsent, KeptCover, KeptOptOut, Shadowing, dated

SAID = datetime(2026, 11, 20, 12, tzinfo=UTC)
NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
ASHA = Person("asha", "Asha", on_call_since=date(2026, 1, 5))
EVE = Person("eve", "Eve")
PEOPLE = {"asha": ASHA, "eve": EVE}
PRIMARY = Rota("primary", ZoneInfo("UTC"), ("asha", "eve"), date(2026, 11, 16), 0, time(9), consent_required=True)
COVER = KeptCover("1", "primary", "ben", "asha", NOON, NOON + 4 * HOUR, "ben", SAID)


def a_consent(person: str, since: str, given: bool = True) -> KeptConsent:
    return KeptConsent("1", person, date.fromisoformat(since), given, person, SAID)


@pytest.mark.parametrize(
    ("withdrawn", "holds"),
    [
        (None, (Cover("primary", "ben", NOON, NOON + 4 * HOUR),)),
        (NOON + HOUR, (Cover("primary", "ben", NOON, NOON + HOUR),)),
        (NOON, ()),
        (NOON - HOUR, ()),
        (NOON + 9 * HOUR, (Cover("primary", "ben", NOON, NOON + 4 * HOUR),)),
    ],
)
def test_a_cover_that_was_withdrawn_counts_for_what_was_held_of_it(
    withdrawn: datetime | None, holds: tuple[Cover, ...]
) -> None:
    assert dated(Kept(covers=(replace(COVER, withdrawn_at=withdrawn),))).covers == holds


@pytest.mark.parametrize(
    ("said", "day", "agrees"),
    [
        ([a_consent("eve", "2026-11-10")], "2026-11-09", False),
        ([a_consent("eve", "2026-11-10")], "2026-11-10", True),
        ([a_consent("eve", "2026-11-10"), a_consent("eve", "2026-11-20", False)], "2026-11-19", True),
        ([a_consent("eve", "2026-11-10"), a_consent("eve", "2026-11-20", False)], "2026-11-20", False),
        ([a_consent("asha", "2026-11-20", False)], "2026-11-19", True),
        ([a_consent("asha", "2026-11-20", False)], "2026-11-20", False),
        ([a_consent("asha", "2026-11-20", False), a_consent("asha", "2026-11-25")], "2026-11-24", False),
        ([a_consent("asha", "2026-11-20", False), a_consent("asha", "2026-11-25")], "2026-11-25", True),
        ([a_consent("asha", "2026-12-20", False), a_consent("asha", "2026-12-01")], "2026-12-24", True),
        ([a_consent("eve", "2026-12-20"), a_consent("eve", "2026-12-01", False)], "2026-12-24", False),
    ],
)
def test_the_last_word_on_consent_holds_from_its_date_on(said: list[KeptConsent], day: str, agrees: bool) -> None:
    person = PEOPLE[said[0].person]

    assert has_consent(person, dated(Kept(consents=tuple(said))), date.fromisoformat(day)) is agrees


def test_one_who_has_withdrawn_what_the_rules_file_says_is_passed_over() -> None:
    facts = dated(Kept(consents=(a_consent("asha", "2026-11-20", False),)))

    assert on_call(PRIMARY, PEOPLE, DatedFacts(), NOON).person == "asha"
    found = on_call(PRIMARY, PEOPLE, facts, NOON)

    assert found.person is None
    assert found.why.endswith("eve (no consent) and asha (no consent)")


def test_opted_out_weeks_are_skipped() -> None:
    weeks = KeptOptOut("1", "primary", "asha", date(2026, 11, 30), date(2026, 12, 7), "asha", SAID)

    assert [one.person for one in dated(Kept(opt_outs=(weeks,))).opted_out_weeks] == ["asha"]


SHADOWS = Shadowing("1", "eve", "shadow", "primary", date(2026, 11, 9), date(2026, 12, 7), "asha", SAID)


@pytest.mark.parametrize(
    ("ready_from", "day", "primary", "shadow"),
    [
        (None, "2026-11-23", "asha", "eve"),
        (None, "2026-12-07", "asha", None),
        (None, "2027-12-06", "asha", None),
        ("2026-11-23", "2026-11-16", "asha", "eve"),
        ("2026-11-23", "2026-11-23", "eve", None),
        ("2026-12-14", "2026-12-07", "asha", None),
        ("2026-12-14", "2026-12-21", "eve", None),
    ],
)
def test_a_shadow_has_no_turn_before_somebody_has_said_that_they_are_ready(
    ready_from: str | None, day: str, primary: str | None, shadow: str | None
) -> None:
    one = replace(SHADOWS, ready_from=date.fromisoformat(ready_from) if ready_from else None)
    facts = dated(Kept(consents=(a_consent("eve", "2026-11-01"),), shadowings=(one,)))
    moment = datetime.fromisoformat(f"{day} 12:00").replace(tzinfo=UTC)
    shadows = replace(PRIMARY, name="shadow", members=("eve",), starts=date(2026, 11, 2), shadowing=True)

    assert on_call(PRIMARY, PEOPLE, facts, moment).person == primary
    assert on_call(shadows, PEOPLE, facts, moment).person == shadow
