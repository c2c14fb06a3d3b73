"""The composition root: settings become a concrete store, sources and channels, and these become the use cases."""

import socket
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field

from app.adapters.codec import JOURNALLED, encode
from app.adapters.confirm_links import ConfirmLinks
from app.adapters.file_watch import FileWatch
from app.adapters.ids import id_maker
from app.adapters.journal_file import FileJournal
from app.adapters.links import ActionLinks
from app.adapters.metrics import Metrics
from app.adapters.openid import OpenIdProvider
from app.adapters.outbound_http import OutboundHttp
from app.adapters.phone_tickets import PhoneTickets
from app.adapters.sessions import Sessions
from app.adapters.sources import SOURCES
from app.adapters.store_memory import MemoryStore
from app.adapters.store_redis import RedisStore
from app.config import Settings, environment_name, source_secrets
from app.domain.errors import AppError, StoreUnavailable
from app.domain.incident import Incident
from app.domain.notification import Notification
from app.domain.ruleset import Rules
from app.service.apply import Applier
from app.service.audit_log import AuditLog
from app.service.bell import Bell
from app.service.by_phone import ByPhone
from app.service.call_answers import CallAnswers
from app.service.calls import Calls
from app.service.degraded import Degraded, is_told
from app.service.dispatch import Dispatcher
from app.service.fetched import Fetched
from app.service.going_live import tell_what_was_observed
from app.service.hand_over import HandOver
from app.service.idempotency import Idempotency
from app.service.in_force import InForce
from app.service.journalling import Journalling
from app.service.opt_outs import OptOuts
from app.service.outage import Outage
from app.service.pinging import Pings
from app.service.ports import Channel, Clock, Store
from app.service.put_aside import PutAside
from app.service.reached import Reached
from app.service.receipts import Receipts
from app.service.receive import Receiver
from app.service.reload import reload_rules
from app.service.replicas import Replica
from app.service.signing_in import SigningIn
from app.service.source_ports import Fetching, Outside
from app.service.text_answers import TextAnswers
from app.service.tokens import Tokens
from app.service.watching import Watching
from app.wired_access import first_token, secret_key
from app.wired_channels import call_rooms, configured_channels, phone_channels
from app.wired_process import WrittenProcess, add_process, add_reaching
from app.wired_rules import read_rules
from app.wired_store import clock_of, open_store, refuse_half_migrated


@dataclass(slots=True)
class Application(WrittenProcess):
    """Everything that the entrypoints need, put together once. `first_token` is shown once, when one was made.

    `outage` keeps and tells while a shared store is out of reach, woken by `outage_bell`; None where nothing can be.
    """

    dispatcher: Dispatcher = field(init=False)
    receiver: Receiver = field(init=False)
    receipts: Receipts = field(init=False)
    text_answers: TextAnswers = field(init=False)
    call_answers: CallAnswers = field(init=False)
    calls: Calls = field(init=False)
    pings: Pings = field(init=False)
    watching: Watching = field(init=False)
    first_token: str = ""
    provider: OpenIdProvider | None = None
    outage: Outage | None = None
    outage_bell: Bell = field(default_factory=Bell)

    def presence(self) -> Replica:
        """What this process says of itself to all others."""
        return Replica(
            name=self.name,
            role=self.settings.role,
            rules=self.in_force.rules.version,
            refused=len(self.in_force.refusal),
            journalled=self.outage.waiting if self.outage else 0,
            started_at=self.started_at,
            seen_at=self.clock.now(),
        )

    def held(self, incident: str) -> Incident | None:
        """The incident, if this process holds it for the time of an outage."""
        return self.outage.held.incident(incident) if self.outage else None

    def doubts(self) -> tuple[str, ...]:
        """What of the store is weaker than the promise, or soon may be, in sentences."""
        return self.store.doubts if isinstance(self.store, RedisStore) else ()

    async def reload(self) -> bool:
        """Read the rules file and the runbooks again; whether other rules are in force now."""
        changed = await reload_rules(lambda: read_rules(self.settings), self.in_force, self.store, self.clock)
        if changed and self.settings.role != "api":
            await tell_what_was_observed(self.store, self.applier, self.in_force.rules)
        return changed

    async def close(self) -> None:
        await self.applier.stop()
        if self.outage:
            await self.outage.close()
        await self.http.aclose()
        await self.store.close()


async def assemble(
    settings: Settings,
    clock: Clock | None = None,
    channels: Mapping[str, Channel] | None = None,
    secrets: Mapping[str, str] | None = None,
    store: Store | None = None,
    outside: Outside | None = None,
) -> Application:
    """Open the store and put everything together; nothing runs yet but the applier.

    `channels` and `store` stand in for the configured ones, `secrets` for the environment's, `clock` for the machine's,
    `outside` for the addresses that sources fetch from. Raises `InvalidRules` or `StoreRefused`.
    """
    if settings.role == "worker" and not settings.public_url:
        raise AppError(
            "a worker sends links that the api processes answer: set ONCALL_PUBLIC_URL to how people reach those"
        )
    rules = read_rules(settings)
    bell = Bell()
    store = store or await open_store(settings, bell.ring)
    clock = clock or clock_of(store)
    await refuse_half_migrated(store)
    application = await _parts(settings, rules, bell, store, clock)
    add_process(application)
    with suppress(StoreUnavailable):  # Then the loops take them in once the store is there.
        await application.silences.refresh()
        await application.rota_facts.refresh()
    rooms = call_rooms(settings, application.http, clock)
    application.calls = Calls(store, application.held, application.in_force, clock, rooms)
    application.receipts = Receipts(store, application.applier, clock, bell.ring, application.reached.note)
    application.dispatcher = _dispatcher(application, channels)
    add_reaching(application, application.dispatcher.channels)
    journalling = await _journalling(application)
    fetched = Fetched(outside or application.http, application.clock)
    known = source_secrets() if secrets is None else secrets
    application.receiver = _receiver(application, known, fetched, journalling)
    _add_heartbeats(application, journalling)
    if journalling:
        application.outage = _outage(application, journalling)
    by_phone = _by_phone(application)
    application.text_answers = TextAnswers(by_phone, application.tickets.code)
    application.call_answers = CallAnswers(by_phone)
    application.provider = _provider(application)
    application.applier.start()
    return application


async def _parts(settings: Settings, rules: Rules, bell: Bell, store: Store, clock: Clock) -> Application:
    """All but what is made of other parts."""
    in_force = InForce(rules, clock.now())
    with suppress(StoreUnavailable):  # Without the store too, what is due must be told; the version is kept later.
        await reload_rules(lambda: rules, in_force, store, clock)
    key = await secret_key(settings, store)
    opt_outs = OptOuts(store, clock)
    tokens = Tokens(store, clock, settings.admin_token)
    new_id = id_maker(clock.now)
    return Application(
        settings=settings,
        clock=clock,
        store=store,
        in_force=in_force,
        bell=bell,
        applier=Applier(store, in_force, clock, bell.ring),
        tokens=tokens,
        audit_log=AuditLog(store, clock, new_id),
        idempotency=Idempotency(store, clock),
        new_id=new_id,
        links=ActionLinks(settings.base_url, [key], settings.link_hours * 3600, clock.now),
        sessions=Sessions([key], settings.session_hours, clock.now),
        signing_in=SigningIn(store, clock),
        tickets=PhoneTickets(settings.public_url, key, clock.now),
        secret_key=key,
        confirm_links=ConfirmLinks(settings.base_url, key, clock.now),
        opt_outs=opt_outs,
        reached=Reached(store, in_force, opt_outs, clock),
        metrics=Metrics(),
        http=OutboundHttp(),
        watch=FileWatch(settings.rules.parent, settings.runbooks, lambda: in_force.rules.files),
        name=f"{socket.gethostname()}:{settings.port}",
        started_at=clock.now(),
        first_token=await first_token(settings, store, tokens, clock.now()),
    )


def _provider(application: Application) -> OpenIdProvider | None:
    """Where people sign in, if that is set up."""
    settings = application.settings
    if not settings.oidc_issuer:
        return None
    named = (settings.oidc_issuer, settings.oidc_client_id, settings.oidc_client_secret)
    return OpenIdProvider(application.http, application.clock, *named)


def _channels(application: Application) -> dict[str, Channel]:
    settings, http = application.settings, application.http
    phone = phone_channels(settings, http, application.tickets, application.opt_outs)
    return configured_channels(settings, http, application.clock, phone)


def _dispatcher(application: Application, channels: Mapping[str, Channel] | None) -> Dispatcher:
    return Dispatcher(
        store=application.store,
        channels=_channels(application) if channels is None else channels,
        in_force=application.in_force,
        applier=application.applier,
        clock=application.clock,
        link=application.links.link,
        sent=application.metrics.sent,
        recorded=lambda rows: _after_sending(application, rows),
    )


async def _after_sending(application: Application, rows: Sequence[Notification]) -> None:
    await application.receipts.catch_up(rows)
    await application.reached.note(rows)


def _receiver(
    application: Application, secrets: Mapping[str, str], fetched: Fetched, journalling: Journalling | None
) -> Receiver:
    return Receiver(
        sources=SOURCES,
        secrets=lambda name: secrets.get(environment_name(name), ""),
        tokens=application.tokens,
        in_force=application.in_force,
        applier=application.applier,
        store=application.store,
        clock=application.clock,
        new_id=application.new_id,
        keep=application.settings.quarantine_keep,
        fetched=fetched,
        fetching={name: source for name, source in SOURCES.items() if isinstance(source, Fetching)},
        journalling=journalling,
        over_limit=lambda source: application.metrics.over_limit.labels(source).inc(),
    )


def _add_heartbeats(application: Application, journalling: Journalling | None) -> None:
    store, applier, in_force = application.store, application.applier, application.in_force
    clock, new_id = application.clock, application.new_id
    application.pings = Pings(store, applier, in_force, clock, new_id, journalling)
    application.watching = Watching(store, applier, in_force, clock, new_id, application.name)


async def _journalling(application: Application) -> Journalling | None:
    """The journal of a process that takes alerts for a shared store. Raises `StoreRefused` when another has it."""
    settings = application.settings
    if not settings.is_shared or settings.role == "worker":
        return None
    journal = await FileJournal.open(settings.journal, settings.journal_mb * 2**20)
    return Journalling(journal, encode, JOURNALLED.one, application.clock, application.new_id)


def _outage(application: Application, journalling: Journalling) -> Outage:
    """The same use cases over a store in memory, for while the real one is out of reach; only its applier runs yet."""
    store, in_force, clock = application.store, application.in_force, application.clock
    tells, secrets = application.dispatcher, application.receiver.secrets
    degraded = Degraded(MemoryStore(tells=is_told), in_force, clock, tells.channels, tells.link, tells.sent)
    aside = PutAside(store, clock, secrets, application.settings.quarantine_keep, application.new_id)
    audit_log, applier = application.audit_log, application.applier
    hand_over = HandOver(journalling, degraded.held, store, applier, in_force, audit_log, aside)
    outage = Outage(journalling, degraded, hand_over, aside, store, in_force, clock, application.outage_bell.ring)
    outage.start()
    return outage


def _by_phone(application: Application) -> ByPhone:
    held = application.outage.answer if application.outage else None
    return ByPhone(application.store, application.in_force, application.applier, application.audit_log, held)
