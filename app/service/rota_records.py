"""How what people have said of rotas is written down: one record each, JSON with dates in ISO 8601."""

import json
from collections.abc import Callable, Sequence
from dataclasses import asdict, fields
from datetime import date, datetime, timedelta
from types import UnionType
from typing import Any, TypeVar

from app.domain.rota_facts import Kept, KeptConsent, KeptCover, KeptOffer, KeptOptOut, Shadowing
from app.service.ports import Record, Store

COVER = "cover"
OFFER = "cover-offer"
OPT_OUT = "opted-out-weeks"
CONSENT = "consent"
SHADOWING = "shadowing"
LATEST = ("rota-facts", "latest")
"""The number of the latest change to any of them, so that a replica need not read them all to know of none."""

CHANGE = "rota-change"
CHANGE_KEPT = timedelta(days=1)
OFFER_KEPT = timedelta(days=90)

PAGE = 500

Said = KeptCover | KeptOffer | KeptOptOut | KeptConsent | Shadowing
T = TypeVar("T", KeptCover, KeptOffer, KeptOptOut, KeptConsent, Shadowing)

_KINDS: dict[type[Said], str] = {
    KeptCover: COVER,
    KeptOffer: OFFER,
    KeptOptOut: OPT_OUT,
    KeptConsent: CONSENT,
    Shadowing: SHADOWING,
}
_READ: dict[Any, Callable[[str], date]] = {
    date: date.fromisoformat,
    date | None: date.fromisoformat,
    datetime: datetime.fromisoformat,
    datetime | None: datetime.fromisoformat,
}


def written(said: Said) -> Record:
    """Who was on call is part of what people are paid by, so only an offer expires."""
    body = {name: value for name, value in asdict(said).items() if name != "id"}
    expires = said.until + OFFER_KEPT if isinstance(said, KeptOffer) else None
    return Record(_KINDS[type(said)], said.id, json.dumps(body, default=_text), expires)


def read(kind: type[T], record: Record) -> T | None:
    """None for one that cannot be read, so that all others stay in force. Fields that this version does not know are
    skipped, missing ones take their default."""
    try:
        body: dict[str, Any] = json.loads(record.body)
        known: dict[str, Any] = {one.name: _value(one.type, body[one.name]) for one in fields(kind) if one.name in body}
        return kind(**known | {"id": record.id})
    except (ValueError, TypeError, AttributeError):
        return None


async def every(kind: type[T], store: Store) -> tuple[T, ...]:
    """All of a kind, in the order in which they were said."""
    found: list[Record] = []
    while True:
        page: Sequence[Record] = await store.records(_KINDS[kind], PAGE, found[-1].id if found else "")
        found += page
        if len(page) < PAGE:
            return tuple(one for one in (read(kind, record) for record in reversed(found)) if one)


async def everything(store: Store) -> Kept:
    return Kept(
        covers=await every(KeptCover, store),
        offers=await every(KeptOffer, store),
        opt_outs=await every(KeptOptOut, store),
        consents=await every(KeptConsent, store),
        shadowings=await every(Shadowing, store),
    )


async def latest_change(store: Store) -> int:
    """0 before the first."""
    record = await store.record(*LATEST)
    return int(record.body) if record else 0


def marked(number: int, now: datetime) -> tuple[Record, Record]:
    """The record that says which change is the latest, and one that only the first to make that change can add."""
    return Record(*LATEST, str(number)), Record(CHANGE, f"{number:012}", "{}", now + CHANGE_KEPT)


def _text(value: object) -> str:
    if isinstance(value, date):
        return value.isoformat()
    raise TypeError(f"{type(value).__name__} is not written down")


def _value(kind: Any, value: Any) -> object:
    if value is None and isinstance(kind, UnionType):
        return None
    return _READ[kind](value) if kind in _READ else kind(value)
