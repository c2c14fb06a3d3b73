"""What the readers of all systems have in common: zones that are not known, people by key, weekly hours in words."""

from collections.abc import Iterable
from zoneinfo import ZoneInfo

from app.adapters.moving_over.reading import word, zone_named
from app.service.moving_over.exported import ExportedPerson
from app.service.moving_over.findings import Finding, changed, left_out

DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
UTC_ZONE = ZoneInfo("UTC")


def zone_or_utc(value: object, subject: str, notes: list[Finding]) -> ZoneInfo:
    """The zone by its name; UTC, and a note, where there is none of that name."""
    found = zone_named(value)
    if found is None:
        said = f'"{word(value)}" is no time zone that is known here' if word(value) else "it names no time zone"
        notes.append(
            changed(subject, f"{said}, so it is read as UTC", "put in the rota's `timezone`, such as Europe/London")
        )
    return found or UTC_ZONE


def once(people: Iterable[ExportedPerson]) -> tuple[ExportedPerson, ...]:
    """Each person once, in order; of several records the first that has a phone, for lists are terser than answers."""
    found: dict[str, ExportedPerson] = {}
    for person in people:
        if not found.setdefault(person.key, person).phone and person.phone:
            found[person.key] = person
    return tuple(found.values())


def unusable_address(person: str, what: str) -> Finding:
    return left_out(f'person "{person}"', f"{what} is not in a form that can be used", "put it in by hand")


def unreadable(subject: str, reason: str) -> Finding:
    return left_out(subject, reason, "look at it in the old system, and write it by hand")


def clock(minutes: int) -> str:
    return f"{minutes // 60 % 24:02}:{minutes % 60:02}"
