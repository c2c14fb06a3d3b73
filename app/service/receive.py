"""A webhook arrives: who sent it, what does it say, and what became of it."""

import base64
import binascii
import hmac
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace

from app.domain.classify import SourceSettings
from app.domain.errors import AppError, Conflict, InvalidPayload, StoreUnavailable, Unauthorised, UnknownSource
from app.service.apply import Applier
from app.service.fetched import Fetched
from app.service.in_force import InForce
from app.service.ingest import Taken, ingest
from app.service.job import Records
from app.service.journalling import Journalled, Journalling, fresh_ids
from app.service.lanes import Lane
from app.service.ports import Clock, Store
from app.service.quarantine import QUERY_TOKENS, keep_refused
from app.service.rate_limit import RateLimits
from app.service.source_ports import Alerts, Control, Fetching, Handshaking, Request, Source, Verdict
from app.service.tokens import Scope, Tokens

Received = list[Taken] | Journalled | Control
"""What became of a request: an outcome per alert, or that they are in the journal, or a reply that opens nothing."""


@dataclass(frozen=True, slots=True)
class Receiver:
    """`secrets` gives an instance's secret by its name, empty where it has none. `fetching` are those of the `sources`
    that `fetched` must get something for before they can verify. `over_limit` is told of a source that sends more than
    its limit."""

    sources: Mapping[str, Source]
    secrets: Callable[[str], str]
    tokens: Tokens
    in_force: InForce
    applier: Applier
    store: Store
    clock: Clock
    new_id: Callable[[], str]
    keep: int
    fetched: Fetched
    fetching: Mapping[str, Fetching] = field(default_factory=dict)
    journalling: Journalling | None = None
    limits: RateLimits = field(default_factory=RateLimits)
    over_limit: Callable[[str], None] = lambda source: None

    async def receive(self, name: str, request: Request) -> Received:
        """Verify, parse, route and store; durable when it returns, if only in the journal.

        Raises `UnknownSource`, `Unauthorised`, `InvalidPayload` (the body is then in quarantine), `StoreUnavailable`,
        and `OutsideUnavailable` when what is needed to check it cannot be fetched.
        """
        instance, source = self.find(name)
        if instance.type in self.fetching:
            request = await self.with_fetched(self.fetching[instance.type], request)
        await self.admit(instance, source, request)
        return await self.take(instance, source, request)

    def handshake(self, name: str, request: Request) -> Control | None:
        """What a tool is told that asks whether it may send; None where the source's tool is not one that asks."""
        _, source = self.find(name)
        return source.handshake(request) if isinstance(source, Handshaking) else None

    def find(self, name: str) -> tuple[SourceSettings, Source]:
        instance = self.in_force.rules.sources.get(name)
        source = self.sources.get(instance.type) if instance else None
        if instance is None or source is None:
            raise UnknownSource(f"no source is called {name!r}; name one under `sources:` in the rules file")
        return instance, source

    async def with_fetched(self, source: Fetching, request: Request) -> Request:
        """The request with what its proof is checked against; as it is where it carries none."""
        url = source.fetches(request)
        return replace(request, fetched=await self.fetched.get(url, source.good_until)) if url else request

    async def admit(self, instance: SourceSettings, source: Source, request: Request) -> None:
        """The tool's signature, or the instance's secret as token, Basic password or Bearer, or an ingest token."""
        secret = self.secrets(instance.name)
        needs_none = instance.type in self.fetching
        if (secret or needs_none) and source.verify(request, secret, self.clock.now(), instance) is Verdict.SIGNED:
            return
        if not await self.knows(instance.name, credentials(request)):
            said = "asks for its signature, its secret, or a token with scope ingest"
            raise Unauthorised(f"source {instance.name!r} {said}")

    async def knows(self, name: str, given: Sequence[str]) -> bool:
        """Whether any of these is the instance's secret, or the first of them an ingest token; False: there is none.

        Raises `Unauthorised` or `Forbidden` for a token that is not."""
        secret = self.secrets(name)
        if secret and any(_same(one, secret) for one in given):
            return True
        for token in given:
            await self.tokens.ask(token, Scope.INGEST)
            return True
        return False

    def holder(self, type: str, key: str) -> SourceSettings | None:
        """The instance of that type whose secret is `key`. Every one is compared, so that the time it takes tells
        nothing."""
        held = [one for one in self.in_force.rules.sources.values() if one.type == type and self.secrets(one.name)]
        same = [one for one in held if _same(key, self.secrets(one.name))]
        return same[0] if same else None

    def instance_for(self, type: str, request: Request) -> tuple[SourceSettings, Source]:
        """Where several instances of a type share an address: the one whose secret the request carries, else the one
        that is called like the type."""
        held = [one for given in credentials(request) if (one := self.holder(type, given))]
        return self.find(held[0].name if held else type)

    async def take(self, instance: SourceSettings, source: Source, request: Request) -> Received:
        return await self.finish(await self.read(instance, source, request))

    async def read(self, instance: SourceSettings, source: Source, request: Request) -> Alerts | Control:
        """What an admitted request says. Raises `InvalidPayload`, and then the body is in quarantine."""
        try:
            return source.parse(request, instance)
        except InvalidPayload as refused:
            secret = self.secrets(instance.name)
            with suppress(StoreUnavailable):  # It is the sender's to mend, whether or not it can be kept.
                await keep_refused(instance.name, str(refused), request, secret, self.store, self.keep, self.new_id)
            raise

    def lane(self, parsed: Alerts) -> Lane:
        """Where these wait for their turn: a source over its limit stands behind all others."""
        source = parsed.alerts[0].source if parsed.alerts else ""
        known = self.in_force.rules.sources.get(source)
        limit = known.rate_limit if known else None
        is_over = self.limits.is_over(source, limit, len(parsed.alerts), self.clock.now())
        if is_over:
            self.over_limit(source)
        return Lane(source, is_over)

    async def finish(self, parsed: Alerts | Control) -> Received:
        """Do what was read: store the alerts, or go where a control message asks for it."""
        if isinstance(parsed, Alerts):
            return await self.put(parsed)
        if parsed.visit:
            await self.fetched.visit(parsed.visit)
        return parsed

    async def put(
        self, parsed: Alerts, lane: Lane | None = None, records: Records | None = None
    ) -> list[Taken] | Journalled:
        """Into the store; while that is out of reach, or others wait there already, into the journal. `records` are of
        the last alert, and none are made of what goes into the journal."""
        alerts, log = parsed.alerts, self.journalling
        if not alerts:
            return []
        lane = lane or self.lane(parsed)
        fresh = fresh_ids(alerts, self.new_id)
        if log and log.is_open:
            with suppress(StoreUnavailable):  # A journal that takes nothing does not stand before a store that does.
                return await log.keep(alerts, fresh)
        try:
            return await ingest(alerts, self.in_force.rules, self.applier, iter(fresh).__next__, lane, records)
        except Exception as error:  # A server's answer that nobody foresaw is no reason to lose an alert.
            if log is None or _is_refusal(error):
                raise
            return await log.keep(alerts, fresh, error if isinstance(error, StoreUnavailable) else None)


def _is_refusal(error: Exception) -> bool:
    """Whether it is the sender's to mend, and waiting would not."""
    return isinstance(error, AppError) and not isinstance(error, StoreUnavailable | Conflict)


def credentials(request: Request) -> list[str]:
    """What the sender offers besides a signature: a token in the query, a Bearer token, or a Basic password."""
    found = [request.query[name] for name in QUERY_TOKENS if request.query.get(name)]
    scheme, _, value = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() == "bearer" and value.strip():
        found.append(value.strip())
    if scheme.lower() == "basic":
        found.extend(_basic_password(value.strip()))
    return found


def _basic_password(value: str) -> list[str]:
    try:
        decoded = base64.b64decode(value, validate=True).decode()
    except (binascii.Error, UnicodeDecodeError, ValueError):
        return []
    _, found, password = decoded.partition(":")
    return [password] if found and password else []


def _same(given: str, secret: str) -> bool:
    return hmac.compare_digest(given.encode("utf-8", "surrogatepass"), secret.encode("utf-8", "surrogatepass"))
