"""The triage queue changes hands with the week of the first responder: both people are told what is in it, once."""

import json
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from app.domain.escalate import FIRST_RESPONDER
from app.domain.notice import to_person
from app.domain.notification import Notification
from app.domain.people import Urgency
from app.domain.rota import on_call
from app.domain.ruleset import Rules
from app.domain.triage import backlog_of
from app.domain.triage_notice import Handover
from app.service.in_force import InForce
from app.service.ports import Clock, Record, Store
from app.service.triage import whole_queue

LATEST = ("triage-handover", "latest")
"""The record of the instant up to which handovers have been told of; it is committed together with the messages."""

MOST_LISTED = 10
JUST_BEFORE = timedelta(microseconds=1)


@dataclass(slots=True)
class TriageHandover:
    """`pages` is where the server's own pages begin; `ring` wakes whoever sends."""

    store: Store
    in_force: InForce
    clock: Clock
    pages: str
    ring: Callable[[], None]
    _told: datetime | None = field(default=None)

    async def look(self) -> bool:
        """Whether a handover has passed that is now told of. Of several that were missed, the latest: the others are
        nobody's any more. At the first look ever, none has been missed."""
        now, at = self.clock.now(), self._latest(self.clock.now())
        if at is None or (self._told is not None and at <= self._told):
            return False
        self._told = await self._told_until(now)
        if at <= self._told:
            return False
        rows = await self._messages(at)
        await self.store.commit((), (_record(at),), notices=rows)
        self._told = at
        if rows:
            self.ring()
        return bool(rows)

    def _latest(self, now: datetime) -> datetime | None:
        """When the present week began, whoever covers some of it; None where there is no such rota yet."""
        rota = self.in_force.rules.rotas.get(FIRST_RESPONDER)
        if rota is None:
            return None
        uncovered = replace(self.in_force.facts, covers=())
        return on_call(rota, self.in_force.rules.people, uncovered, now).since

    async def _told_until(self, now: datetime) -> datetime:
        """Of two processes that look for the first time together, one says when that was."""
        if found := await self.store.record(*LATEST):
            return _read(found)
        await self.store.add_record(_record(now))
        kept = await self.store.record(*LATEST)
        return _read(kept) if kept else now

    async def _messages(self, at: datetime) -> list[Notification]:
        """None for an empty queue. Where neither of the two can be told, the last resort is."""
        queue = backlog_of(await whole_queue(self.store), MOST_LISTED)
        if not queue.count:
            return []
        rules = self.in_force.rules
        names = {id: person.name for id, person in rules.people.items()}
        handover = Handover(at, self._holder(at - JUST_BEFORE), self._holder(at), names, queue, self.pages)
        rows = [row for person in handover.people if (row := self._row(person, handover, rules))]
        last = None if rows else self._row(rules.last_resort, handover, rules)
        return rows or ([last] if last else [])

    def _holder(self, at: datetime) -> str:
        rules = self.in_force.rules
        return on_call(rules.rotas[FIRST_RESPONDER], rules.people, self.in_force.facts, at).person or ""

    def _row(self, person: str, handover: Handover, rules: Rules) -> Notification | None:
        key = f"triage/handover/{handover.at:%Y%m%dT%H%M%SZ}/{person}"
        notice = handover.notice_for(person)
        row = to_person(key, person, notice, Urgency.QUIET, rules, self.clock.now(), FIRST_RESPONDER)
        return row if isinstance(row, Notification) else None


def _record(at: datetime) -> Record:
    return Record(*LATEST, json.dumps({"at": at.isoformat()}))


def _read(record: Record) -> datetime:
    return datetime.fromisoformat(json.loads(record.body)["at"])
