"""The rules file that an export comes to, in the domain's own values, with an account of everything in the export."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from zoneinfo import ZoneInfo

from app.domain.people import Person, Squad
from app.domain.policy import Policy
from app.domain.rota import DatedFacts, Rota, on_call
from app.domain.spoken import spoken
from app.service.moving_over.cast import ids_of, people_of, squads_of
from app.service.moving_over.choosing import Choice, passed_over, pick
from app.service.moving_over.exported import Export, ExportedPolicy, System
from app.service.moving_over.findings import CannotImport, Finding, carried, changed
from app.service.moving_over.last_resort import last_resort, named_last_resort
from app.service.moving_over.layers import live_layers
from app.service.moving_over.names import Names
from app.service.moving_over.policies import CarriedPolicy, carry_policy, policies_of
from app.service.moving_over.rosters import Roster, roster
from app.service.moving_over.standing import standing
from app.service.moving_over.stated import coming, compare, realigned
from app.service.moving_over.weekly import OfficeHours

_ROLES = ("primary", "second_line")


@dataclass(frozen=True, slots=True)
class CarriedRota:
    """A rota, the schedule it comes from, who holds it at the import until when, and what to look at.

    `hours` are those in which the schedule's people are this rota's, in words, if not all.
    """

    rota: Rota
    schedule: str
    holder: str
    until: datetime | None
    hours: str
    check: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Cover:
    """An override in force or to come: a rules file has no place for it. `person` and `instead_of` are names."""

    schedule: str
    rotas: tuple[str, ...]
    zone: ZoneInfo
    since: datetime
    until: datetime
    person: str
    instead_of: str


@dataclass(frozen=True, slots=True)
class Draft:
    """All that the rules file will say. `policies` are critical, high, and those that rules may name; `origins` says
    which of the export's policies each is. `office` are the working hours, where the export makes a difference."""

    system: System
    at: datetime
    zone: ZoneInfo
    last_resort: str
    last_resort_reason: str
    people: Mapping[str, Person]
    squads: tuple[Squad, ...]
    office: OfficeHours | None
    rotas: tuple[CarriedRota, ...]
    policies: tuple[Policy, ...]
    origins: Mapping[str, str]
    findings: tuple[Finding, ...]
    covers: tuple[Cover, ...]


def draft(export: Export, choice: Choice, at: datetime) -> Draft:
    """What the export becomes with these choices, as of `at` (aware UTC). Raises `CannotImport`."""
    if not export.people:
        raise CannotImport("the export holds no users: export them too (docs/moving-over.md has the commands)")
    picked, names = pick(export, choice), Names()
    ids = ids_of(export, names)
    rosters = _rosters(export, picked.policies, names, ids, at)
    zone = next((rota.zone for one in rosters for rota in one.rotas), ZoneInfo("UTC"))
    people = people_of(export, ids, [rota for one in rosters for rota in one.rotas], at.astimezone(zone).date())
    rosters = tuple(_aligned(one, people, ids, at) for one in rosters)
    carried_over = tuple(carry_policy(policy, rosters, ids) for policy in picked.policies)
    holder, reason = _last_resort(export, choice, carried_over[0], rosters, people, ids, at)
    squads = squads_of(export, ids, names)
    policies, origins = policies_of(carried_over, holder)
    findings = (
        *picked.findings,
        *_accounts(rosters, people, squads, at),
        *(finding for policy in carried_over for finding in policy.findings),
        *(finding for one in rosters for finding in one.findings),
        *(finding for one in rosters if one.rotas for finding in compare(one.schedule, one.told, people, ids, at)),
        changed("last resort", f"{people[holder].name} ({holder}): {reason}", "see defaults.last_resort"),
        *standing(export, people.values(), at.astimezone(zone).date(), _office(rosters) is not None),
        *export.notes,
        *passed_over(export, picked.policies),
    )
    return Draft(
        system=export.system,
        at=at,
        zone=zone,
        last_resort=holder,
        last_resort_reason=reason,
        people=people,
        squads=squads,
        office=_office(rosters),
        rotas=tuple(rota for one in rosters for rota in _carried(one, people, at)),
        policies=policies,
        origins=origins,
        findings=tuple(dict.fromkeys(findings)),
        covers=tuple(cover for one in rosters for cover in _covers(one, export, at)),
    )


def _rosters(
    export: Export, policies: Sequence[ExportedPolicy], names: Names, ids: Mapping[str, str], at: datetime
) -> tuple[Roster, ...]:
    """The schedules in the order in which the policies come to them; the first two of the main one get our roles."""
    schedules = {schedule.key: schedule for schedule in export.schedules}
    usable = [key for step in policies[0].steps for key in step.schedules[:1] if key in schedules]
    with_turns = dict.fromkeys(key for key in usable if schedules[key].layers)
    roles = dict(zip(with_turns, _ROLES, strict=False))
    told = dict.fromkeys(key for policy in policies for step in policy.steps for key in step.schedules)
    found: list[Roster] = []
    for key in (key for key in told if key in schedules):
        settled = _office(found)
        found.append(roster(schedules[key], roles.get(key, ""), names, ids, at, settled))
    return tuple(found)


def _office(rosters: Iterable[Roster]) -> OfficeHours | None:
    """The working hours of the first schedule that makes a difference between them and the rest."""
    return next((one.office for one in rosters if one.office), None)


def _aligned(one: Roster, people: Mapping[str, Person], ids: Mapping[str, str], at: datetime) -> Roster:
    """With the person on call whom the export itself says, where that is one of the only rota's members."""
    if len(one.rotas) != 1 or one.office or len(live_layers(one.schedule, at)) != 1:
        return one
    rota = realigned(one.rotas[0], people, one.schedule, ids, at)
    if rota == one.rotas[0]:
        return one
    reason = (
        f"by its rotation it would be {one.rotas[0].members[0]}'s turn, but the export says that {rota.members[0]} is "
        "on call; the turns go on from there"
    )
    finding = changed(f'schedule "{one.schedule.name}"', reason, "see that the order is right")
    return replace(one, by_day=(rota,), by_night=(rota,), check=(*one.check, reason), findings=(*one.findings, finding))


def _last_resort(
    export: Export,
    choice: Choice,
    policy: CarriedPolicy,
    rosters: Sequence[Roster],
    people: Mapping[str, Person],
    ids: Mapping[str, str],
    at: datetime,
) -> tuple[str, str]:
    """A person's id, and why they. Raises `CannotImport`, also where the policy tells nobody at all."""
    if not policy.steps:
        reasons = "; ".join(finding.reason for one in rosters for finding in one.findings) or "it has no steps"
        raise CannotImport(f'policy "{policy.policy.name}" tells nobody who could be carried: {reasons}')
    if choice.last_resort:
        return named_last_resort(choice.last_resort, export, ids), "chosen with --last-resort"
    return last_resort(policy.steps, {rota.name: rota for one in rosters for rota in one.rotas}, people, at)


def _accounts(
    rosters: Iterable[Roster], people: Mapping[str, Person], squads: Sequence[Squad], at: datetime
) -> Iterable[Finding]:
    """What was carried, in numbers and names, and who is on call by it."""
    yield carried("people", f"{len(people)} with their addresses: {_some([one.name for one in people.values()])}")
    if squads:
        reason = f"{len(squads)} squad{'' if len(squads) == 1 else 's'}: {_some([one.name for one in squads])}"
        yield carried("teams", reason, "give each its `channel`; no export says where a squad reads")
    for one in rosters:
        for held in _carried(one, people, at):
            until = f" until {spoken(held.until, held.rota.zone)}" if held.until else ""
            reason = f"rota {held.rota.name}, {held.holder or 'nobody'} on call now{until}"
            yield carried(f'schedule "{one.schedule.name}"', reason)


def _carried(one: Roster, people: Mapping[str, Person], at: datetime) -> Iterable[CarriedRota]:
    for rota in one.rotas:
        now = on_call(rota, people, DatedFacts(), at)
        both = rota in one.by_day and rota in one.by_night
        hours = "" if both else "in working hours" if rota in one.by_day else "out of hours"
        yield CarriedRota(rota, one.schedule.name, now.person or "", now.until, hours, one.check)


def _covers(one: Roster, export: Export, at: datetime) -> Iterable[Cover]:
    names = {person.key: person.name for person in export.people}
    for override in coming(one.schedule, at):
        yield Cover(
            schedule=one.schedule.name,
            rotas=tuple(rota.name for rota in one.rotas),
            zone=one.schedule.zone,
            since=override.since,
            until=override.until,
            person=names.get(override.person, "somebody unknown") if override.person else "",
            instead_of=names.get(override.instead_of, ""),
        )


def _some(names: Sequence[str], most: int = 12) -> str:
    more = f" and {len(names) - most} more" if len(names) > most else ""
    return ", ".join(names[:most]) + more
