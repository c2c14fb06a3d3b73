"""From an exported schedule to rotas: its layers, their turns, and what of them a rota cannot say."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from app.domain.calendar import WEEKDAYS
from app.domain.rota import Rota
from app.service.moving_over.chains import length
from app.service.moving_over.exported import ExportedSchedule, Layer
from app.service.moving_over.findings import Finding, Outcome, carried, changed, left_out
from app.service.moving_over.layers import chosen_layers, other_layers
from app.service.moving_over.names import Names
from app.service.moving_over.turns import filled, is_weekly, rotas_of, seats, turn_at
from app.service.moving_over.weekly import OfficeHours

FIRST_RESPONDER, PRIMARY = "first_responder", "primary"


@dataclass(frozen=True, slots=True)
class Roster:
    """The rotas that one schedule became: those told in working hours, and those told out of hours.

    Where the schedule makes a difference between them, `office` is these hours, else the rotas are the same. `check`
    are remarks for whoever reads the file.
    """

    schedule: ExportedSchedule
    by_day: tuple[Rota, ...] = ()
    by_night: tuple[Rota, ...] = ()
    office: OfficeHours | None = None
    check: tuple[str, ...] = ()
    findings: tuple[Finding, ...] = ()

    @property
    def rotas(self) -> tuple[Rota, ...]:
        return tuple(dict.fromkeys((*self.by_day, *self.by_night)))

    def told(self, at: datetime) -> tuple[Rota, ...]:
        """The rotas of the hours that `at` lies in."""
        if self.office is None:
            return self.by_night
        return self.by_day if self.office.hold(at) else self.by_night


def roster(
    schedule: ExportedSchedule,
    role: str,
    names: Names,
    ids: Mapping[str, str],
    at: datetime,
    office: OfficeHours | None = None,
) -> Roster:
    """`role` names the first rota if it is given, else the schedule's name does.

    With `office`, working hours are settled already, and a schedule that changes at other times is carried as one that
    does not.
    """
    subject = f'schedule "{schedule.name}"'
    known, unknown = _known(schedule, ids)
    chosen = chosen_layers(known, at, office)
    if not chosen.all:
        reason = schedule.problem or "it has nobody on call from now on"
        todo = "write a rota for it, and add it to the policy's steps"
        return Roster(schedule, findings=(*unknown, left_out(subject, reason, todo)))
    findings = [*unknown, *other_layers(known, chosen, at)]
    for layer in chosen.all:
        findings.extend(_changes(f"{subject}, {layer.name}", layer, at))
    base = role or names.give(schedule.name, "_")
    night = dict(_rotas(chosen.by_night, base, names, ids, at))
    by_day = by_night = tuple(rota for rotas in night.values() for rota in rotas)
    if chosen.office:
        own = [layer for layer in chosen.by_day if layer not in night]
        called = FIRST_RESPONDER if role == PRIMARY else names.give(f"{base} day", "_")
        day = {
            layer: tuple(replace(rota, consent_required=False) for rota in rotas)
            for layer, rotas in _rotas(own, called, names, ids, at)
        }
        by_day = tuple(rota for layer in chosen.by_day for rota in (night | day)[layer])
        findings.append(_by_hours(subject, by_day, by_night))
    if max(len(by_day), len(by_night)) > 1:
        findings.append(changed(subject, "several people are on call at a time; here they are rotas told together"))
    check = tuple(dict.fromkeys(one.reason for one in findings if one.outcome is not Outcome.CARRIED and one.todo))
    return Roster(schedule, by_day, by_night, chosen.office, check, tuple(findings))


def _rotas(
    layers: Iterable[Layer], base: str, names: Names, ids: Mapping[str, str], at: datetime
) -> Iterable[tuple[Layer, tuple[Rota, ...]]]:
    """The rotas of each layer; the first of all is called `base`, and the others after it."""
    made = 0
    for layer in layers:
        called = tuple(_seat(base, made + seat, names) for seat in range(seats(layer)))
        made += len(called)
        yield layer, rotas_of(layer, called, at, ids)


def _seat(base: str, number: int, names: Names) -> str:
    return base if number == 0 else names.give(f"{base}_{number + 1}", "_")


def _by_hours(subject: str, by_day: tuple[Rota, ...], by_night: tuple[Rota, ...]) -> Finding:
    day, night = (" and ".join(rota.name for rota in rotas) or "nobody" for rotas in (by_day, by_night))
    reason = f"its layers change with working hours, so these became the calendar's: {day} by day, {night} out of hours"
    return carried(subject, reason)


def _known(schedule: ExportedSchedule, ids: Mapping[str, str]) -> tuple[ExportedSchedule, tuple[Finding, ...]]:
    """The schedule with only those people whom the export describes."""
    missing = {key for layer in schedule.layers for turn in layer.turns for key in turn if key not in ids}
    if not missing:
        return schedule, ()
    layers = tuple(
        replace(layer, turns=tuple(tuple(key for key in turn if key in ids) for turn in layer.turns))
        for layer in schedule.layers
    )
    reason = f"{len(missing)} of its people are not among the exported users; the next in turn has their turns"
    todo = "export the users too, or see who has left"
    return replace(schedule, layers=layers), (changed(f'schedule "{schedule.name}"', reason, todo),)


def _changes(subject: str, layer: Layer, at: datetime) -> Iterable[Finding]:
    if filled(layer.turns) != layer.turns:
        reason = "in some turns nobody is on call; here the next in turn has them"
        yield changed(subject, reason, "arrange those turns as cover if that is wrong")
    if any(len(turn) != seats(layer) for turn in layer.turns if turn):
        yield changed(subject, "some turns have fewer people than others; their first has the empty places too")
    if not is_weekly(layer):
        now = turn_at(layer, max(at, layer.starts or at))
        handover = f"{WEEKDAYS[now.day.weekday()]}s {now.clock:%H:%M} {layer.zone}"
        reason = (
            f"its turns last {length(layer.length)}; rotas change by whole weeks, so here they last a week, "
            f"in the same order from the same person, and change on {handover}"
        )
        yield changed(subject, reason, "see whether a week suits you; shorter turns can be arranged as cover")
    if layer.starts is not None and layer.starts > at:
        begins = f"{layer.starts.astimezone(layer.zone):%a %d %b %Y %H:%M}"
        yield changed(subject, f"it begins only on {begins} {layer.zone}, and nobody has the role before")
    if layer.ends is not None:
        ends = f"{layer.ends.astimezone(layer.zone):%a %d %b %Y %H:%M}"
        reason = f"it ends on {ends} {layer.zone}; here with the last day on which it holds"
        yield changed(subject, reason, "remove `ends`, or write what follows")
    if layer.anchor.second or layer.anchor.microsecond:
        yield changed(subject, "its handover has seconds, which were dropped")
