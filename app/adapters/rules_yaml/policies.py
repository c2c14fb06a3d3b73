"""Escalation policies of the file, and the written process's own where the file is silent."""

from datetime import timedelta

from app.adapters.rules_yaml.names import Names
from app.adapters.rules_yaml.report import Report, quoted
from app.adapters.rules_yaml.shapes import FileShape, PolicyShape, StepShape
from app.domain.classify import Severity
from app.domain.people import Urgency
from app.domain.policy import Chain, Delay, Policy, Step, Target, TargetKind

SQUAD = "squad"
LAST_RESORT = "last_resort"
_AT_ONCE = Delay(timedelta(0))
_HOUR = Delay(timedelta(hours=1))
_WORKING_HOUR = Delay(timedelta(hours=1), working=True)

_Steps = tuple[tuple[tuple[str, ...], Delay], ...]
_HIGH_IN_HOURS: _Steps = ((("first_responder",), _AT_ONCE), ((SQUAD,), _WORKING_HOUR))
_CRITICAL_IN_HOURS: _Steps = ((("first_responder",), _AT_ONCE), (("second_line", SQUAD), _HOUR))
_CRITICAL_OUT_OF_HOURS: _Steps = ((("primary", "shadow"), _AT_ONCE), (("second_line",), _HOUR))


class Policies:
    """Builds policies; where the file is silent, from those of the process's four rotas that it has."""

    def __init__(self, file: FileShape, names: Names, report: Report) -> None:
        self._file = file
        self._names = names
        self._report = report

    def build(self) -> dict[str, Policy]:
        """One per severity name, and those that the file names besides."""
        named = {Severity.CRITICAL.value: PolicyShape(), Severity.HIGH.value: PolicyShape(), **self._file.policies}
        return {name: self._policy(name, shape) for name, shape in named.items()}

    def _policy(self, name: str, shape: PolicyShape) -> Policy:
        return Policy(
            name=name,
            in_hours=self._chain(name, shape, in_hours=True),
            out_of_hours=self._chain(name, shape, in_hours=False),
            repeat=shape.repeat,
            urgency=shape.urgency or (Urgency.URGENT if name == Severity.CRITICAL else Urgency.QUIET),
        )

    def _chain(self, policy: str, shape: PolicyShape, in_hours: bool) -> Chain:
        half = "in_hours" if in_hours else "out_of_hours"
        name, key = f"{policy} {half.replace('_', ' ')}", f"policies.{policy}.{half}"
        given = shape.in_hours if in_hours else shape.out_of_hours
        if given is None:
            return self._default(name, policy == Severity.HIGH, in_hours)
        if isinstance(given, str):
            if in_hours:
                self._report.refuse(shape.at(half), "hold waits for working hours, so it cannot stand in them", key)
            return Chain(name, hold=True)
        if not given:
            self._report.refuse(shape.at(half), "needs at least one step", key)
        return Chain(name, tuple(self._step(step, number, key) for number, step in enumerate(given)))

    def _step(self, shape: StepShape, number: int, key: str) -> Step:
        tell = tuple(self._target(name, shape, n) for n, name in enumerate(shape.tell))
        if number == 0:
            if shape.after is not None:
                self._report.refuse(
                    shape.at("after"), "the first step is told at once; after belongs to later steps", f"{key}.after"
                )
            return Step(tell)
        if shape.after is not None and not shape.after.length:
            self._report.refuse(shape.at("after"), "two steps at once are one step with both in tell", f"{key}.after")
        return Step(tell, shape.after or _HOUR)

    def _target(self, name: str, shape: StepShape, number: int) -> Target:
        if name == SQUAD:
            return Target(TargetKind.SQUAD, SQUAD)
        if name == LAST_RESORT:
            return Target(TargetKind.PERSON, self._last_resort)
        rotas, people = self._names["rotas"], self._names["people"]
        if name in rotas and name in people:
            reason = f"{quoted(name)} is a rota and a person; give one of them another name"
            self._report.refuse(shape.at("tell", number), reason)
        if name not in rotas and name not in people:
            known = {*rotas, *people, SQUAD, LAST_RESORT}
            self._names.unknown("rota", name, shape.at("tell", number), known)
        return Target(TargetKind.ROTA if name in rotas else TargetKind.PERSON, name)

    def _default(self, name: str, is_high: bool, in_hours: bool) -> Chain:
        """The written process, without the rotas that this file does not have."""
        if is_high and not in_hours:
            return Chain(name, hold=True)
        hours = _CRITICAL_IN_HOURS if in_hours else _CRITICAL_OUT_OF_HOURS
        told = [(self._existing(tell), after) for tell, after in (_HIGH_IN_HOURS if is_high else hours)]
        present = [(tell, after) for tell, after in told if tell] or [(self._nobody_else(), _AT_ONCE)]
        first, later = present[0], present[1:]
        return Chain(name, (Step(first[0]), *(Step(tell, after) for tell, after in later)))

    def _existing(self, tell: tuple[str, ...]) -> tuple[Target, ...]:
        return tuple(
            Target(TargetKind.SQUAD if name == SQUAD else TargetKind.ROTA, name)
            for name in tell
            if name == SQUAD or name in self._names["rotas"]
        )

    def _nobody_else(self) -> tuple[Target, ...]:
        return (Target(TargetKind.PERSON, self._last_resort),)

    @property
    def _last_resort(self) -> str:
        return self._file.defaults.last_resort or ""


def told_out_of_hours(policies: dict[str, Policy]) -> frozenset[str]:
    """The rotas that some policy tells out of hours."""
    return frozenset(
        target.name
        for policy in policies.values()
        for step in policy.out_of_hours.steps
        for target in step.tell
        if target.kind is TargetKind.ROTA
    )
