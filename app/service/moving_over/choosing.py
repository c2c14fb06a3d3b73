"""What of an export becomes the rules: the policies or schedules that the user names, or the first that will do."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from difflib import get_close_matches
from typing import Protocol, TypeVar

from app.service.moving_over.exported import Export, ExportedPolicy, ExportedSchedule, ExportedStep
from app.service.moving_over.findings import CannotImport, Finding, carried, changed, left_out

_BETWEEN = timedelta(hours=1)
_PASSES = 3


@dataclass(frozen=True, slots=True)
class Choice:
    """Names (or keys) of policies, or of schedules, and of the last resort; empty: by rule."""

    policies: tuple[str, ...] = ()
    schedules: tuple[str, ...] = ()
    last_resort: str = ""


class _Named(Protocol):
    @property
    def key(self) -> str: ...
    @property
    def name(self) -> str: ...


_N = TypeVar("_N", bound=_Named)


@dataclass(frozen=True, slots=True)
class Picked:
    """The policies to carry, the most important one first, and why these."""

    policies: tuple[ExportedPolicy, ...]
    findings: tuple[Finding, ...]


def pick(export: Export, choice: Choice) -> Picked:
    """Raises `CannotImport` where a name is not in the export, or nothing can be picked."""
    if choice.policies and choice.schedules:
        raise CannotImport("--policy and --schedule cannot go together: a policy brings its schedules with it")
    if choice.policies:
        return Picked(_named(choice.policies, export.policies, "policy"), ())
    if choice.schedules or not export.policies:
        return _from_schedules(export, choice)
    telling = [policy for policy in export.policies if _tells_turns(policy, export.schedules)] or export.policies
    if len(export.policies) == 1:
        return Picked((telling[0],), ())
    reason = f"it is the first of {len(export.policies)} policies that tells a schedule"
    todo = "name another with --policy; the first named becomes the rules, further ones policies for rules to name"
    return Picked((telling[0],), (carried(f'policy "{telling[0].name}"', reason, todo),))


def _from_schedules(export: Export, choice: Choice) -> Picked:
    """A policy of our own, whose levels are schedules: those that are named, or the first that has turns."""
    usable = [schedule for schedule in export.schedules if schedule.layers]
    if not usable:
        raise CannotImport(
            f"the export holds no {export.system.brand} policy and no schedule with people in turn: export both "
            "(docs/moving-over.md has the commands)"
        )
    chosen = _named(choice.schedules, export.schedules, "schedule") if choice.schedules else tuple(usable[:1])
    steps = tuple(
        ExportedStep(_BETWEEN if number else timedelta(0), schedules=(schedule.key,))
        for number, schedule in enumerate(chosen)
    )
    names = " then ".join(schedule.name for schedule in chosen)
    reason = "no policy was carried with it, so an hour between levels and three passes are the process's own"
    policy = ExportedPolicy("", names, steps, _PASSES)
    return Picked((policy,), (changed(f'schedule "{names}"', reason, "see policies"),))


def _tells_turns(policy: ExportedPolicy, schedules: Sequence[ExportedSchedule]) -> bool:
    with_turns = {schedule.key for schedule in schedules if schedule.layers}
    return any(with_turns & set(step.schedules) for step in policy.steps)


def _named(wanted: Iterable[str], known: Sequence[_N], what: str) -> tuple[_N, ...]:
    return tuple(dict.fromkeys(_one(name, known, what) for name in wanted))


def _one(wanted: str, known: Sequence[_N], what: str) -> _N:
    for one in known:
        if wanted in (one.key, one.name):
            return one
    for one in known:
        if wanted.casefold() == one.name.casefold():
            return one
    raise CannotImport(f'the export has no {what} "{wanted}"{_hint(wanted, [one.name for one in known])}')


def _hint(wanted: str, names: Sequence[str]) -> str:
    near = get_close_matches(wanted, names, n=1, cutoff=0.6)
    if near:
        return f' (did you mean "{near[0]}"?)'
    return f": it has {', '.join(names[:10])}" if names else ""


def passed_over(export: Export, policies: Sequence[ExportedPolicy]) -> Iterable[Finding]:
    """The policies and schedules that were not picked."""
    for policy in export.policies:
        if policy not in policies:
            levels = f"{len(policy.steps)} level{'' if len(policy.steps) == 1 else 's'}"
            todo = "carry it too with --policy"
            yield left_out(f'policy "{policy.name}"', f"it was not chosen ({levels})", todo)
    told = {key for policy in policies for step in policy.steps for key in step.schedules}
    for schedule in export.schedules:
        if schedule.key not in told:
            reason = schedule.problem or "no policy that is carried tells it"
            todo = "" if schedule.problem else "choose the policy that tells it with --policy, or it with --schedule"
            yield left_out(f'schedule "{schedule.name}"', reason, todo)
