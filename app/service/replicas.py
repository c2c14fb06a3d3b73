"""Every process on the store says what it is and which rules it has in force, so that all of them can be seen."""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, fields
from datetime import datetime, timedelta

from app.service.ports import Record, Store

KIND = "replica"
GONE_AFTER = timedelta(seconds=60)
"""A replica that has said nothing for so long is not listed any more."""


@dataclass(frozen=True, slots=True)
class Replica:
    """One process at `seen_at`: `rules` is the version in force, `refused` how many problems a newer file has,
    `journalled` how many requests wait in its journal."""

    name: str
    role: str
    rules: str
    refused: int
    journalled: int
    started_at: datetime
    seen_at: datetime


async def announce(replica: Replica, store: Store) -> None:
    """To be repeated well within `GONE_AFTER`."""
    body = {name: _written(value) for name, value in asdict(replica).items()}
    await store.put_record(Record(KIND, replica.name, json.dumps(body), replica.seen_at + GONE_AFTER))


async def retire(name: str, store: Store) -> None:
    """It ends in order, and need not be waited for."""
    await store.delete_record(KIND, name)


async def replicas(store: Store, now: datetime) -> Sequence[Replica]:
    """Those that have been seen lately, by name."""
    found = [_read(record.body) for record in await store.records(KIND)]
    return sorted((one for one in found if one.seen_at > now - GONE_AFTER), key=lambda one: one.name)


def _written(value: object) -> object:
    return value.isoformat() if isinstance(value, datetime) else value


def _read(text: str) -> Replica:
    """What a newer version says besides is passed over."""
    body = json.loads(text)
    known = {one.name: body[one.name] for one in fields(Replica)}
    times = {name: datetime.fromisoformat(known[name]) for name in ("started_at", "seen_at")}
    return Replica(**{**known, **times})
