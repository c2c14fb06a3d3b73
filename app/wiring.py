"""The composition root: settings become a concrete store, sources and channels, and these become the use cases."""

import socket
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from secrets import token_urlsafe

from app.adapters.clock import SystemClock
from app.adapters.codec import JOURNALLED, encode
from app.adapters.confirm_links import ConfirmLinks
from app.adapters.file_watch import FileWatch
from app.adapters.ids import id_maker
from app.adapters.journal_file import FileJournal
from app.adapters.links import ActionLinks
from app.adapters.metrics import Metrics
from app.adapters.openid import OpenIdProvider
from app.adapters.outbound_http import OutboundHttp
from app.adapters.pay_rates import read_pay_rates
from app.adapters.phone_tickets import PhoneTickets
from app.adapters.postmortem_template import PostMortemTemplate
from app.adapters.rules_yaml import load_kept, load_rules
from app.adapters.sessions import Sessions
from app.adapters.silence_forms import compile_matches, compile_week
from app.adapters.sources import SOURCES
from app.adapters.store_memory import MemoryStore
from app.adapters.store_redis import RedisStore
from app.adapters.store_sqlite import SqliteStore
from app.config import Settings, environment_name, source_secrets
from app.domain.classify import Severity
from app.domain.complaint import NOWHERE, Complaint
from app.domain.errors import AppError, StoreRefused, StoreUnavailable
from app.domain.incident import Incident
from app.domain.notification import Notification
from app.domain.ruleset import Rules
from app.service.apply import Applier
from app.service.audit_log import AuditLog
from app.service.bell import Bell
from app.service.by_phone import ByPhone
from app.service.call_answers import CallAnswers
from app.service.calls import Calls
from app.service.consents import Consents
from app.service.covers import Covers
from app.service.degraded import Degraded, is_told
from app.service.dispatch import Dispatcher
from app.service.fetched import Fetched
from app.service.gap_watch import GapWatch
from app.service.going_live import tell_what_was_observed
from app.service.hand_over import HandOver
from app.service.idempotency import Idempotency
from app.service.in_force import InForce
from app.service.journalling import Journalling
from app.service.learning import Reports
from app.service.migrate import KIND as MIGRATION
from app.service.migrate import UNFINISHED
from app.service.opt_outs import OptOuts
from app.service.opted_out import OptedOut
from app.service.outage import Outage
from app.service.page_tests import PageTests
from app.service.pay import Pay
from app.service.pinging import Pings
from app.service.ports import Channel, Clock, Configurable, Fetching, Outside, Record, Store
from app.service.postmortems import PostMortems
from app.service.put_aside import PutAside
from app.service.reached import Reached
from app.service.receipts import Receipts
from app.service.receive import Receiver
from app.service.reload import reload_rules
from app.service.replicas import Replica
from app.service.review import Review
from app.service.rota_facts import RotaFacts
from app.service.rota_history import RotaHistory
from app.service.shadowings import Shadowings
from app.service.shift_feeds import ShiftFeeds
from app.service.shift_import import ShiftImport
from app.service.shift_telling import ShiftTelling
from app.service.signing_in import Offer, SigningIn, sign_in_address
from app.service.silences import Forms, Silences
from app.service.text_answers import TextAnswers
from app.service.tokens import ADMIN, Tokens
from app.service.triage_handover import TriageHandover
from app.service.watching import Watching
from app.service.weekly_report import WeeklyReport
from app.wired_channels import call_rooms, configured_channels, not_installed, phone_channels


@dataclass(slots=True)
class Application:
    """Everything that the entrypoints need, put together once. `first_token` is shown once, when one was made.

    `outage` keeps and tells while a shared store is out of reach, woken by `outage_bell`; None where nothing can be.
    """

    settings: Settings
    clock: Clock
    store: Store
    in_force: InForce
    bell: Bell
    applier: Applier
    tokens: Tokens
    audit_log: AuditLog
    idempotency: Idempotency
    new_id: Callable[[], str]
    links: ActionLinks
    sessions: Sessions
    signing_in: SigningIn
    tickets: PhoneTickets
    secret_key: str = field(repr=False)
    confirm_links: ConfirmLinks
    opt_outs: OptOuts
    reached: Reached
    metrics: Metrics
    http: OutboundHttp
    watch: FileWatch
    name: str
    started_at: datetime
    dispatcher: Dispatcher = field(init=False)
    receiver: Receiver = field(init=False)
    receipts: Receipts = field(init=False)
    text_answers: TextAnswers = field(init=False)
    call_answers: CallAnswers = field(init=False)
    silences: Silences = field(init=False)
    calls: Calls = field(init=False)
    triage_handover: TriageHandover = field(init=False)
    post_mortems: PostMortems = field(init=False)
    review: Review = field(init=False)
    page_tests: PageTests = field(init=False)
    shift_telling: ShiftTelling = field(init=False)
    rota_facts: RotaFacts = field(init=False)
    rota_history: RotaHistory = field(init=False)
    shift_feeds: ShiftFeeds = field(init=False)
    shift_import: ShiftImport = field(init=False)
    gap_watch: GapWatch = field(init=False)
    covers: Covers = field(init=False)
    consents: Consents = field(init=False)
    opted_out: OptedOut = field(init=False)
    shadowings: Shadowings = field(init=False)
    pay: Pay = field(init=False)
    reports: Reports = field(init=False)
    weekly_report: WeeklyReport = field(init=False)
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


def read_rules(settings: Settings) -> Rules:
    """The rules and runbooks as they are on disk. Raises `InvalidRules`."""
    rules = load_rules(settings.rules, settings.runbooks, _severity_words())
    return replace(rules, warnings=(*rules.warnings, *_wrong_options(rules), *not_installed(rules)))


def read_kept(text: str) -> Rules:
    """The rules of an earlier version's text. Raises `InvalidRules`."""
    return load_kept(text, _severity_words())


def _severity_words() -> dict[str, Mapping[str, Severity]]:
    return {name: source.severities for name, source in SOURCES.items()}


def _wrong_options(rules: Rules) -> Iterator[Complaint]:
    for name, instance in rules.sources.items():
        source: object = SOURCES.get(instance.type)
        if isinstance(source, Configurable):
            place = rules.places.get(f"sources.{name}", NOWHERE)
            yield from (
                Complaint(place, problem, f"sources.{name}") for problem in source.problems(instance.options or {})
            )


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
    await _refuse_half_migrated(store)
    application = await _parts(settings, rules, bell, store, clock)
    application.silences = _silences(application)
    _add_rotas(application)
    application.reports = Reports(store, application.in_force)
    application.weekly_report = WeeklyReport(
        store, application.reports, application.in_force, clock, lambda squad, monday: ""
    )
    application.pay = Pay(store, application.rota_history, partial(read_pay_rates, settings.pay_rates), clock)
    application.triage_handover = TriageHandover(store, application.in_force, clock, settings.base_url, bell.ring)
    with suppress(StoreUnavailable):  # Then the loops take them in once the store is there.
        await application.silences.refresh()
        await application.rota_facts.refresh()
    rooms = call_rooms(settings, application.http, clock)
    application.calls = Calls(store, application.held, application.in_force, clock, rooms)
    _add_post_mortems(application)
    application.receipts = Receipts(store, application.applier, clock, bell.ring, application.reached.note)
    application.dispatcher = _dispatcher(application, channels)
    _add_reaching(application)
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
    application.applier.start()
    return application


async def _parts(settings: Settings, rules: Rules, bell: Bell, store: Store, clock: Clock) -> Application:
    """All but what is made of other parts."""
    in_force = InForce(rules, clock.now())
    with suppress(StoreUnavailable):  # Without the store too, what is due must be told; the version is kept later.
        await reload_rules(lambda: rules, in_force, store, clock)
    key = await _secret_key(settings, store)
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
        first_token=await _first_token(settings, store, tokens, clock.now()),
    )


def _add_rotas(application: Application) -> None:
    facts = RotaFacts(application.store, application.in_force, application.clock)
    application.rota_facts = facts
    application.rota_history = RotaHistory(facts, application.in_force, read_kept)
    application.shift_feeds = _shift_feeds(application)
    application.shift_import = ShiftImport(facts, application.new_id)
    application.gap_watch = GapWatch(application.store, application.in_force, application.clock)
    application.covers = Covers(facts, application.new_id)
    application.consents = Consents(facts, application.new_id)
    application.opted_out = OptedOut(facts, application.new_id)
    application.shadowings = Shadowings(facts, application.new_id)


def _add_reaching(application: Application) -> None:
    store, in_force, reached = application.store, application.in_force, application.reached
    clock, ring = application.clock, application.bell.ring
    application.page_tests = PageTests(
        store=store,
        in_force=in_force,
        reached=reached,
        clock=clock,
        new_id=application.new_id,
        set_up=lambda: application.dispatcher.channels,
        link=application.confirm_links.address,
        ring=ring,
    )
    application.shift_telling = ShiftTelling(store, in_force, reached, clock, ring)


def _provider(application: Application) -> OpenIdProvider | None:
    """Where people sign in, if that is set up."""
    settings = application.settings
    if not settings.oidc_issuer:
        return None
    named = (settings.oidc_issuer, settings.oidc_client_id, settings.oidc_client_secret)
    return OpenIdProvider(application.http, application.clock, *named)


def _silences(application: Application) -> Silences:
    return Silences(
        store=application.store,
        in_force=application.in_force,
        applier=application.applier,
        clock=application.clock,
        forms=Forms(compile_matches, compile_week),
        new_id=application.new_id,
    )


def _shift_feeds(application: Application) -> ShiftFeeds:
    return ShiftFeeds(
        store=application.store,
        history=application.rota_history,
        in_force=application.in_force,
        clock=application.clock,
        key=application.secret_key,
        base_url=application.settings.base_url,
        new_id=application.new_id,
    )


def _add_post_mortems(application: Application) -> None:
    settings, store = application.settings, application.store
    in_force, clock, new_id = application.in_force, application.clock, application.new_id
    template = PostMortemTemplate(Path(settings.postmortem_template) if settings.postmortem_template else None)
    base = settings.base_url.rstrip("/")
    application.post_mortems = PostMortems(
        store, in_force, clock, new_id, template.render, lambda id: f"{base}/postmortems/{id}"
    )
    application.review = Review(store, application.post_mortems, in_force, clock)


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


async def open_store(settings: Settings, ring: Callable[[], None] | None = None) -> Store:
    """The store that the settings name; `ring` is called when another process has left something to do, unless this one
    does not do such things.

    Raises `StoreRefused` for one that must not be used. A Redis that is out of reach is no error: it may come back.
    """
    if settings.is_shared:
        return await RedisStore.open(
            settings.store,
            deployment=settings.deployment,
            replicas=settings.redis_replicas,
            strict=settings.redis_durability == "strict",
            ring=None if settings.role == "api" else ring,
        )
    path = settings.store.removeprefix("sqlite:///")
    if path in ("", "/", settings.store):
        raise StoreRefused("ONCALL_STORE must name a file: sqlite:///relative/path or sqlite:////absolute/path")
    if settings.role != "all":
        raise StoreRefused(
            f"ONCALL_ROLE {settings.role} needs a store that processes can share, which a SQLite file is not: "
            "set ONCALL_STORE to a redis:// URL, or leave the role out"
        )
    return await SqliteStore.open(path)


async def _refuse_half_migrated(store: Store) -> None:
    with suppress(StoreUnavailable):
        if await store.record(MIGRATION, UNFINISHED):
            await store.close()
            raise StoreRefused("this store holds half of another: run oncall-router migrate again, to its end")


def clock_of(store: Store) -> Clock:
    """The time that all who work on this store share: a Redis server's own, whatever this machine's clock says."""
    return store.clock if isinstance(store, RedisStore) else SystemClock()


async def _secret_key(settings: Settings, store: Store) -> str:
    """The signing key of action links: the setting, else one that is made at the first start and kept."""
    if settings.secret_key:
        return settings.secret_key
    if settings.is_shared:
        raise StoreRefused(
            "with Redis, ONCALL_SECRET_KEY must be set, the same for every process, so that the links in messages work "
            "also while Redis is away; make one with: openssl rand -base64 32"
        )
    await store.add_record(Record("secret", "action-links", token_urlsafe(32)))
    kept = await store.record("secret", "action-links")
    if kept is None:
        raise AppError("the store did not keep the signing key; set ONCALL_SECRET_KEY")
    return kept.body


async def first_link(application: Application) -> str:
    """A link to sign in by as anybody, with every scope: for whoever reads what the server prints where nothing else is
    set up, and for nobody who shares its store or signs in by a provider. Empty when there is none."""
    settings = application.settings
    if settings.role != "all" or settings.is_shared or settings.oidc_issuer:
        return ""
    secret, record = application.signing_in.new_link(Offer("", ADMIN))
    try:
        await application.store.put_record(record)
    except StoreUnavailable:
        return ""
    return sign_in_address(settings.base_url, secret)


async def _first_token(settings: Settings, store: Store, tokens: Tokens, now: datetime) -> str:
    """A token with every scope when none is set and none was ever made; empty otherwise. Of several processes that
    start together, one makes it; a store that is away makes none."""
    with suppress(StoreUnavailable):
        if settings.admin_token or await store.records("token", 1):
            return ""
        if await store.add_record(Record("first-token", "election", "{}", now + timedelta(seconds=30))):
            return await tokens.create("admin", ADMIN)
    return ""
