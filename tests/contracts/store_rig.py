"""What the store's contract tests are run with: a place for one test's data, and stores opened on it."""

from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Protocol

import pytest

from app.domain.incident import Decision, Incident, Outcome, Timer
from app.service.ports import Store
from tests.builders import NINE, an_id, an_incident

LEASE = timedelta(seconds=30)
MINUTE = timedelta(minutes=1)


class Place(Protocol):
    """Where one test's data lives."""

    async def open(self) -> Store:
        """A store on what the stores opened before left here; those were closed."""
        ...


def a_bare_decision(**changes: object) -> Decision:
    """A decision that changes an incident and nothing else."""
    return Decision(an_incident(**changes), Outcome.REPEATED)


def a_due_incident(number: int, minutes: int) -> Incident:
    """Due so many minutes after nine."""
    return an_incident(id=an_id(number), timers={Timer.ESCALATE: NINE + minutes * MINUTE})


def kept(incident: Incident) -> Decision:
    return Decision(incident, Outcome.OPENED)


@pytest.fixture
async def store(place: Place) -> AsyncIterator[Store]:
    opened = await place.open()
    yield opened
    await opened.close()


@pytest.fixture
async def other_store(other_place: Place) -> AsyncIterator[Store]:
    opened = await other_place.open()
    yield opened
    await opened.close()


ODD_TEXTS = (
    '{}:{alertname="X"}',
    "a/b/c",
    "line\nbreak",
    "nul\x00inside",
    "nul\x00other",
    "Ünï 🚒",
    "'; DROP",
    "x" * 5000,
)
