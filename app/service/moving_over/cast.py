"""The people and squads of an export under our names."""

from collections.abc import Iterable, Mapping
from datetime import date

from app.domain.people import ContactMethod, Person, Squad
from app.domain.rota import Rota
from app.service.moving_over.exported import Export, ExportedPerson, ExportedTeam
from app.service.moving_over.names import Names


def ids_of(export: Export, names: Names) -> dict[str, str]:
    """From the export's keys to person ids."""
    return {person.key: names.give(person.name or person.email.partition("@")[0]) for person in export.people}


def people_of(export: Export, ids: Mapping[str, str], rotas: Iterable[Rota], today: date) -> dict[str, Person]:
    """Everybody, by id. Members of rotas that need a consent have one since `today`, the import: no export knows it.

    A shift counts by the day on which it began, so whoever may be needed in one that is under way has it since then.
    """
    since: dict[str, date] = {}
    for rota in (rota for rota in rotas if rota.consent_required):
        for member in rota.members:
            since[member] = min(since.get(member, today), rota.starts)
    return {ids[one.key]: _person(ids[one.key], one, since.get(ids[one.key])) for one in export.people}


def _person(id: str, exported: ExportedPerson, since: date | None) -> Person:
    addresses = (
        ("email", exported.email),
        ("slack", exported.slack),
        ("sms", exported.phone),
        ("voice", exported.phone),
    )
    methods = tuple(ContactMethod(channel, address) for channel, address in addresses if address)
    return Person(id, exported.name or id, methods, on_call_since=since)


def squads_of(export: Export, ids: Mapping[str, str], names: Names) -> tuple[Squad, ...]:
    return tuple(_squad(names.give(team.name), team, ids) for team in export.teams)


def _squad(id: str, team: ExportedTeam, ids: Mapping[str, str]) -> Squad:
    members = tuple(dict.fromkeys(ids[key] for key in team.members if key in ids))
    post = (ContactMethod("email", team.email),) if team.email else ()
    return Squad(id, team.name or id, members, post)
