"""People and squads, and the ways to reach them, as the rules file states them."""

from dataclasses import dataclass, field
from datetime import date, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo


class Urgency(StrEnum):
    """Which of a person's ladders a page climbs."""

    URGENT = "urgent"
    QUIET = "quiet"


@dataclass(frozen=True, slots=True)
class ContactMethod:
    """A person's or squad's address on one channel, for example `email` and `asha@example.com`."""

    channel: str
    address: str


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who can be told.

    `on_call_since` is the dated consent to out-of-hours roles (None: no consent). `methods` are in the file's order.
    `ladders` names, per urgency, the ladder of this person. `absences` is the address of a calendar that says when they
    are away, which may be secret; empty for none. `zone` is where they live (None: as the rules say).
    """

    id: str
    name: str
    methods: tuple[ContactMethod, ...] = ()
    on_call_since: date | None = None
    on_call_until: date | None = None
    engineer: bool = True
    ladders: tuple[tuple[Urgency, str], ...] = ()
    absences: str = field(default="", repr=False)
    zone: ZoneInfo | None = None

    def consents(self, day: date) -> bool:
        """Whether this person has agreed to hold an out-of-hours role on `day`."""
        since, until = self.on_call_since, self.on_call_until
        return since is not None and since <= day and (until is None or day < until)


@dataclass(frozen=True, slots=True)
class Squad:
    """An owner of services; `post` is where the squad reads, `calendar` the name of its own calendar or empty.

    `tickets` is where its bugs are written down: a tracker's channel and the place in it. `call_room` is the URL of the
    room in which it meets, or empty.
    """

    id: str
    name: str
    members: tuple[str, ...] = ()
    post: tuple[ContactMethod, ...] = ()
    calendar: str = ""
    tickets: ContactMethod | None = None
    call_room: str = ""


@dataclass(frozen=True, slots=True)
class Rung:
    """One step of a ladder: which channels are tried, how long after the page began."""

    after: timedelta
    channels: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Ladder:
    """How a person is told, ever louder; `again` repeats every method that has worked, until somebody acknowledges."""

    name: str
    rungs: tuple[Rung, ...]
    again: timedelta | None = None
