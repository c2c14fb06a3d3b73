"""From exported policies to ours: the main one by severity, further ones under names of their own."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from app.domain.people import Urgency
from app.domain.policy import Policy, Step, Target, TargetKind
from app.service.moving_over.chains import Targets, at_all_hours, in_hours_only, passes_of, steps_of
from app.service.moving_over.exported import ExportedPolicy
from app.service.moving_over.findings import Finding, carried, changed, left_out
from app.service.moving_over.names import slug
from app.service.moving_over.rosters import Roster

_SEVERITIES = ("critical", "high")


@dataclass(frozen=True, slots=True)
class CarriedPolicy:
    """An exported policy as steps for either kind of hours, with what became of the rest of it."""

    policy: ExportedPolicy
    by_day: tuple[Step, ...]
    by_night: tuple[Step, ...]
    passes: int
    findings: tuple[Finding, ...]

    @property
    def steps(self) -> tuple[Step, ...]:
        """Those of the night, which ask more of people, or else those of the day."""
        return self.by_night or self.by_day


def carry_policy(policy: ExportedPolicy, rosters: Sequence[Roster], ids: Mapping[str, str]) -> CarriedPolicy:
    """Its steps, with the rotas of `rosters` in place of schedules and `ids` in place of people."""
    days = {one.schedule.key: tuple(rota.name for rota in one.by_day) for one in rosters}
    nights = {one.schedule.key: tuple(rota.name for rota in one.by_night) for one in rosters}
    differ = days != nights
    by_day, of_day = steps_of(policy, Targets(ids, days, " in working hours" if differ else ""))
    by_night, of_night = steps_of(policy, Targets(ids, nights, " out of hours" if differ else ""))
    passes, cut = passes_of(policy)
    count = max(len(by_day), len(by_night))
    subject = f'policy "{policy.name}"'
    levels = f"{count} level{'' if count == 1 else 's'}, {passes} pass{'' if passes == 1 else 'es'} in all"
    kept = [carried(subject, f"{levels}, with its delays") if count else left_out(subject, "it tells nobody")]
    if bool(by_day) != bool(by_night):
        hours = "in working hours" if by_night else "out of hours"
        kept.append(changed(subject, f"it tells nobody {hours}; here it tells the last resort then"))
    return CarriedPolicy(policy, by_day, by_night, passes, (*kept, *of_day, *of_night, *cut, *policy.notes))


def policies_of(chains: Sequence[CarriedPolicy], last_resort: str) -> tuple[tuple[Policy, ...], dict[str, str]]:
    """The main chain by severity, and the others under names of their own, as urgent as they were.

    Hours in which a policy would tell nobody are the last resort's.
    """
    nobody_else = (Step((Target(TargetKind.PERSON, last_resort),)),)
    main = chains[0]
    by_day, by_night = main.by_day or nobody_else, main.by_night or nobody_else
    found = [at_all_hours("critical", by_day, by_night, main.passes), in_hours_only("high", by_day, main.passes)]
    origins = dict.fromkeys(_SEVERITIES, main.policy.name)
    for chain in chains[1:]:
        if chain.steps:
            name = _unused(slug(chain.policy.name), origins)
            steps = chain.by_day or nobody_else, chain.by_night or nobody_else
            found.append(replace(at_all_hours(name, *steps, chain.passes), urgency=Urgency.URGENT))
            origins[name] = chain.policy.name
    return tuple(found), origins


def _unused(name: str, taken: Mapping[str, str]) -> str:
    number, given = 2, name
    while given in taken:
        number, given = number + 1, f"{name}-{number}"
    return given
