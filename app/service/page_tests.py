"""Test pages: as loud as a real one, by every method of a person, who says of each whether it arrived."""

import json
from collections.abc import Callable, Container, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from app.domain.errors import InvalidPayload, NotFound
from app.domain.message import MessageKind, Notice
from app.domain.notice import notice_id, to_person
from app.domain.notification import Notification, Planned, Send
from app.domain.people import ContactMethod, Person, Urgency
from app.domain.reach import CONSOLE, method_id
from app.domain.receipt import SendState
from app.domain.replacing import replace
from app.domain.shift_notices import local
from app.domain.tell import plan_for
from app.service.in_force import InForce
from app.service.ports import Clock, Record, Store
from app.service.reached import VERIFIED, Reached

KIND = "test-page"
LATEST = ("test-page-latest", "latest")
"""The record that names the newest one."""

KEPT = timedelta(days=90)


@dataclass(frozen=True, slots=True)
class PageTest:
    """One test: of whom, asked for by whom, by which methods (`method_id`, in the order of the rules file)."""

    id: str
    person: str
    urgency: Urgency
    by: str
    at: datetime
    methods: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class MethodTest:
    """What has become of it on one method. `send` is None before the first attempt; `address` empty when the rules file
    does not hold it any more; `verified_at` is when the reader last said that this method reaches them."""

    channel: str
    address: str
    send: Send | None
    verified_at: datetime | None

    @property
    def is_over(self) -> bool:
        """Whether nothing more is tried there, and no receipt waited for."""
        return self.send is not None and self.send.state is not SendState.PENDING and not self.send.is_awaited


@dataclass(frozen=True, slots=True)
class PageTests:
    """`set_up` says which channels there are; `link` makes the address at which a reader confirms, from person and
    method."""

    store: Store
    in_force: InForce
    reached: Reached
    clock: Clock
    new_id: Callable[[], str]
    set_up: Callable[[], Container[str]]
    link: Callable[[str, str], str]
    ring: Callable[[], None] = lambda: None

    def new(self, person: str, urgency: Urgency, by: str) -> PageTest:
        """Not sent yet. Raises `NotFound`, or `InvalidPayload` for somebody without any method."""
        known = self._person(person)
        methods = tuple(method_id(one) for one in self._methods(known, urgency))
        if not methods:
            raise InvalidPayload(f"{person} has no contact method in the rules file")
        return PageTest(self.new_id(), person, urgency, by, self.clock.now(), methods)

    async def send(self, test: PageTest, records: Sequence[Record] = ()) -> None:
        """Store it, with `records`, as rows of the outbox. Raises `StoreUnavailable`."""
        person = self._person(test.person)
        rows = [self._row(test, person, one) for one in self._methods(person, test.urgency)]
        tested = (self.reached.tested(test.person, method) for method in test.methods)
        latest = Record(*LATEST, json.dumps({"id": test.id}))
        await self.store.commit((), (_record(test), latest, *tested, *records), notices=rows)
        self.ring()

    async def one(self, id: str) -> PageTest:
        """Raises `NotFound`."""
        record = await self.store.record(KIND, id)
        if record is None:
            raise NotFound(f"no test page has the id {id[:40]!r}")
        return _read(record)

    async def latest(self) -> PageTest | None:
        """The newest that anybody has sent."""
        record = await self.store.record(*LATEST)
        return await self.one(json.loads(record.body)["id"]) if record else None

    async def results(self, test: PageTest) -> tuple[MethodTest, ...]:
        """What has become of it so far, by method."""
        known = self.in_force.rules.people.get(test.person)
        addresses = {method_id(one): one.address for one in known.methods} if known else {}
        return tuple([await self._result(test, method, addresses.get(method, "")) for method in test.methods])

    async def _result(self, test: PageTest, method: str, address: str) -> MethodTest:
        rows = await self.store.notifications(notice_id(_key(test, method)))
        send = next((send for row in rows for send in row.sends), None)
        verified = await self.store.record(VERIFIED, f"{test.person}/{method}")
        at = datetime.fromisoformat(json.loads(verified.body)["at"]) if verified else None
        return MethodTest(method.rpartition("-")[0], address, send, at)

    def _person(self, id: str) -> Person:
        found = self.in_force.rules.people.get(id)
        if found is None:
            raise NotFound(f"{id[:80]!r} is not among the people of the rules file")
        return found

    def _methods(self, person: Person, urgency: Urgency) -> list[ContactMethod]:
        """All of them for an urgent one; else those that the quiet ladder would use."""
        rules = self.in_force.rules
        climbed, spare = plan_for(person, rules.ladder_for(person, urgency), urgency)
        planned = (*climbed, *spare) if urgency is Urgency.URGENT else climbed
        wanted = {(one.channel, one.address) for one in planned}
        return [
            one
            for one in person.methods
            if (one.channel, one.address) in wanted and (one.channel != CONSOLE or CONSOLE in self.set_up())
        ]

    def _row(self, test: PageTest, person: Person, method: ContactMethod) -> Notification:
        name = method_id(method)
        rules = self.in_force.rules
        notice = Notice(
            headline=f"TEST, nothing is wrong: a test page for {person.name} by {method.channel}",
            lines=(
                f"A page would come like this. {test.by} asked for it, {local(test.at, rules.zone_of(person.id))}.",
                "Say that you got it, so that it is known that this way reaches you.",
            ),
            link=self.link(person.id, name),
        )
        row = to_person(_key(test, name), person.id, notice, test.urgency, rules, test.at, kind=MessageKind.TEST)
        if isinstance(row, str):
            raise InvalidPayload(row)
        plan = (Planned(method.channel, method.address, 0),)
        return replace(row, plan=plan, spare=(), due_at=test.at)


def _key(test: PageTest, method: str) -> str:
    return f"test-page/{test.id}/{method}"


def _record(test: PageTest) -> Record:
    body = {
        "person": test.person,
        "urgency": test.urgency.value,
        "by": test.by,
        "at": test.at.isoformat(),
        "methods": test.methods,
    }
    return Record(KIND, test.id, json.dumps(body), test.at + KEPT)


def _read(record: Record) -> PageTest:
    body = json.loads(record.body)
    return PageTest(
        id=record.id,
        person=body["person"],
        urgency=Urgency(body["urgency"]),
        by=body["by"],
        at=datetime.fromisoformat(body["at"]),
        methods=tuple(body["methods"]),
    )
