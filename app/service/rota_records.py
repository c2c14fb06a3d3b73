"""How what people have said of rotas is written down: one record each, JSON with dates in ISO 8601."""

import json
from collections.abc import Callable, Sequence
from dataclasses import asdict, fields
from datetime import date, datetime
from types import UnionType
from typing import Any, TypeVar

from app.domain.rota_facts import Kept, KeptConsent, KeptCover, KeptOptOut, Shadowing
from app.service.ports import Record, Store

COVER = "cover"
OPT_OUT = "opted-out-weeks"
CONSENT = "consent"
SHADOWING = "shadowing"
LATEST = ("rota-facts", "latest")
"""The record that changes with every one of them, so that a replica need not read them all to know that none has."""

PAGE = 500

Said = KeptCover | KeptOptOut | KeptConsent | Shadowing
T = TypeVar("T", KeptCover, KeptOptOut, KeptConsent, Shadowing)

_KINDS: dict[type[Said], str] = {KeptCover: COVER, KeptOptOut: OPT_OUT, KeptConsent: CONSENT, Shadowing: SHADOWING}
_READ: dict[Any, Callable[[str], date]] = {
    date: date.fromisoformat,
    date | None: date.fromisoformat,
    datetime: datetime.fromisoformat,
    datetime | None: datetime.fromisoformat,
}


def written(said: Said) -> Record:
    """They never expire: who was on call is part of what people are paid by."""
    body = {name: value for name, value in asdict(said).items() if name != "id"}
    return Record(_KINDS[type(said)], said.id, json.dumps(body, default=_text))


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
        opt_outs=await every(KeptOptOut, store),
        consents=await every(KeptConsent, store),
        shadowings=await every(Shadowing, store),
    )


def _text(value: object) -> str:
    if isinstance(value, date):
        return value.isoformat()
    raise TypeError(f"{type(value).__name__} is not written down")


def _value(kind: Any, value: Any) -> object:
    if value is None and isinstance(kind, UnionType):
        return None
    return _READ[kind](value) if kind in _READ else kind(value)
