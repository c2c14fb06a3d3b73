"""What a decision looks up is kept for the next one, as long as it holds."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from app.adapters.rules_yaml import load_rules
from app.domain.rota import DatedFacts
from app.service.in_force import InForce
from tests.builders import NINE

ROOT = Path(__file__).parents[2]
RULES = load_rules(ROOT / "routing_rules.yaml", ROOT / "runbooks", {})


def test_two_decisions_of_one_second_share_their_look_ups() -> None:
    in_force = InForce(RULES, NINE)

    first = in_force.context(NINE)
    second = in_force.context(NINE + timedelta(milliseconds=900))

    assert (first.now, second.now) == (NINE, NINE + timedelta(milliseconds=900))
    assert second.remembered is first.remembered


def test_they_look_again_in_another_second_or_under_other_rules_or_facts() -> None:
    in_force = InForce(RULES, NINE)
    seen = [in_force.context(NINE), in_force.context(NINE + timedelta(seconds=1)), in_force.context(NINE)]
    in_force.rules = replace(in_force.rules, version="other")
    seen.append(in_force.context(NINE))
    in_force.facts = DatedFacts()
    seen.append(in_force.context(NINE))

    assert len({id(context.remembered) for context in seen}) == len(seen)
