"""Comparing what we made of a schedule with who is on call by the exporting system's own word."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime
from zoneinfo import ZoneInfo

from app.domain.people import Person
from app.domain.rota import DatedFacts, Rota, on_call
from app.domain.spoken import spoken
from app.service.moving_over.exported import ExportedSchedule, Override, Stated
from app.service.moving_over.findings import Finding, carried, changed

MOST_SHOWN = 3
_NO_FACTS = DatedFacts()


def realigned(
    rota: Rota, people: Mapping[str, Person], schedule: ExportedSchedule, ids: Mapping[str, str], at: datetime
) -> Rota:
    """The rota, begun with whom the export says is on call at `at`, if that is another one of its members.

    An override in force at `at` explains a difference, so then it stays as it is.
    """
    said = {ids[one.person] for one in schedule.stated if one.holds(at) and one.person in ids}
    computed = on_call(rota, people, _NO_FACTS, at)
    if computed.person is None or not said or computed.person in said or _overridden(schedule, at, at):
        return rota
    places = [place for place, member in enumerate(rota.members) if member in said]
    if not places:
        return rota
    return replace(rota, members=rota.members[places[0] :] + rota.members[: places[0]])


def compare(
    schedule: ExportedSchedule,
    told: Callable[[datetime], tuple[Rota, ...]],
    people: Mapping[str, Person],
    ids: Mapping[str, str],
    at: datetime,
) -> tuple[Finding, ...]:
    """Whether the rotas `told` at an instant say the same as every stretch that the export states, from `at` on."""
    ahead = [one for one in schedule.stated if one.until is None or one.until > at]
    subject = f'schedule "{schedule.name}"'
    checked = [one for one in ahead if not _overridden(schedule, max(at, one.since or at), one.until or at)]
    differing = [said for one in checked if (said := _difference(one, told, people, ids, at, schedule.zone))]
    if not checked:
        return ()
    if not differing:
        return (carried(subject, f"who is on call agrees with the export, {_span(checked, schedule.zone, at)}"),)
    more = f" (and {len(differing) - MOST_SHOWN} more)" if len(differing) > MOST_SHOWN else ""
    todo = "see whether the rota's order and handover are right, or arrange these times as cover"
    return (changed(subject, f"the export says otherwise: {'; '.join(differing[:MOST_SHOWN])}{more}", todo),)


def _difference(
    one: Stated,
    told: Callable[[datetime], tuple[Rota, ...]],
    people: Mapping[str, Person],
    ids: Mapping[str, str],
    at: datetime,
    zone: ZoneInfo,
) -> str:
    """What differs in this stretch; empty where nothing does. It is looked at where it begins, and where it ends."""
    begins = max(at, one.since or at)
    moments = (begins, begins + (one.until - begins) * 0.99) if one.until else (begins,)
    for moment in moments:
        ours = [on_call(rota, people, _NO_FACTS, moment).person for rota in told(moment)]
        if ids.get(one.person) not in ours:
            who = " and ".join(person or "nobody" for person in dict.fromkeys(ours)) or "nobody"
            return f"{spoken(moment, zone)}: {ids.get(one.person, 'somebody unknown')}, here {who}"
    return ""


def _overridden(schedule: ExportedSchedule, since: datetime, until: datetime) -> bool:
    """Whether an override takes part of the stretch, or holds at the instant where both are the same."""
    return any((one.since < until or one.since == since) and since < one.until for one in schedule.overrides)


def coming(schedule: ExportedSchedule, at: datetime) -> tuple[Override, ...]:
    """The overrides that are in force at `at` or come later, in order."""
    return tuple(sorted((one for one in schedule.overrides if one.until > at), key=lambda one: (one.since, one.until)))


def _span(checked: list[Stated], zone: ZoneInfo, at: datetime) -> str:
    ends = [one.until for one in checked if one.until]
    until = f" to {spoken(max(ends), zone)}" if ends else ""
    return f"{len(checked)} {'stretch' if len(checked) == 1 else 'stretches'} from {spoken(at, zone)}{until}"
