"""What is known of people's methods: which were tested, which their readers have confirmed, which fail."""

import json
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

from app.domain.errors import StoreUnavailable
from app.domain.message import MessageKind
from app.domain.notification import Notification, Send
from app.domain.people import ContactMethod
from app.domain.reach import Known, PersonReach, Tried, method_id, reach
from app.domain.receipt import REACHED, SendState
from app.service.in_force import InForce
from app.service.opt_outs import OptOuts
from app.service.ports import Clock, Record, Store

TESTED, VERIFIED, FAILED = "method-tested", "method-verified", "method-failed"
FAILED_KEPT = timedelta(days=7)
"""How long a failure counts as lately, unless the method has worked since."""

NOTED_AGAIN = timedelta(minutes=5)
"""A method that goes on failing in a storm is not written down for each message."""

LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)
"""When this process noted a failure that it only knows from another."""

PAGE = 1_000


@dataclass(slots=True)
class Reached:
    """Small records beside the outbox, one for each person, method and sort of knowledge."""

    store: Store
    in_force: InForce
    opt_outs: OptOuts
    clock: Clock
    _failing: dict[str, datetime] = field(default_factory=dict)

    async def everybody(self) -> tuple[PersonReach, ...]:
        """Whether each person can be reached, whoever is on call soonest first. Raises `StoreUnavailable`."""
        return reach(self.in_force.rules, self.in_force.facts, await self.known(), self.clock.now())

    async def known(self) -> Known:
        """Raises `StoreUnavailable`."""
        tried: dict[tuple[str, str], Tried] = {}
        for kind in (TESTED, VERIFIED, FAILED):
            for record in await self._every(kind):
                person, _, method = record.id.rpartition("/")
                tried[person, method] = _with(tried.get((person, method), Tried()), record, self.clock.now())
        return Known(tried, await self.opt_outs.every())

    def tested(self, person: str, method: str) -> Record:
        return self._at(TESTED, person, method)

    def verified(self, person: str, method: str) -> Record:
        """That the person has said so."""
        return self._at(VERIFIED, person, method)

    async def refresh(self) -> None:
        """Take in which methods other processes have found to fail, so that a success here takes that back."""
        self._failing = {record.id: self._failing.get(record.id, LONG_AGO) for record in await self._every(FAILED)}

    async def note(self, rows: Sequence[Notification]) -> None:
        """These rows were just written down: keep what they say of their readers' methods. What the store does not take
        is left out, for this is no promise."""
        with suppress(StoreUnavailable):
            for row in rows:
                if not row.squad and row.reader in self.in_force.rules.people:
                    for send in _latest(row.sends):
                        if self._is_news(row, send):
                            await self._note(row, send)

    def _is_news(self, row: Notification, send: Send) -> bool:
        """Nothing is looked up for what works as ever, for in a storm there is much of it."""
        return send.state is SendState.FAILED or bool(self._failing) or row.kind is MessageKind.TEST

    async def _note(self, row: Notification, send: Send) -> None:
        method = method_id(ContactMethod(send.channel, send.address))
        id = f"{row.reader}/{method}"
        if send.state is SendState.FAILED:
            await self._failed(id, send)
        elif send.state in REACHED and not send.is_awaited and id in self._failing:
            await self.store.delete_record(FAILED, id)
            del self._failing[id]
        if row.kind is MessageKind.TEST and send.channel == "voice" and send.state is SendState.DELIVERED:
            # A call counts as delivered only when a key was pressed, which a voicemail does not do.
            await self.store.put_record(self.verified(row.reader, method))

    async def _failed(self, id: str, send: Send) -> None:
        now = self.clock.now()
        noted = self._failing.get(id)
        if noted and now - noted < NOTED_AGAIN:
            return
        body = {"at": now.isoformat(), "why": send.reason}
        await self.store.put_record(Record(FAILED, id, json.dumps(body), now + FAILED_KEPT))
        self._failing[id] = now

    def _at(self, kind: str, person: str, method: str) -> Record:
        return Record(kind, f"{person}/{method}", json.dumps({"at": self.clock.now().isoformat()}))

    async def _every(self, kind: str) -> list[Record]:
        found: list[Record] = []
        before = ""
        while page := await self.store.records(kind, PAGE, before):
            found += page
            before = page[-1].id
            if len(page) < PAGE:
                break
        return found


def _latest(sends: Sequence[Send]) -> Iterator[Send]:
    """The newest outcome of each method."""
    by_method = {
        (send.channel, send.address): send for send in sends if send.at and send.state is not SendState.PENDING
    }
    yield from by_method.values()


def _with(tried: Tried, record: Record, now: datetime) -> Tried:
    body = json.loads(record.body)
    at = datetime.fromisoformat(body["at"])
    match record.kind:
        case "method-tested":
            return replace(tried, tested_at=at)
        case "method-verified":
            return replace(tried, verified_at=at)
        case _:
            is_lately = now - at < FAILED_KEPT
            return replace(tried, failed_at=at, failed_why=body["why"]) if is_lately else tried
