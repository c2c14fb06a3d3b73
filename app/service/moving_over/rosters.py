"""From an exported schedule to rotas: its layers, their turns, and what of them a rota cannot say."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from app.domain.calendar import WEEKDAYS
from app.domain.rota import Rota
from app.service.moving_over.chains import length
from app.service.moving_over.exported import ExportedSchedule, Layer
from app.service.moving_over.findings import Finding, changed, left_out
from app.service.moving_over.layers import chosen_layers, other_layers
from app.service.moving_over.names import Names
from app.service.moving_over.turns import filled, is_weekly, rotas_of, seats, turn_at


@dataclass(frozen=True, slots=True)
class Roster:
    """The rotas that one schedule became, told together; `check` are remarks for whoever reads the file."""

    schedule: ExportedSchedule
    rotas: tuple[Rota, ...]
    check: tuple[str, ...]
    findings: tuple[Finding, ...]
    realignable: bool = False


def roster(schedule: ExportedSchedule, role: str, names: Names, ids: Mapping[str, str], at: datetime) -> Roster:
    """`role` names the first rota if it is given, else the schedule's name does."""
    subject = f'schedule "{schedule.name}"'
    known, unknown = _known(schedule, ids)
    chosen = chosen_layers(known, at)
    if not chosen:
        reason = schedule.problem or "it has nobody on call from now on"
        todo = "write a rota for it, and add it to the policy's steps"
        return Roster(schedule, (), (), (*unknown, left_out(subject, reason, todo)))
    findings = [*unknown, *other_layers(known, chosen, at)]
    rotas: list[Rota] = []
    base = role or names.give(schedule.name, "_")
    for layer in chosen:
        called = tuple(_seat(base, len(rotas) + seat, names) for seat in range(seats(layer)))
        rotas.extend(rotas_of(layer, called, at, ids))
        findings.extend(_changes(f"{subject}, {layer.name}", layer, at))
    if len(rotas) > 1:
        reason = f"{len(rotas)} people are on call at a time; here they are rotas that are told together"
        findings.append(changed(subject, reason))
    check = tuple(dict.fromkeys(one.reason for one in findings if one.outcome != "carried" and one.todo))
    alone = len(rotas) == 1 and len([layer for layer in known.layers if layer.ends is None or layer.ends > at]) == 1
    return Roster(schedule, tuple(rotas), check, tuple(findings), alone)


def _seat(base: str, number: int, names: Names) -> str:
    return base if number == 0 else names.give(f"{base}_{number + 1}", "_")


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
