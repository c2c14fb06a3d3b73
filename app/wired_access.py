"""How one gets in at first: the key that links and sessions are signed with, the first token, the first link."""

from contextlib import suppress
from datetime import datetime, timedelta
from secrets import token_urlsafe

from app.config import Settings
from app.domain.errors import AppError, StoreRefused, StoreUnavailable
from app.service.ports import Record, Store
from app.service.signing_in import Offer, sign_in_address
from app.service.tokens import ADMIN, Tokens
from app.wired_parts import Parts


async def secret_key(settings: Settings, store: Store) -> str:
    """The signing key of action links: the setting, else one that is made at the first start and kept. Raises
    `StoreRefused` where it must be set."""
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


async def first_token(settings: Settings, store: Store, tokens: Tokens, now: datetime) -> str:
    """A token with every scope when none is set and none was ever made; empty otherwise. Of several processes that
    start together, one makes it; a store that is away makes none."""
    with suppress(StoreUnavailable):
        if settings.admin_token or await store.records("token", 1):
            return ""
        if await store.add_record(Record("first-token", "election", "{}", now + timedelta(seconds=30))):
            return await tokens.create("admin", ADMIN)
    return ""


async def first_link(parts: Parts) -> str:
    """A link to sign in by as anybody, with every scope: for whoever reads what the server prints where nothing else is
    set up, and for nobody who shares its store or signs in by a provider. Empty when there is none."""
    settings = parts.settings
    if settings.role != "all" or settings.is_shared or settings.oidc_issuer:
        return ""
    secret, record = parts.signing_in.new_link(Offer("", ADMIN))
    try:
        await parts.store.put_record(record)
    except StoreUnavailable:
        return ""
    return sign_in_address(settings.base_url, secret)
