"""What the store holds of heartbeats, in small records that whoever writes them need not share with anybody else: the
last ping is written by whoever took it, all else by whoever watches."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from app.domain.heartbeat import Gap, Ping, Watched
from app.service.ports import Record, Store

WATCHED = "heartbeat"
PING = "heartbeat-ping"
WATCH = ("heartbeat-watch", "latest")
PAGE = 1000


@dataclass(frozen=True, slots=True)
class Watch:
    """`at` somebody last watched; `gaps` are the latest times in which nobody did, in order."""

    at: datetime
    gaps: tuple[Gap, ...] = ()


async def watched(store: Store) -> Mapping[str, Watched]:
    """Every heartbeat that is watched, by name, with its last ping."""
    found = await _every(store, WATCHED)
    heard = await pings(store) if found else {}
    return {name: replace(_watched(body), ping=heard.get(name)) for name, body in found.items()}


async def pings(store: Store) -> Mapping[str, Ping]:
    """The last one of each, by name."""
    return {name: _ping(body) for name, body in (await _every(store, PING)).items()}


async def last_ping(store: Store, name: str) -> Ping | None:
    record = await store.record(PING, name)
    return _ping(record.body) if record else None


async def watch(store: Store) -> Watch | None:
    record = await store.record(*WATCH)
    if record is None:
        return None
    body = json.loads(record.body)
    gaps = tuple(Gap(_instant(since), _instant(until)) for since, until in body["gaps"])
    return Watch(_instant(body["at"]), gaps)


def watched_record(name: str, one: Watched) -> Record:
    body = {"since": one.since.isoformat(), "told": one.told.isoformat() if one.told else None}
    return Record(WATCHED, name, json.dumps(body))


def ping_record(name: str, ping: Ping) -> Record:
    return Record(PING, name, json.dumps({"at": ping.at.isoformat(), "failed": ping.failed}))


def watch_record(one: Watch) -> Record:
    gaps = [[gap.since.isoformat(), gap.until.isoformat()] for gap in one.gaps]
    return Record(*WATCH, json.dumps({"at": one.at.isoformat(), "gaps": gaps}))


async def forget(store: Store, name: str) -> None:
    """The ping goes last: without the other nobody asks for it."""
    await store.delete_record(WATCHED, name)
    await store.delete_record(PING, name)


async def _every(store: Store, kind: str) -> dict[str, str]:
    found: dict[str, str] = {}
    before = ""
    while page := await store.records(kind, PAGE, before):
        found |= {record.id: record.body for record in page}
        if len(page) < PAGE:
            break
        before = page[-1].id
    return found


def _watched(body: str) -> Watched:
    found = json.loads(body)
    return Watched(_instant(found["since"]), told=_instant(found["told"]) if found["told"] else None)


def _ping(body: str) -> Ping:
    found = json.loads(body)
    return Ping(_instant(found["at"]), found["failed"])


def _instant(text: str) -> datetime:
    return datetime.fromisoformat(text)
