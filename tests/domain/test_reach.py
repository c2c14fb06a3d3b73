"""Who can be reached, and what stands in the way."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from app.domain.people import ContactMethod
from app.domain.reach import Known, Lack, PersonReach, Tried, method_id, methods_of, reach
from app.domain.rota import Cover, DatedFacts
from app.domain.ruleset import Rules
from tests.stories.stage import PEOPLE, RULES
from tests.stories.town import town_rules

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
PHONE = "+441632960001"
RULES_OF_TOWN = RULES.replace(
    PEOPLE, PEOPLE.replace("email: asha@example.com", f'email: asha@example.com, phone: "{PHONE}"')
).replace("members: [chen], starts", "members: [dee, chen], starts")


def of(person: str, known: Known, rules: Rules | None = None, facts: DatedFacts | None = None) -> PersonReach:
    found = reach(rules or town_rules(RULES_OF_TOWN), facts or DatedFacts(), known, NOW)
    return next(one for one in found if one.person == person)


def everything(**changes: Tried) -> Known:
    """All of Asha's methods were tested and confirmed, but for these channels."""
    good = Tried(tested_at=NOW, verified_at=NOW)
    methods = methods_of(town_rules(RULES_OF_TOWN).people["asha"])
    return Known({("asha", method_id(one)): changes.get(one.channel, good) for one in methods})


@pytest.mark.parametrize(
    ("known", "lacks"),
    [
        (everything(), ()),
        (Known({}), (Lack.NEVER_TESTED,)),
        (everything(sms=Tried(tested_at=NOW)), (Lack.UNVERIFIED,)),
        (everything(sms=Tried(failed_at=NOW, failed_why="no such number")), (Lack.BOUNCED, Lack.UNVERIFIED)),
        (everything(sms=Tried(NOW, NOW, NOW - timedelta(days=1), "no such number")), ()),
        (replace(everything(), stopped=frozenset({PHONE})), (Lack.STOPPED,)),
    ],
)
def test_what_somebody_lacks(known: Known, lacks: tuple[Lack, ...]) -> None:
    assert of("asha", known).lacks == lacks


def test_whoever_has_no_telephone_or_nothing_at_all_is_named() -> None:
    rules = town_rules(RULES_OF_TOWN)
    nobody = replace(rules.people["eve"], methods=(ContactMethod("console", "eve"),))

    assert of("chen", Known({})).lacks == (Lack.NO_PHONE, Lack.NEVER_TESTED)
    assert of("eve", Known({}), replace(rules, people={**rules.people, "eve": nobody})).lacks == (Lack.NO_METHOD,)


def test_consent_is_asked_of_whoever_is_in_the_turn_of_a_rota_that_needs_it() -> None:
    rules = town_rules(RULES_OF_TOWN)
    asha = replace(rules.people["asha"], on_call_since=None)
    without = replace(rules, people={**rules.people, "asha": asha})
    opted_out = replace(rules.rotas["primary"], opted_out=frozenset({"asha"}))

    assert Lack.NO_CONSENT in of("asha", everything(), without).lacks
    assert of("asha", everything(), without, DatedFacts(consents={"asha": ((date(2026, 11, 1), None),)})).is_ready
    assert of("asha", everything(), replace(without, rotas={**rules.rotas, "primary": opted_out})).is_ready


def test_a_consent_of_the_rules_file_that_was_withdrawn_since_is_none() -> None:
    withdrawn = DatedFacts(withdrawn={"asha": ((date(2026, 11, 1), None),)})

    assert Lack.NO_CONSENT in of("asha", everything(), facts=withdrawn).lacks


def test_whoever_is_on_call_soonest_comes_first_and_of_those_whoever_lacks_something() -> None:
    """Dee's week of second line begins on Monday; the last resort may be called at any hour."""
    found = reach(town_rules(RULES_OF_TOWN), DatedFacts(), everything(), NOW)

    assert [(one.person, one.when(NOW)) for one in found] == [
        ("ben", "now"),
        ("chen", "now"),
        ("cto", "now"),
        ("eve", "now"),
        ("asha", "now"),
        ("dee", "soon"),
    ]


def test_a_cover_may_come_sooner_than_ones_own_week() -> None:
    cover = DatedFacts((Cover("primary", "dee", NOW + timedelta(hours=2), NOW + timedelta(hours=3)),))

    dee = of("dee", Known({}), facts=cover)

    assert dee.next
    assert (dee.next.rota, dee.next.since) == ("primary", NOW + timedelta(hours=2))


def test_another_address_is_another_method() -> None:
    assert method_id(ContactMethod("sms", PHONE)) != method_id(ContactMethod("sms", "+441632960002"))
    assert PHONE not in method_id(ContactMethod("sms", PHONE))
