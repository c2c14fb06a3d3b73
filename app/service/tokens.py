"""API tokens: random, stored only as a hash, each with scopes."""

import json
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from hashlib import sha256
from secrets import token_urlsafe

from app.domain.errors import Forbidden, StoreUnavailable, Unauthorised
from app.service.ports import Clock, Record, Store

KIND = "token"
ID_LENGTH = 12
PAGE = 500
ASKED_AGAIN_AFTER = timedelta(seconds=10)
"""How long a token is good after it was revoked at another replica."""


class Scope(StrEnum):
    """`manage` includes every other scope but `pay`."""

    INGEST = "ingest"
    READ = "read"
    RESPOND = "respond"
    MANAGE = "manage"
    PAY = "pay"


ADMIN = frozenset(Scope)


def allows(scopes: frozenset[Scope], scope: Scope) -> bool:
    """Whether somebody with these scopes may do what needs that one."""
    return scope in scopes or (Scope.MANAGE in scopes and scope is not Scope.PAY)


@dataclass(frozen=True, slots=True)
class Token:
    """What is known of a token: its name, its scopes, and the person it belongs to (empty: nobody in particular).

    `id` is the beginning of its hash, by which it is revoked. `shows_pay`: it shows its person's own pay, which it does
    not when somebody made it for them who may not see theirs.
    """

    name: str
    scopes: frozenset[Scope]
    person: str = ""
    id: str = ""
    shows_pay: bool = True

    def may(self, scope: Scope) -> bool:
        return allows(self.scopes, scope)

    @property
    def own_pay(self) -> str:
        """Whose own pay this shows; empty: nobody's."""
        return self.person if self.shows_pay else ""

    def may_see_pay_of(self, person: str) -> bool:
        return self.may(Scope.PAY) or (bool(person) and person == self.own_pay)


class Tokens:
    """Looks tokens up by hash. A found one is remembered for a while, and for as long as the store is out of reach."""

    def __init__(self, store: Store, clock: Clock, admin_token: str = "") -> None:
        self._store = store
        self._clock = clock
        self._known: dict[str, tuple[Token, datetime]] = {}
        self._admin = Token("admin", ADMIN, id=token_id(admin_token)) if admin_token else None
        self._admin_hash = _hash(admin_token)

    async def ask(self, secret: str, scope: Scope, *others: Scope) -> Token:
        """The token, if it may do this, or any of these. Raises `Unauthorised` or `Forbidden`."""
        token = await self._find(_hash(secret))
        good = (scope, *others)
        if not any(map(token.may, good)):
            raise Forbidden(f"token {token.name!r} lacks the scope {' or '.join(repr(one.value) for one in good)}")
        return token

    async def refresh(self) -> None:
        """Learn every stored token, so that all are known when the store goes away, and none that was revoked."""
        until = self._clock.now() + ASKED_AGAIN_AFTER
        known: dict[str, tuple[Token, datetime]] = {}
        before = ""
        while page := await self._store.records(KIND, PAGE, before):
            for record in page:
                with suppress(ValueError, KeyError):  # One that a newer version made is for that one to know.
                    known[record.id] = (_token(record), until)
            before = page[-1].id
        self._known = known

    async def create(self, name: str, scopes: frozenset[Scope], person: str = "") -> str:
        """A new token, stored; its secret, which is known this once."""
        secret, record = new_token(name, scopes, person)
        await self._store.put_record(record)
        return secret

    async def listed(self) -> list[Token]:
        """Every token that is stored; the one from the environment is not."""
        return [_token(record) for record in await self._store.records(KIND)]

    async def revoke(self, prefix: str) -> bool:
        """Forget the token whose hash starts so (at least 8 digits); False when there is none."""
        for record in await self._store.records(KIND):
            if len(prefix) >= 8 and record.id.startswith(prefix):
                await self._store.delete_record(KIND, record.id)
                self._known.pop(record.id, None)
                return True
        return False

    async def _find(self, digest: str) -> Token:
        if self._admin and digest == self._admin_hash:
            return self._admin
        remembered, until = self._known.get(digest, (None, None))
        if remembered and until and until > self._clock.now():
            return remembered
        try:
            record = await self._store.record(KIND, digest)
        except StoreUnavailable:
            if remembered:
                return remembered
            raise
        if record is None:
            self._known.pop(digest, None)
            raise Unauthorised("the token is not known")
        token = _token(record)
        self._known[digest] = (token, self._clock.now() + ASKED_AGAIN_AFTER)
        return token


def token_id(secret: str) -> str:
    """What a token is called by where its secret must not appear."""
    return _hash(secret)[:ID_LENGTH]


def new_token(name: str, scopes: frozenset[Scope], person: str = "", shows_pay: bool = True) -> tuple[str, Record]:
    """A token's secret, and the record to store, which holds only its hash."""
    secret = f"oncall_{token_urlsafe(32)}"
    body = json.dumps({"name": name, "scopes": sorted(scopes), "person": person, "shows_pay": shows_pay})
    return secret, Record(KIND, _hash(secret), body)


def _hash(secret: str) -> str:
    return sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()


def _token(record: Record) -> Token:
    body = json.loads(record.body)
    return Token(
        name=body["name"],
        scopes=frozenset(map(Scope, body["scopes"])),
        person=body.get("person", ""),
        id=record.id[:ID_LENGTH],
        shows_pay=body.get("shows_pay", True),
    )
