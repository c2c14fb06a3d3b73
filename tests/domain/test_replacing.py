"""Our replace is the standard library's, only faster."""

import dataclasses

import pytest

from app.domain.classify import Severity
from app.domain.replacing import replace
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
