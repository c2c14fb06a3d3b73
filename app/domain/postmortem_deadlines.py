"""When a post-mortem or an action item is due, and when whoever owes it is reminded."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from app.domain.calendar import Calendar, instant
from app.domain.working_days import Days, day_after

MOST_NAGS = 500


DUE = Days(5)
NAG_EVERY = Days(2)


@dataclass(frozen=True, slots=True)
class PostMortemRules:
    """What the rules file says of them: when they are due after the end of the incident, how often an overdue one is
    recalled, and where a published one is announced beside the squad's own channel: squads by their id, or channels
    that begin with #."""

    due: Days = DUE
    nag_every: Days = NAG_EVERY
    publish_to: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Owed:
    """Something that somebody owes: a post-mortem, or with `action` one of its action items.

    `what` is the incident's title or the action's text. `squad` stands in for an owner who cannot be told.
    """

    post_mortem: str
    action: str
    what: str
    owner: str
    squad: str
    due_at: datetime

    @property
    def id(self) -> str:
        return f"{self.post_mortem}/{self.action}" if self.action else self.post_mortem


@dataclass(frozen=True, slots=True)
class Nag:
    """The latest reminder that is due, counted from 0, and when the next one will be."""

    number: int | None
    following: datetime


def end_of(day: date, zone: ZoneInfo) -> datetime:
    """When something is late that was due on that local day."""
    return instant(day + timedelta(days=1), time(), zone)


def latest_nag(due_at: datetime, every: Days, calendar: Calendar, now: datetime) -> Nag:
    """The first reminder comes on the morning of the working day after it was due, so nobody is told at night."""
    following, number = day_after(due_at, Days(1), calendar), None
    for n in range(MOST_NAGS):
        if following > now:
            break
        number, following = n, day_after(following, every, calendar)
    return Nag(number, following)
