"""Rotas of the file."""

from app.adapters.rules_yaml.names import Names
from app.adapters.rules_yaml.report import Report
from app.adapters.rules_yaml.shapes import FileShape, RotaShape
from app.domain.people import Person
from app.domain.rota import Rota

SHADOW = "shadow"
_ALL = ["all"]


def build_rotas(
    file: FileShape, people: dict[str, Person], told_out_of_hours: frozenset[str], names: Names, report: Report
) -> dict[str, Rota]:
    """All rotas; one that is told out of hours needs its members' consent unless the file says otherwise."""
    engineers = tuple(person.id for person in people.values() if person.engineer)
    return {
        name: _rota(name, shape, file, engineers, name in told_out_of_hours, names, report)
        for name, shape in file.rotas.items()
    }


def _rota(
    name: str,
    shape: RotaShape,
    file: FileShape,
    engineers: tuple[str, ...],
    is_told_out_of_hours: bool,
    names: Names,
    report: Report,
) -> Rota:
    _check(name, shape, names, report)
    weekday, handover = shape.handover
    return Rota(
        name=name,
        zone=shape.timezone or file.defaults.timezone,
        members=engineers if shape.members == _ALL else tuple(shape.members),
        starts=shape.starts,
        weekday=weekday,
        handover=handover,
        weeks=shape.rotate,
        opted_out=frozenset(shape.opted_out),
        consent_required=is_told_out_of_hours if shape.consent is None else shape.consent,
        ends=shape.ends,
        shadowing=name == SHADOW if shape.shadowing is None else shape.shadowing,
    )


def _check(name: str, shape: RotaShape, names: Names, report: Report) -> None:
    if shape.members != _ALL:
        names.check_all("people", ((person, shape.at("members", n)) for n, person in enumerate(shape.members)))
    names.check_all("people", ((person, shape.at("opted_out", n)) for n, person in enumerate(shape.opted_out)))
    if shape.ends and shape.ends <= shape.starts:
        report.refuse(shape.at("ends"), "must be later than the start of the rota", f"rotas.{name}.ends")
