"""The composition root: settings become a concrete store, sources and channels, and these become the use cases."""

import sys
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from secrets import token_urlsafe

from app.adapters.channels.console import Console
from app.adapters.channels.email import Email, SmtpServer
from app.adapters.channels.slack import Slack
from app.adapters.channels.webhook import Webhook
from app.adapters.clock import SystemClock
from app.adapters.file_watch import FileWatch
from app.adapters.ids import id_maker
from app.adapters.links import ActionLinks
from app.adapters.metrics import Metrics
from app.adapters.outbound_http import OutboundHttp
from app.adapters.rules_yaml import load_rules
from app.adapters.sources import SOURCES
from app.adapters.sources.generic_mapping import load_mapping
from app.adapters.store_sqlite import SqliteStore
from app.config import Settings, environment_name, source_secrets
from app.domain.errors import AppError, StoreUnavailable
from app.domain.ruleset import Rules
from app.service.apply import Applier
from app.service.audit_log import AuditLog
from app.service.bell import Bell
from app.service.dispatch import Dispatcher
from app.service.idempotency import Idempotency
from app.service.in_force import InForce
from app.service.ports import Channel, Clock, Record, Store
from app.service.receive import Receiver
from app.service.reload import keep_version, reload_rules
from app.service.tokens import ADMIN, Tokens


@dataclass(slots=True)
class Application:
    """Everything that the entrypoints need, put together once. `first_token` is shown once, when one was made."""

    settings: Settings
    clock: Clock
    store: Store
    in_force: InForce
    bell: Bell
    applier: Applier
    dispatcher: Dispatcher
    receiver: Receiver
    tokens: Tokens
    audit_log: AuditLog
    idempotency: Idempotency
    new_id: Callable[[], str]
    links: ActionLinks
    metrics: Metrics
    http: OutboundHttp
    watch: FileWatch
    first_token: str = ""

    async def reload(self) -> bool:
        """Read the rules file and the runbooks again; whether other rules are in force now."""
        return await reload_rules(lambda: read_rules(self.settings), self.in_force, self.store, self.clock)

    async def close(self) -> None:
        await self.applier.stop()
        await self.http.aclose()
        await self.store.close()


def read_rules(settings: Settings) -> Rules:
    """The rules and runbooks as they are on disk. Raises `InvalidRules`."""
    words = {name: source.severities for name, source in SOURCES.items()}
    rules = load_rules(settings.rules, settings.runbooks, words)
    unmapped = [
        f"source {name}: {problem}"
        for name, source in rules.sources.items()
        if source.type == "generic"
        for problem in load_mapping(source.options).problems
    ]
    return replace(rules, warnings=(*rules.warnings, *unmapped))


async def assemble(
    settings: Settings,
    clock: Clock | None = None,
    channels: Mapping[str, Channel] | None = None,
    secrets: Mapping[str, str] | None = None,
) -> Application:
    """Open the store and put everything together; nothing runs yet but the applier.

    `channels` stands in for the configured ones, `secrets` for the environment's, `clock` for the machine's. Raises
    `InvalidRules` or `StoreRefused`.
    """
    clock = clock or SystemClock()
    rules = read_rules(settings)
    store = await open_store(settings.store)
    with suppress(StoreUnavailable):  # On a full disk too, what is due must be told; the next start keeps the version.
        await keep_version(rules, store, clock.now())
    metrics = Metrics()
    in_force = InForce(rules, clock.now())
    bell = Bell()
    applier = Applier(store, in_force, clock, bell.ring)
    applier.start()
    http = OutboundHttp()
    links = ActionLinks(settings.base_url, [await _secret_key(settings, store)], settings.link_hours * 3600)
    tokens = Tokens(store, settings.admin_token)
    dispatcher = Dispatcher(
        store=store,
        channels=channels if channels is not None else configured_channels(settings, http, clock),
        in_force=in_force,
        applier=applier,
        clock=clock,
        link=links.link,
        sent=metrics.sent,
    )
    new_id = id_maker()
    known = source_secrets() if secrets is None else secrets
    receiver = Receiver(
        sources=SOURCES,
        secrets=lambda name: known.get(environment_name(name), ""),
        tokens=tokens,
        in_force=in_force,
        applier=applier,
        store=store,
        clock=clock,
        new_id=new_id,
        keep=settings.quarantine_keep,
    )
    return Application(
        settings=settings,
        clock=clock,
        store=store,
        in_force=in_force,
        bell=bell,
        applier=applier,
        dispatcher=dispatcher,
        receiver=receiver,
        tokens=tokens,
        audit_log=AuditLog(store, clock, new_id),
        idempotency=Idempotency(store, clock),
        new_id=new_id,
        links=links,
        metrics=metrics,
        http=http,
        watch=FileWatch(settings.rules.parent, settings.runbooks),
        first_token=await _first_token(settings, store, tokens),
    )


async def open_store(url: str) -> Store:
    """The store behind a URL: `sqlite:///relative/path` or `sqlite:////absolute/path`."""
    scheme, found, path = url.partition("://")
    if scheme != "sqlite" or not found or not path.startswith("/") or path == "/":
        raise AppError(f"ONCALL_STORE {scheme}:// is not a store this version knows; use sqlite:///var/oncall.db")
    return await SqliteStore.open(path.removeprefix("/"))


def configured_channels(settings: Settings, http: OutboundHttp, clock: Clock) -> dict[str, Channel]:
    """The channels that are set up; the console when nothing else is, or when asked for."""
    found: dict[str, Channel] = {}
    if settings.smtp_url:
        found["email"] = Email(SmtpServer.parse(settings.smtp_url), clock)
    if settings.slack_token:
        found["slack"] = Slack(http, settings.slack_token, settings.slack_api_url)
    if settings.webhook_secret:
        found["webhook"] = Webhook(http, settings.webhook_secret, clock)
    if settings.console == "on" or (settings.console == "auto" and not found):
        found["console"] = Console(sys.stdout)
    return found


async def _secret_key(settings: Settings, store: Store) -> str:
    """The signing key of action links: the setting, else one that is made at the first start and kept."""
    if settings.secret_key:
        return settings.secret_key
    await store.add_record(Record("secret", "action-links", token_urlsafe(32)))
    kept = await store.record("secret", "action-links")
    if kept is None:
        raise AppError("the store did not keep the signing key; set ONCALL_SECRET_KEY")
    return kept.body


async def _first_token(settings: Settings, store: Store, tokens: Tokens) -> str:
    """A token with every scope when none is set and none was ever made; empty otherwise."""
    if settings.admin_token or await store.records("token", 1):
        return ""
    return await tokens.create("admin", ADMIN)
