"""Which stretch of a rota somebody means who names a day, or only a beginning."""

from datetime import date, datetime

from app.domain.cover import Stretch, rota_of
from app.domain.errors import InvalidPayload
from app.domain.rota import on_call, shift_beginning
from app.service.in_force import InForce

YEARS = range(2000, 2200)
"""In which anybody looks for a shift."""


def stretch_of(rota: str, shift: date | None, since: datetime, until: datetime | None, in_force: InForce) -> Stretch:
    """The whole shift that begins on the local date `shift`; else `since` until `until`, or to the end of what one
    person holds. Raises `InvalidPayload`."""
    rules = in_force.rules
    known = rota_of(rules, rota)
    if shift:
        found = shift_beginning(known, shift) if shift.year in YEARS else None
        if found is None:
            raise InvalidPayload(f"no shift of rota {rota} begins on {shift}", "shift")
        return Stretch(rota, *found)
    end = until or on_call(known, rules.people, in_force.facts, since).until
    if end is None:
        raise InvalidPayload("say until when: this stretch of the rota has no end", "until")
    return Stretch(rota, since, end)
