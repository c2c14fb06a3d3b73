"""An exported policy's levels become steps of ours, and what that changes is said."""

from datetime import timedelta

import pytest

from app.domain.policy import Delay, Step, Target, TargetKind
from app.service.moving_over.chains import Targets, in_hours_only, length, passes_of, steps_of
from app.service.moving_over.exported import ExportedPolicy, ExportedStep

ASHA, BEN = Target(TargetKind.PERSON, "asha"), Target(TargetKind.PERSON, "ben")
PRIMARY, SECOND = Target(TargetKind.ROTA, "primary"), Target(TargetKind.ROTA, "primary_2")
TARGETS = Targets({"A": "asha", "B": "ben"}, {"S": ("primary", "primary_2"), "GONE": ()})


def minutes(count: float) -> timedelta:
    return timedelta(minutes=count)


def a_policy(*steps: ExportedStep, **changes: object) -> ExportedPolicy:
    return ExportedPolicy("P", "Standard", steps, **changes)  # type: ignore[arg-type]


def test_a_schedule_of_several_rotas_is_told_as_all_of_them() -> None:
    steps, findings = steps_of(a_policy(ExportedStep(minutes(0), schedules=("S",), people=("A", "A"))), TARGETS)

    assert steps == (Step((PRIMARY, SECOND, ASHA)),)
    assert findings == ()


def test_steps_at_the_same_time_are_one() -> None:
    policy = a_policy(
        ExportedStep(minutes(0), ("A",)), ExportedStep(minutes(0), ("B",)), ExportedStep(minutes(5), ("A",))
    )

    steps, _ = steps_of(policy, TARGETS)

    assert steps == (Step((ASHA, BEN)), Step((ASHA,), Delay(minutes(5))))


def test_a_step_that_tells_nobody_is_left_out_and_its_wait_kept() -> None:
    policy = a_policy(
        ExportedStep(minutes(0), ("A",)),
        ExportedStep(minutes(5), schedules=("GONE",)),
        ExportedStep(minutes(10), ("B",)),
    )

    steps, (finding,) = steps_of(policy, TARGETS)

    assert steps == (Step((ASHA,)), Step((BEN,), Delay(minutes(15))))
    assert finding.reason == "step 2 tells nobody who could be carried"


def test_a_first_step_that_waits_is_told_at_once_and_said() -> None:
    steps, (finding,) = steps_of(a_policy(ExportedStep(minutes(5), ("A",))), TARGETS)

    assert steps == (Step((ASHA,)),)
    assert finding.reason.startswith("its first step comes 5m after the alert")


@pytest.mark.parametrize(
    ("waits", "said"),
    [
        (minutes(10), ""),
        (minutes(30), "after its last step it waits 30m; here it is 10m until the next pass"),
        (None, ""),
    ],
)
def test_another_wait_after_the_last_step_is_said(waits: timedelta | None, said: str) -> None:
    policy = a_policy(ExportedStep(minutes(0), ("A",)), ExportedStep(minutes(10), ("B",)), passes=2, last_wait=waits)

    _, findings = steps_of(policy, TARGETS)

    assert "".join(one.reason for one in findings) == said


def test_a_single_step_is_followed_by_an_hour() -> None:
    _, (finding,) = steps_of(a_policy(ExportedStep(minutes(0), ("A",)), last_wait=minutes(30)), TARGETS)

    assert finding.reason == "after its last step it waits 30m; here it is 1h until the last resort"


def test_more_passes_than_a_file_can_say_are_cut_and_said() -> None:
    passes, (finding,) = passes_of(a_policy(passes=500))

    assert passes == 100
    assert "500 passes; here there are 100" in finding.reason


def test_working_time_is_in_whole_minutes() -> None:
    policy = in_hours_only("high", (Step((ASHA,)), Step((BEN,), Delay(timedelta(seconds=90)))), 2)

    assert policy.in_hours.steps == (Step((ASHA,)), Step((BEN,), Delay(minutes(2), working=True)))
    assert policy.out_of_hours.hold


@pytest.mark.parametrize(
    ("span", "written"),
    [
        (minutes(90), "90m"),
        (minutes(120), "2h"),
        (minutes(1440), "1 day"),
        (minutes(2880), "2 days"),
        (minutes(1.5), "90s"),
    ],
)
def test_lengths_are_written_as_the_rules_file_has_them(span: timedelta, written: str) -> None:
    assert length(span) == written
