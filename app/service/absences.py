"""People's own calendars of when they are away, fetched from time to time so that cover is asked for early."""

import asyncio
import json
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from app.domain.absences import AHEAD, Away, NeedsCover, joined, needs_cover
from app.domain.errors import AppError
from app.service.in_force import InForce
from app.service.ports import Clock, Record, Store

KIND = "absences"
LOOK = "absences-look"
EVERY = timedelta(hours=1)
KEPT = timedelta(days=14)
"""How long what was read last counts while a calendar cannot be read."""

AT_ONCE = 4


@dataclass(frozen=True, slots=True)
class Calendar:
    """What was read of somebody's calendar at `at`; `problem` says what is wrong with it since."""

    away: tuple[Away, ...]
    at: datetime
    problem: str = ""


Fetch = Callable[[str], Awaitable[str]]
"""The text at an address; raises `AppError`, whose words name no more of it than its host."""

Read = Callable[[str, ZoneInfo, datetime], tuple[Sequence[Away], Sequence[str]]]
"""When somebody is away until an instant, with local times in the zone, and what could not be understood, in sentences.
Raises `AppError`."""


@dataclass(slots=True)
class Absences:
    store: Store
    in_force: InForce
    clock: Clock
    fetch: Fetch
    read: Read

    async def look(self) -> None:
        """Fetch every calendar, once an hour, in whichever process comes first."""
        now = self.clock.now()
        slot = f"{int(now.timestamp() // EVERY.total_seconds()):012}"
        if not await self.store.add_record(Record(LOOK, slot, "{}", now + 2 * EVERY)):
            return
        await self.look_now()

    async def look_now(self) -> None:
        """Fetch every calendar, and forget those that the rules file names no more."""
        turn, known = asyncio.Semaphore(AT_ONCE), await self.known()
        asked = {person.id: person.absences for person in self.in_force.rules.people.values() if person.absences}

        async def one(person: str, address: str) -> Record:
            async with turn:
                return _record(person, await self._looked(address, known.get(person)))

        records = await asyncio.gather(*(one(person, address) for person, address in asked.items()))
        await self.store.commit((), records)
        for person in known.keys() - asked.keys():
            await self.store.delete_record(KIND, person)

    async def known(self) -> Mapping[str, Calendar]:
        """What was read last, by person."""
        return {record.id: _calendar(record) for record in await self.store.records(KIND)}

    async def needed(self) -> tuple[NeedsCover, ...]:
        """What needs cover, as the rotas stand now."""
        away = {person: calendar.away for person, calendar in (await self.known()).items()}
        return needs_cover(self.in_force.rules, self.in_force.facts, away, self.clock.now())

    async def _looked(self, address: str, before: Calendar | None) -> Calendar:
        now, zone = self.clock.now(), self.in_force.rules.zone
        try:
            text = await self.fetch(address)
            away, doubts = await asyncio.to_thread(self.read, text, zone, now + AHEAD)
        except AppError as error:
            still = before.away if before and before.at > now - KEPT else ()
            return Calendar(still, before.at if before else now, str(error))
        ahead = joined(one for one in away if one.until > now and one.since < now + AHEAD)
        doubt = f"{len(doubts)} entries are not understood" if doubts else ""
        return Calendar(ahead, now, doubt)


def _record(person: str, calendar: Calendar) -> Record:
    body = {
        "at": calendar.at.isoformat(),
        "problem": calendar.problem,
        "away": [[one.since.isoformat(), one.until.isoformat()] for one in calendar.away],
    }
    return Record(KIND, person, json.dumps(body), calendar.at + KEPT + AHEAD)


def _calendar(record: Record) -> Calendar:
    body = json.loads(record.body)
    away = tuple(Away(datetime.fromisoformat(since), datetime.fromisoformat(until)) for since, until in body["away"])
    return Calendar(away, datetime.fromisoformat(body["at"]), body["problem"])
