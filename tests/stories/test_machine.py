"""The machine holds over memory, SQLite and Redis, and catches what is planted in it."""

import os
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from secrets import token_hex
from typing import Any
from unittest.mock import patch

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from app.adapters.store_memory import MemoryStore
from app.adapters.store_redis import RedisStore
from app.adapters.store_sqlite import SqliteStore
from app.domain import escalate, on_action, on_suppression
from app.domain.context import Context
from app.domain.escalate import Change
from app.domain.incident import Incident, Timer
from tests.stories.conftest import SHARED
from tests.stories.machine import LIMITS, IncidentMachine
from tests.stories.stage import RULES
from tests.stories.town import town_rules

QUIET = [HealthCheck.too_slow, HealthCheck.filter_too_much, HealthCheck.data_too_large]


@pytest.fixture
def machine() -> type[IncidentMachine]:
    async def in_memory() -> MemoryStore:
        return MemoryStore()

    class Machine(IncidentMachine):
        house_rules = town_rules(RULES + LIMITS)
        open_store = staticmethod(in_memory)

    return Machine


def run(machine: type[IncidentMachine], examples: int, steps: int = 30) -> None:
    """The same examples at every run; MACHINE_EXAMPLES asks for that many, at random, and shrinks what it finds."""
    wished = int(os.environ.get("MACHINE_EXAMPLES", "0"))
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=wished or examples,
            stateful_step_count=steps,
            deadline=None,
            derandomize=not wished,
            database=None,
            suppress_health_check=QUIET,
            phases=[Phase.generate, Phase.shrink] if wished else [Phase.generate],
        ),
    )


def test_the_promises_hold_whatever_happens(machine: type[IncidentMachine]) -> None:
    run(machine, examples=12)


@pytest.mark.server
def test_the_promises_hold_at_greater_length(machine: type[IncidentMachine]) -> None:
    run(machine, examples=40)


@pytest.mark.server
def test_the_promises_hold_over_sqlite(machine: type[IncidentMachine], tmp_path: Path) -> None:
    numbers = iter(range(10_000))

    async def on_disk() -> SqliteStore:
        return await SqliteStore.open(tmp_path / f"{next(numbers)}.db")

    machine.open_store = staticmethod(on_disk)
    run(machine, examples=8, steps=20)


@pytest.mark.server
@pytest.mark.parametrize("shared", SHARED)
def test_the_promises_hold_over_redis(
    machine: type[IncidentMachine], request: pytest.FixtureRequest, shared: str
) -> None:
    url = request.getfixturevalue(shared)

    async def on_a_server() -> RedisStore:
        return await RedisStore.open(url, token_hex(4))

    machine.open_store = staticmethod(on_a_server)
    run(machine, examples=4, steps=20)


def _acknowledging_forgets_to_stop(change: Change, who: str, channel: str, ctx: Context) -> Change:
    pages = change.incident.pages
    after = on_action_acknowledged(change, who, channel, ctx)
    return after.becomes(replace(after.incident, pages=pages))


def _arming_forgets_the_next_step(change: Change, ctx: Context, manner: Any) -> Change:
    after = escalate_arm(change, ctx, manner)
    timers = {timer: at for timer, at in after.incident.timers.items() if timer is not Timer.ESCALATE}
    return after.becomes(replace(after.incident, timers=timers))


def _a_pass_starts_again_under_the_same_keys(incident: Incident, chain: Any, repeat: int, wrap: bool) -> Any:
    moved = escalate_move_on(incident, chain, repeat, wrap)
    return replace(moved, passes=1) if moved else None


def _keeping_quiet_forgets_to_look_again(change: Change, alert: Any, found: Any, ctx: Context) -> Change:
    after = on_suppression_keep_quiet(change, alert, found, ctx)
    return after.becomes(replace(after.incident, timers={}))


def _a_silence_is_not_seen(ctx: Context, alert: Any) -> None:
    return None


on_action_acknowledged = on_action.acknowledged
escalate_arm = escalate.arm
escalate_move_on = escalate.move_on
on_suppression_keep_quiet = on_suppression.keep_quiet


@pytest.mark.server
@pytest.mark.parametrize(
    ("place", "bug"),
    [
        ("app.domain.on_action.acknowledged", _acknowledging_forgets_to_stop),
        ("app.domain.escalate.arm", _arming_forgets_the_next_step),
        ("app.domain.escalate.move_on", _a_pass_starts_again_under_the_same_keys),
        ("app.domain.on_alert.keep_quiet", _keeping_quiet_forgets_to_look_again),
        ("app.domain.context.Context.suppression", _a_silence_is_not_seen),
        ("app.domain.incident.Incident.pending_look", property(lambda self: {})),
    ],
)
def test_a_planted_bug_is_caught(machine: type[IncidentMachine], place: str, bug: Callable[..., Any]) -> None:
    with patch(place, bug), pytest.raises((AssertionError, BaseExceptionGroup)):
        run(machine, examples=200)
