"""One-time links to sign in by, and who has signed out: the part of a session that the store must know."""

import json
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from secrets import token_urlsafe

from app.domain.errors import StoreUnavailable, Unauthorised
from app.service.ports import Clock, Record, Store
from app.service.tokens import ASKED_AGAIN_AFTER, Scope

LINK = "sign-in-link"
USED = "sign-in-used"
SIGNED_OUT = "signed-out"
LINK_LASTS = timedelta(hours=1)
SPENT = "this link was used before, or is too old; print a new one with: oncall-router sign-in"
MOST_REMEMBERED = 10_000


@dataclass(frozen=True, slots=True)
class Offer:
    """What a one-time link gives: these scopes, as `person` (empty: whoever the reader says they are), and whether that
    person's own pay is shown, which whoever made the link must be free to see."""

    person: str
    scopes: frozenset[Scope]
    shows_pay: bool = False


class SigningIn:
    def __init__(self, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock
        self._signed_in: dict[str, datetime] = {}

    def new_link(self, offer: Offer) -> tuple[str, Record]:
        """The secret of a new link, and the record to store, which holds only its hash."""
        secret = token_urlsafe(24)
        body = json.dumps({"person": offer.person, "scopes": sorted(offer.scopes), "shows_pay": offer.shows_pay})
        return secret, Record(LINK, _hash(secret), body, self._clock.now() + LINK_LASTS)

    async def look(self, secret: str) -> Offer:
        """What a link gives, which it still does afterwards. Raises `Unauthorised`."""
        record = await self._store.record(LINK, _hash(secret))
        if record is None or (record.expires_at and record.expires_at <= self._clock.now()):
            raise Unauthorised(SPENT)
        body = json.loads(record.body)
        return Offer(body["person"], frozenset(map(Scope, body["scopes"])), body.get("shows_pay", False))

    async def use(self, secret: str) -> Offer:
        """What a link gives, this once; of two who use it together one is refused. Raises `Unauthorised`."""
        offer = await self.look(secret)
        if not await self._store.add_record(Record(USED, _hash(secret), "{}", self._clock.now() + 2 * LINK_LASTS)):
            raise Unauthorised(SPENT)
        await self._store.delete_record(LINK, _hash(secret))
        return offer

    def sign_out(self, session: str, ends: datetime) -> Record:
        """The record that ends a session everywhere; other replicas hear of it within seconds."""
        self._signed_in.pop(session, None)
        return Record(SIGNED_OUT, session, "{}", ends)

    async def is_signed_out(self, session: str) -> bool:
        """While the store is away, nobody is."""
        now = self._clock.now()
        if self._signed_in.get(session, now) > now:
            return False
        with suppress(StoreUnavailable):
            if await self._store.record(SIGNED_OUT, session):
                return True
        if len(self._signed_in) >= MOST_REMEMBERED:
            self._signed_in.clear()
        self._signed_in[session] = now + ASKED_AGAIN_AFTER
        return False


def sign_in_address(base_url: str, secret: str) -> str:
    """Where such a link leads."""
    return f"{base_url.rstrip('/')}/sign-in/link/{secret}"


def _hash(secret: str) -> str:
    return sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()
