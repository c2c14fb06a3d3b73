"""Silences and maintenance windows: made and ended by people, known to every replica, and over by themselves."""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo, available_timezones

from app.domain.alert import Alert
from app.domain.calendar import Calendar
from app.domain.errors import Conflict, InvalidPayload, NotFound
from app.domain.events import SuppressionChanged
from app.domain.incident import Outcome, Status, Timer
from app.domain.replacing import replace
from app.domain.suppress import Silence, SuppressedBy
from app.service.apply import Applier
from app.service.in_force import InForce
from app.service.job import Applied, Job
from app.service.ports import Clock, IncidentQuery, Record, Store

KIND = "silence"
LATEST = ("silences", "latest")
"""The record that changes with every silence, so that a replica need not read them all to know that none has."""

LONGEST = timedelta(days=366)
KEPT = timedelta(days=90)
"""How long one that is over can still be listed."""

OPEN = frozenset({Status.TRIGGERED, Status.ACKNOWLEDGED})
PAGE = 500
MOST = 5000
"""How many may be in force or still to come: each alert is held against all of them."""


@dataclass(frozen=True, slots=True)
class Forms:
    """How what people write is compiled; both raise `InvalidPayload`."""

    matches: Callable[[Sequence[str]], Callable[[Alert], bool]]
    week: Callable[[Sequence[str], ZoneInfo], Calendar]


@dataclass(frozen=True, slots=True)
class Wanted:
    """What somebody asks for; `every` narrows it to hours of the week in `zone` (an IANA name)."""

    kind: SuppressedBy
    matchers: tuple[str, ...]
    starts_at: datetime
    ends_at: datetime
    by: str
    why: str
    every: tuple[str, ...] = ()
    zone: str = "UTC"


@dataclass(slots=True)
class Silences:
    """The use cases around them. `in_force` has those that are not over, as of the last `refresh`."""

    store: Store
    in_force: InForce
    applier: Applier
    clock: Clock
    forms: Forms
    new_id: Callable[[], str]
    _seen: str | None = field(default=None)
    _looked: str = field(default="")

    def new(self, wanted: Wanted) -> Silence:
        """Checked and compiled, but not in force. Raises `InvalidPayload`."""
        now = self.clock.now()
        if wanted.ends_at <= max(wanted.starts_at, now):
            raise InvalidPayload("must lie after the start, and in the future", "ends_at")
        if wanted.ends_at - wanted.starts_at > LONGEST:
            raise InvalidPayload("is more than a year after the start: nothing is silenced for ever", "ends_at")
        _check_zone(wanted.zone)
        if sum(one.is_over_at > now for one in self.in_force.silences) >= MOST:
            raise Conflict(f"there are {MOST} silences that are not over: end some, or write one with wider matchers")
        return self._compiled(self.new_id(), wanted, now)

    async def make(self, silence: Silence, records: Sequence[Record] = ()) -> None:
        """Store it with `records` in one commit; in force here when it returns, and within a second elsewhere."""
        await self.store.commit((), (_record(silence), self._changed(), *records))
        await self.refresh()

    async def end(self, id: str, by: str, records: Sequence[Record] = ()) -> tuple[Silence, int]:
        """End it now, and tell the people of whatever still fires; how many incidents they were told of.

        Once more is no error. Raises `NotFound`.
        """
        silence, now = await self.one(id), self.clock.now()
        if silence.is_over_at > now:
            silence = replace(silence, ended_at=now, ended_by=by)
            await self.store.commit((), (_record(silence), self._changed(), *records))
        await self.refresh()
        return silence, await self.look_again()

    async def listed(self, limit: int, before: str = "", over: bool = True) -> list[Silence]:
        """Newest first; with `over` also those that are over, for as long as they are kept."""
        if over:
            found = map(self._readable, await self.store.records(KIND, limit, before))
            return [one for one in found if one]
        return await self._not_over(limit, before)

    async def one(self, id: str) -> Silence:
        """Raises `NotFound`."""
        record = await self.store.record(KIND, id)
        if record is None:
            raise NotFound(f"no silence has the id {id[:40]!r}")
        return self._read(record)

    async def refresh(self) -> None:
        """Take in what other replicas have made or ended."""
        latest = await self.store.record(*LATEST)
        seen = latest.body if latest else ""
        if seen != self._seen:
            self.in_force.silences = tuple(await self._not_over())
            self._seen = seen

    async def follow(self) -> None:
        """Refresh, and after a change look again at what is quiet: whoever made it may have died before they did."""
        await self.refresh()
        if self._seen is not None and self._seen != self._looked:
            seen = self._seen
            await self.look_again()
            self._looked = seen

    async def look_again(self) -> int:
        """Have every incident that keeps quiet about something looked at again, also those that people know of already;
        how many tell people now."""
        told, before = 0, ""
        while True:
            page = await self.store.incidents(IncidentQuery(OPEN, before=before, limit=PAGE))
            quiet = [one.id for one in page if Timer.UNSUPPRESS in one.timers]
            jobs = [Job(lambda _: SuppressionChanged(), id=id, must_exist=True) for id in quiet]
            done = await self.applier.submit(jobs) if jobs else []
            told += sum(one.outcome is Outcome.DONE and not _is_quiet(one) for one in done)
            if len(page) < PAGE:
                return told
            before = page[-1].id

    async def _not_over(self, most: int = MOST, before: str = "") -> list[Silence]:
        now = self.clock.now()
        found: list[Silence] = []
        while len(found) < most:
            page = await self.store.records(KIND, PAGE, before)
            found += [one for one in map(self._readable, page) if one and one.is_over_at > now]
            if len(page) < PAGE:
                break
            before = page[-1].id
        return found[:most]

    def _readable(self, record: Record) -> Silence | None:
        """None for one that this version would not take: what it kept quiet is told, and all others stay in force."""
        try:
            return self._read(record)
        except InvalidPayload:
            return None

    def _changed(self) -> Record:
        return Record(*LATEST, self.new_id())

    def _compiled(self, id: str, wanted: Wanted, created_at: datetime) -> Silence:
        return Silence(
            id=id,
            kind=wanted.kind,
            matchers=wanted.matchers,
            matches=self.forms.matches(wanted.matchers),
            starts_at=wanted.starts_at,
            ends_at=wanted.ends_at,
            by=wanted.by,
            why=wanted.why,
            created_at=created_at,
            weekly=self.forms.week(wanted.every, ZoneInfo(wanted.zone)) if wanted.every else None,
            every=wanted.every,
        )

    def _read(self, record: Record) -> Silence:
        body = json.loads(record.body)
        wanted = Wanted(
            kind=SuppressedBy(body["kind"]),
            matchers=tuple(body["matchers"]),
            starts_at=datetime.fromisoformat(body["starts_at"]),
            ends_at=datetime.fromisoformat(body["ends_at"]),
            by=body["by"],
            why=body["why"],
            every=tuple(body["every"]),
            zone=body["zone"],
        )
        silence = self._compiled(record.id, wanted, datetime.fromisoformat(body["created_at"]))
        ended = datetime.fromisoformat(body["ended_at"]) if body["ended_at"] else None
        return replace(silence, ended_at=ended, ended_by=body["ended_by"])


def _is_quiet(applied: Applied) -> bool:
    return applied.incident is not None and Timer.UNSUPPRESS in applied.incident.timers


def _check_zone(name: str) -> None:
    """Only of what people write: looking up all names takes too long for each silence that is read."""
    if name not in available_timezones():
        raise InvalidPayload('is not a time zone, such as "Europe/London"', "timezone")


def _record(silence: Silence) -> Record:
    body = {
        "kind": silence.kind.value,
        "matchers": silence.matchers,
        "starts_at": silence.starts_at.isoformat(),
        "ends_at": silence.ends_at.isoformat(),
        "by": silence.by,
        "why": silence.why,
        "every": silence.every,
        "zone": silence.weekly.zone.key if silence.weekly else "UTC",
        "created_at": silence.created_at.isoformat(),
        "ended_at": silence.ended_at.isoformat() if silence.ended_at else None,
        "ended_by": silence.ended_by,
    }
    return Record(KIND, silence.id, json.dumps(body), expires_at=silence.ends_at + KEPT)
