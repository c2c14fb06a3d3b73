"""Our replace and our constructors are the standard library's, only faster."""

import dataclasses
from dataclasses import FrozenInstanceError, dataclass, field

import pytest

from app.domain.classify import Severity
from app.domain.replacing import quick, replace
from tests.builders import a_notification, an_incident


def test_it_gives_what_the_standard_library_gives() -> None:
    incident, notification = an_incident(), a_notification()

    changed = replace(incident, severity=Severity.HIGH, version=7)

    assert changed == dataclasses.replace(incident, severity=Severity.HIGH, version=7)
    assert replace(notification, remark="x") == dataclasses.replace(notification, remark="x")
    assert incident == an_incident()


def test_an_unknown_field_is_refused() -> None:
    with pytest.raises(AttributeError):
        replace(an_incident(), severty=Severity.HIGH)  # type: ignore[call-arg]


@dataclass(frozen=True, slots=True)
class Plain:
    kind: str
    size: int = 3
    marks: list[str] = field(default_factory=list)


@quick
@dataclass(frozen=True, slots=True)
class Quick:
    kind: str
    size: int = 3
    marks: list[str] = field(default_factory=list)


@pytest.mark.parametrize("given", [{"kind": "a"}, {"kind": "a", "size": 4}, {"kind": "a", "marks": ["m"]}])
def test_a_quick_value_is_what_the_slow_one_is(given: dict[str, object]) -> None:
    made, plain = Quick(**given), Plain(**given)  # type: ignore[arg-type]

    assert type(made) is Quick
    assert dataclasses.asdict(made) == dataclasses.asdict(plain)
    assert made == Quick(**given)  # type: ignore[arg-type]
    assert repr(made) == repr(plain).replace("Plain", "Quick")


def test_what_a_quick_value_makes_by_itself_is_its_own() -> None:
    assert Quick("a").marks is not Quick("a").marks


def test_a_quick_value_is_frozen_whether_made_or_replaced() -> None:
    for value in (Quick("a"), replace(Quick("a"), size=4)):
        with pytest.raises(FrozenInstanceError):
            value.size = 5  # type: ignore[misc]


@pytest.mark.parametrize(("args", "given"), [((), {}), (("a",), {"kind": "b"}), (("a",), {"colour": "red"})])
def test_a_quick_value_refuses_what_the_slow_one_does(args: tuple[str, ...], given: dict[str, str]) -> None:
    for kind in (Quick, Plain):
        with pytest.raises(TypeError):
            kind(*args, **given)
