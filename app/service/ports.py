"""What the use cases ask of the outside world; each docstring is a promise that contract tests check."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Protocol, runtime_checkable

from app.domain.classify import Severity
from app.domain.incident import AlertRow, Decision, Entry, Incident, KnownKey, Status
from app.domain.message import Message
from app.domain.notification import Notification, Result


class Clock(Protocol):
    """Where the current instant comes from."""

    def now(self) -> datetime:
        """Now, as an aware UTC datetime."""
        ...


class CallRooms(Protocol):
    """Where a fresh call can be opened; `name` is how people know the provider."""

    name: str

    async def open(self, topic: str) -> str:
        """The address at which anybody can join a call that was made just now, within 5 s. Raises `OutsideUnavailable`
        with a reason that holds no secret."""
        ...


class Channel(Protocol):
    """A way to reach people. `send` never raises, ends within its own timeout (at most 20 s), puts no secret into a
    reason, sends `message.key` as idempotency key where the provider has one, and cuts long text but never a link."""

    name: str

    async def send(self, message: Message) -> Result: ...


@runtime_checkable
class LiveChannel(Channel, Protocol):
    """A channel whose messages can be changed after they were posted. `reference` is what `Sent` said of the message.
    Both keep the promises of `send`; asked again for the same, the same is shown."""

    async def update(self, reference: str, message: Message) -> Result:
        """Show `message` in place of what was posted."""
        ...

    async def reply(self, reference: str, key: str, lines: Sequence[str]) -> Result:
        """Post these lines under the message, as one; `key` is the idempotency key."""
        ...


@dataclass(frozen=True, slots=True)
class Loaded:
    """What the store holds of some keys and ids; what does not exist is left out."""

    incidents: Mapping[str, Incident]
    keys: Mapping[str, KnownKey]


@dataclass(frozen=True, slots=True)
class Backlog:
    """How much is due and how long it has been: figures for the self-audit."""

    timers: int
    oldest_timer: datetime | None
    notifications: int
    oldest_notification: datetime | None


@dataclass(frozen=True, slots=True)
class IncidentQuery:
    """Which incidents to list, newest first. Empty sets mean any. `before` is a cursor: an incident id, exclusive.
    `suppressed`: only those that tell nobody because something suppresses them. `oldest_first` turns the list around,
    and its cursor is `after`."""

    statuses: frozenset[Status] = frozenset()
    severities: frozenset[Severity] = frozenset()
    squad: str = ""
    source: str = ""
    before: str = ""
    limit: int = 50
    suppressed: bool = False
    oldest_first: bool = False
    after: str = ""


@dataclass(frozen=True, slots=True)
class Record:
    """A small thing that is not an incident (a token, a rules version, a quarantined body): `body` is JSON text.

    Of one kind, ids sort by time where order matters. `expires_at` lets the store drop it.
    """

    kind: str
    id: str
    body: str
    expires_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Trail:
    """What an incident has left behind: its timeline in order of commit, and its notifications by key."""

    timeline: tuple[Entry, ...] = ()
    notifications: tuple[Notification, ...] = ()


@dataclass(frozen=True, slots=True)
class Parcel:
    """One incident with all that belongs to it, as it moves from store to store. `keys` are those that lead to it."""

    incident: Incident
    keys: Mapping[str, KnownKey]
    alerts: tuple[AlertRow, ...]
    timeline: tuple[Entry, ...]
    notifications: tuple[Notification, ...]


class WorkingStore(Protocol):
    """What deciding, keeping time and telling need. Any method raises `StoreUnavailable` when the promise cannot be
    kept; then nothing of that call is stored, unless the error names a `doubt`."""

    async def load(self, keys: Sequence[str], ids: Sequence[str]) -> Loaded:
        """The latest incident of each key, and each incident by id, in one consistent read."""
        ...

    async def commit(
        self,
        decisions: Sequence[Decision],
        records: Sequence[Record] = (),
        seen: Mapping[str, KnownKey | None] = MappingProxyType({}),
        notices: Sequence[Notification] = (),
        fresh: Sequence[Record] = (),
    ) -> None:
        """All decisions, records and notices at once or none, durable when it returns.

        Each decision's incident has the version it was loaded with plus one (1 when new). Raises `Conflict` when any
        incident's stored version is not exactly one less, or when a key of `seen` is not (None: not there) as it says.
        Several decisions of one incident in one call carry successive versions. Notifications whose key exists already
        are left as they are; so are `notices`, rows that belong to no incident. `fresh` are records too, of which none
        may exist yet: else `Conflict`. The incident's `due_at` replaces any lease on it.
        """
        ...

    async def claim_due(self, now: datetime, lease: timedelta, limit: int) -> Sequence[str]:
        """Ids of incidents due at `now`, oldest first; none is handed out again before `now + lease`."""
        ...

    async def claim_notifications(self, now: datetime, lease: timedelta, limit: int) -> Sequence[Notification]:
        """Notifications due at `now`, oldest first; none is handed out again before `now + lease`."""
        ...

    async def settle(self, notifications: Sequence[Notification]) -> None:
        """Replace these rows (which the caller has claimed); their `due_at` replaces the lease. A row that somebody
        else has settled since it was claimed here is left as it is."""
        ...

    async def amend(self, incident: str, key: str, change: Callable[[Notification], Notification]) -> bool:
        """Replace a row by what `change` makes of it, its due time included; False when it is claimed by somebody, or
        gone. `change` is pure, for it may be asked more than once."""
        ...

    async def backlog(self, now: datetime) -> Backlog:
        """What is due at `now`, leased or not."""
        ...

    async def next_due(self) -> datetime | None:
        """When the next incident or notification becomes due or its lease ends; None when there is nothing."""
        ...

    async def notifications(self, incident: str) -> Sequence[Notification]:
        """Every notification of an incident, by key."""
        ...


class Store(WorkingStore, Protocol):
    """Where everything durable lives: what is worked on, what is looked up, and small records."""

    async def applied(self, doubt: str) -> bool:
        """Whether the call that failed with this `doubt` was carried out all the same."""
        ...

    async def incidents(self, query: IncidentQuery) -> Sequence[Incident]: ...

    async def alerts(self, incident: str, limit: int, after: str = "") -> Sequence[AlertRow]:
        """Alerts of an incident by key, after the key `after`."""
        ...

    async def timeline(self, incident: str) -> Sequence[Entry]:
        """Every entry, in order of commit."""
        ...

    async def trails(self, incidents: Sequence[str]) -> Sequence[Trail]:
        """The trail of each, in the order asked for; an empty one for an incident that there is not."""
        ...

    async def record(self, kind: str, id: str) -> Record | None: ...

    async def records(self, kind: str, limit: int = 1000, before: str = "") -> Sequence[Record]:
        """Records of a kind, newest id first, with ids below `before` when it is given."""
        ...

    async def add_record(self, record: Record, keep: int | None = None) -> bool:
        """Store it unless its id exists (then False). With `keep`, the oldest of that kind beyond that are dropped."""
        ...

    async def put_record(self, record: Record) -> None: ...

    async def delete_record(self, kind: str, id: str) -> None: ...

    async def sweep(self, now: datetime) -> int:
        """Drop expired records; how many went."""
        ...

    async def forget(self, resolved_before: datetime, limit: int) -> int:
        """Drop the incidents that were resolved longest ago, before that instant, with all that belongs to them and
        the keys that lead to them, and the notices that were made before it; how many went, at most `limit` of each."""
        ...

    async def parcels(self, after: str, limit: int) -> Sequence[Parcel]:
        """Whole incidents by id, after the id `after` (empty: from the first)."""
        ...

    async def every_record(self, after: tuple[str, str], limit: int) -> Sequence[Record]:
        """Records of every kind by (kind, id), after that pair (two empty texts: from the first)."""
        ...

    async def notices(self, after: str, limit: int) -> Sequence[Notification]:
        """Rows that belong to no incident, by id (`Notification.incident`), after that id (empty: from the first)."""
        ...

    async def unpack(
        self, parcels: Sequence[Parcel], records: Sequence[Record], notices: Sequence[Notification] = ()
    ) -> None:
        """Put these in as they are, in place of what has their ids: for moving into a store that nobody else uses."""
        ...

    async def close(self) -> None: ...


class Journal(Protocol):
    """A small log on the replica's own disk, for what is accepted while the store is out of reach."""

    async def append(self, entry: bytes) -> None:
        """On disk when it returns. Raises `StoreUnavailable` when it is full or its disk fails; then it is not kept."""
        ...

    async def entries(self, limit: int, after: int = 0) -> Sequence[tuple[int, bytes]]:
        """The oldest that were not dropped and have a number above `after`, in the order in which they were appended.
        Numbers grow and are above 0."""
        ...

    async def drop(self, number: int) -> None:
        """Forget this entry and all before it. After a crash some that were dropped may come again."""
        ...

    @property
    def waiting(self) -> int:
        """Entries that were not dropped yet."""
        ...

    @property
    def damaged(self) -> int:
        """Entries that were found unreadable: they are passed over, and the others are kept."""
        ...

    @property
    def room(self) -> float:
        """Which part of what it may hold is free, 0 to 1; 0 when its disk fails."""
        ...

    async def close(self) -> None: ...
