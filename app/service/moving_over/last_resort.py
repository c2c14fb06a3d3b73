"""Choosing the last resort, without whom no rules file is loaded."""

from collections.abc import Mapping
from datetime import datetime
from difflib import get_close_matches

from app.domain.people import Person
from app.domain.policy import Step, TargetKind
from app.domain.rota import DatedFacts, Rota, on_call
from app.service.moving_over.exported import Export
from app.service.moving_over.findings import CannotImport


def last_resort(
    steps: tuple[Step, ...], rotas: Mapping[str, Rota], people: Mapping[str, Person], at: datetime
) -> tuple[str, str]:
    """A person's id and why they: the last level's person, else whoever is on call at it at `at`.

    Raises `CannotImport` where that is nobody.
    """
    for target in steps[-1].tell:
        if target.kind is TargetKind.PERSON:
            return target.name, "the person whom the policy's last level tells"
    for target in steps[-1].tell:
        holder = on_call(rotas[target.name], people, DatedFacts(), at).person
        if holder:
            reason = f"the policy's last level tells no person by name, so whoever is on call at it now ({target.name})"
            return holder, reason
    raise CannotImport("nobody is on call at the policy's last level: name the last resort with --last-resort PERSON")


def named_last_resort(wanted: str, export: Export, ids: Mapping[str, str]) -> str:
    """The id of the person called so: by our id, by name, by e-mail or by the export's key. Raises `CannotImport`."""
    asked = wanted.strip().casefold()
    for person in export.people:
        if asked in (
            ids[person.key].casefold(),
            person.name.casefold(),
            person.email.casefold(),
            person.key.casefold(),
        ):
            return ids[person.key]
    near = get_close_matches(asked, list(ids.values()), n=1, cutoff=0.6)
    hint = f' (did you mean "{near[0]}"?)' if near else ""
    raise CannotImport(f'nobody in the export is called "{wanted}"{hint}; name the last resort by name or e-mail')
