"""What a provider says afterwards of a message it took: written down beside the sending, and acted on at once."""

import json
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import asdict, dataclass
from datetime import timedelta

from app.domain.notification import Notification, NotificationState, Send
from app.domain.receipt import Receipt, SendState
from app.domain.sending import receive
from app.service.apply import Applier
from app.service.ports import Clock, Record, Store
from app.service.unreachable import unreachable

KIND = "receipt"
KEPT = timedelta(days=1)
"""How long a receipt waits for its sending to be recorded; that takes seconds."""

MOST_OF_ONE = 4
"""How many receipts of one message may wait: one of each sort."""


@dataclass(frozen=True, slots=True)
class Heard:
    """`reference` is the provider's id of the message; `reason` says what went wrong, and holds no secret."""

    reference: str
    receipt: Receipt
    reason: str = ""


async def _nothing_more(rows: Sequence[Notification]) -> None:
    """For whom it is enough that it is written down."""


@dataclass(frozen=True, slots=True)
class Receipts:
    """Nobody else waits for a receipt, and a row that is being sent may not be changed. So whoever brings one that it
    cannot write down leaves it in the store and looks again; whoever records a sending looks for what was left. In
    whichever order the two come, one of them sees the other. `amended` is handed what a receipt has changed."""

    store: Store
    applier: Applier
    clock: Clock
    ring: Callable[[], None] = lambda: None
    amended: Callable[[Sequence[Notification]], Awaitable[None]] = _nothing_more

    async def take(self, incidents: Sequence[str], heard: Heard) -> None:
        """Write it down at every sending of these incidents that has its reference. Twice is the same as once.

        Raises `StoreUnavailable` when it cannot be kept.
        """
        if await self._written_down(incidents, heard):
            return
        expires = self.clock.now() + KEPT
        await self.store.add_record(Record(KIND, _id(heard), json.dumps(asdict(heard)), expires))
        await self._written_down(incidents, heard)

    async def catch_up(self, rows: Sequence[Notification]) -> None:
        """These rows have just been stored: write down what was heard of them before that, while they were claimed."""
        for row in rows:
            for reference in {send.reference for send in row.sends if _may_be_heard_of(send)}:
                for heard in await self._left(reference):
                    await self._amend(row, heard)

    async def _written_down(self, incidents: Sequence[str], heard: Heard) -> bool:
        """Whether each of these incidents has a sending of that message, and all of them know of the receipt now."""
        known = True
        for incident in incidents:
            rows = [row for row in await self.store.notifications(incident) if _is_of(row, heard.reference)]
            done = [await self._amend(row, heard) for row in rows]
            known = known and bool(done) and all(done)
        return known

    async def _amend(self, row: Notification, heard: Heard) -> bool:
        """The incident is told first of a reader who cannot be reached, so that no crash in between loses it."""
        now = self.clock.now()

        def change(stored: Notification) -> Notification:
            return receive(stored, heard.reference, heard.receipt, heard.reason, now)

        after = change(row)
        failed = after.state is NotificationState.FAILED and row.state is not NotificationState.FAILED
        if failed and not row.notice:
            (told,) = await self.applier.submit([unreachable(after)])
            if told.error:
                raise told.error
        if after is row:
            return True
        amended = await self.store.amend(row.incident, row.key, change)
        if amended:
            self.ring()
            await self.amended([after])
        return amended

    async def _left(self, reference: str) -> list[Heard]:
        found = await self.store.records(KIND, MOST_OF_ONE, before=f"{reference};")
        return [_read(record) for record in found if record.id.startswith(f"{reference}:")]


def _id(heard: Heard) -> str:
    """The mark between the two sorts just before a semicolon, so that all of one message are found together."""
    return f"{heard.reference}:{heard.receipt}"


def _read(record: Record) -> Heard:
    body = json.loads(record.body)
    return Heard(body["reference"], Receipt(body["receipt"]), body["reason"])


def _may_be_heard_of(send: Send) -> bool:
    """A sending that was taken, and that a receipt may still change: refused ones have no reference."""
    return send.is_awaited or (bool(send.reference) and send.state in (SendState.FAILED, SendState.UNANSWERED))


def _is_of(row: Notification, reference: str) -> bool:
    return any(send.reference == reference for send in row.sends)
