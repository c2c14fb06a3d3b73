"""Whole incidents: read to be moved or looked back at, put in as they are, and dropped when they have grown old."""

from collections.abc import Mapping, Sequence
from datetime import datetime

import msgspec

from app.adapters import codec
from app.adapters.store_redis import written
from app.adapters.store_redis.keys import Keys
from app.adapters.store_redis.primary import Order, Primary
from app.adapters.store_redis.scripts import FORGET, UNPACK
from app.adapters.store_redis.texts import NUL, known_key, ticks
from app.domain.incident import Entry, Incident
from app.domain.notification import Notification
from app.service.ports import Parcel, Record, Trail

AT_ONCE = 100


async def forget(primary: Primary, keys: Keys, resolved_before: datetime, limit: int) -> int:
    dropped = 0
    while dropped < limit:
        most = min(AT_ONCE, limit - dropped)
        before = ticks(resolved_before)
        (ids,) = await primary.read(("ZRANGEBYSCORE", keys.named("resolved"), "-inf", f"({before}", "LIMIT", 0, most))
        if not ids:
            break
        names = [id.decode() for id in ids]
        (gone,) = await primary.write(Order(FORGET, {"ids": names, "before": before}, names))
        dropped += gone
    return dropped


async def parcels(primary: Primary, keys: Keys, after: str, limit: int) -> list[Parcel]:
    first = f"({written.ALL}{NUL}{after}"
    (members,) = await primary.read(
        ("ZRANGEBYLEX", keys.named("index"), first, f"({written.ALL}{NUL}g", "LIMIT", 0, limit)
    )
    if not members:
        return []
    ids = [member.rpartition(NUL.encode())[2] for member in members]
    documents, heads = await primary.read(
        ("HMGET", keys.named("incidents"), *ids), ("HMGET", keys.named("heads"), *ids)
    )
    return [
        await _parcel(primary, keys, codec.INCIDENT.one(document), head)
        for document, head in zip(documents, heads, strict=True)
        if document
    ]


async def trails(primary: Primary, keys: Keys, ids: Sequence[str]) -> list[Trail]:
    found: list[Trail] = []
    for start in range(0, len(ids), AT_ONCE):
        asked = [(keys.timeline(id), keys.outbox(id)) for id in ids[start : start + AT_ONCE]]
        read = await primary.read(
            *(command for timeline, outbox in asked for command in (("LRANGE", timeline, 0, -1), ("HGETALL", outbox)))
        )
        found += [Trail(_entries(commits), _rows(rows)) for commits, rows in zip(read[::2], read[1::2], strict=True)]
    return found


async def notices(primary: Primary, keys: Keys, after: str, limit: int) -> list[Notification]:
    first = f"({written.NOTICE}{NUL}{after}"
    listed = ("ZRANGEBYLEX", keys.named("index"), first, f"({written.NOTICE}{NUL}g", "LIMIT", 0, limit)
    (members,) = await primary.read(listed)
    ids = [member.rpartition(NUL.encode())[2].decode() for member in members]
    rows = await primary.read(*(("HVALS", keys.outbox(id)) for id in ids))
    return [codec.NOTIFICATION.one(document) for documents in rows for document in documents]


async def unpack(
    primary: Primary, parcels: Sequence[Parcel], records: Sequence[Record], notices: Sequence[Notification]
) -> None:
    asked = {
        "incidents": [written.packed(parcel) for parcel in parcels],
        "known": written.packed_known(parcels),
        "records": [written.record(record) for record in records],
        "notices": [written.notice(notice) for notice in notices],
    }
    ids = [*(parcel.incident.id for parcel in parcels), *(notice.incident for notice in notices)]
    await primary.write(Order(UNPACK, asked, ids, confirmed=True))


async def _parcel(primary: Primary, keys: Keys, incident: Incident, head: bytes) -> Parcel:
    alerts, commits, rows = await primary.read(
        ("HGETALL", keys.alerts(incident.id)),
        ("LRANGE", keys.timeline(incident.id), 0, -1),
        ("HGETALL", keys.outbox(incident.id)),
    )
    _, _, *grouped = msgspec.json.decode(head)
    names = [*alerts, *(key.encode() for group in grouped for key in group)]
    (leads,) = await primary.read(("HMGET", keys.named("keys_of_incidents"), *names)) if names else ([],)
    known = {name.decode(): known_key(text) for name, text in zip(names, leads, strict=True) if text}
    return Parcel(
        incident,
        {key: lead for key, lead in known.items() if lead.incident == incident.id},
        tuple(codec.ALERT.one(alerts[key]) for key in sorted(alerts)),
        _entries(commits),
        _rows(rows),
    )


def _entries(commits: Sequence[bytes]) -> tuple[Entry, ...]:
    return tuple(entry for commit in commits for entry in codec.ENTRIES.one(commit))


def _rows(rows: Mapping[bytes, bytes]) -> tuple[Notification, ...]:
    return tuple(codec.NOTIFICATION.one(rows[key]) for key in sorted(rows))
