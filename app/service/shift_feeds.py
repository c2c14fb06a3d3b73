"""Calendars of shifts behind addresses that nobody can guess, for calendar applications, which cannot sign in."""

import hmac
import json
from base64 import urlsafe_b64encode
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from hashlib import sha256
from urllib.parse import quote

from app.domain.errors import NotFound
from app.domain.planned import Slot, cut
from app.domain.ruleset import Rules
from app.domain.shift_calendar import ShiftEntry, entries_of_person, entries_of_rota, uncut
from app.service.in_force import InForce
from app.service.ports import Clock, Record, Store
from app.service.rota_history import RotaHistory

KIND = "shift-feed"
NO_SUCH = "there is no such calendar, or its address was renewed: `oncall-router calendar show` has it"
BACK = timedelta(days=60)
AHEAD = timedelta(weeks=26)


class FeedKind(StrEnum):
    PERSON = "person"
    ROTA = "rota"


@dataclass(frozen=True, slots=True)
class Feed:
    """The calendar of one person (all their roles) or of one rota (everybody in it)."""

    kind: FeedKind
    name: str

    @property
    def path(self) -> str:
        return f"{self.kind}/{self.name}"


@dataclass(frozen=True, slots=True)
class FeedAddress:
    """`url` holds the secret; `renewed_at` is None for one that never was renewed."""

    url: str
    renewed_at: datetime | None


@dataclass(frozen=True, slots=True)
class ShiftFeeds:
    """Each feed's secret follows from the signing key and from when it was last renewed, so that none is stored.
    `base_url` is where calendar applications reach this server."""

    store: Store
    history: RotaHistory
    in_force: InForce
    clock: Clock
    key: str
    base_url: str
    new_id: Callable[[], str]

    async def address(self, feed: Feed) -> FeedAddress:
        """Raises `NotFound` for a person or rota that the rules do not have."""
        _check(feed, self.in_force.rules)
        return self._address(feed, await self.store.record(KIND, feed.path))

    def renewal(self, feed: Feed) -> tuple[Record, FeedAddress]:
        """What to commit for another address, and that address; the one before leads nowhere from then on. Raises
        `NotFound`."""
        _check(feed, self.in_force.rules)
        body = {"generation": self.new_id(), "at": self.clock.now().isoformat()}
        record = Record(KIND, feed.path, json.dumps(body))
        return record, self._address(feed, record)

    async def entries(self, feed: Feed, secret: str) -> tuple[ShiftEntry, ...]:
        """The shifts of the last weeks and of the next half year. Raises `NotFound`, in the same words whatever is
        wrong: who tries addresses learns nothing."""
        try:
            _check(feed, self.in_force.rules)
            known = self._secret(feed, await self.store.record(KIND, feed.path))
        except NotFound:
            known = ""
        if not known or not hmac.compare_digest(known.encode(), secret.encode("utf-8", "surrogatepass")):
            raise NotFound(NO_SUCH)
        now = self.clock.now()
        return await self.shifts(feed, now - BACK, now + AHEAD)

    async def shifts(self, feed: Feed, since: datetime, until: datetime) -> tuple[ShiftEntry, ...]:
        """The feed's entries that lie between these instants. Raises `NotFound`."""
        rules = self.in_force.rules
        _check(feed, rules)
        if feed.kind is FeedKind.ROTA:
            return entries_of_rota(await self._held([feed.name], since, until), rules.people)
        return entries_of_person(await self._held(rules.rotas, since, until), feed.name)

    async def _held(self, rotas: Iterable[str], since: datetime, until: datetime) -> tuple[Slot, ...]:
        held = await self.history.held_each(rotas, since, until)
        return uncut((slot for found in held.values() for slot in cut(found, since, until)), since, until)

    def _address(self, feed: Feed, renewed: Record | None) -> FeedAddress:
        at = datetime.fromisoformat(json.loads(renewed.body)["at"]) if renewed else None
        secret, base = self._secret(feed, renewed), self.base_url.rstrip("/")
        return FeedAddress(f"{base}/ical/{secret}/{quote(feed.path)}.ics", at)

    def _secret(self, feed: Feed, renewed: Record | None) -> str:
        """192 bits, safe in a URL."""
        generation = json.loads(renewed.body)["generation"] if renewed else ""
        digest = hmac.digest(self.key.encode(), f"shift-feed/{feed.path}/{generation}".encode(), sha256)
        return urlsafe_b64encode(digest[:24]).decode()


def _check(feed: Feed, rules: Rules) -> None:
    known = rules.people if feed.kind is FeedKind.PERSON else rules.rotas
    if feed.name not in known:
        raise NotFound(f"the rules have no {feed.kind} {feed.name[:40]!r}")
