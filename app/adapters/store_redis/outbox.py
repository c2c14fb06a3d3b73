"""The outbox's rows: written once by a commit, claimed by one replica, replaced by it alone."""

from collections import OrderedDict
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from hashlib import sha1

from app.adapters import codec
from app.adapters.store_redis import due, written
from app.adapters.store_redis.keys import Keys
from app.adapters.store_redis.primary import Order, Primary
from app.adapters.store_redis.scripts import AMEND, SETTLE
from app.adapters.store_redis.texts import NUL
from app.domain.errors import StoreUnavailable
from app.domain.notification import Notification

MOST_CLAIMED = 100_000
"""Rows whose claim is remembered here; those claimed longest ago were settled by others or lost."""

MOST_TRIES = 5
"""How often a row is read again that others change at the same time."""

CHANGED = 2
"""What the script says of a row that is no longer as it was read."""

Row = tuple[str, str]
"""An incident's id and a notification's key."""


class Outbox:
    """Remembers what it has claimed, so that a row which somebody else has settled since is not overwritten."""

    def __init__(self, primary: Primary, keys: Keys) -> None:
        self._primary = primary
        self._keys = keys
        self._claimed: OrderedDict[Row, str] = OrderedDict()

    async def claim(self, now: datetime, lease: timedelta, limit: int) -> list[Notification]:
        members = await due.claim(self._primary, now, lease, limit, outbox=True)
        rows = [_row(member) for member in members]
        documents = await self._primary.read(*(("HGET", self._keys.outbox(id), key) for id, key in rows))
        for row, document in zip(rows, documents, strict=True):
            if document:
                self._remember(row, document)
        return [read for document in documents if document for read in _readable(document)]

    async def settle(self, notifications: Sequence[Notification]) -> None:
        rows = {(one.incident, one.key): one for one in notifications}
        if not rows:
            return
        asked = [
            {**written.row(one), "incident": one.incident, "claimed": self._claimed.get(row, "")}
            for row, one in rows.items()
        ]
        incidents = [one.incident for one in rows.values()]
        await self._primary.write(Order(SETTLE, {"rows": asked}, incidents))
        for row in rows:
            self._claimed.pop(row, None)

    async def amend(self, incident: str, key: str, change: Callable[[Notification], Notification]) -> bool:
        for _ in range(MOST_TRIES):
            (document,) = await self._primary.read(("HGET", self._keys.outbox(incident), key))
            if document is None:
                return False
            after = change(codec.NOTIFICATION.one(document))
            asked = {**written.row(after), "incident": incident, "was": _digest(document)}
            (amended,) = await self._primary.write(Order(AMEND, asked, [incident]))
            if amended != CHANGED:
                return bool(amended)
        return False

    async def of_incident(self, incident: str) -> list[Notification]:
        (rows,) = await self._primary.read(("HGETALL", self._keys.outbox(incident)))
        return codec.NOTIFICATION.lines(b"\n".join(rows[key] for key in sorted(rows)))

    def _remember(self, row: Row, document: bytes) -> None:
        self._claimed[row] = _digest(document)
        self._claimed.move_to_end(row)
        if len(self._claimed) > MOST_CLAIMED:
            self._claimed.popitem(last=False)


def _digest(document: bytes) -> str:
    return sha1(document, usedforsecurity=False).hexdigest()


def _row(member: bytes) -> Row:
    incident, _, key = member.decode().partition(NUL)
    return incident, key


def _readable(document: bytes) -> list[Notification]:
    """None for a damaged row, which must not hold up the rest: its lease runs out, and the backlog shows it late."""
    try:
        return [codec.NOTIFICATION.one(document)]
    except StoreUnavailable:
        return []
