"""Moving everything from one store to another: in batches, resumable at any point, compared in full at the end."""

import hashlib
import json
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import dataclass, field, fields
from datetime import timedelta
from enum import StrEnum

from app.domain.errors import AppError
from app.domain.notification import Notification
from app.service.ports import Clock, IncidentQuery, Parcel, Record, Store
from app.service.replicas import replicas

KIND = "migrate"
"""Records of this kind are ours while we are at it: neither counted nor carried, and gone at the end."""
UNFINISHED = "unfinished"
PROBE = "probe"
PROBED_WITHIN = timedelta(minutes=1)

INCIDENTS_AT_ONCE = 50
RECORDS_AT_ONCE = 100
"""Few enough to be in memory when each is a body of a megabyte that was refused."""
COUNTED_AT_ONCE = 1000

Item = Parcel | Record | Notification
"""A notification here is one that belongs to no incident; all others are in their parcels."""
Page = Callable[[Store], Awaitable[Sequence[Item]]]
"""Reads one stretch of a store."""
Written = Callable[[Item], bytes]
"""Makes the same line of equal items, for the checksum."""


class Phase(StrEnum):
    COPY = "copying"
    COMPARE = "comparing"


Told = Callable[[Phase, int, int], None]
"""Hears how many items a phase has done, of how many."""


class MigrationRefused(AppError):
    """These two stores must not be brought together; says what to do. Nothing was copied."""


@dataclass(frozen=True, slots=True)
class Side:
    """A store, the name it is spoken of by (no password in it), and the clock of those who work on it."""

    store: Store
    name: str
    clock: Clock


@dataclass(slots=True)
class Contents:
    """What a store holds: counts, and a checksum (SHA-256) over a line for each item, in order."""

    incidents: int = 0
    records: int = 0
    notices: int = 0
    sum: "hashlib._Hash" = field(default_factory=hashlib.sha256)

    def add(self, item: Item, line: bytes) -> None:
        self.incidents += isinstance(item, Parcel)
        self.records += isinstance(item, Record)
        self.notices += isinstance(item, Notification)
        self.sum.update(line + b"\n")

    @property
    def checksum(self) -> str:
        return self.sum.hexdigest()


@dataclass(frozen=True, slots=True)
class Compared:
    """Both stores as they were read, and the first thing in which they differ (empty: they are the same)."""

    source: Contents
    target: Contents
    difference: str


async def migrate(source: Side, target: Side, written: Written, told: Told) -> Compared:
    """Leave in `target` exactly what `source` holds, and compare all of it.

    The target is marked until it is known to be the same, and what it holds already is not written again: so a run that
    was interrupted, by whatever, is continued by the next. Raises `MigrationRefused`.
    """
    await _refuse_busy(source)
    await _refuse_busy(target)
    total = await _count(source.store)
    await _refuse_source(source, total)
    await _refuse_same(source, target)
    mark = await target.store.record(KIND, UNFINISHED)
    if mark is None and await _count(target.store):
        return await _refuse_other(source, target, await _compare(source, target, written, told, total))
    _refuse_foreign(source, target, mark)
    await target.store.put_record(Record(KIND, UNFINISHED, json.dumps(source.name)))
    await _copy(source.store, target.store, told, total)
    compared = await _compare(source, target, written, told, total)
    if not compared.difference:
        await target.store.delete_record(KIND, UNFINISHED)
    return compared


async def _refuse_busy(side: Side) -> None:
    if working := await replicas(side.store, side.clock.now()):
        names = ", ".join(one.name for one in working)
        raise MigrationRefused(
            f"{side.name} is in use by {names}: stop them first (one that was killed is forgotten after a minute)"
        )


async def _refuse_source(source: Side, total: int) -> None:
    if await source.store.record(KIND, UNFINISHED):
        raise MigrationRefused(f"{source.name} is half a migration itself: run that one again, to its end")
    if not total:
        raise MigrationRefused(f"{source.name} is empty: see whether it is the store that you mean")


async def _refuse_same(source: Side, target: Side) -> None:
    """One server has many addresses: what is put into the target must not show in the source."""
    await target.store.put_record(
        Record(KIND, PROBE, json.dumps(source.name), expires_at=target.clock.now() + PROBED_WITHIN)
    )
    shows = await source.store.record(KIND, PROBE)
    await target.store.delete_record(KIND, PROBE)
    if shows:
        raise MigrationRefused(f"{source.name} and {target.name} are the same store: name two")


def _refuse_foreign(source: Side, target: Side, mark: Record | None) -> None:
    if mark and (begun := json.loads(mark.body)) != source.name:
        raise MigrationRefused(f"{target.name} is half a migration from {begun}: run that one again, or empty it")


async def _refuse_other(source: Side, target: Side, compared: Compared) -> Compared:
    """A target that holds something is right only as the copy: the last run was interrupted when it had finished."""
    if compared.difference:
        raise MigrationRefused(
            f"{target.name} is not empty and no copy of {source.name} ({compared.difference}): "
            "name an empty store, or empty that one"
        )
    return compared


async def _count(store: Store) -> int:
    """How many items there are, for saying how far things are."""
    incidents = records = notices = 0
    before, after, beyond = "", ("", ""), ""
    while found := await store.incidents(IncidentQuery(before=before, limit=COUNTED_AT_ONCE)):
        incidents += len(found)
        before = found[-1].id
    while page := await store.every_record(after, RECORDS_AT_ONCE):
        records += sum(record.kind != KIND for record in page)
        after = (page[-1].kind, page[-1].id)
    while rows := await store.notices(beyond, COUNTED_AT_ONCE):
        notices += len(rows)
        beyond = rows[-1].incident
    return incidents + records + notices


async def _copy(source: Store, target: Store, told: Told, total: int) -> None:
    done = 0
    async for page, items in _pages(source):
        there = {_order(item): item for item in await page(target)}
        missing = [item for item in items if there.get(_order(item)) != item]
        parcels = [item for item in missing if isinstance(item, Parcel)]
        records = [item for item in missing if isinstance(item, Record)]
        notices = [item for item in missing if isinstance(item, Notification)]
        await target.unpack(parcels, records, notices)
        done += len(items)
        told(Phase.COPY, done, total)


async def _compare(source: Side, target: Side, written: Written, told: Told, total: int) -> Compared:
    contents = Contents(), Contents()
    ours, theirs = _items(source.store), _items(target.store)
    difference = ""
    done = 0
    while True:
        pair = await anext(ours, None), await anext(theirs, None)
        if pair == (None, None):
            return Compared(*contents, difference)
        if pair[0] != pair[1] and not difference:
            difference = _difference(*pair, source.name, target.name)
        for side, item in zip(contents, pair, strict=True):
            if item is not None:
                side.add(item, written(item))
        done += pair[0] is not None
        if done % INCIDENTS_AT_ONCE == 0 or done == total:
            told(Phase.COMPARE, done, total)


async def _items(store: Store) -> AsyncIterator[Item]:
    async for _, items in _pages(store):
        for item in items:
            yield item


async def _pages(store: Store) -> AsyncIterator[tuple[Page, Sequence[Item]]]:
    """Everything, stretch by stretch, and with each how the same stretch of another store is read."""
    page = _parcels_after("")
    while parcels := await page(store):
        yield page, parcels
        page = _parcels_after(_order(parcels[-1])[1])
    page = _records_after(("", ""))
    while records := await page(store):
        yield page, [record for record in records if isinstance(record, Record) and record.kind != KIND]
        page = _records_after(_order(records[-1])[1:])
    page = _notices_after("")
    while notices := await page(store):
        yield page, notices
        page = _notices_after(_order(notices[-1])[1])


def _parcels_after(id: str) -> Page:
    return lambda store: store.parcels(id, INCIDENTS_AT_ONCE)


def _records_after(place: tuple[str, str]) -> Page:
    return lambda store: store.every_record(place, RECORDS_AT_ONCE)


def _notices_after(id: str) -> Page:
    return lambda store: store.notices(id, RECORDS_AT_ONCE)


def _order(item: Item) -> tuple[int, str, str]:
    """Where an item stands in a store: incidents by id, then records by kind and id, then notices by id."""
    match item:
        case Parcel():
            return 0, item.incident.id, ""
        case Record():
            return 1, item.kind, item.id
        case Notification():
            return 2, item.incident, ""


def _difference(ours: Item | None, theirs: Item | None, source: str, target: str) -> str:
    """What is not the same here; one of the two may be at another place, or at the end."""
    if ours and theirs and _order(ours) == _order(theirs):
        parts = [one.name for one in fields(ours) if getattr(ours, one.name) != getattr(theirs, one.name)]
        return f"{_words(ours)} differs in its {', '.join(parts)}"
    first = min((item for item in (ours, theirs) if item), key=_order)
    return f"{_words(first)} is in {source if first is ours else target} only"


def _words(item: Item) -> str:
    match item:
        case Parcel():
            return f"incident {item.incident.id}"
        case Record():
            return f"record {item.kind} {item.id}"
        case Notification():
            return f"notice {item.key}"
