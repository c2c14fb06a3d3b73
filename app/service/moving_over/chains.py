"""An exported policy's steps as a chain of ours, with what that changes."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

from app.domain.policy import Chain, Delay, Policy, Step, Target, TargetKind
from app.service.moving_over.exported import ExportedPolicy, ExportedStep
from app.service.moving_over.findings import Finding, changed, left_out

AN_HOUR = timedelta(hours=1)
MOST_PASSES = 100
_NOW = timedelta(0)
_MINUTE = timedelta(minutes=1)
_LONGEST = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class Targets:
    """What the keys of an export are called here; a schedule that takes several rotas has several names."""

    people: Mapping[str, str]
    schedules: Mapping[str, tuple[str, ...]]
    hours: str = ""
    """The hours for which this holds, in words, if they make a difference."""

    def of(self, step: ExportedStep) -> tuple[Target, ...]:
        rotas = [Target(TargetKind.ROTA, name) for key in step.schedules for name in self.schedules.get(key, ())]
        people = [Target(TargetKind.PERSON, self.people[key]) for key in step.people if key in self.people]
        return tuple(dict.fromkeys((*rotas, *people)))


def steps_of(policy: ExportedPolicy, targets: Targets) -> tuple[tuple[Step, ...], tuple[Finding, ...]]:
    """The steps that tell somebody; those at the same time are one, and the wait of one that tells nobody stays.

    No wait is longer than a month: none that is meant is.
    """
    steps: list[Step] = []
    findings: list[Finding] = []
    subject, waited = f'policy "{policy.name}"', _NOW
    for number, step in enumerate(policy.steps, 1):
        waited = min(waited + step.after, _LONGEST)
        told = targets.of(step)
        if not told:
            reason = f"step {number} tells nobody who could be carried{targets.hours}"
            findings.append(left_out(subject, reason, "see what it told, and add it under policies"))
        elif not steps:
            if waited:
                reason = f"its first step comes {length(waited)} after the alert; here the first step is told at once"
                findings.append(changed(subject, reason))
            steps.append(Step(told))
            waited = _NOW
        elif not waited:
            steps[-1] = replace(steps[-1], tell=tuple(dict.fromkeys((*steps[-1].tell, *told))))
        else:
            steps.append(Step(told, Delay(waited)))
            waited = _NOW
    findings.extend(_last_wait(policy, steps, subject))
    return tuple(steps), tuple(findings)


def _last_wait(policy: ExportedPolicy, steps: Sequence[Step], subject: str) -> tuple[Finding, ...]:
    """A chain of ours waits after its last step as long as before it; a single step is followed by an hour."""
    if policy.last_wait is None or not steps:
        return ()
    ours = steps[-1].after.length or AN_HOUR
    if ours == policy.last_wait:
        return ()
    what = "the next pass" if policy.passes > 1 else "the last resort"
    reason = f"after its last step it waits {length(policy.last_wait)}; here it is {length(ours)} until {what}"
    return (changed(subject, reason),)


def passes_of(policy: ExportedPolicy) -> tuple[int, tuple[Finding, ...]]:
    kept = min(max(policy.passes, 1), MOST_PASSES)
    if kept == policy.passes:
        return kept, ()
    return kept, (changed(f'policy "{policy.name}"', f"it has {policy.passes} passes; here there are {kept}"),)


def at_all_hours(name: str, by_day: tuple[Step, ...], by_night: tuple[Step, ...], passes: int) -> Policy:
    return Policy(name, Chain(f"{name} in hours", by_day), Chain(f"{name} out of hours", by_night), passes)


def in_hours_only(name: str, steps: tuple[Step, ...], passes: int) -> Policy:
    """The same steps in working time; what comes out of hours waits for the next working day."""
    working = tuple(replace(step, after=_working(step.after)) for step in steps)
    return Policy(name, Chain(f"{name} in hours", working), Chain(f"{name} out of hours", hold=True), passes)


def _working(delay: Delay) -> Delay:
    """Working time is counted in whole minutes; a broken one counts whole."""
    return Delay(-(-delay.length // _MINUTE) * _MINUTE, bool(delay.length))


def length(span: timedelta) -> str:
    """As a rules file writes it: `1h`, `90m`, `2 days`."""
    minutes, seconds = divmod(int(span.total_seconds()), 60)
    if seconds:
        return f"{int(span.total_seconds())}s"
    if minutes and not minutes % 1440:
        return f"{minutes // 1440} day{'s' if minutes > 1440 else ''}"
    return f"{minutes // 60}h" if minutes and not minutes % 60 else f"{minutes}m"
