"""What the dispatcher does when the store, a channel or a step fails under it: it goes on telling, and tells once."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from types import MappingProxyType
from typing import Any

import pytest

from app.adapters.store_memory import MemoryStore
from app.domain.errors import StoreUnavailable
from app.domain.incident import Decision, Incident, KnownKey, LivePage, Status
from app.domain.message import Message
from app.domain.notification import Notification, NotificationState, Planned, Rejected, Result, Sent
from app.service import dispatch
from app.service.apply import Applier
from app.service.dispatch import Dispatcher
from app.service.in_force import InForce
from app.service.ports import Record
from tests.builders import NINE, a_notification, an_id, an_incident
from tests.stories.stage import VirtualClock
from tests.stories.town import town_rules


@dataclass(slots=True)
class FullStore(MemoryStore):
    """Keeps nothing while it is full; `broken` is what a write raises instead."""

    full: bool = False
    broken: Exception | None = None

    async def settle(self, notifications: Sequence[Notification]) -> None:
        self._check()
        await MemoryStore.settle(self, notifications)

    async def commit(
        self,
        decisions: Sequence[Decision],
        records: Sequence[Record] = (),
        seen: Mapping[str, KnownKey | None] = MappingProxyType({}),
    ) -> None:
        self._check()
        await MemoryStore.commit(self, decisions, records, seen)

    def _check(self) -> None:
        if self.full:
            raise StoreUnavailable("the disk is full")
        if self.broken:
            raise self.broken


@dataclass(slots=True)
class Mailbox:
    """Takes everything, but from `dead` addresses; `hung` ones wait for `gate`."""

    name: str = "email"
    got: list[Message] = field(default_factory=list)
    dead: set[str] = field(default_factory=set)
    hung: set[str] = field(default_factory=set)
    gate: asyncio.Event = field(default_factory=asyncio.Event)

    async def send(self, message: Message) -> Result:
        self.got.append(message)
        if message.address in self.hung:
            await self.gate.wait()
        return Rejected("no such mailbox") if message.address in self.dead else Sent()

    def addresses(self) -> list[str]:
        return [message.address for message in self.got]


@dataclass(slots=True)
class Desk:
    """A dispatcher over a store in memory, and what lies round it."""

    store: FullStore
    clock: VirtualClock
    mailbox: Mailbox
    applier: Applier
    dispatcher: Dispatcher

    async def work(self) -> None:
        """One round."""
        await self.dispatcher.send(await self.dispatcher.claim())

    def row(self, reader: str) -> Notification:
        (found,) = [one for one in self.store.outbox.values() if one.reader == reader]
        return found


def a_desk(*rows: Notification, **incident: Any) -> Desk:
    store = FullStore({an_id(): an_incident(**incident)}, outbox={row.key: row for row in rows})
    clock, mailbox, in_force = VirtualClock(NINE), Mailbox(), InForce(town_rules(), NINE)
    applier = Applier(store, in_force, clock, lambda: None)
    applier.start()
    return Desk(
        store, clock, mailbox, applier, Dispatcher(store, {"email": mailbox}, in_force, applier, clock, lambda row: "")
    )


def a_page(reader: str, **changes: Any) -> Notification:
    plan = (Planned("email", f"{reader}@example.com", 0),)
    return a_notification(
        **{"reader": reader, "key": f"page/{reader}", "plan": plan, "while_listed": False, "again": None} | changes
    )


async def test_a_page_is_sent_once_although_the_store_cannot_record_it_for_minutes() -> None:
    desk = a_desk(a_page("asha"))
    desk.store.full = True

    for _ in range(10):
        await desk.work()
        desk.clock.at += timedelta(seconds=30)

    assert desk.mailbox.addresses() == ["asha@example.com"]
    desk.store.full = False
    await desk.work()
    assert desk.row("asha").state is NotificationState.DONE
    await desk.work()
    assert desk.mailbox.addresses() == ["asha@example.com"]


async def test_a_page_whose_receipts_cannot_be_looked_for_is_recorded_and_sent_once() -> None:
    desk = a_desk(a_page("asha"))

    async def broken(rows: Sequence[Notification]) -> None:
        raise RuntimeError("a fault of ours")

    desk.dispatcher.recorded = broken
    for _ in range(3):
        await desk.work()
        desk.clock.at += timedelta(minutes=2)

    assert desk.row("asha").state is NotificationState.DONE
    assert desk.mailbox.addresses() == ["asha@example.com"]


async def test_pages_go_out_although_the_end_of_another_cannot_be_recorded() -> None:
    desk = a_desk(a_page("asha"), a_page("ben", while_listed=True))
    desk.store.full = True

    await desk.work()

    assert desk.mailbox.addresses() == ["asha@example.com"]


async def test_a_digest_that_cannot_be_put_off_goes_out_at_once() -> None:
    desk = a_desk(a_page("asha", digest="morning"), timers={})
    desk.store.incidents_by_id[an_id(2)] = an_incident(id=an_id(2), timers=dict.fromkeys(an_incident().timers, NINE))
    desk.store.full = True

    await desk.work()

    assert desk.mailbox.addresses() == ["asha@example.com"]


async def test_a_row_that_cannot_be_recorded_takes_no_other_sending_with_it() -> None:
    """A fault of ours in one write: the other sendings of that round still end, and are recorded."""
    desk = a_desk(a_page("asha"), a_page("ben"))
    desk.mailbox.hung = {"ben@example.com"}
    desk.store.broken = RuntimeError("planted")
    round = asyncio.create_task(desk.work())
    await asyncio.sleep(0.01)
    desk.store.broken = None
    desk.mailbox.gate.set()
    await round

    assert desk.row("ben").state is NotificationState.DONE
    await desk.work()
    assert desk.row("asha").state is NotificationState.DONE
    assert sorted(desk.mailbox.addresses()) == ["asha@example.com", "ben@example.com"]


async def test_a_fault_that_lasts_is_raised_and_holds_up_no_other_page() -> None:
    desk = a_desk(a_page("asha"))
    desk.store.broken = RuntimeError("planted")
    await desk.work()

    with pytest.raises(RuntimeError, match="planted"):
        await desk.work()

    desk.store.broken = None
    desk.store.outbox["page/ben"] = a_page("ben")
    await desk.work()
    assert desk.mailbox.addresses() == ["asha@example.com", "ben@example.com"]
    desk.clock.at += timedelta(seconds=61)
    await desk.work()
    assert desk.row("asha").state is NotificationState.DONE


async def test_a_channel_that_hangs_is_a_failed_sending(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dispatch, "LONGEST_SEND", 0.05)
    desk = a_desk(a_page("asha"), a_page("ben"))
    desk.mailbox.hung = {"asha@example.com"}

    async with asyncio.timeout(2):
        await desk.work()

    assert desk.row("ben").state is NotificationState.DONE
    assert desk.row("asha").sends[0].reason == "email did not answer"
    assert desk.row("asha").due_at is not None


async def test_what_is_in_hand_is_not_claimed_again_when_its_lease_ends() -> None:
    desk = a_desk(a_page("asha"))
    desk.mailbox.hung = {"asha@example.com"}
    round = asyncio.create_task(desk.work())
    await asyncio.sleep(0.01)
    desk.clock.at += timedelta(minutes=5)

    assert await desk.dispatcher.claim() == []

    desk.mailbox.gate.set()
    await round
    assert desk.mailbox.addresses() == ["asha@example.com"]


async def test_a_page_whose_first_rung_is_still_to_come_is_put_off_until_then() -> None:
    desk = a_desk(a_page("asha", plan=(Planned("email", "asha@example.com", 180),)))

    await desk.work()

    assert desk.mailbox.got == []
    assert desk.row("asha").due_at == NINE + timedelta(minutes=3)


async def test_whoever_cannot_be_reached_is_not_given_up_while_the_incident_could_not_be_told(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    pages = (LivePage("page/asha", "asha", "first_responder", False, None),)
    desk = a_desk(a_page("asha", while_listed=True), status=Status.TRIGGERED, pages=pages)
    desk.mailbox.dead = {"asha@example.com"}

    def break_it(incident: Incident | None, event: object, ctx: object) -> Decision:
        raise RuntimeError("planted")

    with monkeypatch.context() as patched:
        patched.setattr("app.service.fold.step", break_it)
        await desk.work()
        with pytest.raises(RuntimeError, match="planted"):
            await desk.work()
    assert desk.row("asha").state is NotificationState.LIVE

    desk.clock.at += timedelta(seconds=61)
    await desk.work()

    assert desk.row("asha").state is NotificationState.FAILED
    assert [page.reader for page in desk.store.incidents_by_id[an_id()].pages] != ["asha"]


async def test_stopping_records_what_is_being_sent_and_leaves_the_rest_due() -> None:
    readers = [f"reader-{number:02}" for number in range(dispatch.MOST_PER_CHANNEL + 5)]
    desk = a_desk(*(a_page(reader) for reader in readers))
    desk.mailbox.hung = {f"{reader}@example.com" for reader in readers}
    round = asyncio.create_task(desk.work())
    await asyncio.sleep(0.01)

    desk.dispatcher.stop()
    desk.mailbox.gate.set()
    await round

    begun = {address.partition("@")[0] for address in desk.mailbox.addresses()}
    assert len(begun) == dispatch.MOST_PER_CHANNEL
    assert {reader for reader in readers if desk.row(reader).state is NotificationState.DONE} == begun
    assert all(desk.row(reader).due_at == NINE for reader in readers if reader not in begun)


async def test_what_would_not_end_within_its_lease_is_left_to_the_next_round(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dispatch, "MOST_PER_CHANNEL", 1)
    readers = [f"reader{number:02}" for number in range(40)]
    desk = a_desk(*(a_page(reader, digest="") for reader in readers))

    async def slow(message: Message) -> Result:
        desk.clock.at += timedelta(seconds=2)
        desk.mailbox.got.append(message)
        return Sent()

    monkeypatch.setattr(Mailbox, "send", lambda _, message: slow(message))

    await desk.work()

    assert len(desk.mailbox.got) == 15
    await desk.work()
    await desk.work()
    assert sorted(desk.mailbox.addresses()) == [f"{reader}@example.com" for reader in readers]


async def test_a_process_that_stood_still_for_longer_than_its_lease_sends_and_settles_nothing() -> None:
    desk = a_desk(a_page("asha"))
    claimed = await desk.dispatcher.claim()
    desk.clock.at += 2 * dispatch.LEASE
    (elsewhere,) = await desk.store.claim_notifications(desk.clock.at, dispatch.LEASE, 1)

    await desk.dispatcher.send(claimed)

    assert desk.mailbox.got == []
    assert elsewhere == desk.row("asha")
    assert await desk.store.claim_notifications(desk.clock.at, dispatch.LEASE, 1) == []
