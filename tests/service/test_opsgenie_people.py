"""Who a request of Opsgenie's names: people of the rules file, however they are called."""

from dataclasses import dataclass, field

import pytest

from app.domain.people import ContactMethod, Person
from app.service.opsgenie.desk import Remark, person_named

ASHA = Person("asha", "Asha Rao", (ContactMethod("slack", "U1"), ContactMethod("email", "asha@example.com")))


@dataclass
class Book:
    people: dict[str, Person] = field(default_factory=lambda: {"asha": ASHA})


@pytest.mark.parametrize("name", ["asha", "ASHA", "Asha Rao", " asha@EXAMPLE.com "])
def test_a_person_is_known_by_id_name_and_address(name: str) -> None:
    assert person_named(name, Book()) is ASHA


@pytest.mark.parametrize("name", ["", " ", "U1", "asha@example.net", "rao"])
def test_nobody_is_known_by_anything_else(name: str) -> None:
    assert person_named(name, Book()) is None


@pytest.mark.parametrize(
    ("remark", "line"),
    [
        (Remark(), "closed"),
        (Remark("asha"), "closed by Asha Rao (asha)"),
        (Remark(note="fixed"), "closed: fixed"),
        (Remark("script", "fixed"), "closed by script: fixed"),
    ],
)
def test_a_remark_makes_a_line_of_the_timeline(remark: Remark, line: str) -> None:
    assert remark.with_it("closed", Book()) == line
