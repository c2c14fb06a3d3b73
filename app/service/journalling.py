"""Accepting without the store: what was understood goes into this replica's journal, and a 2xx is true all the same."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from app.domain.alert import Alert, AlertStatus
from app.domain.errors import StoreUnavailable, Unconfirmed
from app.service.audit_log import Act
from app.service.ports import Clock, Journal


@dataclass(frozen=True, slots=True)
class Answer:
    """What a person did to an incident of the outage. `act` says which action, on which incident and by whom; `keys`
    are those of its alerts, for in the store it may turn out to be another incident."""

    act: Act
    text: str = ""
    keys: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class JournalEntry:
    """One request: its alerts, or one answer.

    `fresh` are the ids that its firing alerts would give to incidents, in order. `doubt` is that of the commit that
    failed. `is_stored`: the store has it, though not in as many places as were asked for.
    """

    id: str
    received_at: datetime
    alerts: tuple[Alert, ...] = ()
    fresh: tuple[str, ...] = ()
    doubt: str = ""
    is_stored: bool = False
    answer: Answer | None = None


@dataclass(frozen=True, slots=True)
class Journalled:
    """How many alerts are in the journal, and will be in the store when it is back."""

    count: int


Numbered = tuple[int, JournalEntry | bytes]
"""A number of the journal, and its entry; the bytes of one that this version cannot read."""


class Journalling:
    """Knows whether new alerts must go into the journal too, behind those that wait there: a "resolved" must not
    overtake its "firing"."""

    def __init__(
        self,
        journal: Journal,
        write: Callable[[JournalEntry], bytes],
        read: Callable[[bytes], JournalEntry],
        clock: Clock,
        new_id: Callable[[], str],
    ) -> None:
        self._journal = journal
        self._write = write
        self._read = read
        self._clock = clock
        self._new_id = new_id
        self._appended = 0
        self._on_the_way = 0
        self.is_open = journal.waiting > 0
        self.ring: Callable[[], None] = lambda: None

    @property
    def waiting(self) -> int:
        return self._journal.waiting

    @property
    def damaged(self) -> int:
        return self._journal.damaged

    @property
    def room(self) -> float:
        return self._journal.room

    async def keep(
        self, alerts: Sequence[Alert], fresh: Sequence[str], error: StoreUnavailable | None = None
    ) -> Journalled:
        """On disk when it returns; `error` is why the store did not take them. Raises `StoreUnavailable`."""
        await self._append(
            JournalEntry(
                id=self._new_id(),
                received_at=self._clock.now(),
                alerts=tuple(alerts),
                fresh=tuple(fresh),
                doubt=error.doubt if error else "",
                is_stored=isinstance(error, Unconfirmed),
            )
        )
        return Journalled(len(alerts))

    async def keep_answer(self, answer: Answer) -> str:
        """On disk when it returns: the id of its entry. Raises `StoreUnavailable`."""
        entry = JournalEntry(self._new_id(), self._clock.now(), answer=answer)
        await self._append(entry)
        return entry.id

    async def after(self, number: int, limit: int) -> list[Numbered]:
        """The oldest entries above that number."""
        return [(found, self._readable(written)) for found, written in await self._journal.entries(limit, number)]

    async def drop(self, number: int) -> None:
        await self._journal.drop(number)

    async def close_behind(self, number: int) -> bool:
        """Let new alerts go to the store again if nothing waits above that number, nor is on its way there."""
        before = self._appended
        if await self._journal.entries(1, number) or self._appended != before or self._on_the_way:
            return False
        self.is_open = False
        return True

    async def close(self) -> None:
        await self._journal.close()

    async def _append(self, entry: JournalEntry) -> None:
        if not entry.is_stored:
            self.is_open = True
            self._appended += 1
        self._on_the_way += 1
        try:
            await self._journal.append(self._write(entry))
        finally:
            self._on_the_way -= 1
        self.ring()

    def _readable(self, written: bytes) -> JournalEntry | bytes:
        try:
            return self._read(written)
        except StoreUnavailable:
            return written


def fresh_ids(alerts: Sequence[Alert], new_id: Callable[[], str]) -> tuple[str, ...]:
    """An id for each firing alert: the one that its incident gets, if it opens one, however often it is tried."""
    return tuple(new_id() for alert in alerts if alert.status is AlertStatus.FIRING)
